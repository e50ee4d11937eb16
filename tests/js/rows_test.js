// A row of buttons is one stop of the Tab key, and the arrow keys lead through it.
import assert from "node:assert/strict";
import { rove } from "../../rnnviz/lab/screen/rows.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";

/** A row of three buttons, of which some may be out of sight or disabled. */
function row() {
  const around = new Element("div");
  const buttons = ["a", "b", "c"].map((name) => {
    const one = Object.assign(new Element("button"), { tabIndex: 0 });
    one.className = name;
    one.focus = () => Object.assign(document, { activeElement: one });
    around.append(one);
    return one;
  });
  around.querySelectorAll = () => around.children;
  return { around: /** @type {any} */ (around), buttons };
}

const stops = (/** @type {any[]} */ buttons) => buttons.map((one) => one.tabIndex);
const press = (/** @type {any} */ around, /** @type {string} */ key) => around.dispatchEvent(event("keydown", { key }));

test("the first button is the stop, and the arrow keys carry it along and round", () => {
  const { around, buttons } = row();
  rove(around);
  assert.deepEqual(stops(buttons), [0, -1, -1]);
  buttons[0].focus();
  press(around, "ArrowRight");
  assert.deepEqual([stops(buttons), document.activeElement], [[-1, 0, -1], buttons[1]]);
  press(around, "End");
  press(around, "ArrowRight");
  assert.deepEqual(stops(buttons), [0, -1, -1]);
  press(around, "ArrowLeft");
  assert.deepEqual(stops(buttons), [-1, -1, 0]);
});

test("what is disabled or out of sight is passed over and is never the stop", () => {
  const { around, buttons } = row();
  buttons[0].disabled = true;
  buttons[2].offsetWidth = 0;
  rove(around);
  assert.deepEqual(stops(buttons), [-1, 0, -1]);
  buttons[1].focus();
  press(around, "ArrowRight");
  assert.equal(document.activeElement, buttons[1]);
});

test("other keys are left alone", () => {
  const { around, buttons } = row();
  rove(around);
  buttons[0].focus();
  const letter = event("keydown", { key: "a" });
  around.dispatchEvent(letter);
  assert.deepEqual([letter.defaultPrevented, stops(buttons)], [false, [0, -1, -1]]);
});
