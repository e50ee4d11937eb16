// Predictions: committed to before an experiment, and set beside what came out.
import { written } from "../live/numbers.js";
import { numberIn } from "./answers.js";
import { added, filled, givenOf, kept } from "./cards.js";

/** @typedef {Record<string, string>} Words */
/** @typedef {{id: string, given: any, said: string | number | null, order: string[], settled: boolean, close: () => void}} Asked */

/**
 * A number as it was said, without zeros that say nothing.
 * @param {number} value
 */
export function figure(value) {
  const size = Math.abs(value), sign = value < 0 ? "−" : "";
  if (size !== 0 && (size < 1e-3 || size >= 1e5)) {
    const [mantissa, power] = size.toExponential(5).split("e");
    const raised = [...String(Number(power))].map((one) => one === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(one)]).join("");
    return `${sign}${Number(mantissa)} × 10${raised}`;
  }
  return sign + String(Number(size.toPrecision(6)));
}

/**
 * @param {number} value
 * @param {string} unit
 */
export function quantity(value, unit) {
  const power = value === 0 ? 0 : Number(value.toExponential(5).split("e")[1]);
  const short = Number(value.toPrecision(6)) === Number(value.toPrecision(3)) && (power < 3 || power > 5);
  return (short ? figure(value) : written(value)) + (unit === "" ? "" : "°′″".includes(unit[0]) ? unit : ` ${unit}`);
}

/**
 * @param {Words} words
 * @param {any} given
 * @param {number} said
 * @param {number} measured
 * @returns {{right: boolean, words: string}}
 */
export function setBeside(words, given, said, measured) {
  const apart = Math.abs(said - measured);
  const [low, high] = [Math.abs(said), Math.abs(measured)].sort((a, b) => a - b);
  const times = low === 0 || (said < 0) !== (measured < 0) ? null : high / low;
  const near = given.within !== null
    ? apart <= given.within * (1 + 1e-9)
    : said === measured || (times !== null && times <= given.times * (1 + 1e-9));
  const fields = { said: quantity(said, given.unit), measured: quantity(measured, given.unit) };
  if (near) {
    return { right: true, words: filled(words["predict.number.right"], { ...fields, tolerance: given.tolerance }) };
  }
  const way = said < measured ? "low" : "high";
  const amount = written(apart) + (given.unit && !"°′″".includes(given.unit[0]) ? ` ${given.unit}` : given.unit);
  const far = given.within !== null || times === null
    ? filled(words[`predict.number.${way}`], { amount })
    : filled(words[`predict.number.times.${way}`], { factor: written(times) });
  return { right: false, words: filled(words["predict.number.wrong"], { ...fields, apart: far }) };
}

/**
 * @param {Words} words
 * @param {Asked} asked
 * @param {string} key
 */
function option(words, asked, key) {
  const letter = "abcdefghijklmnopqrstuvwxyz"[asked.order.indexOf(key)];
  return filled(words["predict.option"], { letter, words: asked.given.options[key] });
}

/** @typedef {{read: () => string | number | null, fill: (said: any) => boolean}} Field What was said, and how it comes back. */

/**
 * @param {HTMLElement} card
 * @param {Words} words
 * @returns {Asked}
 */
export function ask(card, words) {
  const id = card.dataset.predict ?? "", given = givenOf(card);
  /** @type {Asked} */
  const asked = { id, given, said: null, order: [], settled: false, close: () => {} };
  const field = given.options ? choices(card, words, asked) : box(card, words, asked);
  const button = added(card, "button", { type: "button", textContent: words["predict.commit"] });
  const told = added(card, "output");
  const tell = (/** @type {string} */ key) => {
    const said = /** @type {string | number} */ (asked.said);
    const choice = typeof said === "number" ? quantity(said, given.unit) : option(words, asked, said);
    told.textContent = filled(words[key], { choice });
  };
  const earlier = kept(`said.${id}`);
  if (field.fill(earlier)) {
    asked.said = earlier;
    tell("predict.earlier");
  }
  const ready = () => button.disabled = asked.settled || (given.options && field.read() === null);
  card.addEventListener("change", ready);
  ready();
  button.addEventListener("click", () => {
    const said = field.read();
    if (said === null) {
      told.textContent = words["predict.number.unread"];
      return;
    }
    asked.said = said;
    kept(`said.${id}`, said);
    tell("predict.committed");
  });
  asked.close = () => {
    asked.settled = true;
    for (const one of /** @type {Iterable<any>} */ (card.querySelectorAll("input, button"))) one.disabled = true;
  };
  return asked;
}

