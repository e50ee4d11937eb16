// Progress and timeline in one line: where its handle stands, and which moment a pointer means.
import assert from "node:assert/strict";
import runbar, { place, under } from "../../rnnviz/lab/controls/runbar.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";
import { Model } from "./model.js";

const STATE = {
  labels: { slider: "Wind back" },
  words: "live",
  progress: "",
  step: 50,
  goal: 100,
  held: null,
  heard: 0,
};

/** @param {Record<string, any>} state */
function shown(state) {
  const model = new Model({ ...STATE, steps: [0, 20, 50], ...state });
  const el = Object.assign(new Element("div"), { setPointerCapture: () => {} });
  runbar.render(/** @type {any} */ ({ model, el }));
  const [range, , filled, handle] = el.children;
  return { model, el, range, filled, handle };
}

test("the place of a step is that of the nearest moment, of none the last", () => {
  assert.deepEqual([place([0, 20, 50], 8), place([0, 20, 50], 12), place([0, 20, 50], null)], [0, 1, 2]);
});

test("a pointer means the nearest moment, and at the end or beyond it the newest", () => {
  assert.deepEqual([9, 11, 34, 36, 49, 90].map((step) => under([0, 20, 50], step, 2)), [0, 20, 20, null, null, null]);
});

test("it is filled as far as the run is, and the handle stands at the moment shown", () => {
  const { model, filled, handle } = shown({});
  assert.equal(filled.style.width, "50%");
  assert.match(handle.style.left, /, 50%,/);
  model.set("held", 20);
  assert.match(handle.style.left, /, 20%,/);
  model.set("step", 75);
  assert.deepEqual([filled.style.width, /, 20%,/.test(handle.style.left)], ["75%", true]);
});

test("a run that has gone past its goal fills the line", () => {
  const { filled } = shown({ step: 150, goal: 100 });
  assert.equal(filled.style.width, "100%");
});

test("with one moment there is nothing to wind back to", () => {
  const { el, range, model } = shown({ steps: [0], step: 0 });
  assert.deepEqual([range.hidden, el.classList.contains("rv-rewinds")], [true, false]);
  el.dispatchEvent(event("pointerdown", { clientX: 60, button: 0, pointerId: 1 }));
  assert.deepEqual(model.said, []);
});

test("a press asks for the moment under it, a drag on for the next, and the end for the newest", () => {
  const { el, model } = shown({});
  const at = (/** @type {number} */ share) => ({ clientX: 10 + 400 * share, button: 0, pointerId: 1 });
  el.dispatchEvent(event("pointerdown", at(0.18)));
  el.dispatchEvent(event("pointermove", at(0.19)));
  el.dispatchEvent(event("pointermove", at(0.02)));
  el.dispatchEvent(event("pointermove", at(0.9)));
  assert.deepEqual(model.said, [{ step: 20, number: 1 }, { step: 0, number: 2 }, { step: null, number: 3 }]);
});

test("while it is held its moments stay", () => {
  const { el, model } = shown({});
  el.dispatchEvent(event("pointerdown", { clientX: 90, button: 0, pointerId: 1 }));
  model.set("steps", [0, 10, 20, 50]);
  el.dispatchEvent(event("pointermove", { clientX: 50, button: 0, pointerId: 1 })); // step 10
  assert.deepEqual(model.said.map((one) => one.step), [20, 0]);
});

test("where next to nothing of the way is done, the whole line chooses among it", () => {
  const { el, model, filled, handle } = shown({ step: 50, goal: 10 ** 6 });
  assert.equal(filled.style.width, "0.005%");
  el.dispatchEvent(event("pointerdown", { clientX: 10 + 0.4 * 400, button: 0, pointerId: 1 }));
  assert.deepEqual(model.said, [{ step: 20, number: 1 }]);
  assert.match(handle.style.left, /, 40%,/);
  el.dispatchEvent(event("pointermove", { clientX: 409, button: 0, pointerId: 1 }));
  assert.equal(model.said[1].step, null);
  assert.match(handle.style.left, /, 0.005%,/);
});
