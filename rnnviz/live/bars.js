// Drawn beside the heatmaps of a strip: what their colours mean, the mean now and before, and the unit that is picked.
const SVG = "http://www.w3.org/2000/svg";
const [BESIDE, WIDE, POINT, LABEL] = [8, 8, 5, 12]; // pixels: from the plot, of the bar, of its ends, from it to its words
let count = 0;

/**
 * @param {Element} parent
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [words]
 */
export function shape(parent, name, attributes, words) {
  const made = parent.appendChild(document.createElementNS(SVG, name));
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  if (words !== undefined) made.textContent = words;
  return made;
}

/**
 * How far down a word stands: within the ends of the bar.
 * @param {number} share From 0 at the foot to 1.
 * @param {number} high
 */
function baseline(share, high) {
  if (share >= 1) return 9;
  return share <= 0 ? high : high * (1 - share) + 4;
}

/**
 * The colour bar of one panel or several, whose corner lies at (x, y).
 * @param {Element} svg
 * @param {{x: number, y: number, high: number}} box x: where the plot ends.
 * @param {import("./panels.js").Bar} bar
 * @param {[number, string][]} stops From the least to the greatest.
 */
export function colourBar(svg, { x, y, high }, bar, stops) {
  const group = shape(svg, "g", { class: "rv-bar", transform: `translate(${x + BESIDE} ${y})` });
  const id = `rv-bar-${++count}`;
  const gradient = shape(shape(group, "defs", {}), "linearGradient", { id, x1: 0, y1: 1, x2: 0, y2: 0 });
  for (const [offset, colour] of stops) shape(gradient, "stop", { offset, "stop-color": colour });
  const [half, side] = [WIDE / 2, high - 2 * POINT];
  const outline = bar.pointed
    ? `M0 ${POINT}l${half} -${POINT}l${half} ${POINT}v${side}l-${half} ${POINT}l-${half} -${POINT}z`
    : `M.5 -.5h${WIDE - 1}v${high + 1}h-${WIDE - 1}z`;
  shape(group, "path", { d: outline, fill: `url(#${id})`, class: "rv-bar-outline" });
  for (const [share, words] of bar.labels ?? []) {
    shape(group, "text", { x: LABEL, y: baseline(share, high), class: "rv-bar-label" }, words);
  }
}

/**
 * A mark at the bar's edge: the mean now, or what it was before.
 * @param {Element} svg
 * @param {{x: number, y: number, high: number}} box
 * @param {number} share From 0 to 1.
 * @param {string} kind
 */
export function barMark(svg, { x, y, high }, share, kind) {
  const at = Math.round(2 * (y + high * (1 - Math.min(Math.max(share, 0), 1)))) / 2;
  shape(svg, "path", { d: `M${x + BESIDE} ${at}l-6 -3.5v7z`, class: `rv-bar-${kind}` });
}

/**
 * The row that is picked, at the left edge.
 * @param {Element} svg
 * @param {number} x Where the plot begins.
 * @param {number} y The middle of the row.
 */
export function unitMark(svg, x, y) {
  shape(svg, "path", { d: `M${x - 1} ${y}l-4 -3v6z`, class: "rv-unit" });
}
