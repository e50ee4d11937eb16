// Colours of the theme at hand: a figure is made in those of a light page, and the kernel says which they are on a dark one.

/**
 * @typedef {object} Palette
 * @property {Record<string, string>} [tones] Each colour on a light page, and what it is on a dark one.
 * @property {Record<string, {light: [number, string][], dark: [number, string][]}>} [scales]
 */

const COLOUR = /#[0-9a-f]{6}\b/gi;

/**
 * Whether a page whose words have this colour is a dark one.
 * @param {string} ink As a browser computes it, such as "rgb(33, 33, 33)".
 */
export function isDark(ink) {
  const [red, green, blue] = (ink.match(/[\d.]+/g) ?? []).map(Number);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 128;
}

/**
 * The same, in the colours of a dark page. What is no colour stays what it is.
 * @template Value
 * @param {Value} value
 * @param {Palette} palette
 * @returns {Value}
 */
export function darkened(value, { tones = {}, scales = {} }) {
  const known = Object.values(scales).map(({ light, dark }) => ({ light: JSON.stringify(light), dark }));
  /** @type {(one: any) => any} */
  const of = (one) => {
    if (typeof one === "string") return one.replace(COLOUR, (colour) => tones[colour.toLowerCase()] ?? colour);
    if (Array.isArray(one)) return scale(one) ?? (typeof one.at(-1) === "number" ? one : one.map(of));
    if (one?.constructor !== Object) return one;
    return Object.fromEntries(Object.entries(one).map(([key, inner]) => [key, of(inner)]));
  };
  const scale = (/** @type {any[]} */ one) => {
    if (typeof one[0]?.[1] !== "string") return null;
    const text = JSON.stringify(one);
    return known.find(({ light }) => light === text)?.dark ?? null;
  };
  return of(value);
}
