// What a figure says in words: its own numbers, the names of its panels, and one timestep.
import assert from "node:assert/strict";
import { Description, figures, filled, moment, spread, summary } from "../../rnnviz/live/description.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";

const WORDS = {
  shown: "{title}, step {step}: {parts}.",
  empty: "{title}: nothing yet.",
  line: "{name} from {first} at {start} to {last} at {end}",
  lines: "{count} lines over {axes}",
  range: "{name} between {low} and {high}, {mean} on average",
  value: "{name} {value}",
  more: "and {count} more",
  moment: "timestep {t}: {parts}",
  tools: "tools of the picture",
};

/**
 * A plot as plotly leaves it.
 * @param {object[]} data
 * @returns {any}
 */
function plot(data, layout = {}) {
  return { data, layout };
}

/**
 * @param {object[]} data
 * @param {object} layout
 */
function said(data, layout = {}, title = "States", step = "7") {
  return summary(plot(data, layout), WORDS, title, step);
}

const TWO_PANELS = {
  xaxis: { domain: [0, 0.4] },
  yaxis: { domain: [0, 1] },
  xaxis2: { domain: [0.6, 1] },
  yaxis2: { domain: [0, 1] },
  annotations: [{ text: "<b>loss</b> · log scale", x: 0, y: 1 }, { text: "score", x: 0.6, y: 1 }],
};

test("the places of a sentence are filled", () => {
  assert.equal(filled("{a} and {b}, {a}", { a: 1, b: "two" }), "1 and two, 1");
});

for (
  const [value, text] of /** @type {[number, string][]} */ ([
    [0, "0"],
    [1, "1"],
    [0.123456, "0.123"],
    [-0.5, "−0.5"],
    [1234.5, "1230"],
    [-0.00001234, "−1.2e−5"],
    [2e7, "2.0e+7"],
  ])
) test(`${value} is said as ${text}`, () => assert.equal(figures(value), text));

test("a range knows its ends and its mean, whatever is no number", () => {
  assert.deepEqual(spread([3, NaN, -1, Infinity, 4]), { low: "−1", high: "4", mean: "2" });
  assert.equal(spread([NaN, -Infinity]), null);
  assert.equal(spread([]), null);
});

test("a curve is told from its first number to its last", () => {
  const trace = { name: "loss", x: [0, 10, 20], y: [NaN, 0.5, 0.25] };
  assert.equal(said([trace]), "States, step 7: loss from 0.5 at 10 to 0.25 at 20.");
});

test("a curve without places is told by its count", () => {
  assert.equal(said([{ name: "loss", y: [2, 1] }]), "States, step 7: loss from 2 at 0 to 1 at 1.");
});

test("points are told by their range", () => {
  const trace = { name: "units", mode: "markers", x: [5, 6], y: [1, 3] };
  assert.equal(said([trace]), "States, step 7: units between 1 and 3, 2 on average.");
});

const LINES = {
  type: "parcoords",
  dimensions: [
    { label: "lr", values: [-3, -2], tickvals: [-3, -2], ticktext: ["0.001", "0.01"] },
    { label: "layers", values: [1, 3] },
    { label: "<b>score</b>", values: new Float64Array([0.5, 0.75]) },
  ],
};

test("parallel coordinates are told by their lines, their axes, and the ranges that are marked in numbers", () => {
  const words = "2 lines over lr, layers, score; layers between 1 and 3, 2 on average; " +
    "score between 0.5 and 0.75, 0.625 on average";
  assert.equal(said([LINES]), `States, step 7: ${words}.`);
});

test("parallel coordinates without a line are an empty figure", () => {
  assert.equal(said([{ type: "parcoords", dimensions: [{ label: "lr", values: [] }] }]), "States: nothing yet.");
  assert.equal(said([{ type: "parcoords", dimensions: [] }]), "States: nothing yet.");
});

test("a map is told by the range of all its rows", () => {
  const rows = [new Float32Array([0, 1]), new Float32Array([NaN, 2])];
  assert.equal(said([{ name: "h", z: rows }]), "States, step 7: h between 0 and 2, 1 on average.");
});

test("what is not seen is not told", () => {
  const seen = { name: "seen", y: [1, 2] };
  const unseen = [{ ...seen, visible: false }, { ...seen, hoverinfo: "skip" }, { ...seen, y: [] }, { name: "none" }];
  assert.equal(said([...unseen, seen]), said([seen]));
});

test("a panel's only curve has the panel's title, without the note on its colours", () => {
  const data = [{ name: "a", y: [1, 1] }, { name: "b", y: [2, 2], xaxis: "x2", yaxis: "y2" }];
  assert.equal(said(data, TWO_PANELS), "States, step 7: loss from 1 at 0 to 1 at 1; score from 2 at 0 to 2 at 1.");
});

test("a panel with a caption has its name", () => {
  const data = [{ name: "h", y: [1, 1] }, { name: "c", y: [2, 2], xaxis: "x2", yaxis: "y2" }];
  const meta = { panels: [{ axis: "y", name: "Hidden state h" }, { axis: "y2", name: "Cell state c" }] };
  const text = "States, step 7: Hidden state h from 1 at 0 to 1 at 1; Cell state c from 2 at 0 to 2 at 1.";
  assert.equal(said(data, { meta }), text);
});

test("of several curves in a panel each has a name of its own besides", () => {
  const data = [{ name: "train", y: [1, 1] }, { name: "held <i>out</i>", y: [2, 2] }];
  const text = "States, step 7: loss, train from 1 at 0 to 1 at 1; loss, held out from 2 at 0 to 2 at 1.";
  assert.equal(said(data, TWO_PANELS), text);
});

