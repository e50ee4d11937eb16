// Strips over one time axis: their sizes and words, one cursor, one range, one stop of the Tab key.
import assert from "node:assert/strict";
import { test } from "./browser.js";
import { event } from "./element.js";
import { drawn, panel, scored, spec, texts } from "./strips.js";

const gates = () =>
  spec({
    panels: [
      panel({ name: "Forget gate", low: 32, high: 64, gap: 4, read: { row: 0, digits: 2 } }),
      panel({ axis: "y2", x: "x2", name: "Input gate", low: 32, high: 32, bar: null, read: { row: 1, digits: 2 } }),
    ],
    rows: [Array(10).fill(0.25), Array(10).fill(-0.5)],
  });

test("a panel is its caption, its picture and a gap, exactly as high as the kernel says", async () => {
  const { strips: [{ plot }] } = await scored([gates()]);
  assert.equal(plot.layout.height, 16 + 32 + 4 + 16 + 32 + 6);
  const boxes = [plot._fullLayout.yaxis, plot._fullLayout.yaxis2].map((one) =>
    [one._offset, one._length].map(Math.round)
  );
  assert.deepEqual(boxes, [[16, 32], [68, 32]]);
  assert.equal(plot.style.height, "106px");
});

test("a higher window has higher pictures, and hears when it becomes one", async () => {
  const score = await scored([gates()]);
  const { lab, strips: [{ plot, strip }] } = score;
  assert.equal(lab.dataset.window, "low");
  /** @type {any} */ (globalThis).innerHeight = 880;
  strip.resized();
  await drawn(score);
  assert.deepEqual([lab.dataset.window, plot.layout.height], ["high", 16 + 64 + 4 + 16 + 32 + 6]);
  assert.equal(Math.round(1e6 * plot._fullLayout.yaxis._length), 64e6);
});

test("a caption says the panel's name and its words, and the number under the cursor", async () => {
  const { box, cursor, strips } = await scored([spec({ rows: [[0.5, -0.114, NaN, 0, 0, 0, 0, 0, 0, 0]] })]);
  assert.deepEqual([texts(box, "rv-name"), texts(box, "rv-aside")], [["State h"], ["4 units"]]);
  assert.deepEqual(texts(box, "rv-readout-value"), ["0.00"], "the last step's, before the cursor is moved");
  cursor.move(1);
  assert.deepEqual([texts(box, "rv-readout-before"), texts(box, "rv-readout-value")], [["unit 3"], ["−0.11"]]);
  cursor.move(2);
  assert.deepEqual([texts(box, "rv-readout-before"), texts(box, "rv-readout-value")], [[], [""]]);
  assert.equal(strips[0].view.classList.contains("rv-strip"), true);
});

test("before a knob's move stands what the number was", async () => {
  const read = { row: 0, digits: null, unit: "", lead: "", was: 1 };
  const { box, cursor } = await scored([
    spec({ panels: [panel({ read })], rows: [Array(10).fill(0.00265), Array(10).fill(5e-18)] }),
  ]);
  cursor.move(4);
  assert.deepEqual([texts(box, "rv-readout-before"), texts(box, "rv-readout-value")], [["5.0 × 10⁻¹⁸ →"], ["0.00265"]]);
});

test("words that a frame changes are changed, and words that stay are not written again", async () => {
  const { box, strips: [{ drawing }] } = await scored([spec()]);
  const name = box.querySelector(".rv-name");
  const parts = [{ figure: "view 0", trace: null, key: "meta.panels[0].aside", value: "8 units" }];
  const bytes = new Uint8Array();
  await drawing.draw(
    /** @type {any} */ ({ id: 1, run: 1, step: 1, parts, digests: { "view 0": 1 }, cursors: {}, bytes }),
  );
  assert.deepEqual(texts(box, "rv-aside"), ["8 units"]);
  assert.deepEqual(name?.texts, ["State h"]);
});

test("the help is behind the first name's question mark", async () => {
  const { box } = await scored([gates()]);
  assert.deepEqual(texts(box, "rv-help-words"), ["It shows."]);
  assert.equal(box.querySelector(".rv-help-mark")?.getAttribute("aria-label"), "what?");
});

