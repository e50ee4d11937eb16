// The one time axis below all strips, and the flag on it that says where the cursor stands.
import { shape } from "./bars.js";

const APART = 44; // pixels between two labels at least
const LAST = 36; // pixels from the last round step to the end, for a label there too
export const HIGH = 30;

/** @import { Axis } from "./panels.js" */

/**
 * The steps that get a label, between two timesteps.
 * @param {number} from
 * @param {number} to
 * @param {number} pixels Of one timestep.
 */
export function ticks(from, to, pixels) {
  const sizes = [1, 10, 100, 1000, 10000].flatMap((power) => [power, 2 * power, 5 * power]);
  const every = sizes.find((one) => one * pixels >= APART) ?? Infinity;
  const round = [];
  for (let t = Math.ceil(from / every) * every || 0; t <= to; t += every) round.push(t);
  const last = round.at(-1);
  if (last === undefined) return from === to ? [from] : [from, to];
  return last !== to && (to - last) * pixels >= LAST ? [...round, to] : round;
}

/**
 * @param {Axis | undefined} axis
 * @param {number} t
 */
export function flagWords(axis, t) {
  return [`t = ${t}`, axis?.labels?.[t]].filter(Boolean).join(" · ");
}

/**
 * @param {Element} svg
 * @param {Axis | undefined} axis
 * @param {{left: number, width: number, from: number, to: number, across: (t: number) => number}} place Where the plot
 *   lies, the first and the last timestep in it, and how far from the left each lies.
 */
export function drawAxis(svg, axis, { left, width, from, to, across }) {
  svg.replaceChildren();
  shape(svg, "path", { d: `M${left} .5h${width}`, class: "rv-axis-line" });
  for (const t of ticks(from, to, to > from ? (across(to) - across(from)) / (to - from) : width)) {
    const x = Math.round(across(t)) + 0.5;
    shape(svg, "path", { d: `M${x} 0v4`, class: "rv-axis-line" });
    shape(svg, "text", { x, y: 14, "text-anchor": "middle", class: "rv-axis-tick" }, String(t));
  }
  // symbols are read, one by one, on the flag; what has a date has it at both ends
  const ends = axis?.first ? [axis.labels?.[from] ?? axis.first, axis.labels?.[to] ?? axis.last] : [];
  const words = /** @type {[number, string, string | undefined][]} */ ([
    [left, "start", ends[0] ?? axis?.title],
    [left + width / 2, "middle", ends[0] && axis?.title],
    [left + width, "end", ends[1]],
  ]);
  if (axis?.padding && axis.end !== undefined && axis.end <= to) {
    const middle = (across(Math.max(axis.end, from) - 0.5) + left + width) / 2;
    words.push([middle, "middle", axis.padding]);
  }
  for (const [x, anchor, text] of words) {
    if (text) shape(svg, "text", { x, y: 28, "text-anchor": anchor, class: "rv-axis-words" }, text);
  }
}
