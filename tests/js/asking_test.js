// Cards of a page without a kernel: a prediction, what came of it, and an exercise that is answered by value.
import assert from "node:assert/strict";
import { check } from "../../rnnviz/site/checks.js";
import { ask, figure, quantity, reveal, setBeside } from "../../rnnviz/site/predictions.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";

const WORDS = {
  "predict.commit": "Commit",
  "predict.committed": "You predict {choice}.",
  "predict.earlier": "Earlier you predicted {choice}.",
  "predict.none": "No prediction. It is {truth}.",
  "predict.number.high": "{amount} too high",
  "predict.number.low": "{amount} too low",
  "predict.number.none": "No prediction. It was {measured}.",
  "predict.number.right": "You said {said}, it was {measured}: {tolerance}.",
  "predict.number.times.high": "a factor of {factor} too high",
  "predict.number.times.low": "a factor of {factor} too low",
  "predict.number.unread": "That is no number.",
  "predict.number.wrong": "You said {said}, it was {measured}: {apart}.",
  "predict.option": "{letter}) {words}",
  "predict.right": "You predicted {choice}: so it is.",
  "predict.title": "Your prediction.",
  "predict.why": "Why: {why}",
  "predict.wrong": "You predicted {choice}. It is {truth}.",
};
const MONTHS = {
  unit: "months",
  within: null,
  times: 2,
  tolerance: "right within a factor of 2",
  ask: "",
  placeholder: "",
};
const OPTIONS = { options: { a: "it sinks", b: "it rises" } };

/**
 * A card of a page, its data as the page has them.
 * @param {object} dataset
 * @param {object} given
 * @returns {any}
 */
function card(dataset, given) {
  const bytes = new TextEncoder().encode(JSON.stringify(given));
  const made = new Element("div");
  return Object.assign(made, { dataset: { ...dataset, given: btoa(String.fromCharCode(...bytes)) } });
}

/** What a browser keeps for a page, empty in the beginning. */
function storage() {
  const held = new Map();
  const value = {
    getItem: (/** @type {string} */ key) => held.get(key) ?? null,
    setItem: (/** @type {string} */ key, /** @type {string} */ one) => void held.set(key, one),
  };
  Object.defineProperty(globalThis, "localStorage", { value, configurable: true });
}

/** @param {Element} made */
function parts(made) {
  const [button] = made.querySelectorAll("button"), [told] = made.querySelectorAll("output");
  return { inputs: made.querySelectorAll("input"), button, told };
}

/**
 * @param {Element} made
 * @param {string} key
 */
function choose(made, key) {
  for (const one of parts(made).inputs) /** @type {any} */ (one).checked = one.value === key;
  made.dispatchEvent(event("change"));
}

test("a choice is committed, revealed with its reason, and then stays", () => {
  storage();
  const asking = card({ predict: "01.p" }, OPTIONS),
    revealing = card({ reveal: "01.p" }, { id: "01.p", answer: "b", why: "so" });
  const asked = ask(asking, WORDS);
  reveal(revealing, WORDS, new Map([["01.p", asked]]));
  assert.equal(parts(asking).button.disabled, true); // nothing is chosen yet
  choose(asking, "b");
  assert.equal(parts(asking).button.disabled, false);
  parts(asking).button.dispatchEvent(event("click"));
  assert.match(parts(asking).told.textContent, /^You predict [ab]\) it rises\.$/);
  parts(revealing).button.dispatchEvent(event("click"));
  assert.match(parts(revealing).told.textContent, /^You predicted [ab]\) it rises: so it is\.\nWhy: so$/);
  assert.equal(parts(revealing).told.dataset.right, "true");
  assert.ok([...parts(asking).inputs, parts(asking).button].every((one) => one.disabled));
});

test("what was said, and the order of the choices, are there on the next visit", () => {
  storage();
  const first = card({ predict: "01.p" }, OPTIONS);
  const order = ask(first, WORDS).order;
  choose(first, "a");
  parts(first).button.dispatchEvent(event("click"));
  const again = card({ predict: "01.p" }, OPTIONS), asked = ask(again, WORDS);
  assert.deepEqual([asked.said, asked.order], ["a", order]);
  assert.match(parts(again).told.textContent, /^Earlier you predicted [ab]\) it sinks\.$/);
  assert.equal(parts(again).button.disabled, false);
});

