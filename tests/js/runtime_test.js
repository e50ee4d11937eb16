// plotly.js comes packed, is unpacked once a page, and is not kept in the notebook.
import assert from "node:assert/strict";
import { page } from "../../rnnviz/live/page.js";
import widget from "../../rnnviz/live/runtime.js";
import { FastPath } from "../../rnnviz/live/fast.js";
import { Telling } from "../../rnnviz/live/told.js";
import { test } from "./browser.js";
import { Model } from "./model.js";

/** @param {string} source */
async function packed(source) {
  const stream = new Blob([source]).stream().pipeThrough(new CompressionStream("gzip"));
  return new DataView(await new Response(stream).arrayBuffer());
}

test("the first plotly that comes is unpacked for the whole page, and no widget keeps it", async (browser) => {
  const models = await Promise.all(
    ["first", "second"].map(async (name) =>
      new Model({ packed: await packed(`module.exports = { name: "${name}" };`) })
    ),
  );
  for (const model of models) widget.initialize({ model });
  assert.deepEqual(models.map((model) => model.get("packed")), [null, null]);
  await browser.pass(100); // the page meets its other widgets first
  assert.deepEqual(await page.plotly.promise, { name: "first" });
});

test("a saved notebook, which has no plotly, leaves it to the kernel's own widget to bring one", (browser) => {
  page.unpacking = undefined;
  widget.initialize({ model: new Model({ packed: null }) });
  assert.deepEqual([page.unpacking, browser.timers.size], [undefined, 0]);
});

test("how a figure is told in words comes with plotly", () => {
  assert.deepEqual([page.Telling, page.FastPath], [Telling, FastPath]);
});
