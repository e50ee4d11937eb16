// What is drawn while a run plays, and when plotly draws everything.
import assert from "node:assert/strict";
import { strays } from "../../rnnviz/live/fast.js";
import { mixed } from "../../rnnviz/live/heat.js";
import { test } from "./browser.js";
import { built, frame, parts } from "./figure.js";

/** @import { Browser } from "./browser.js" */

const WAIT = 1000; // ms after which a frame was the last one
let clock = 0; // of all tests: figures of one page take turns

/**
 * A figure of one curve as plotly keeps it, and what was asked of plotly: to calculate, and to draw.
 * @param {Browser} browser
 */
async function inside(browser, trace = {}, axis = {}) {
  const layout = { meta: { panels: [{ aside: "" }] } };
  const made = await built(browser, { layout, data: [{ type: "scatter", mode: "lines", y: [0, 0], ...trace }] });
  const { plot, plotly } = made;
  /** @type {unknown[]} */
  const asked = [];
  const layer = { empty: () => false };
  const kind = {
    name: "scatter",
    calc(/** @type {any} */ _plot, /** @type {any} */ full) {
      full._extremes = { y: { min: [{ val: Math.min(...full.y) }], max: [{ val: Math.max(...full.y) }] } };
      return [{ y: [...full.y] }];
    },
    plot: (/** @type {any} */ _plot, /** @type {any} */ _panel, /** @type {any} */ drawn) =>
      asked.push(drawn.map((/** @type {any} */ [{ y }]) => y)),
  };
  const react = plotly.react.bind(plotly);
  plotly.react = (one, data, layout) => {
    react(one, data, layout);
    const { x, y } = data[0];
    const full = { ...data[0], x, y, visible: true, xaxis: "x", yaxis: "y", _module: kind, _length: y.length };
    const yaxis = { _id: "y", type: "linear", ...axis };
    const panel = { xaxis: { _id: "x", type: "linear" }, yaxis, plot: { select: () => layer } };
    Object.assign(one, { _fullData: [full], calcdata: [kind.calc(one, full)] });
    Object.assign(one._fullLayout, { xaxis: panel.xaxis, yaxis, _plots: { xy: panel } });
    one.calcdata[0][0].trace = full;
  };
  plotly.react(plot, plot.data, plot.layout);
  made.drawing.fast.caughtUp();
  plotly.drawn.length = 0;
  browser.now = clock += 1e6;
  return { ...made, asked };
}

/**
 * @param {number} id
 * @param {number[]} y
 * @param {Record<string, unknown>} words Of the layout.
 */
const curve = (id, y, words = {}) => frame(id, {}, parts({ y }, words));

test("new numbers alone are drawn without plotly's redrawing everything, and plotly knows them", async (browser) => {
  const { drawing, plotly, plot, asked } = await inside(browser);
  await drawing.draw(curve(1, [1, 2]));
  await drawing.draw(curve(2, [3, 4]));
  assert.deepEqual(asked, [[[1, 2]], [[3, 4]]]);
  assert.equal(plotly.drawn.length, 0);
  for (const known of [plot.data[0].y, plot._fullData[0].y, plot.calcdata[0][0].y]) {
    assert.deepEqual([...known], [3, 4]);
  }
});

test("after the last frame everything is drawn once", async (browser) => {
  const { drawing, plotly } = await inside(browser);
  for (let id = 1; id < 6; id++) {
    await drawing.draw(curve(id, [id, 2]));
    await browser.pass(100);
  }
  assert.equal(plotly.drawn.length, 0);
  await browser.pass(WAIT);
  assert.equal(plotly.drawn.length, 1);
  await browser.pass(60_000);
  assert.equal(plotly.drawn.length, 1);
});

test("numbers that are as they were are not drawn again", async (browser) => {
  const { drawing, asked } = await inside(browser);
  await drawing.draw(curve(1, [1, 2]));
  await drawing.draw(curve(2, [1, 2]));
  assert.equal(asked.length, 1);
});

/** Whether plotly was told in each drawing that numbers have changed: else it draws words alone. */
const counted = (/** @type {any} */ { drawn }, /** @type {number} */ from) =>
  drawn.map((/** @type {any} */ one) => one.layout.datarevision !== from);