test("a colour bar has its scale's colours, stands beside all panels that share it, and marks now and before", async () => {
  const bar = { ...panel().bar, span: 2, mark: 0.75, was: 0.25 };
  const whole = gates();
  whole.layout.meta.panels[0].bar = bar;
  const { box } = await scored([whole]);
  const all = box.all();
  assert.deepEqual(all.filter((one) => one.tagName === "STOP").map((one) => one.getAttribute("stop-color")), [
    "#0000aa",
    "#aa0000",
  ]);
  const outline = all.find((one) => one.getAttribute("class") === "rv-bar-outline");
  assert.match(String(outline?.getAttribute("d")), /v85/); // 32 + 4 + 16 + 32, and its frame
  const tip = (/** @type {string} */ name) => all.find((one) => one.getAttribute("class") === name)?.getAttribute("d");
  assert.equal(tip("rv-bar-now"), "M344 37l-6 -3.5v7z"); // 8 beside the plot, a quarter down from 16
  assert.equal(tip("rv-bar-was"), "M344 79l-6 -3.5v7z");
});

test("a bar whose numbers go beyond it has pointed ends", async () => {
  const { box } = await scored([spec({ panels: [panel({ bar: { ...panel().bar, pointed: true } })] })]);
  const outline = box.all().find((one) => one.getAttribute("class") === "rv-bar-outline");
  assert.equal(outline?.getAttribute("d"), "M0 5l4 -5l4 5v54l-4 5l-4 -5z");
});

test("the unit in focus is marked at the left of its row", async () => {
  const { box } = await scored([spec({ marks: [3] })]);
  const mark = box.all().find((one) => one.getAttribute("class") === "rv-unit");
  assert.equal(mark?.getAttribute("d"), "M35 24l-4 -3v6z"); // the top one of four rows of 16, below the caption
});

test("one cursor stands at the same place in all strips, and its flag says the timestep in the sequence's words", async () => {
  const { box, cursor } = await scored([spec(), spec()]);
  const [line] = /** @type {any[]} */ (box.querySelectorAll(".rv-playhead"));
  assert.equal(box.querySelectorAll(".rv-cursor").length, 1);
  assert.deepEqual(
    [line.hidden, texts(box, "rv-flag")],
    [false, ["t = 9 · j"]],
    "before it is moved, at the last step",
  );
  cursor.move(4);
  assert.deepEqual([line.hidden, line.style.left], [false, "171px"]); // 36 + 4.5 steps of 30
  assert.deepEqual(texts(box, "rv-flag"), ["t = 4 · e"]);
  cursor.move(null);
  assert.deepEqual([line.hidden, texts(box, "rv-flag")], [false, ["t = 9 · j"]]);
});

test("before it is moved the cursor stands where a padded sequence ends", async () => {
  const { box } = await scored([spec({ rows: [[0.5, 0.25, -0.125, ...Array(7).fill(NaN)]] })]);
  assert.deepEqual([texts(box, "rv-flag"), texts(box, "rv-readout-value")], [["t = 2 · c"], ["−0.13"]]);
});

test("before it is moved the cursor stands at the step that the sequence says, and then where it was moved", async () => {
  const axes = [{ title: "step t", first: "", last: "", labels: [..."abcdefghij"], rest: 1 }];
  const { box, cursor } = await scored([spec({ rows: [[0.5, 0.25, -0.125, ...Array(7).fill(0.75)]], axes })]);
  assert.deepEqual([texts(box, "rv-flag"), texts(box, "rv-readout-value")], [["t = 1 · b"], ["0.25"]]);
  cursor.move(3);
  assert.deepEqual(texts(box, "rv-readout-value"), ["0.75"]);
});

test("a click picks the timestep that the pointer has marked, also between two pixels and two cells", async () => {
  const { box, said, cursor, strips: [{ drawing }] } = await scored([spec()]);
  for (const x of [95.6, 96, 96.4, 125.99, 126]) { // cells begin at 36 + 30 each
    box.dispatchEvent(event("pointermove", { clientX: x }));
    const marked = cursor.t;
    drawing.pick({ points: [{ x: 9, y: 0, curveNumber: 0 }], event: { clientX: Math.floor(x), clientY: 40 } });
    assert.deepEqual([said.at(-1).time, cursor.t], [marked, marked], `at ${x}`);
  }
});

test("the pointer moves the cursor wherever in the score it is, beside the plot it does not", async () => {
  const { box, cursor } = await scored([spec()]);
  const at = (/** @type {number} */ x, name = "pointermove") => box.dispatchEvent(event(name, { clientX: 10 + x }));
  at(36 + 75);
  assert.equal(cursor.t, 2);
  at(20);
  at(350);
  assert.equal(cursor.t, 2);
  at(36 + 225, "pointerdown"); // a finger comes down without moving first
  assert.equal(cursor.t, 7);
});

