// Unpacks plotly.js, the small one and the whole one once a page each; every figure awaits the one it needs. With it
// comes what draws a figure, so that no widget carries a copy.
import { Dragging } from "./drag.js";
import { FastPath } from "./fast.js";
import { render } from "./figure.js";
import { page } from "./page.js";
import { readerOf } from "./reading.js";
import { Strip } from "./strip.js";
import { Description } from "./description.js";

Object.assign(page, { Description, FastPath, Strip, readerOf });
page.figure.resolve((given) => render(given, given.model.get("drag") ? Dragging : null));

/**
 * @param {BlobPart} packed
 * @returns {Promise<string>}
 */
function unpacked(packed) {
  return new Response(new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
}

/** @param {string} source */
function evaluated(source) {
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

/**
 * @param {BlobPart} packed
 * @param {boolean} whole
 */
async function bring(packed, whole) {
  const ends = whole ? [page.whole, page.plotly] : [page.plotly]; // the first that is there draws what both can
  try {
    const [source] = await Promise.all([unpacked(packed), idle()]); // unpacking is no work of the page's own
    const plotly = evaluated(source);
    for (const end of ends) end.resolve(plotly);
  } catch (error) {
    for (const end of ends) end.reject(error);
  }
}

export default {
  silent: true, // the kernel says nothing to it after its making
  /** @param {{model: import("./page.js").Model}} given */
  initialize({ model }) {
    const packed = model.get("packed"), traces = model.get("traces");
    model.set("packed", null); // this page has it now; a saved notebook must not carry it
    const whole = !traces;
    if (page.unpacking.has(whole) || !packed?.byteLength) return;
    page.unpacking.add(whole);
    if (traces) page.traces = traces;
    bring(packed, whole);
  },
};
