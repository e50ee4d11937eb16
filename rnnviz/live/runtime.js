// Unpacks plotly.js once per page; every figure awaits page.plotly.
import { page } from "./page.js";
import { readerOf } from "./reading.js";
import { Strip } from "./strip.js";
import { Telling } from "./told.js";

Object.assign(page, { Telling, Strip, readerOf }); // once a page, with plotly.js: each figure carries a copy of figure.js

/** @param {BlobPart} packed */
async function unpack(packed) {
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
  const source = await new Response(stream).text();
  const module = { exports: {} };
  new Function("module", "exports", "define", source)(module, module.exports, undefined);
  return module.exports;
}

// The heavy work waits until the page has met all the widgets of this output: anywidget gives up on one that is not
// ready within two seconds, and delivers no message to it from then on.
/** @returns {Promise<void>} */
function idle() {
  return new Promise((done) => {
    if ("requestIdleCallback" in globalThis) requestIdleCallback(() => done(), { timeout: 1500 });
    else setTimeout(done, 100);
  });
}

export default {
  silent: true, // the kernel says nothing to it after its making
  /** @param {{model: import("./page.js").Model}} given */
  initialize({ model }) {
    const packed = model.get("packed");
    model.set("packed", null); // this page has it now; a saved notebook must not carry it
    if (page.unpacking || !packed?.byteLength) return;
    page.unpacking = idle().then(() => unpack(packed)).then(page.plotly.resolve, page.plotly.reject);
  },
};
