// One unit at every timestep, as curves in what room is left, and a line at the timestep that is looked at.
import { svg } from "./celldrawing.js";

const LEFT = [30, 36]; // px for the numbers beside the axis, and beside a log one
const DECADES = 20; // a log axis shows no more
const POWERS = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** @typedef {{name: string, aside: string, log: boolean, curves: (DataView | Float32Array)[]}} Over */

/** @param {DataView | Float32Array} bytes */
export function numbers(bytes) {
  if (bytes instanceof Float32Array) return bytes;
  // a copy: the bytes of a message begin anywhere
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** @param {number} power */
function ten(power) {
  const digits = [...String(Math.abs(power))].map((one) => POWERS[Number(one)]).join("");
  return `10${power < 0 ? "⁻" : ""}${digits}`;
}

/** @param {number} value */
const written = (value) => String(Number(value.toPrecision(2))).replace("-", "−");

/**
 * The ends of the axis, and the values it names.
 * @param {Float32Array[]} curves
 * @param {boolean} log
 * @returns {{low: number, high: number, ticks: [number, string][]}}
 */
export function axis(curves, log) {
  const seen = curves.flatMap((curve) => [...curve]).filter((value) => Number.isFinite(value) && (!log || value > 0));
  const size = seen.reduce((most, value) => Math.max(most, Math.abs(value)), log ? 0 : 1);
  if (!log) {
    const low = seen.some((value) => value < 0) ? -size : 0;
    const ends = /** @type {[number, string][]} */ ([[size, written(size)], [0, "0"]]);
    return { low, high: size, ticks: low ? [...ends, [low, written(low)]] : ends };
  }
  const least = seen.reduce((less, value) => Math.min(less, value), size);
  const high = size ? Math.ceil(Math.log10(size)) + 0 : 0; // no −0
  const low = Math.max(size ? Math.min(Math.floor(Math.log10(least)), high - 1) : -1, high - DECADES);
  return { low, high, ticks: [[high, ten(high)], [low, ten(low)]] };
}

/**
 * @param {Float32Array} curve
 * @param {(t: number) => number} x
 * @param {(value: number) => number} y
 */
function course(curve, x, y) {
  let way = "", broken = true;
  curve.forEach((value, t) => {
    const at = y(value);
    if (!Number.isFinite(at)) return void (broken = true);
    way += `${broken ? "M" : "L"}${x(t).toFixed(1)} ${at.toFixed(1)}`;
    broken = false;
  });
  return way;
}

/**
 * @param {Element} parent
 * @param {Over} over
 * @param {[width: number, height: number]} size
 * @param {number} time
 */
export function curve(parent, over, [width, height], time) {
  const curves = over.curves.map(numbers), { low, high, ticks } = axis(curves, over.log);
  const left = LEFT[Number(over.log)],
    steps = curves[0]?.length ?? 1,
    canvas = svg("svg", { width, height, "aria-hidden": "true" });
  const x = (/** @type {number} */ t) => left + ((t + 0.5) / steps) * (width - left);
  const level = (/** @type {number} */ value) => 5 + (1 - (value - low) / (high - low || 1)) * (height - 10);
  const y = (/** @type {number} */ value) => level(over.log ? Math.max(Math.log10(value), low) : value);
  for (const [value, label] of ticks) {
    const place = Math.round(level(value)) + 0.5;
    svg("line", { x1: left, x2: width, y1: place, y2: place, class: "rv-hair" }, canvas);
    svg("text", { x: left - 6, y: place + 3.5, "text-anchor": "end", class: "rv-tick" }, canvas).textContent = label;
  }
  curves.forEach((values, index) => {
    const now = index === curves.length - 1;
    svg("path", { d: course(values, x, y), class: now ? "rv-now" : "rv-quiet" }, canvas);
  });
  const here = Math.round(x(time)) + 0.5;
  svg("line", { x1: here, x2: here, y1: 0, y2: height, class: "rv-here" }, canvas);
  parent.replaceChildren(canvas);
}