test("a browser that keeps nothing, or something else, leaves a card that works", () => {
  for (const kept of ['"z"', "not JSON", "[1]"]) {
    const value = { getItem: () => kept, setItem: () => assert.fail() };
    Object.defineProperty(globalThis, "localStorage", { value, configurable: true });
    const made = card({ predict: "01.p" }, OPTIONS), asked = ask(made, WORDS);
    assert.equal(asked.said, null);
    assert.equal(parts(made).inputs.length, 2);
  }
});

test("a number is read with its unit and a comma, one that cannot be judged is not taken", () => {
  storage();
  const made = card({ predict: "00.m" }, MONTHS), asked = ask(made, WORDS);
  for (
    const [text, said] of /** @type {[string, number | null][]} */ ([["none", null], ["-3", null], ["3,5 months", 3.5]])
  ) {
    parts(made).inputs[0].value = text;
    parts(made).button.dispatchEvent(event("click"));
    assert.equal(asked.said, said);
    assert.equal(parts(made).told.textContent, said === null ? "That is no number." : "You predict 3.5 months.");
  }
  const again = card({ predict: "00.m" }, MONTHS);
  assert.equal(ask(again, WORDS).said, 3.5);
  assert.equal(parts(again).inputs[0].value, "3.5");
});

test("without a prediction a reveal says what came out, or that nobody has measured it, and judges nothing", () => {
  storage();
  for (
    const [given, told] of /** @type {[object, string][]} */ ([
      [{ measured: 12, why: "so" }, "No prediction. It was 12 months.\nWhy: so"],
      [{ measured: null, none: "Not measured." }, "Not measured."],
    ])
  ) {
    const revealing = card({ reveal: "00.m" }, { id: "00.m", ...given });
    reveal(revealing, WORDS, new Map([["00.m", ask(card({ predict: "00.m" }, MONTHS), WORDS)]]));
    parts(revealing).button.dispatchEvent(event("click"));
    assert.equal(parts(revealing).told.textContent, told);
    assert.equal("right" in parts(revealing).told.dataset, false);
  }
});

Deno.test("a number is right within its factor or its distance, and else how far it is off is told", () => {
  const distance = { ...MONTHS, unit: "%", within: 5, times: null, tolerance: "right within 5 %" };
  const told = [setBeside(WORDS, MONTHS, 6, 12), setBeside(WORDS, MONTHS, 2, 12), setBeside(WORDS, distance, 60, 50)];
  assert.deepEqual(told, [
    { right: true, words: "You said 6 months, it was 12 months: right within a factor of 2." },
    { right: false, words: "You said 2 months, it was 12 months: a factor of 6.00 too low." },
    { right: false, words: "You said 60 %, it was 50 %: 10.0 % too high." },
  ]);
});

Deno.test("numbers are written as they were said", () => {
  assert.deepEqual([3.50, -2, 1e-6, 123456].map(figure), ["3.5", "−2", "1 × 10⁻⁶", "1.23456 × 10⁵"]);
  assert.equal(quantity(21, "°C"), "21°C");
  assert.equal(quantity(1234.6, "months"), "1,235 months");
});

test("an exercise is judged when it is sent, and what was written is there on the next visit", () => {
  storage();
  const given = {
    kinds: { right: "Right.", unanswered: "No answer yet.", other: "Not yet." },
    ...{ table: [], unordered: false, values: [["right", 160, 0]], ranges: [], places: [], shapes: {} },
    ...{ button: "Check", placeholder: "5" },
  };
  const made = card({ check: "01.x" }, given);
  check(made);
  for (
    const [text, told, right] of [["", "No answer yet.", "false"], ["7", "Not yet.", "false"], [
      "160",
      "Right.",
      "true",
    ]]
  ) {
    parts(made).inputs[0].value = text;
    const sent = event("submit");
    made.querySelectorAll("form")[0].dispatchEvent(sent);
    assert.equal(sent.defaultPrevented, true); // the page stays
    assert.deepEqual([parts(made).told.textContent, parts(made).told.dataset.right], [told, right]);
  }
  const again = card({ check: "01.x" }, given);
  check(again);
  assert.equal(parts(again).inputs[0].value, "160");
});
