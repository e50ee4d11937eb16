// A point that is dragged: drawn where the finger has it, on the short way as well, until the kernel says otherwise.
import assert from "node:assert/strict";
import { Dragging } from "../../rnnviz/live/drag.js";
import { test } from "./browser.js";
import { built, frame, parts } from "./figure.js";

/** A figure whose second point is held at 5. */
async function held(/** @type {import("./browser.js").Browser} */ browser) {
  const made = await built(browser, { data: [{ x: [0, 1], y: [0, 0] }] });
  const { drawing, model } = made;
  model.state.drag = [0, 0];
  const dragging = drawing.dragging = new Dragging(drawing);
  dragging.held = { index: 1, from: 0, value: 5 };
  return { ...made, dragging };
}

test("a dragged point is drawn where the finger has it, as numbers alone", async (browser) => {
  const { drawing, dragging, plot } = await held(browser);
  /** @type {any[]} */
  const asked = [];
  drawing.fast.draw = (changed) => Boolean(asked.push(...changed));
  await dragging.show();
  assert.deepEqual(plot.data[0].y, [0, 5]);
  assert.deepEqual(asked.map((/** @type {any} */ { trace, key }) => [trace, key]), [[0, "y"]]);
});

test("a frame that was made before leaves the point under the finger", async (browser) => {
  const { drawing, plotly } = await held(browser);
  await drawing.draw(frame(1, {}, parts({ y: [1, 2] })));
  assert.deepEqual([...plotly.drawn.at(-1).data[0].y], [1, 5]);
});

test("a kernel that says what it said before has the last word on a point that was let go", async (browser) => {
  const { drawing, dragging, plotly } = await held(browser);
  await drawing.draw(frame(1, {}, parts({ y: [1, 2] })));
  dragging.held = null;
  await drawing.draw(frame(2, {}, parts({ y: [1, 2] })));
  assert.deepEqual([...plotly.drawn.at(-1).data[0].y], [1, 2]);
});
