// The script of a page without a kernel: replays get their room and their theme, figures are drawn when they are seen.
import assert from "node:assert/strict";
import { drawn } from "../../rnnviz/site/drawings.js";
import { test } from "./browser.js";

/** @type {any} */
const here = globalThis;

/** A frame that notes what it is told. */
function frame() {
  /** @type {object[]} */
  const told = [];
  return { style: { height: "" }, told, contentWindow: { postMessage: (/** @type {object} */ one) => told.push(one) } };
}

test("a replay is as high as it says, as dark as its page, and nobody else's words count", async () => {
  const [first, second] = [frame(), frame()];
  /** @type {any} */
  const calls = {};
  Object.assign(document, {
    currentScript: { src: "https://example.org/under/_static/rnnviz.js" },
    readyState: "complete",
    querySelectorAll: (/** @type {string} */ name) => name === "iframe.rv-replay" ? [first, second] : [],
  });
  here.addEventListener = (/** @type {string} */ name, /** @type {any} */ call) =>
    name === "message" && (calls.heard = call);
  here.matchMedia = () => Object.assign(new EventTarget(), { matches: false });
  here.MutationObserver = class {
    constructor(/** @type {any} */ call) {
      calls.turned = call;
    }
    observe() {}
  };
  const { start } = await import("../../rnnviz/site/site.js");
  start({});
  calls.heard({ source: second.contentWindow, data: { height: 420 } });
  assert.deepEqual([first.style.height, second.style.height], ["", "420px"]);
  assert.deepEqual(second.told, [{ dark: false }]);
  calls.heard({ source: {}, data: { height: 7 } });
  for (const data of [{ height: "7px" }, null, "words"]) calls.heard({ source: second.contentWindow, data });
  assert.equal(second.style.height, "420px");
  document.body.dataset.theme = "dark";
  calls.turned();
  assert.deepEqual([first.told.at(-1), second.told.at(-1)], [{ dark: true }, { dark: true }]);
});

/** @param {string} source A script, as pages share it. */
async function packed(source) {
  const stream = new Blob([source]).stream().pipeThrough(new CompressionStream("gzip"));
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  return btoa(String.fromCharCode(...bytes));
}

/**
 * @param {string} library
 * @returns {any}
 */
function box(library) {
  const textContent = JSON.stringify({ data: [{ y: [1, 2] }], layout: { title: "t" } });
  return { dataset: { library }, querySelector: () => ({ textContent }) };
}

/** Elements that come into sight when a test says so. */
function sights() {
  /** @type {{targets: any[], see: (targets: any[]) => void}} */
  const found = { targets: [], see: () => {} };
  here.IntersectionObserver = class {
    constructor(/** @type {any} */ call) {
      found.see = (targets) => call(targets.map((target) => ({ target, isIntersecting: true })));
    }
    observe(/** @type {any} */ one) {
      found.targets.push(one);
    }
    unobserve(/** @type {any} */ one) {
      found.targets = found.targets.filter((other) => other !== one);
    }
  };
  return found;
}

test("figures are drawn when they come into sight, by a script that is asked for once", async (browser) => {
  const source = await packed("module.exports = { newPlot: async (...given) => { globalThis.plotted.push(given); } };");
  const seen = sights(), boxes = [box("small"), box("small")];
  /** @type {string[]} */
  const asked = [];
  const append = (/** @type {any} */ script) => {
    asked.push(script.src);
    here.rnnvizPlotly = source;
    script.onload();
  };
  Object.assign(document, { head: { append } });
  here.plotted = [];
  drawn(boxes, "../_static", (_, error) => assert.fail(String(error)));
  assert.deepEqual([asked, here.plotted], [[], []]);
  seen.see([boxes[1]]);
  while (!boxes[1].dataset.drawn) await browser.pass(1);
  assert.equal(boxes[0].dataset.drawn, undefined);
  assert.deepEqual(seen.targets, [boxes[0]]);
  seen.see([boxes[0]]);
  while (!boxes[0].dataset.drawn) await browser.pass(1);
  assert.deepEqual(asked, ["../_static/plotly-small.js"]);
  assert.deepEqual(here.plotted[0].slice(0, 2), [boxes[1], [{ y: [1, 2] }]]);
});

test("a figure whose script does not come says so", async (browser) => {
  const seen = sights(), one = box("whole");
  /** @type {any[]} */
  const failed = [];
  Object.assign(document, { head: { append: (/** @type {any} */ script) => script.onerror(new Error("gone")) } });
  drawn([one], "../_static", (box, error) => failed.push([box, String(error)]));
  seen.see([one]);
  await browser.pass(1);
  assert.deepEqual(failed, [[one, "Error: gone"]]);
});