test("words are drawn four times a second, by themselves, while numbers go on", async (browser) => {
  const { drawing, plotly, plot, asked } = await inside(browser);
  const { datarevision } = plot.layout;
  for (let id = 1; id <= 20; id++) {
    await drawing.draw(curve(id, [id, 2], { "title.text": `step ${id}`, "annotations[0].text": `${id}` }));
    assert.equal(plot.layout.annotations[0].text, `${id}`);
    await browser.pass(100);
  }
  const times = plotly.drawn.length;
  assert.ok(times >= 6 && times <= 9, `drawn ${times} times in 2 s`);
  assert.deepEqual(counted(plotly, datarevision), Array(times).fill(false));
  assert.equal(asked.length, 20);
  await browser.pass(WAIT);
  assert.equal(plotly.drawn.at(-1).layout.annotations[0].text, "20");
  assert.deepEqual(counted(plotly, datarevision).slice(times), [true]);
});

test("words that plotly cannot draw by themselves are drawn with everything", async (browser) => {
  const { drawing, plotly, plot, said } = await inside(browser);
  const { datarevision } = plot.layout, { warn } = console;
  console.warn = () => {};
  plotly.relayout = () => {
    throw new Error("another plotly");
  };
  try {
    await drawing.draw(curve(1, [1, 2], { "yaxis.ticktext": ["a", "b"] }));
  } finally {
    console.warn = warn;
  }
  assert.deepEqual(counted(plotly, datarevision), [true]);
  await drawing.draw(curve(2, [1, 3], { "yaxis.ticktext": ["c", "d"] }));
  assert.deepEqual(counted(plotly, datarevision), [true, true]);
  assert.deepEqual(said, []);
});

test("what a page shows around a picture is none of plotly's words", async (browser) => {
  const { drawing, plotly, plot, asked } = await inside(browser);
  await drawing.draw(curve(1, [1, 2], { "meta.panels[0].aside": "32 units" }));
  await drawing.draw(curve(2, [1, 2], { "meta.panels[0].aside": "33 units" }));
  assert.deepEqual(plot.layout.meta, { panels: [{ aside: "33 units" }] });
  await browser.pass(WAIT - 1);
  assert.deepEqual([asked.length, plotly.drawn.length], [1, 0]);
});

for (
  const [what, change] of /** @type {[string, Record<string, unknown>][]} */ ([
    ["a curve that is hidden or shown", { visible: false }],
    ["lines that become points", { mode: "markers" }],
    ["another colour", { "marker.color": "#000000" }],
  ])
) {
  test(`${what} has everything drawn at once`, async (browser) => {
    const { drawing, plotly } = await inside(browser);
    await drawing.draw(frame(1, {}, parts({ y: [5, 6] }, {}, change)));
    assert.equal(plotly.drawn.length, 1);
  });
}

test("names of an axis's places are drawn with the numbers that they belong to", async (browser) => {
  const { drawing, plotly, asked } = await inside(browser);
  for (const [id, names] of [[1, ["a", "b"]], [2, ["c", "d"]]]) {
    await drawing.draw(curve(Number(id), [5, Number(id)], { "yaxis.ticktext": names }));
  }
  assert.deepEqual(plotly.changed, [{ "yaxis.ticktext": ["a", "b"] }, { "yaxis.ticktext": ["c", "d"] }]);
  assert.deepEqual([plotly.drawn.length, asked.length], [0, 2]);
});

test("a curve that was empty, or becomes empty, is drawn in full", async (browser) => {
  const { drawing, plotly } = await inside(browser);
  await drawing.draw(curve(1, []));
  assert.equal(plotly.drawn.length, 1);
});

test("a range that follows the numbers waits while it is nearly right", async (browser) => {
  const { drawing, plotly, asked } = await inside(browser, { y: [0, 100] }, { autorange: true });
  await drawing.draw(curve(1, [0, 101]));
  assert.deepEqual(plotly.changed, []);
  await drawing.draw(curve(2, [0, 110]));
  assert.deepEqual(plotly.changed, [{ "yaxis.autorange": true }]);
  browser.now += 1000;
  await drawing.draw(curve(3, [0, 111]));
  assert.deepEqual([plotly.changed.length, asked.length], [1, 3]);
});

test("an axis that the reader has zoomed keeps its range", async (browser) => {
  const { drawing, plotly, plot, asked } = await inside(browser, { y: [0, 100] }, { autorange: true });
  await drawing.draw(curve(1, [0, 101]));
  plot._fullLayout.yaxis.autorange = false;
  await drawing.draw(curve(2, [0, 500]));
  assert.deepEqual([plotly.changed.length, plotly.drawn.length, asked.length], [0, 0, 2]);
});