test("where a curve meets the cursor there is a dot in its colour, and none beyond its picture", async () => {
  const curve = panel({ bar: null, read: { row: 0, digits: null, dot: "#123456" } });
  const { box, cursor } = await scored([spec({ panels: [curve], rows: [[1.5, 99, 0, 0, 0, 0, 0, 0, 0, 0]] })]);
  const dots = () => box.all().filter((one) => one.getAttribute("class") === "rv-point");
  cursor.move(0);
  assert.deepEqual(dots().map((one) => [one.getAttribute("cx"), one.getAttribute("cy"), one.getAttribute("fill")]), [[
    "51",
    "48",
    "#123456",
  ]]);
  cursor.move(1);
  assert.deepEqual(dots(), []);
});

test("below symbols stands what the axis counts, at its beginning, and no symbol", async () => {
  const axes = [{ title: "step t", first: "", last: "", labels: [..."abcdefghij"].map((one) => `reads ${one}`) }];
  const { box } = await scored([spec({ axes })]);
  const words = box.all().filter((one) => one.getAttribute("class") === "rv-axis-words");
  assert.deepEqual(words.map((one) => [one.textContent, one.getAttribute("text-anchor")]), [["step t", "start"]]);
});

test("one axis stands below all strips, with round steps and the ends of the calendar", async () => {
  const { box } = await scored([spec(), spec()]);
  const words = (/** @type {string} */ name) =>
    box.all().filter((one) => one.getAttribute("class") === name).map((one) => one.textContent);
  assert.deepEqual(words("rv-axis-tick"), ["0", "2", "4", "6", "8"]);
  assert.deepEqual(words("rv-axis-words"), ["a", "month t", "j"]);
  assert.equal(box.querySelectorAll(".rv-axis").length, 1);
  assert.equal(box.lastElementChild?.className, "rv-flag");
});

test("the others take over the range of one, each with all its panels, and nobody answers", async () => {
  const score = await scored([spec(), gates()]);
  const [one, two] = score.strips;
  one.plotly.relayout(one.plot, { "xaxis.range": [2, 5] });
  await drawn(score);
  assert.deepEqual([two.plot._fullLayout.xaxis.range, two.plot._fullLayout.xaxis2.range], [[2, 5], [2, 5]]);
  assert.deepEqual([one, two].map(({ plotly }) => plotly.drawn.filter(([kind]) => kind === "relayout").length), [1, 1]);
});

test("a double click anywhere shows all of the sequence again, everywhere", async () => {
  const score = await scored([spec(), spec()]);
  const [one, two] = score.strips;
  one.plotly.relayout(one.plot, { "xaxis.range": [2, 5] });
  await drawn(score);
  two.plot.hear("plotly_doubleclick");
  await drawn(score);
  assert.deepEqual([one, two].map(({ plot }) => plot._fullLayout.xaxis.range), [[-0.5, 9.5], [-0.5, 9.5]]);
});

test("a strip that is built anew shows what the others show", async () => {
  const score = await scored([spec(), spec()]);
  const [one, two] = score.strips;
  one.plotly.relayout(one.plot, { "xaxis.range": [2, 5] });
  await drawn(score);
  await two.drawing.turn(() => two.drawing.rebuild());
  assert.deepEqual(two.plot._fullLayout.xaxis.range, [2, 5]);
});

test("a cursor beyond what is zoomed to is not shown", async () => {
  const score = await scored([spec()]);
  const [one] = score.strips, [line] = /** @type {any[]} */ (score.box.querySelectorAll(".rv-playhead"));
  one.plotly.relayout(one.plot, { "xaxis.range": [2, 5] });
  one.drawing.mark(); // plotly says that it has drawn
  score.cursor.move(8);
  assert.equal(line.hidden, true);
  score.cursor.move(3);
  assert.deepEqual([line.hidden, line.style.left], [false, "136px"]); // a third of 300 from 36 on
});

