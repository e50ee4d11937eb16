// Strips of a score in a lab, on a plotly that only keeps what it was given to draw, and where it would put it.
import { Drawing, put } from "../../rnnviz/live/drawing.js";
import { cursorOf, feedOf, page } from "../../rnnviz/live/page.js";
import { readerOf } from "../../rnnviz/live/reading.js";
import { Strip } from "../../rnnviz/live/strip.js";
import { Element } from "./element.js";
import "./figure.js";
import { Model } from "./model.js";

Object.assign(page, { Strip, readerOf });

/** Stands for plotly: 300 pixels from 36 on are the plot. */
class Plotly {
  /** @type {[string, any][]} */
  drawn = [];

  /**
   * @param {any} plot
   * @param {any[]} data
   * @param {any} layout
   */
  react(plot, data, layout) {
    Object.assign(plot, { data, layout });
    lay(plot);
    this.drawn.push(["react", structuredClone({ data, layout })]);
  }

  /**
   * @param {any} plot
   * @param {Record<string, unknown>} changes
   */
  relayout(plot, changes) {
    for (const [path, value] of Object.entries(changes)) put(plot.layout, path, value);
    lay(plot);
    this.drawn.push(["relayout", changes]);
    plot.hear("plotly_relayout", changes);
  }

  purge() {}
}

/** @param {any} plot */
function lay(plot) {
  const { layout } = plot;
  const high = layout.height - (layout.margin.b ?? 0);
  /** @type {Record<string, any>} */
  const full = { _subplots: { cartesian: [] }, _plots: {} };
  for (const [name, axis] of Object.entries(layout)) {
    const across = name.startsWith("xaxis");
    if (!across && !name.startsWith("yaxis")) continue;
    const [low, top] = axis.domain ?? [0, 1], [from, to] = axis.range;
    const [offset, length] = across ? [36, 300] : [high * (1 - top), high * (top - low)];
    const d2p = (/** @type {number} */ v) =>
      across ? length * (v - from) / (to - from) : length * (to - v) / (to - from);
    const p2d = (/** @type {number} */ p) => from + p / length * (to - from);
    full[name] = { _offset: offset, _length: length, range: axis.range, d2p, p2d };
  }
  plot._fullLayout = full;
}

/** One heatmap or curve, as the kernel tells of it. */
export function panel(more = {}) {
  const bar = { kind: "signed", low: -1, high: 1, labels: [[1, "1"], [0.5, "0"], [0, "−1"]] };
  const read = { row: 0, digits: 2, unit: "", lead: "unit 3", was: null };
  return { axis: "y", x: "x", name: "State h", aside: "4 units", low: 64, high: 96, gap: 6, bar, read, ...more };
}

const SCALES = { signed: { light: [[0, "#0000aa"], [1, "#aa0000"]], dark: [[0, "#8888ff"], [1, "#ff8888"]] } };
const AXES = [{ title: "month t", first: "Jul", last: "Apr", labels: [..."abcdefghij"] }];

/** @param {any} meta */
export function spec(meta = {}, more = {}) {
  const panels = meta.panels ?? [panel()];
  const whole = { place: "strip", panels, rows: [[..."0123456789"].map(Number)], marks: [], axes: AXES, ...meta };
  /** @type {any} */
  const layout = { height: 300, margin: { l: 36, r: 48, t: 0, b: 0 }, meta: whole };
  const data = panels.map((/** @type {any} */ one, /** @type {number} */ index) => {
    const id = index ? String(index + 1) : "";
    layout[`xaxis${id}`] = { range: [-0.5, 9.5] };
    layout[`yaxis${id}`] = { range: [-0.5, 3.5], tickvals: [0, 3] };
    return { type: one.bar ? "heatmap" : "scatter", yaxis: `y${id}`, line: { color: "#123456" } };
  });
  return { data, layout, run: 1, cursor: [0, 1, 10], label: "", words: { help: "what?" }, scales: SCALES, ...more };
}

let count = 0;

/**
 * A lab whose score has these strips.
 * @param {any[]} specs
 */
export async function scored(specs) {
  const group = `score ${++count}`;
  const [lab, box, button, dock] = ["rv-lab", "rv-score", "rv-read", "rv-dock"].map((name) =>
    Object.assign(new Element("div"), { className: name })
  );
  lab.append(button, box, dock);
  dock.offsetWidth = 0;
  const feed = feedOf(group);
  /** @type {any[]} */
  const said = [];
  feed.say = (message) => said.push(message);
  const strips = [];
  for (const [index, one] of specs.entries()) {
    const el = Object.assign(new Element("div"), { className: "rv-figure" });
    const view = Object.assign(new Element("div"), { className: "rv-view" });
    box.appendChild(view).appendChild(el);
    const model = new Model({ name: `view ${index}`, feed_id: group, group, spec: one, help: "It shows." });
    const plotly = new Plotly();
    page.traces = ["heatmap", "scatter"];
    const drawing = new Drawing(model, /** @type {any} */ (el), plotly, null);
    const plot = /** @type {any} */ (drawing.plot);
    /** @type {Map<string, ((given: any) => void)[]>} */
    const calls = new Map();
    plot.on = (/** @type {string} */ name, /** @type {any} */ call) =>
      calls.set(name, [...(calls.get(name) ?? []), call]);
    plot.hear = (/** @type {string} */ name, /** @type {any} */ given) =>
      calls.get(name)?.forEach((call) => call(given));
    feed.figures.add(drawing);
    const leave = drawing.reader?.attend(/** @type {any} */ (el));
    drawing.cursor.listeners.add(() => drawing.mark());
    await drawing.turn(() => drawing.rebuild());
    const strip = /** @type {Strip} */ (drawing.strip);
    strip.wire();
    strips.push({ drawing, strip, plot, plotly, view, el, model, leave });
  }
  return { lab, box, button, dock, said, strips, cursor: cursorOf(group), reader: readerOf(group), feed };
}

/**
 * Everything that was given to plotly to draw has been drawn.
 * @param {{strips: {drawing: Drawing}[]}} score
 */
export async function drawn({ strips }) {
  for (const { drawing } of strips) await drawing.queue;
}

/**
 * @param {Element} around
 * @param {string} name Of a class.
 */
export function texts(around, name) {
  return around.querySelectorAll(`.${name}`).filter((one) => !one.hidden).map((one) => one.textContent);
}