test("a notice comes first, and is no panel's title", () => {
  const layout = { annotations: [{ name: "notice", text: "frozen<br>here", x: 0, y: 1 }] };
  assert.equal(said([{ name: "h", y: [1, 2] }], layout), "States, step 7: frozen here; h from 1 at 0 to 2 at 1.");
});

test("a crowd is counted after eight", () => {
  const data = Array.from({ length: 11 }, (_, index) => ({ name: `c${index}`, y: [index, index] }));
  assert.match(said(data), /; c7 from 7 at 0 to 7 at 1; and 3 more\.$/);
});

test("a picture without numbers says so", () => {
  assert.equal(said([{ name: "h", y: [NaN] }, { name: "m", z: [[NaN]] }]), "States: nothing yet.");
  assert.equal(said([], {}, "<b>Loss</b>"), "Loss: nothing yet.");
});

test("before the first frame it is step 0", () => {
  assert.equal(summary(plot([{ name: "h", y: [1, 2] }]), WORDS, "h", undefined), "h, step 0: h from 1 at 0 to 2 at 1.");
});

test("a timestep is told by what is nearest to it", () => {
  const curve = { name: "loss", x: [0, 1, 2], y: [5, 6, 7] };
  const map = { name: "h", x: [0, 1, 2], z: [[1, 2, 3], [-1, 0, 1]] };
  const text = "timestep 2: loss 7; h between 1 and 3, 2 on average";
  assert.equal(moment(plot([curve, map]), WORDS, 2, 1.6), text);
});

test("numbers that come without places lie at 0, 1, 2 …", () => {
  const map = { name: "h", z: [[1, 2, 3], [-1, 0, 1]] }, curve = { name: "x", y: [5, 6, 7] };
  assert.equal(moment(plot([map, curve]), WORDS, 2, 2), "timestep 2: h between 1 and 3, 2 on average; x 7");
});

test("where a curve has no number at a timestep it is left out", () => {
  const data = [{ name: "a", x: [0, 1], y: [NaN, 1] }, { name: "b", x: [0, 1], y: [2, 3] }];
  assert.equal(moment(plot(data), WORDS, 0, 0), "timestep 0: b 2");
});

/** A telling with a plot that can be read and written as plotly's. */
function telling() {
  const [el, made] = [new Element("div"), /** @type {any} */ (new Element("div"))];
  el.appendChild(made);
  Object.assign(made, plot([{ name: "h", x: [0, 1], y: [1, 2] }]));
  const spec = { words: WORDS, label: "States", cursor: [0, 1, 2] };
  const drawing = /** @type {any} */ ({ el, plot: made, spec });
  const told = /** @type {any} */ (new Description(drawing));
  return { told, made, spec, drawing };
}

test("a description lies beside its picture, out of sight, and the picture points to it", () => {
  const { told, made } = telling();
  told.name("<b>States</b>");
  assert.equal(made.getAttribute("aria-label"), "States");
  assert.equal(made.getAttribute("aria-describedby"), told.about.id);
  assert.ok(told.about.classList.contains("rv-visually-hidden"));
  assert.equal(told.found.getAttribute("role"), "status");
});

test("a description is there at once, and later kept current without haste", async (browser) => {
  const { told, made } = telling();
  told.soon();
  await browser.pass(0);
  assert.equal(told.about.textContent, "States, step 0: h from 1 at 0 to 2 at 1.");
  made.data[0].y = [3, 4];
  for (let i = 0; i < 9; i++) {
    told.soon();
    await browser.pass(100);
  }
  assert.equal(told.about.textContent, "States, step 0: h from 1 at 0 to 2 at 1.");
  await browser.pass(100);
  assert.equal(told.about.textContent, "States, step 0: h from 3 at 0 to 4 at 1.");
});

test("a description that is as it was is not written again", () => {
  const { told } = telling();
  told.now();
  told.now();
  assert.equal(told.about.texts.length, 1);
});

test("a figure that is not built yet says nothing", () => {
  const { told, drawing } = telling();
  drawing.spec = null;
  told.now();
  told.at(1);
  assert.deepEqual([told.about.textContent, told.found.textContent], ["", ""]);
});

test("the timestep that the keys have found is said, and unsaid", () => {
  const { told } = telling();
  told.at(1);
  assert.equal(told.found.textContent, "timestep 1: h 2");
  told.at(null);
  assert.equal(told.found.textContent, "");
});

test("a picture that is taken away says nothing later", async (browser) => {
  const { told } = telling();
  told.soon();
  told.end();
  await browser.pass(5000);
  assert.deepEqual([told.about.texts, browser.timers.size], [[], 0]);
});

test("the picture's buttons are one stop of the Tab key, and the arrow keys go around them", () => {
  const { told, made } = telling();
  const bar = Object.assign(new Element("div"), { className: "modebar" });
  const buttons = [1, 2, 3].map(() => Object.assign(new Element("a"), { className: "modebar-btn", tabIndex: 0 }));
  bar.append(...buttons);
  made.querySelector = () => (bar.getAttribute("aria-label") ? null : bar);
  told.tidy();
  const stops = () => buttons.map((one) => one.tabIndex);
  assert.deepEqual(stops(), [0, -1, -1]);
  assert.equal(bar.getAttribute("aria-label"), "tools of the picture");
  const press = (/** @type {string} */ key, from = 0) => {
    const pressed = event("keydown", { key });
    Object.defineProperty(pressed, "target", { value: buttons[from] });
    bar.dispatchEvent(pressed);
    return pressed.defaultPrevented;
  };
  assert.equal(press("ArrowLeft"), true);
  assert.deepEqual(stops(), [-1, -1, 0]);
  assert.equal(press("ArrowRight", 2), true);
  assert.deepEqual(stops(), [0, -1, -1]);
  assert.equal(press("a"), false);
});
