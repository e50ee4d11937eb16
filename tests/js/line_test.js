// The one line above the pictures: what is told stands for a while, what is seen stays two seconds, and words are text.
import assert from "node:assert/strict";
import line from "../../rnnviz/lab/controls/line.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";
import { Model } from "./model.js";

const NOTHING = { words: "", number: "", link: "", count: 0 };
const LABELS = { why: "Why?", less: "Less" };

/** @param {string} words */
const seen = (words) => ({
  tone: "trouble",
  words,
  number: "",
  step: "Step 60",
  sentences: [[`All of ${words}`, "Try."]],
});

/** @param {Record<string, any>} state */
function shown(state) {
  const model = new Model({ seen: {}, act: {}, told: NOTHING, labels: LABELS, ...state }), el = new Element("div");
  line.render(/** @type {any} */ ({ model, el }));
  return { model, el, words: () => el.querySelector(".rv-insight-words")?.textContent ?? "" };
}

test("a sentence stands for two seconds, and what comes last then takes its place", async (browser) => {
  const { model, words } = shown({ seen: seen("One.") });
  await browser.pass(100);
  model.set("seen", seen("Two."));
  model.set("seen", seen("Three."));
  await browser.pass(1800);
  assert.equal(words(), "One.");
  await browser.pass(200);
  assert.equal(words(), "Three.");
});

test("what is told comes at once, and what is seen only much later", async (browser) => {
  const { model, words } = shown({ seen: seen("One.") });
  model.set("told", { words: "A new model.", number: "", link: "Undo", count: 1 });
  assert.equal(words(), "A new model.");
  model.set("seen", seen("Two."));
  await browser.pass(14000);
  assert.equal(words(), "A new model.");
  await browser.pass(1100);
  assert.equal(words(), "Two.");
});

test("what is told stays where nothing is to be seen", async (browser) => {
  const { model, words } = shown({ seen: seen("One.") });
  model.set("told", { words: "Look at the gates.", number: "", link: "", count: 1 });
  model.set("seen", {});
  await browser.pass(60000);
  assert.equal(words(), "Look at the gates.");
});

test("a link says once that it was pressed, and of which sentence", () => {
  const { model, el } = shown({ told: { words: "A new model.", number: "", link: "Undo", count: 7 } });
  const link = /** @type {Element} */ (el.querySelector(".rv-say-link"));
  assert.equal(link.textContent, "Undo");
  link.dispatchEvent(event("click"));
  assert.deepEqual(model.said, [{ pressed: 7 }]);
  assert.equal(el.querySelector(".rv-say-link"), null);
});

test("the whole of it unfolds, and stays so when its numbers change", async (browser) => {
  const { model, el } = shown({ seen: seen("One.") });
  const link = () => /** @type {Element} */ (el.querySelector(".rv-say-link"));
  const whole = () => /** @type {Element} */ (el.querySelector(".rv-insight-whole"));
  assert.deepEqual([link().textContent, whole().hidden], ["Why?", true]);
  link().dispatchEvent(event("click"));
  assert.deepEqual([link().textContent, whole().hidden], ["Less", false]);
  assert.equal(whole().textContent, "Step 60 All of One. Try.");
  model.set("seen", seen("Two."));
  await browser.pass(2100);
  assert.deepEqual([link().textContent, whole().hidden], ["Less", false]);
});

test("what the pictures show is taken away when they show it no more", async (browser) => {
  const { model, el } = shown({ seen: seen("One.") });
  model.set("seen", {});
  await browser.pass(2100);
  assert.equal(el.children.length, 0);
});

const ACT = { words: "Rescue it", verb: "preset", count: 3 };

test("what can be done stands at the end, is sent once, and gives its place to the question", () => {
  const { model, el } = shown({ seen: seen("One."), act: ACT });
  const act = /** @type {Element} */ (el.querySelector(".rv-act"));
  assert.equal(act.textContent, "Rescue it");
  assert.ok(act.classList.contains("rv-act-preset"));
  act.dispatchEvent(event("click"));
  assert.deepEqual(model.said, [{ acted: 3 }]);
  assert.equal(el.querySelector(".rv-act"), null);
  assert.equal(el.querySelector(".rv-why")?.textContent, "Why?");
});

test("where something can be done, the sentence itself unfolds", () => {
  const { el } = shown({ seen: seen("One."), act: ACT });
  const words = /** @type {Element} */ (el.querySelector(".rv-insight"));
  assert.equal(words.tagName, "BUTTON");
  assert.equal(words.getAttribute("aria-expanded"), "false");
  words.dispatchEvent(event("click"));
  assert.equal(words.getAttribute("aria-expanded"), "true");
  assert.equal(/** @type {Element} */ (el.querySelector(".rv-insight-whole")).hidden, false);
});

test("what can be done comes and goes with the same words", async (browser) => {
  const { model, el } = shown({ seen: seen("One."), act: ACT });
  model.set("act", {});
  await browser.pass(2100);
  assert.equal(el.querySelector(".rv-act"), null);
  assert.equal(el.querySelector(".rv-insight")?.tagName, "SPAN");
});