/**
 * @param {HTMLElement} card
 * @param {Words} words
 * @param {Asked} asked
 * @returns {Field}
 */
function choices(card, words, asked) {
  const keys = Object.keys(asked.given.options), earlier = kept(`order.${asked.id}`);
  const fits = Array.isArray(earlier) && [...earlier].sort().join() === [...keys].sort().join();
  // in an order of the reader's own, which stays
  asked.order = fits ? earlier : keys.map((key) => ({ key, place: Math.random() })).sort((a, b) => a.place - b.place)
    .map(({ key }) => key);
  kept(`order.${asked.id}`, asked.order);
  const group = added(card, "div", {
    role: "radiogroup",
    ariaLabel: card.querySelector("p:last-of-type")?.textContent,
  });
  const inputs = asked.order.map((key) => {
    const label = added(group, "label");
    const input = added(label, "input", { type: "radio", name: asked.id, value: key });
    added(label, "span", { textContent: option(words, asked, key) });
    return input;
  });
  return {
    read: () => inputs.find((one) => one.checked)?.value ?? null,
    fill: (said) => {
      const chosen = inputs.find((one) => one.value === said);
      if (chosen) chosen.checked = true;
      return chosen !== undefined;
    },
  };
}

/**
 * @param {HTMLElement} card
 * @param {Words} words
 * @param {Asked} asked
 * @returns {Field}
 */
function box(card, words, asked) {
  const row = added(card, "p");
  const input = added(row, "input", { type: "text", inputMode: "text", placeholder: asked.given.placeholder });
  input.setAttribute("aria-label", words["predict.title"]);
  row.append(` ${asked.given.unit} ${asked.given.ask}`);
  return {
    read: () => {
      const written = input.value.trim(), unit = asked.given.unit;
      const bare = unit && written.endsWith(unit) ? written.slice(0, -unit.length) : written;
      const comma = bare.split(",").length === 2 && !/[1-9]\d*,\d{3}$|\./.test(bare);
      const value = numberIn(comma ? bare.replace(",", ".") : bare);
      return value === null || (asked.given.times !== null && value <= 0) ? null : value;
    },
    fill: (said) => {
      if (typeof said === "number") input.value = String(said);
      return typeof said === "number";
    },
  };
}

/**
 * @param {HTMLElement} card
 * @param {Words} words
 * @param {Map<string, Asked>} all
 */
export function reveal(card, words, all) {
  const given = givenOf(card), asked = all.get(given.id);
  const button = added(card, "button", { type: "button", textContent: given.button });
  const told = added(card, "output");
  button.addEventListener("click", () => {
    if (!asked) return;
    const { right, words: outcome } = outcomeOf(words, asked, given);
    const why = given.why ? [filled(words["predict.why"], { why: given.why })] : [];
    told.textContent = [outcome, ...why].join("\n");
    if (right !== null) told.dataset.right = String(right);
    if (asked.said !== null) asked.close();
  });
}

/**
 * @param {Words} words
 * @param {Asked} asked
 * @param {any} given
 * @returns {{right: boolean | null, words: string}}
 */
function outcomeOf(words, asked, given) {
  const said = asked.said;
  if (!asked.given.options) {
    if (given.measured === null) return { right: null, words: given.none };
    if (typeof said === "number") return setBeside(words, asked.given, said, given.measured);
    const measured = quantity(given.measured, asked.given.unit);
    return { right: null, words: filled(words["predict.number.none"], { measured }) };
  }
  const truth = option(words, asked, given.answer);
  if (typeof said !== "string") return { right: null, words: filled(words["predict.none"], { truth }) };
  const choice = option(words, asked, said), right = said === given.answer;
  return { right, words: filled(words[right ? "predict.right" : "predict.wrong"], { choice, truth }) };
}
