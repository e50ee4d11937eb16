// How a number is written beside a picture: a true minus sign, and always as many figures.
const RAISED = [..."⁰¹²³⁴⁵⁶⁷⁸⁹"];
const LEAST = 1e-3, MOST = 1e6; // beyond these a power of ten says it shorter

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
  if (value === 0) return "0";
  const [mantissa, exponent] = value.toExponential(2).split("e");
  if (Math.abs(value) < LEAST || Math.abs(value) >= MOST) return `${minus(mantissa)} × ${raised(Number(exponent))}`;
  const power = Number(exponent);
  return minus(value.toFixed(Math.max(2 - power, 0)));
}
