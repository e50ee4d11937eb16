// What a reader writes as an answer, and which kind of answer it is.
import assert from "node:assert/strict";
import { kindOf, numberIn, valueIn } from "../../rnnviz/site/answers.js";

for (
  const [text, value] of /** @type {[string, number | null][]} */ ([
    ["3.5", 3.5],
    [" -2 ", -2],
    ["−2", -2],
    ["+.5", 0.5],
    ["1e-6", 1e-6],
    ["2 × 10⁻⁶", 2e-6],
    ["2*10^-6", 2e-6],
    ["1.5 x 10^3", 1500],
    ["", null],
    ["seven", null],
    ["1.2.3", null],
    ["0x10", null],
    ["5 apples", null],
  ])
) {
  Deno.test(`as a number, “${text}” is ${value}`, () => assert.equal(numberIn(text), value));
}

for (
  const [text, answer] of /** @type {[string, any][]} */ ([
    ["", null],
    ["...", null],
    ["160", 160],
    ["Rnn", "rnn"],
    ["'Rnn'", "rnn"],
    ['"160"', "160"],
    ["[1, 2]", [1, 2]],
    ["1, 2", [1, 2]],
    ["(1,)", [1]],
    ["{3, 1}", [3, 1]],
    ["gru, 'lstm'", ["gru", "lstm"]],
  ])
) {
  Deno.test(`as an answer, “${text}” is ${JSON.stringify(answer)}`, () => {
    assert.deepEqual(valueIn(text), answer === null ? null : { value: answer });
  });
}

const NOTHING = { kinds: {}, table: [], unordered: false, values: [], ranges: [], places: [], shapes: {} };

/**
 * @param {object} judged
 * @param {string} text
 */
function kind(judged, text) {
  return kindOf(/** @type {any} */ ({ ...NOTHING, ...judged }), valueIn(text));
}

Deno.test("what nobody has written is unanswered, and what nothing fits is another answer", () => {
  assert.equal(kind({}, " "), "unanswered");
  assert.equal(kind({}, "7"), "other");
});

Deno.test("a number is right as far off as it may be, before it is a mistake that lies as near", () => {
  const judged = { values: [["right", 10, 0.5], ["near", 10.6, 0.5]] };
  assert.deepEqual(["10.5", "10.6", "11.2", "ten"].map((one) => kind(judged, one)), [
    "right",
    "near",
    "other",
    "other",
  ]);
});

Deno.test("a list of one is what it holds, and several numbers are compared one by one", () => {
  assert.equal(kind({ values: [["right", 2, 0]] }, "[2]"), "right");
  const judged = { values: [["right", [1, 2], 0.01]] };
  assert.deepEqual(["1, 2.01", "2, 1", "1", "1, 2, 3"].map((one) => kind(judged, one)), [
    "right",
    "other",
    "other",
    "other",
  ]);
});

Deno.test("a table is asked first; where order means nothing, neither does saying a thing twice", () => {
  const judged = { table: [[[1, 3], "right"], [3, "one-only"]], values: [["right", 3, 0]] };
  assert.deepEqual(["1, 3", "3, 1", "3"].map((one) => kind(judged, one)), ["right", "other", "one-only"]);
  assert.equal(kind({ ...judged, unordered: true }, "[3, 1, 3]"), "right");
});

Deno.test("a stretch of numbers is one mistake, at both of its ends", () => {
  const judged = { ranges: [["too-few", 1, 5]], values: [["right", 3, 0]] };
  assert.deepEqual(["1", "3", "5", "5.1", "word"].map((one) => kind(judged, one)), [
    "too-few",
    "right",
    "too-few",
    "other",
    "other",
  ]);
});

Deno.test("of several words the first wrong place is told", () => {
  const judged = { places: [["first", ["rnn"]], ["second", ["gru", "lstm"]]] };
  assert.deepEqual(["rnn, lstm", "gru, gru", "rnn, rnn", "rnn"].map((one) => kind(judged, one)), [
    "right",
    "first",
    "second",
    "other",
  ]);
});

Deno.test("what has no kind of its own is judged by its shape", () => {
  const judged = { shapes: { number: "a-number", word: "a-word", quoted: "in-quotes", 2: "two" } };
  assert.deepEqual(["4", "four", "'4'", "1, 2"].map((one) => kind(judged, one)), [
    "a-number",
    "a-word",
    "in-quotes",
    "two",
  ]);
});
