// A padded sequence: the cursor and Read end with it, and the time axis says once that what follows is padding.
import assert from "node:assert/strict";
import { drawAxis } from "../../rnnviz/live/axis.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";
import { drawn, scored, spec } from "./strips.js";

const AXES = [
  { title: "step t", first: "", last: "", labels: [..."abcd"], end: 4, padding: "padding" },
  { title: "step t", first: "", last: "", labels: null },
];

/** @param {number} [sample] */
function padded(sample = 0) {
  return scored([spec({ axes: AXES, sample })]);
}

test("the cursor goes no further than the sequence's end", async () => {
  const { cursor } = await padded();
  cursor.move(7);
  assert.equal(cursor.t, 3);
  cursor.move(2);
  assert.equal(cursor.t, 2);
  cursor.move(null);
  assert.equal(cursor.t, null);
});

test("of a sequence without padding it goes to the last step", async () => {
  const { cursor } = await padded(1);
  cursor.move(9);
  assert.equal(cursor.t, 9);
});

test("Read ends with the sequence", async (browser) => {
  const { reader, cursor } = await padded();
  reader.start(4);
  await browser.pass(3 * 250);
  assert.deepEqual([reader.reading, cursor.t], [true, 3]);
  await browser.pass(250);
  assert.deepEqual([reader.reading, cursor.t], [false, 3]);
});

test("when a longer sequence is typed every strip shows all of it, unless the reader has zoomed", async () => {
  const score = await scored([spec(), spec()]);
  const [{ strip, drawing }, two] = score.strips;
  const grow = async (/** @type {number} */ length) => {
    if (drawing.spec) drawing.spec.cursor = [0, 1, length];
    strip.score?.settle(strip);
    await drawn(score);
  };
  await grow(14);
  assert.deepEqual(two.plot.layout.xaxis.range, [-0.5, 13.5]);
  strip.score?.zoom([2, 5]);
  await grow(10);
  assert.deepEqual(two.plot.layout.xaxis.range, [2, 5]);
});

test("where a shorter sequence is shown the cursor moves back to its end", async () => {
  const score = await padded(1);
  score.cursor.move(8);
  const [{ strip, plot }] = score.strips;
  plot.layout.meta.sample = 0;
  strip.framed();
  await drawn(score);
  assert.equal(score.cursor.t, 3);
});

test("the arrow keys stay before the end, and come back from there", async () => {
  const { strips: [{ drawing }], cursor } = await padded();
  cursor.move(3);
  const press = (/** @type {string} */ key) => drawing.key(/** @type {any} */ (event("keydown", { key })));
  press("ArrowRight");
  assert.equal(cursor.t, 3);
  press("ArrowLeft");
  assert.equal(cursor.t, 2);
});

test("the axis names the padding below its middle, and nothing where there is none", () => {
  const words = (/** @type {any} */ axis) => {
    const svg = new Element("svg");
    const place = { left: 0, width: 100, from: 0, to: 9, across: (/** @type {number} */ t) => 5 + 10 * t };
    drawAxis(/** @type {any} */ (svg), axis, place);
    const named = svg.all().filter((one) => one.getAttribute("class") === "rv-axis-words");
    return named.map((one) => [one.textContent, one.getAttribute("x")]);
  };
  assert.deepEqual(words(AXES[0]), [["step t", "0"], ["padding", "70"]]);
  assert.deepEqual(words(AXES[1]), [["step t", "0"]]);
});
