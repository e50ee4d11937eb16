// plotly.js comes packed, is unpacked once a page, and is not kept in the notebook.
import assert from "node:assert/strict";
import { plotlyFor } from "../../rnnviz/live/library.js";
import { page } from "../../rnnviz/live/page.js";
import widget from "../../rnnviz/live/runtime.js";
import { FastPath } from "../../rnnviz/live/fast.js";
import { readerOf } from "../../rnnviz/live/reading.js";
import { Strip } from "../../rnnviz/live/strip.js";
import { Description } from "../../rnnviz/live/description.js";
import { test } from "./browser.js";
import { Model } from "./model.js";

/** @param {string} source */
async function packed(source) {
  const stream = new Blob([source]).stream().pipeThrough(new CompressionStream("gzip"));
  return new DataView(await new Response(stream).arrayBuffer());
}

/** @param {string[] | null} traces What it draws; null: everything. */
async function runtime(name = "", traces = null) {
  const source = `module.exports = { name: "${name}" };`;
  return new Model({ packed: name ? await packed(source) : null, traces });
}

/** A page that has seen no runtime yet. */
function fresh() {
  for (const one of /** @type {const} */ (["plotly", "whole"])) {
    const parts = /** @type {any} */ ({});
    parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
    parts.promise.catch(() => {});
    page[one] = parts;
  }
  Object.assign(page, { traces: [], unpacking: new Set() });
}

test("the first plotly that comes is unpacked for the whole page, and no widget keeps it", async (browser) => {
  fresh();
  const models = await Promise.all(["first", "second"].map((name) => runtime(name, ["scatter"])));
  for (const model of models) widget.initialize({ model });
  assert.deepEqual(models.map((model) => model.get("packed")), [null, null]);
  await browser.pass(100); // the page meets its other widgets first
  assert.deepEqual(await plotlyFor([{ type: "scatter" }]), { name: "first" });
});

test("a trace that the small plotly does not know is drawn by the whole one, and so is the rest of its figure", async (browser) => {
  fresh();
  widget.initialize({ model: await runtime("small", ["scatter", "heatmap"]) });
  await browser.pass(100);
  const awaited = plotlyFor([{}, { type: "surface" }]);
  widget.initialize({ model: await runtime("whole") });
  await browser.pass(100);
  assert.deepEqual(await awaited, { name: "whole" });
  assert.deepEqual(await plotlyFor([{}, { type: "heatmap" }]), { name: "small" });
  assert.deepEqual(await plotlyFor([{}], await awaited), { name: "whole" }); // a figure does not change without need
});

test("where the whole plotly comes alone, it draws everything", async (browser) => {
  fresh();
  widget.initialize({ model: await runtime("whole") });
  await browser.pass(100);
  for (const type of ["scatter", "surface"]) assert.deepEqual(await plotlyFor([{ type }]), { name: "whole" });
});

test("a plotly that cannot be read fails for every figure, and keeps none waiting", async (browser) => {
  fresh();
  widget.initialize({ model: new Model({ packed: await packed("throw new Error('half of it')"), traces: null }) });
  await browser.pass(100);
  await assert.rejects(plotlyFor([{}]), /half of it/);
  await assert.rejects(page.whole.promise, /half of it/);
});

test("a saved notebook, which has no plotly, leaves it to the kernel's own widget to bring one", async (browser) => {
  fresh();
  widget.initialize({ model: await runtime() });
  assert.deepEqual([page.unpacking.size, browser.timers.size], [0, 0]);
});

test("what tells a figure in words and stands around it comes with plotly", () => {
  assert.deepEqual([page.Description, page.FastPath, page.Strip, page.readerOf], [
    Description,
    FastPath,
    Strip,
    readerOf,
  ]);
});
