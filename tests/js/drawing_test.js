// The painter: when a figure is drawn, what of it, and where its cursor stands.
import assert from "node:assert/strict";
import { Drawing, put } from "../../rnnviz/live/drawing.js";
import { cursorOf, feedOf, page } from "../../rnnviz/live/page.js";
import { Element, event, Model, test } from "./browser.js";

/** @import { Browser } from "./browser.js" */

page.Telling = class {
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

/** Stands for plotly: keeps what it was given to draw, and may take time over it or fail. */
class Plotly {
  /** @type {any[]} */
  drawn = [];
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

  /**
   * @param {any} plot
   * @param {Record<string, string>} changes
   */
  relayout(plot, changes) {
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
async function built(browser, spec = {}) {
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
function frame(id, values = {}, more = {}) {
  const parts = Object.entries(values).map(([key, value]) => ({ figure: "hidden", trace: 0, key, value }));
  const shared = { run: 1, step: 10 * id, digests: { hidden: id }, cursors: {}, bytes: new Uint8Array() };
  return { ...shared, id, parts, ...more };
}

test("a path leads into a figure, whatever is missing on the way", () => {
  const target = { list: [{ a: 1 }] };
  put(target, "list[0].a", 2);
  put(target, "list[1].b.c", 3);
  put(target, "title", "t");
  assert.deepEqual(target, { list: [{ a: 2 }, { b: { c: 3 } }], title: "t" });
});

test("a frame is written into the figure's data and layout, and drawn once", async (browser) => {
  const { drawing, plotly, plot } = await built(browser);
  const title = { figure: "hidden", trace: null, key: "title.text", value: "step 10" };
  const numbers = { figure: "hidden", trace: 0, key: "y", shape: [2], offset: 4, limits: null };
  const other = { figure: "gates", trace: 0, key: "y", value: "not mine" };
  const bytes = new Uint8Array(new Float32Array([9, 1, 2]).buffer);
  await drawing.draw(frame(1, {}, { parts: [title, numbers, other], bytes }));
  assert.deepEqual(plotly.drawn.length, 1);
  assert.deepEqual(plot.data, [{ y: new Float32Array([1, 2]) }]);
  assert.equal(plot.layout.title.text, "step 10");
  assert.deepEqual({ ...plot.dataset }, { frame: 1, step: 10, silent: "" });
});

test("plotly is told that arrays which it was given before have changed", async (browser) => {
  const { drawing, plotly } = await built(browser);
  await drawing.draw(frame(1));
  await drawing.draw(frame(2));
  assert.deepEqual(plotly.drawn.map((one) => one.layout.datarevision), [1, 2]);
});

test("a frame that changes nothing in this figure moves its step on, and is not drawn", async (browser) => {
  const { drawing, plotly, plot } = await built(browser);
  await drawing.draw(frame(1, {}, { digests: { hidden: 5 } }));
  await drawing.draw(frame(2, {}, { digests: { hidden: 5 } }));
  assert.equal(plotly.drawn.length, 1);
  assert.deepEqual([plot.dataset.frame, plot.dataset.step], [2, 20]);
});

test("a frame is drawn once, however often it is offered", async (browser) => {
  const { drawing, plotly } = await built(browser);
  for (let i = 0; i < 3; i++) await drawing.draw(frame(1));
  assert.equal(plotly.drawn.length, 1);
});

test("a frame of another run is not for this figure", async (browser) => {
  const { drawing, plotly } = await built(browser);
  await drawing.draw(frame(1, { y: [7] }, { run: 2 }));
  assert.deepEqual([plotly.drawn.length, drawing.behind(frame(1, {}, { run: 2 }))], [0, false]);
});

test("a range that is as it was said before leaves the reader's zoom alone", async (browser) => {
  const { drawing, plot } = await built(browser);
  const ranged = (/** @type {number} */ id, /** @type {number[]} */ value) =>
    frame(id, {}, { parts: [{ figure: "hidden", trace: null, key: "yaxis.range", value }] });
  await drawing.draw(ranged(1, [0, 1]));
  plot.layout.yaxis.range = [0.4, 0.6]; // a zoom
  await drawing.draw(ranged(2, [0, 1]));
  assert.deepEqual(plot.layout.yaxis.range, [0.4, 0.6]);
  await drawing.draw(ranged(3, [0, 2]));
  assert.deepEqual(plot.layout.yaxis.range, [0, 2]);
});

for (
  const [why, hide, show] of /** @type {[string, (it: any) => void, (it: any) => void][]} */ ([
    ["out of sight", (it) => it.drawing.seen(false), (it) => it.drawing.seen(true)],
    [
      "in a hidden tab",
      (it) => (it.page.hidden = true),
      (it) => ((it.page.hidden = false), it.drawing.draw(it.feed.last)),
    ],
    [
      "without a size",
      (it) => (it.plot.offsetWidth = 0),
      (it) => ((it.plot.offsetWidth = 400), it.drawing.draw(it.feed.last)),
    ],
  ])
) {
  test(`a figure ${why} is not drawn, and shows the newest frame when it can be seen`, async (browser) => {
    const it = { ...(await built(browser)), page: browser.document };
    hide(it);
    for (const id of [1, 2]) {
      const newest = it.feed.last = frame(id, { y: [id, id] });
      assert.equal(it.drawing.behind(newest), false);
      await it.drawing.draw(newest);
    }
    assert.equal(it.plotly.drawn.length, 0);
    show(it);
    await it.drawing.queue;
    assert.deepEqual(it.plot.data[0].y, [2, 2]);
    assert.equal(it.plotly.drawn.length, 1);
  });
}

test("a figure that is made anew while it has no size is built when it has one", async (browser) => {
  const { drawing, model, plotly, plot } = await built(browser);
  plot.offsetWidth = 0;
  model.state.spec = { ...model.get("spec"), data: [{ y: [5] }, { y: [6] }] };
  await drawing.turn(() => drawing.rebuild());
  assert.equal(plotly.drawn.length, 0);
  plot.offsetWidth = 400;
  assert.equal(drawing.behind(frame(1)), false); // it is built first
  await drawing.turn(() => drawing.fit());
  assert.equal(drawing.behind(frame(1)), true);
  assert.equal(plot.data.length, 2);
  assert.equal(plotly.drawn.at(-1), "resized");
});

test("a figure that is made anew takes the newest frame of its run, and what the kernel said counts no more", async (browser) => {
  const { drawing, model, feed, plot } = await built(browser);
  await drawing.draw(frame(1, { name: "curve" }));
  feed.last = frame(2, { name: "curve" });
  model.state.spec = { ...model.get("spec"), data: [{ y: [0] }] };
  await drawing.turn(() => drawing.rebuild());
  assert.deepEqual(plot.data, [{ y: [0], name: "curve" }]);
});

test("the kernel's own figure is never written on", async (browser) => {
  const { drawing, model } = await built(browser);
  await drawing.draw(frame(1, { y: [8, 8] }));
  assert.deepEqual(model.get("spec").data, [{ y: [0, 0] }]);
  assert.equal(model.get("spec").layout.font, undefined);
});

test("a drawing that fails is told to the kernel, and the next frame is drawn", async (browser) => {
  const { drawing, plotly, said, plot } = await built(browser);
  plotly.broken = true;
  await drawing.draw(frame(1));
  assert.deepEqual(said, [{ kind: "error", figure: "hidden", text: "Error: no room" }]);
  plotly.broken = false;
  await drawing.draw(frame(2, { y: [4] }));
  assert.deepEqual(plot.data[0].y, [4]);
});

test("one drawing at a time, in their order", async (browser) => {
  const { drawing } = await built(browser);
  /** @type {string[]} */
  const done = [];
  const slow = drawing.turn(async () => {
    await new Promise((then) => setTimeout(() => then(null), 50));
    done.push("first");
  });
  const quick = drawing.turn(() => done.push("second"));
  await browser.pass(50);
  await Promise.all([slow, quick]);
  assert.deepEqual(done, ["first", "second"]);
});

test("a figure that is slow to draw rests four times as long as it takes", async (browser) => {
  const { drawing, plotly } = await built(browser);
  plotly.takes = 100;
  await drawing.draw(frame(1));
  assert.equal(drawing.cost, 30); // a running mean: one slow drawing is not yet a slow figure
  assert.equal(drawing.due(), false);
  browser.now += 119;
  assert.equal(drawing.due(), false);
  browser.now += 1;
  assert.equal(drawing.due(), true);
});

test("the size that is left for data is told in whole pixels", async (browser) => {
  const { drawing, plot } = await built(browser);
  assert.deepEqual(drawing.size(), [100, 95]);
  plot._fullLayout._subplots.cartesian = [];
  assert.deepEqual(drawing.size(), [0, 0]);
});

test("the ink follows the theme", async (browser) => {
  const { drawing, plot } = await built(browser);
  assert.equal(plot.layout.font.color, "rgb(1, 2, 3)");
  globalThis.getComputedStyle = /** @type {any} */ (() => ({ color: "white" }));
  await drawing.recolour();
  assert.equal(plot.layout.font.color, "white");
});

test("a figure in a lab whose kernel is silent says so, until a frame comes", async (browser) => {
  const { drawing, el, feed, plot } = await built(browser, { words: { silent: "Press Run." } });
  feed.silent = true;
  drawing.wait();
  assert.equal(plot.dataset.silent, ""); // alone in a notebook there is nothing to press
  el.className = "rv-lab";
  drawing.wait();
  assert.equal(plot.dataset.silent, "Press Run.");
  const first = feed.last = frame(1);
  await drawing.draw(first);
  assert.equal(plot.dataset.silent, "");
});

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
 * @param {Drawing} drawing
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
  assert.deepEqual(/** @type {any} */ (drawing.telling).read, [0, 1, 2, 2, 1]);
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
