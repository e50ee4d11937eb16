// The painter: when a figure is drawn, and what of it.
import assert from "node:assert/strict";
import { put } from "../../rnnviz/live/drawing.js";
import { page } from "../../rnnviz/live/page.js";
import { test } from "./browser.js";
import { built, frame } from "./figure.js";

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
  const [first, second] = plotly.drawn.map((one) => one.layout.datarevision);
  assert.equal(second, first + 1);
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
      (it) => ((it.plot.offsetWidth = 0), it.drawing.measure()),
      (it) => ((it.plot.offsetWidth = 400), it.drawing.measure(), it.drawing.draw(it.feed.last)),
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

test("a figure that comes to need another plotly leaves the first one, and is listened to again", async (browser) => {
  const { drawing, model, plotly, plot } = await built(browser);
  const { plotly: whole } = await built(browser);
  page.whole.resolve(whole);
  let wired = 0;
  drawing.wire = () => wired++;
  model.set("spec", { ...model.get("spec"), data: [{ type: "surface", z: [[1]] }] });
  await drawing.turn(() => drawing.rebuild());
  assert.deepEqual([plotly.drawn, whole.drawn.length, wired], [["purged"], 1, 1]);
  assert.equal(plot.data[0].type, "surface");
  await drawing.turn(() => drawing.rebuild());
  assert.equal(wired, 1);
});
