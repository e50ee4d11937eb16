// A heatmap from one byte a number, by a table of 256 colours: the pixels that plotly itself would draw.

/** @import { NumberPart } from "./page.js" */
/** @import { Plot } from "./subplots.js" */

const XLINK = "http://www.w3.org/1999/xlink";
const CODES = 256, NONE = 255; // the last stands for no number
const HEADER = 1080; // bytes before the pixels of a bitmap: 54, 256 colours, and 2 that are not read
const LETTERS = 8192; // arguments that a call may have

/**
 * What each code stands for, and how it is drawn.
 * @typedef {object} Table
 * @property {string} key What it was made from.
 * @property {(number | undefined)[]} numbers As plotly keeps them: undefined where there is none.
 * @property {Uint32Array<ArrayBuffer>} colours A pixel each.
 * @property {{key: string, letters: string}} [header] Of the bitmap that was last drawn with it.
 */

/** @type {CanvasRenderingContext2D | null} One for all maps: to make one takes longer than to draw on it. */
let drawn = null;

/**
 * Red, green, blue and opacity, each from 0 to 255.
 * @param {string} colour
 * @returns {number[]}
 */
function channels(colour) {
  const context = canvas(1, 1);
  context.fillStyle = colour;
  const text = String(context.fillStyle); // as a style sheet has it
  if (text[0] === "#") return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16)).concat(255);
  const [red, green, blue, opacity] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return [red, green, blue, 255 * opacity];
}

/**
 * @param {number} width
 * @param {number} height
 */
function canvas(width, height) {
  drawn ??= document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  if (!drawn) throw new Error("the page gives no canvas to draw on.");
  if (drawn.canvas.width !== width) drawn.canvas.width = width;
  if (drawn.canvas.height !== height) drawn.canvas.height = height;
  return drawn;
}

/**
 * The colour of a number between stops, as d3's linear scale mixes it: its rounding decides on equal pixels.
 * @param {number[]} places
 * @param {number[][]} stops
 * @param {number} value
 * @returns {number[]}
 */
export function mixed(places, stops, value) {
  let right = 1;
  while (right < places.length - 1 && value >= places[right]) right++;
  const width = places[right] - places[right - 1];
  const share = Math.max(0, Math.min(1, (value - places[right - 1]) / (width || 1 / width)));
  return stops[right].map((end, one) => Math.round(stops[right - 1][one] * (1 - share) + end * share));
}

/**
 * The table of a trace as plotly has completed it; the one at hand while nothing in it would differ.
 * @param {any} trace
 * @param {[number, number]} limits
 * @param {Table | undefined} known
 * @returns {Table}
 */
export function tableOf(trace, limits, known) {
  const { zmin, zmax, colorscale, reversescale } = trace;
  const key = [limits, zmin, zmax, colorscale, reversescale].join();
  if (known?.key === key) return known;
  const scale = reversescale
    ? colorscale.map((/** @type {any} */ [at, colour]) => [1 - at, colour]).reverse()
    : colorscale;
  const places = scale.map((/** @type {any} */ one) => zmin + one[0] * (zmax - zmin));
  const stops = scale.map((/** @type {any} */ one) => channels(one[1]));
  const [low, high] = limits;
  const level = (high - low) / 254;
  const numbers = Array.from({ length: CODES }, (_, code) => Math.fround(low + code * level));
  const bytes = new Uint8Array(4 * CODES); // the last stays clear: no number there
  numbers.slice(0, -1).forEach((value, code) => bytes.set(mixed(places, stops, value), 4 * code));
  return { key, numbers: [...numbers.slice(0, -1), undefined], colours: new Uint32Array(bytes.buffer) };
}

/**
 * Write the numbers into what plotly has calculated. False where they are not as many as it knows of.
 * @param {any} known
 * @param {{shape: number[]}} part
 * @param {(at: number) => number | undefined} number
 */
export function calculated(known, { shape: [rows, columns] }, number) {
  if (known.z?.length !== rows || known.z[0]?.length !== columns) return false;
  const z = new Array(rows);
  for (let row = 0, at = 0; row < rows; row++) {
    z[row] = new Array(columns);
    for (let column = 0; column < columns; column++) z[row][column] = number(at++);
  }
  known.z = z;
  return true;
}

/**
 * Have plotly calculate a heatmap anew, with other places or more of them. False where it might draw none.
 * @param {Plot} plot
 * @param {number} index
 */
