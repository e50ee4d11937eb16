// Answers: what a reader wrote as a value, and what the checker says of it.

/** @typedef {any} Value A number, a word, or a list of values. */
/**
 * @typedef {object} Judged
 * @property {Record<string, string>} kinds
 * @property {[Value, string][]} table
 * @property {boolean} unordered
 * @property {[string, Value, number][]} values
 * @property {[string, number, number][]} ranges
 * @property {[string, string[]][]} places
 * @property {Record<string, string>} shapes
 */

const RAISED = new Map([..."⁻⁰¹²³⁴⁵⁶⁷⁸⁹−"].map((sign, place) => [sign, "-0123456789-"[place]]));

/**
 * A number as people write it: 3.5, 1e-6, 2 × 10⁻⁶.
 * @param {string} text
 */
export function numberIn(text) {
  const plain = [...text.trim()].map((sign) => RAISED.get(sign) ?? sign).join("")
    .replace(/\s*[·×*x]\s*10\s*\^?\s*(?=-?\d)/i, "e");
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : null;
}

/**
 * A number, a word, or several of them, with brackets or without.
 * @param {string} text
 * @returns {{value: Value} | null}
 */
export function valueIn(text) {
  const plain = text.trim();
  if (plain === "" || plain === "...") return null;
  const word = /^(["'])(.*)\1$/.exec(plain);
  if (word && !word[2].includes(word[1])) return { value: word[2].trim().toLowerCase() };
  const inner = /^[[({](.*)[\])}]$/s.exec(plain)?.[1] ?? (plain.includes(",") ? plain : null);
  if (inner === null) return { value: numberIn(plain) ?? plain.toLowerCase() };
  const parts = inner.split(",").map((part) => part.trim()).filter((part) => part !== "");
  return { value: parts.map((part) => valueIn(part)?.value ?? "") };
}

/**
 * @param {Judged} judged
 * @param {{value: Value} | null} answer
 * @returns {string} Which kind of answer it is.
 */
export function kindOf(judged, answer) {
  if (answer === null) return "unanswered";
  const key = keyOf(answer.value, judged.unordered);
  const known = judged.table.find(([value]) => keyOf(value, judged.unordered) === key);
  if (known) return known[1];
  const value = answer.value;
  const right = judged.values.find(([kind]) => kind === "right");
  if (right && alike(value, right[1], right[2])) return "right";
  const range = judged.ranges.find(([, low, high]) => typeof value === "number" && low <= value && value <= high);
  if (range) return range[0];
  const words = Array.isArray(value) && value.every((one) => typeof one === "string");
  if (words && value.length > 0 && value.length === judged.places.length) {
    return judged.places.find(([, right], place) => !right.includes(value[place]))?.[0] ?? "right";
  }
  const mistake = judged.values.find(([, expected, tolerance]) => alike(value, expected, tolerance));
  return mistake?.[0] ?? judged.shapes[shapeOf(value)] ?? "other";
}

/** @param {Value} value */
function shapeOf(value) {
  if (Array.isArray(value)) return String(value.length);
  return typeof value === "number" ? "number" : numberIn(value) === null ? "word" : "quoted";
}

/**
 * @param {Value} value
 * @param {boolean} unordered
 * @returns {string}
 */
function keyOf(value, unordered) {
  if (!Array.isArray(value)) return typeof value === "number" ? String(Number(value.toPrecision(12))) : `"${value}"`;
  const keys = value.map((one) => keyOf(one, unordered));
  return `[${(unordered ? [...new Set(keys)].sort() : keys).join(";")}]`;
}

/**
 * @param {Value} value
 * @param {Value} expected
 * @param {number} tolerance
 * @returns {boolean}
 */
function alike(value, expected, tolerance) {
  if (typeof value === "string" || typeof expected === "string") return value === expected;
  const [got, wanted] = [single(value), single(expected)];
  if (!Array.isArray(got) || !Array.isArray(wanted)) {
    return typeof got === "number" && typeof wanted === "number" && Math.abs(got - wanted) <= tolerance;
  }
  return got.length === wanted.length && got.every((one, place) => alike(one, wanted[place], tolerance));
}

/**
 * @param {Value} value
 * @returns {Value} What a list of one holds.
 */
function single(value) {
  return Array.isArray(value) && value.length === 1 ? single(value[0]) : value;
}
