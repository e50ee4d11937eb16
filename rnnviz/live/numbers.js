// How a number is written beside a picture: a true minus sign, and always as many figures.
const RAISED = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];
const LEAST = 1e-3, MOST = 1e5; // outside, a number is written with its power of ten

/** @param {string} text */
const minus = (text) => text.replaceAll("-", "−");

/** @param {number} exponent */
function raised(exponent) {
  const digits = [...String(Math.abs(exponent))].map((one) => RAISED[Number(one)]).join("");
  return `10${exponent < 0 ? "⁻" : ""}${digits}`;
}

/**
 * So many decimals, for what lies between -1 and 1 as states and gates do; without any, three figures.
 * @param {number | null | undefined} value
 * @param {number | null} [decimals]
 */
export function written(value, decimals = null) {
  if (typeof value !== "number" || Number.isNaN(value)) return "–";
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  if (decimals !== null) return minus(value.toFixed(decimals).replace(/^-(0(\.0*)?)$/, "$1"));
  const size = Number(Math.abs(value).toPrecision(3)), sign = value < 0 ? "−" : "";
  if (size === 0) return "0";
  const power = Number(size.toExponential().split("e")[1]);
  if (size >= LEAST && size < MOST) return sign + grouped(Math.abs(value).toFixed(Math.max(2 - power, 0)));
  const [mantissa, exponent] = Math.abs(value).toExponential(1).split("e");
  return `${sign}${mantissa} × ${raised(Number(exponent))}`;
}

/** @param {string} digits As in "1234" or "12.3". */
function grouped(digits) {
  return digits.includes(".") ? digits : digits.replace(/\B(?=(\d{3})+$)/g, ",");
}