test("a range is left when it is more than a fiftieth wrong", () => {
  assert.equal(strays([0, 100], [2, 98]), false);
  assert.equal(strays([0, 100], [0, 102.1]), true);
  assert.equal(strays([0, 100], [-2.1, 100]), true);
  assert.equal(strays(null, null), false);
  assert.equal(strays(null, [0, 1]), true);
  assert.equal(strays([0, 1], null), false);
});

test("where a short way fails, the figure is drawn in full, now and later, and nobody is troubled", async (browser) => {
  const { drawing, plotly, plot, said } = await inside(browser);
  const { warn } = console;
  console.warn = () => {};
  try {
    plot._fullData[0]._module.plot = () => {
      throw new Error("another plotly");
    };
    await drawing.draw(curve(1, [1, 2]));
  } finally {
    console.warn = warn;
  }
  await drawing.draw(curve(2, [3, 4]));
  assert.deepEqual(plotly.drawn.map((one) => [...one.data[0].y]), [[1, 2], [3, 4]]);
  assert.deepEqual(said, []);
});

test("while somebody drags a picture plotly alone draws in it", async (browser) => {
  const { drawing, plotly, plot, asked } = await inside(browser);
  plot._dragging = true;
  await drawing.draw(curve(1, [1, 2]));
  assert.deepEqual([asked.length, plotly.drawn.length], [0, 1]);
});

test("a curve that the reader has hidden in the legend stays hidden, and keeps its numbers", async (browser) => {
  const { drawing, plotly, plot, asked } = await inside(browser);
  plot.data[0].visible = "legendonly";
  plot._fullData[0].visible = "legendonly";
  await drawing.draw(curve(1, [1, 2]));
  assert.deepEqual([asked.length, plotly.drawn.length], [0, 0]);
  assert.deepEqual([...plot.data[0].y], [1, 2]);
});

test("a figure without a size is not drawn when its last frame is over, but when it has one", async (browser) => {
  const { drawing, plotly, plot } = await inside(browser);
  await drawing.draw(curve(1, [1, 2], { "annotations[0].text": "1" }));
  const before = plotly.drawn.length;
  await drawing.draw(curve(2, [1, 3], { "annotations[0].text": "2" }));
  plot.offsetWidth = 0;
  await browser.pass(60_000);
  assert.equal(plotly.drawn.length, before);
  plot.offsetWidth = 400;
  await drawing.turn(() => drawing.fit());
  assert.equal(plotly.drawn.at(-1).layout.annotations[0].text, "2");
});

test("a picture that is taken away is drawn no more", async (browser) => {
  const { drawing, plotly } = await inside(browser);
  await drawing.draw(curve(1, [1, 2]));
  drawing.fast.end();
  await browser.pass(60_000);
  assert.equal(plotly.drawn.length, 0);
});

test("a colour between two is mixed by where the number lies, and beyond the ends it is theirs", () => {
  const stops = [[0, 0, 0, 255], [100, 50, 10, 255], [255, 255, 255, 255]];
  assert.deepEqual(mixed([-1, 0, 1], stops, -0.5), [50, 25, 5, 255]);
  assert.deepEqual(mixed([-1, 0, 1], stops, 0), stops[1]);
  assert.deepEqual(mixed([-1, 0, 1], stops, 0.5), [178, 153, 133, 255]);
  assert.deepEqual([mixed([-1, 0, 1], stops, -7), mixed([-1, 0, 1], stops, 7)], [stops[0], stops[2]]);
  assert.deepEqual(mixed([0, 0.5, 0.5, 1], [stops[0], stops[0], stops[2], stops[2]], 0.5), stops[2]);
});

test("words that were empty leave nothing behind in which plotly would draw no others", async (browser) => {
  const { drawing, plot } = await inside(browser);
  /** @type {string[]} */
  const looked = [];
  let removed = 0;
  plot.querySelectorAll = (/** @type {string} */ selector) => {
    looked.push(selector);
    return [{ remove: () => removed++ }];
  };
  await drawing.draw(curve(1, [1, 2]));
  assert.deepEqual([looked, removed], [[".textpoint:empty"], 1]);
  drawing.fast.caughtUp();
  assert.equal(removed, 2);
});
