// The timestep that a figure marks: under the pointer, at a click, and where the keys lead.
import assert from "node:assert/strict";
import { test } from "./browser.js";
import { event } from "./element.js";
import { built, frame } from "./figure.js";

const at = (/** @type {number} */ x, /** @type {number} */ y) => /** @type {any} */ ({
  clientX: 10 + x,
  clientY: 20 + y,
});

test("the pointer stands on the timestep nearest to it, in any panel and in none", async (browser) => {
  const { drawing } = await built(browser);
  assert.equal(drawing.timestep(at(50 + 34, 10)), 3);
  assert.equal(drawing.timestep(at(50 + 36, 90)), 4);
  for (const [x, y] of [[49, 10], [151, 10], [100, 50], [100, 2], [100, 101]]) {
    assert.equal(drawing.timestep(at(x, y)), null);
  }
});

test("where there is no timestep the pointer stands on none", async (browser) => {
  const { drawing } = await built(browser, { cursor: [2, 1, 5] });
  assert.deepEqual([10, 20, 60, 70].map((x) => drawing.timestep(at(50 + x, 10))), [null, 0, 4, null]);
});

test("a click says where, on which curve and at which timestep", async (browser) => {
  const { drawing, said } = await built(browser);
  drawing.pick({ points: [{ x: 3, y: 0.5, curveNumber: 2 }], event: at(50 + 30, 10) });
  drawing.pick({ points: [] });
  assert.deepEqual(said, [{ kind: "pick", figure: "hidden", trace: 2, x: 3, y: 0.5, time: 3 }]);
});

test("a click in a picture without a time axis has no timestep", async (browser) => {
  const { drawing, said } = await built(browser, { cursor: null });
  drawing.pick({ points: [{ curveNumber: 0 }], event: at(50 + 30, 10) });
  assert.deepEqual(said, [{ kind: "pick", figure: "hidden", trace: 0, x: null, y: null, time: null }]);
});

test("the cursor is marked in every panel, and written on the first", async (browser) => {
  const { drawing, cursor, el } = await built(browser);
  cursor.move(7);
  drawing.mark();
  const lines = /** @type {any[]} */ (el.querySelectorAll(".rv-cursor"));
  assert.deepEqual(lines.map((one) => one.dataset.label), ["t = 7", ""]);
  assert.deepEqual(lines.map((one) => one.style.transform), ["translateX(120px)", "translateX(120px)"]);
  assert.deepEqual(lines.map((one) => [one.style.top, one.style.height]), [["5px", "40px"], ["60px", "40px"]]);
  cursor.move(null);
  drawing.mark();
  assert.deepEqual(lines.map((one) => one.hidden), [true, true]);
});

test("a cursor beyond the axis is not marked", async (browser) => {
  const { drawing, cursor, el } = await built(browser);
  cursor.move(11);
  drawing.mark();
  assert.deepEqual(el.querySelectorAll(".rv-cursor").map((one) => one.hidden), [true, true]);
});

test("a frame may move the place of the timesteps", async (browser) => {
  const { drawing } = await built(browser);
  await drawing.draw(frame(1, {}, { cursors: { hidden: [4, 1, 11] } }));
  assert.equal(drawing.timestep(at(50 + 60, 10)), 2);
});

/**
 * @param {import("../../rnnviz/live/drawing.js").Drawing} drawing
 * @param {string} key
 */
function press(drawing, key) {
  const pressed = event("keydown", { key });
  drawing.key(/** @type {any} */ (pressed));
  return pressed.defaultPrevented;
}

test("the arrow keys lead from one end to the other, and are read out", async (browser) => {
  const { drawing, cursor } = await built(browser, { cursor: [0, 1, 3] });
  const places = ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"].map((key) => {
    press(drawing, key);
    return cursor.t;
  });
  assert.deepEqual(places, [0, 1, 2, 2, 1]);
  assert.deepEqual(/** @type {any} */ (drawing.description).read, [0, 1, 2, 2, 1]);
});

test("the left arrow begins at the end", async (browser) => {
  const { drawing, cursor } = await built(browser);
  press(drawing, "ArrowLeft");
  assert.equal(cursor.t, 10);
});

test("Escape takes the cursor away first, and then belongs to what is around", async (browser) => {
  const { drawing, cursor } = await built(browser);
  cursor.move(4);
  assert.equal(press(drawing, "Escape"), true);
  assert.equal(cursor.t, null);
  assert.equal(press(drawing, "Escape"), false);
});

test("keys without a meaning here are left to the page", async (browser) => {
  const { drawing } = await built(browser);
  assert.deepEqual(["ArrowUp", "a", "Tab"].map((key) => press(drawing, key)), [false, false, false]);
});
