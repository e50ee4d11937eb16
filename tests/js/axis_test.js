// The labels of the one time axis.
import assert from "node:assert/strict";
import { flagWords, ticks } from "../../rnnviz/live/axis.js";

for (
  const [why, from, to, pixels, found] of /** @type {[string, number, number, number, number[]][]} */ ([
    ["stand at round steps", 0, 131, 308 / 132, [0, 20, 40, 60, 80, 100, 120]],
    ["say the last step where there is room", 0, 49, 6.2, [0, 10, 20, 30, 40, 49]],
    ["say every step where each has room", 0, 4, 60, [0, 1, 2, 3, 4]],
    ["begin at a round step of what is zoomed to", 23, 61, 8, [30, 40, 50, 60]],
    ["say both ends where no round step lies between", 43, 44, 20, [43, 44]],
    ["say a lone step once", 0, 0, 300, [0]],
    ["reach far", 0, 5000, 0.08, [0, 1000, 2000, 3000, 4000, 5000]],
  ])
) {
  Deno.test(`the labels ${why}`, () => assert.deepEqual(ticks(from, to, pixels), found));
}

Deno.test("the flag says the timestep, and what the sequence says of it", () => {
  const axis = { title: "month t", first: "", last: "", labels: ["Jul 1971", "Aug 1971"] };
  assert.equal(flagWords(axis, 1), "t = 1 · Aug 1971");
  assert.equal(flagWords({ ...axis, labels: null }, 1), "t = 1");
  assert.equal(flagWords(undefined, 7), "t = 7");
});