export function remade(plot, index) {
  const full = plot._fullData[index];
  const made = full._module.calc(plot, full);
  if (!made?.[0]?.z?.length) return false;
  made[0].t ??= {};
  made[0].trace = full;
  plot.calcdata[index] = made;
  return true;
}

/**
 * The element that plotly stretches an image of one pixel a cell over, if that is how it draws this one.
 * @param {any} known What plotly has calculated.
 * @param {any} trace
 * @returns {SVGImageElement | null}
 */
export function imageOf({ node3 }, trace) {
  if (!trace._islinear || trace.xgap || trace.ygap || trace.zsmooth || trace.texttemplate) return null;
  const image = node3?.select?.("image").node();
  return image?.style.imageRendering === "pixelated" ? image : null;
}

/**
 * @param {SVGImageElement} image
 * @param {any} known What plotly has calculated: x and y are the cells' edges.
 * @param {{xaxis: any, yaxis: any}} axes
 * @param {Uint8Array} codes Row by row.
 * @param {Table} table
 */
export function paint(image, { x, y, z }, { xaxis, yaxis }, codes, table) {
  const [rows, columns] = [z.length, z[0].length];
  const mirrored = xaxis.c2p(x[x.length - 1]) < xaxis.c2p(x[0]);
  const upward = yaxis.c2p(y[y.length - 1]) < yaxis.c2p(y[0]); // a canvas counts its rows from the top
  // all that is clear needs a picture's own way of packing, which takes ten times as long
  const drawing = codes.includes(NONE) ? packed : bitmap;
  image.setAttributeNS(XLINK, "xlink:href", drawing({ rows, columns, mirrored, upward }, codes, table));
}

/** @typedef {{rows: number, columns: number, mirrored: boolean, upward: boolean}} Way How codes lie in an image. */

/**
 * @param {Way} way
 * @param {Uint8Array} codes
 * @param {Table} table
 */
function packed({ rows, columns, mirrored, upward }, codes, { colours }) {
  const pixels = new Uint32Array(rows * columns);
  for (let row = 0, at = 0; row < rows; row++) {
    const start = (upward ? rows - 1 - row : row) * columns;
    for (let column = 0; column < columns; column++, at++) {
      pixels[start + (mirrored ? columns - 1 - column : column)] = colours[codes[at]];
    }
  }
  const context = canvas(columns, rows);
  context.putImageData(new ImageData(new Uint8ClampedArray(pixels.buffer), columns, rows), 0, 0);
  return context.canvas.toDataURL("image/png");
}

/**
 * The same without a canvas: a bitmap of one byte a pixel, whose rows begin at the foot or, of a height below 0, at the top.
 * @param {Way} way
 * @param {Uint8Array} codes None of them the last.
 * @param {Table} table
 */
export function bitmap({ rows, columns, mirrored, upward }, codes, table) {
  const wide = 4 * Math.ceil(columns / 4), bytes = new Uint8Array(rows * wide);
  for (let row = 0; row < rows; row++) {
    const line = codes.subarray(row * columns, (row + 1) * columns);
    bytes.set(mirrored ? line.slice().reverse() : line, row * wide);
  }
  const form = [columns, upward ? rows : -rows], key = form.join();
  if (table.header?.key !== key) table.header = { key, letters: header(form, bytes.length, table) };
  return table.header.letters + btoa(letters(bytes));
}

/**
 * What stands before a bitmap's pixels, which begin at a third byte, where new letters begin.
 * @param {number[]} form
 * @param {number} length
 * @param {Table} table
 */
function header([columns, rows], length, { colours }) {
  const bytes = new Uint8Array(HEADER), view = new DataView(bytes.buffer), rgba = new Uint8Array(colours.buffer);
  view.setUint16(0, 0x424d);
  for (const [at, value] of [[2, HEADER + length], [10, HEADER], [14, 40], [18, columns], [22, rows]]) {
    view.setInt32(at, value, true);
  }
  view.setUint16(26, 1, true); // one plane
  view.setUint16(28, 8, true); // bits a pixel
  for (let at = 0; at < rgba.length; at += 4) bytes.set([rgba[at + 2], rgba[at + 1], rgba[at]], 54 + at);
  return `data:image/bmp;base64,${btoa(letters(bytes))}`;
}

/** @param {Uint8Array} bytes */
function letters(bytes) {
  let found = "";
  for (let at = 0; at < bytes.length; at += LETTERS) {
    found += String.fromCharCode.apply(null, /** @type {any} */ (bytes.subarray(at, at + LETTERS)));
  }
  return found;
}
