// A figure on a plotly that only keeps what it was given to draw.
import { Drawing, put } from "../../rnnviz/live/drawing.js";
import { FastPath } from "../../rnnviz/live/fast.js";
import { cursorOf, feedOf, page } from "../../rnnviz/live/page.js";
import { Element } from "./element.js";
import { Model } from "./model.js";

/** @import { Browser } from "./browser.js" */

page.traces = ["scatter"]; // what the plotly below draws
page.Description = class {
  /** @type {unknown[]} */
  read = [];

  name() {}
  soon() {}
  end() {}

  /** @param {number | null} t */
  at(t) {
    this.read.push(t);
  }
};

page.FastPath = FastPath; // what stands for plotly has no names of its own, so everything is drawn in full

/** Stands for plotly: keeps what it was given to draw, and may take time over it or fail. */
class Plotly {
  /** @type {any[]} */
  drawn = [];
  /** @type {Record<string, unknown>[]} What it was told to change by itself. */
  changed = [];
  takes = 0;
  broken = false;
  Plots = { resize: () => this.drawn.push("resized") };

  /** @param {Browser} browser */
  constructor(browser) {
    this.browser = browser;
  }

  /**
   * @param {any} plot
   * @param {any[]} data
   * @param {any} layout
   */
  react(plot, data, layout) {
    if (this.broken) throw new Error("no room");
    this.browser.now += this.takes;
    Object.assign(plot, { data, layout, _fullLayout: plot._fullLayout ?? axes() });
    this.drawn.push(structuredClone({ data, layout }));
  }

  purge() {
    this.drawn.push("purged");
  }

  /**
   * @param {any} plot
   * @param {Record<string, unknown>} changes
   */
  relayout(plot, changes) {
    this.changed.push(changes);
    for (const [path, value] of Object.entries(changes)) put(plot.layout, path, value);
  }
}

/** Two panels above each other, 100 pixels wide for 10 units, within an element at (10, 20). */
function axes() {
  const xaxis = {
    _offset: 50,
    _length: 100,
    d2p: (/** @type {number} */ x) => 10 * x,
    p2d: (/** @type {number} */ p) => p / 10,
  };
  const _plots = {
    xy: { xaxis, yaxis: { _offset: 5, _length: 40 } },
    x2y2: { xaxis, yaxis: { _offset: 60, _length: 40 } },
  };
  return { _subplots: { cartesian: ["xy", "x2y2"] }, _plots, _size: { w: 99.6, h: 95.4 } };
}

let count = 0;

/**
 * A figure that was built.
 * @param {Browser} browser
 */
export async function built(browser, spec = {}) {
  const id = `drawing ${++count}`;
  const layout = { title: { text: "States" } };
  const whole = { data: [{ y: [0, 0] }], layout, run: 1, cursor: [0, 1, 11], label: "States", words: {}, ...spec };
  const model = new Model({ name: "hidden", feed_id: id, group: id, spec: whole });
  const plotly = new Plotly(browser);
  const el = new Element("div");
  const drawing = new Drawing(model, /** @type {any} */ (el), plotly, null);
  /** @type {any[]} */
  const said = [];
  drawing.feed.say = (message) => said.push(message);
  await drawing.turn(() => drawing.rebuild());
  plotly.drawn.length = 0;
  return {
    drawing,
    el,
    model,
    plotly,
    said,
    plot: /** @type {any} */ (drawing.plot),
    feed: feedOf(id),
    cursor: cursorOf(id),
  };
}

/**
 * @param {number} id
 * @param {Record<string, unknown>} values Of the trace, by key.
 * @returns {any}
 */
export function frame(id, values = {}, more = {}) {
  const parts = Object.entries(values).map(([key, value]) => ({ figure: "hidden", trace: 0, key, value }));
  const shared = { run: 1, step: 10 * id, digests: { hidden: id }, cursors: {}, bytes: new Uint8Array() };
  return { ...shared, id, parts, ...more };
}

/**
 * What `frame` takes for its parts: numbers of the trace, as they travel, words of the layout, words of the trace.
 * @param {Record<string, number[]>} numbers
 * @param {Record<string, unknown>} layout
 * @param {Record<string, unknown>} trace
 */
export function parts(numbers, layout = {}, trace = {}) {
  const figure = "hidden", all = Object.values(numbers).flat();
  let offset = 0;
  const arrays = Object.entries(numbers).map(([key, { length }]) => {
    const part = { figure, trace: 0, key, shape: [length], offset, limits: null };
    offset += 4 * length;
    return part;
  });
  const words = (/** @type {number | null} */ of, /** @type {Record<string, unknown>} */ values) =>
    Object.entries(values).map(([key, value]) => ({ figure, trace: of, key, value }));
  const bytes = new Uint8Array(new Float32Array(all).buffer);
  return { parts: [...arrays, ...words(null, layout), ...words(0, trace)], bytes };
}