test("a panel that is opened by its name has the room of all, and the others fold to their captions", async () => {
  const score = await scored([spec(), gates()]);
  const names = score.box.querySelectorAll(".rv-name");
  names[2].dispatchEvent(event("click"));
  await drawn(score);
  const [one, two] = score.strips.map(({ plot }) => plot);
  assert.deepEqual(names.map((name) => name.getAttribute("aria-expanded")), ["false", "false", "true"]);
  assert.deepEqual([one.layout.height, two.layout.height], [16 + 6, 16 + 4 + 16 + 128 + 6]); // 64 + 32 + 32
  assert.deepEqual([one.layout.yaxis.visible, two.layout.yaxis.visible, two.layout.yaxis2.visible], [
    false,
    false,
    true,
  ]);
  names[2].dispatchEvent(event("click"));
  await drawn(score);
  assert.deepEqual([one.layout.height, two.layout.height], [86, 106]);
});

test("an open heatmap has rows of as many whole pixels each", async () => {
  const score = await scored([spec(), spec({ panels: [panel({ low: 50, bar: null })] })]);
  score.strips[0].strip.score?.toggle(score.strips[0].strip, 0);
  await drawn(score);
  assert.equal(score.strips[0].plot.layout.height, 16 + 2 * 64 + 6); // 114 would be 28.5 a row
});

test("all strips are one stop of the Tab key, and the arrow keys lead from one to the next", async () => {
  const { strips } = await scored([spec(), spec(), spec()]);
  const stops = () => strips.map(({ plot }) => plot.tabIndex);
  const press = (/** @type {number} */ index, /** @type {string} */ key) => {
    const pressed = event("keydown", { key });
    strips[index].drawing.key(/** @type {any} */ (pressed));
    return pressed.defaultPrevented;
  };
  assert.deepEqual(stops(), [0, -1, -1]);
  assert.equal(press(0, "ArrowDown"), true);
  assert.deepEqual(stops(), [-1, 0, -1]);
  press(1, "ArrowDown");
  press(2, "ArrowDown"); // there is none below
  assert.deepEqual(stops(), [-1, -1, 0]);
  press(2, "ArrowUp");
  assert.deepEqual(stops(), [-1, 0, -1]);
});

test("Enter on a strip opens it", async () => {
  const score = await scored([spec(), spec()]);
  score.strips[1].drawing.key(/** @type {any} */ (event("keydown", { key: "Enter" })));
  await drawn(score);
  assert.equal(score.strips[0].plot.layout.height, 22);
});

test("Home and End lead to the ends", async () => {
  const { cursor, strips: [{ drawing }] } = await scored([spec()]);
  const found = ["End", "ArrowLeft", "Home", "ArrowRight"].map((key) => {
    drawing.key(/** @type {any} */ (event("keydown", { key })));
    return cursor.t;
  });
  assert.deepEqual(found, [9, 8, 0, 1]);
});

test("on a dark page the bar has the dark scale's colours", async () => {
  const score = await scored([spec()]);
  /** @type {any} */ (globalThis).getComputedStyle = () => ({ color: "rgb(230, 230, 230)" });
  await score.strips[0].drawing.turn(() => score.strips[0].drawing.recolour());
  const stops = score.box.all().filter((one) => one.tagName === "STOP").map((one) => one.getAttribute("stop-color"));
  assert.deepEqual(stops, ["#8888ff", "#ff8888"]);
});

test("a picture of the narrow column has its words and its one large number, and no part in the score", async () => {
  const side = panel({
    bar: null,
    read: null,
    big: "20.6",
    bigwords: "off on average",
    now: "",
    head: 32,
    empty: "press Play",
  });
  const whole = spec({ place: "side", panels: [side] });
  whole.layout.margin.b = 18;
  const { box, strips: [{ plot, view, strip }] } = await scored([whole]);
  assert.equal(plot.layout.height, 32 + 64 + 6 + 18);
  assert.deepEqual([texts(box, "rv-big-number"), texts(box, "rv-big-words")], [["20.6"], ["off on average"]]);
  assert.deepEqual(texts(box, "rv-empty-promise"), ["press Play"]);
  assert.deepEqual([strip.score, view.classList.contains("rv-side")], [null, true]);
  assert.deepEqual(box.querySelectorAll(".rv-axis"), []);
});

test("the last strip that goes takes cursor, axis and all listeners with it", async (browser) => {
  const { box, strips, cursor } = await scored([spec(), spec()]);
  strips[0].strip.leave();
  assert.equal(box.querySelectorAll(".rv-axis").length, 1);
  strips[1].strip.leave();
  assert.deepEqual(box.querySelectorAll(".rv-axis, .rv-flag, .rv-veil, .rv-playhead"), []);
  assert.equal(browser.listeners.size, 0);
  cursor.move(3); // nobody is left who minds
});
