// One cell taken apart: how its drawing grows with the column, its curves, and how it follows the time cursor.
import assert from "node:assert/strict";
import { axis } from "../../rnnviz/live/cellcurve.js";
import { moved, placed } from "../../rnnviz/live/celldrawing.js";
import { follower } from "../../rnnviz/live/cursorfollower.js";
import { cursorOf } from "../../rnnviz/live/page.js";
import { test } from "./browser.js";

const plan = /** @type {any} */ ({ width: 264, stretch: [23, 203] });

test("a wider column widens what lies between the first and the last gate", () => {
  const at = placed(plan, 304);
  assert.deepEqual([0, 23, 113, 203, 264].map(at), [0, 23, 133, 243, 304]);
  assert.deepEqual([0, 23, 113, 203, 264].map(placed(plan, 264)), [0, 23, 113, 203, 264]);
});

test("an arrow moves with what it leads to, and keeps its distance from it", () => {
  const at = placed(plan, 304);
  assert.equal(moved("M83 104 V76 H113-8", at), `M${at(83)} 104 V76 H125`);
  assert.equal(moved("M203+8 76 H264", at), "M251 76 H304");
});

test("an axis without a natural end reaches at least 1, and as far below 0 where there is anything", () => {
  assert.deepEqual(axis([new Float32Array([0.2, 0.5])], false), { low: 0, high: 1, ticks: [[1, "1"], [0, "0"]] });
  const both = axis([new Float32Array([0.5, NaN]), new Float32Array([-2.5, 1])], false);
  assert.deepEqual(both, { low: -2.5, high: 2.5, ticks: [[2.5, "2.5"], [0, "0"], [-2.5, "−2.5"]] });
});

test("sizes of gradients stand on whole powers of ten, and no more than twenty of them", () => {
  const seen = axis([new Float32Array([0.002, 0.5, 0])], true);
  assert.deepEqual(seen, { low: -3, high: 0, ticks: [[0, "10⁰"], [-3, "10⁻³"]] });
  assert.equal(axis([new Float32Array([1e-30, 0.5])], true).low, -20);
  assert.deepEqual(axis([new Float32Array([0, 0])], true).ticks.length, 2);
});

/** @param {string} group */
function following(group) {
  /** @type {(number | null)[]} */
  const asked = [];
  let seen = true;
  const follow = follower(group, (time) => seen && (asked.push(time), true));
  return { asked, follow, cursor: cursorOf(group), show: (/** @type {boolean} */ on) => (seen = on) };
}

test("while one question is open the cursor moves on, and then only its last place is asked for", async (browser) => {
  const { asked, follow, cursor } = following("one");
  for (const t of [1, 2, 3, 4]) cursor.move(t);
  assert.deepEqual(asked, [1]);
  follow.answered(1);
  await browser.pass(40);
  assert.deepEqual(asked, [1, 4]);
  follow.answered(4);
  await browser.pass(5000);
  assert.deepEqual(asked, [1, 4]);
});

test("an answer that never comes does not hold it up for longer than a second", async (browser) => {
  const { asked, cursor } = following("two");
  cursor.move(1);
  cursor.move(9);
  await browser.pass(999);
  assert.deepEqual(asked, [1]);
  await browser.pass(1);
  assert.deepEqual(asked, [1, 9]);
});

test("where nobody sees the cell nothing is asked", () => {
  const { asked, cursor, show } = following("three");
  show(false);
  cursor.move(3);
  assert.deepEqual(asked, []);
  show(true);
  cursor.move(4);
  assert.deepEqual(asked, [4]);
});

test("after a look elsewhere the cursor is followed again from the same place", async (browser) => {
  const { asked, follow, cursor } = following("four");
  cursor.move(5);
  follow.answered(5);
  await browser.pass(40);
  follow.answered(null); // the learner has pressed a button
  cursor.move(6);
  cursor.move(5);
  follow.answered(6);
  await browser.pass(40);
  assert.deepEqual(asked, [5, 6, 5]);
});

test("whoever leaves is told of no cursor any more", () => {
  const { asked, follow, cursor } = following("five");
  follow.leave();
  cursor.move(2);
  assert.deepEqual(asked, []);
});

test("where the kernel looks elsewhere, as for a press, the cursor goes along and nothing is asked", async (browser) => {
  const { asked, follow, cursor } = following("six");
  follow.led(7);
  assert.equal(cursor.t, null); // nobody has marked a timestep yet
  cursor.move(5);
  follow.led(7);
  assert.equal(cursor.t, 5); // what comes now was drawn before the question was heard
  follow.answered(5);
  await browser.pass(40);
  for (const t of [6, 7]) {
    follow.answered(null);
    follow.led(t);
    assert.equal(cursor.t, t);
  }
  assert.deepEqual(asked, [5]);
  cursor.move(5);
  assert.deepEqual(asked, [5, 5]);
});
