// Drawings: figures that a chapter has drawn, by the plotly.js that all pages share; each when it comes into sight.

/** @type {Map<string, Promise<any>>} */
const libraries = new Map();

/**
 * @param {string} address
 * @returns {Promise<any>}
 */
function library(address) {
  const known = libraries.get(address) ?? brought(address);
  libraries.set(address, known);
  return known;
}

/** @param {string} address */
async function brought(address) {
  await new Promise((done, fail) => {
    const script = document.createElement("script");
    Object.assign(script, { src: address, onload: done, onerror: fail });
    document.head.append(script);
  });
  const packed = /** @type {any} */ (globalThis).rnnvizPlotly;
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  const module = { exports: /** @type {any} */ ({}) };
  new Function("module", "exports", "define", await new Response(stream).text())(module, module.exports, undefined);
  return module.exports;
}

/**
 * @param {Iterable<HTMLElement>} boxes
 * @param {string} folder Where the scripts lie.
 * @param {(box: HTMLElement, error: unknown) => void} fail
 */
export function drawn(boxes, folder, fail) {
  const seen = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      seen.unobserve(target);
      const box = /** @type {HTMLElement} */ (target);
      draw(box, `${folder}/plotly-${box.dataset.library}.js`).catch((error) => fail(box, error));
    }
  }, { rootMargin: "600px" });
  for (const box of boxes) seen.observe(box);
}

/**
 * @param {HTMLElement} box
 * @param {string} address
 */
async function draw(box, address) {
  const { data, layout } = JSON.parse(box.querySelector("script")?.textContent ?? "{}");
  const plotly = await library(address);
  await plotly.newPlot(box, data, { ...layout, autosize: true }, { displaylogo: false, responsive: true });
  box.dataset.drawn = "true";
}
