// The ring of a picture whose axes are no time goes along its path with the cursor, and stays there when frames come.
import assert from "node:assert/strict";
import { test } from "./browser.js";
import { built, frame, parts } from "./figure.js";

const NUMBERS = [{ x: [10, 11, 12], y: [0, 1, 4] }, { x: [10], y: [0] }];

/** A path of three timesteps, ringed at the first. */
async function path(/** @type {import("./browser.js").Browser} */ browser) {
  const made = await built(browser, { data: structuredClone(NUMBERS), layout: { meta: { ring: [0, 1] } } });
  const ring = () => [...made.plot.data[1].x, ...made.plot.data[1].y];
  const at = async (/** @type {number | null} */ t) => {
    made.drawing.cursor.t = t;
    made.drawing.mark();
    await made.drawing.queue;
    return ring();
  };
  return { ...made, ring, at };
}

test("the ring is where the path is at the cursor's timestep", async (browser) => {
  const { at } = await path(browser);
  assert.deepEqual(await at(2), [12, 4]);
  assert.deepEqual(await at(1), [11, 1]);
  assert.deepEqual(await at(9), [12, 4]); // another picture may be longer
});

test("without a cursor it stands where the kernel has it, and a place without a number moves nothing", async (browser) => {
  const { at, plot } = await path(browser);
  assert.deepEqual(await at(null), [10, 0]);
  plot.data[0].x[1] = NaN;
  assert.deepEqual(await at(1), [10, 0]);
});

test("a ring that is there already is not drawn anew", async (browser) => {
  const { at, plotly } = await path(browser);
  await at(1);
  const before = plotly.drawn.length;
  await at(1);
  assert.equal(plotly.drawn.length, before);
});

test("with a new path it goes along, whatever the kernel says of it", async (browser) => {
  const { drawing, at, ring } = await path(browser);
  await at(2);
  await drawing.draw(frame(1, {}, parts({ x: [20, 21, 22], y: [5, 6, 7] })));
  assert.deepEqual(ring(), [22, 7]);
});
