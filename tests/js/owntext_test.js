// The line to type in: what is sent, when, and what the kernel may write over.
import assert from "node:assert/strict";
import owntext from "../../rnnviz/lab/tools/owntext.js";
import { test } from "./browser.js";
import { Element, event } from "./element.js";
import { Model } from "./model.js";

const STATE = {
  labels: { label: "Type your own", example: "a word", clear: "Take it away" },
  text: "",
  words: "",
  failed: false,
  heard: 0,
};

/** @param {Record<string, any>} state */
function shown(state = {}) {
  const model = new Model({ ...STATE, ...state });
  const el = new Element("div");
  const end = owntext.render(/** @type {any} */ ({ model, el }));
  const [around, empty, words] = el.children;
  const input = Object.assign(around.children[1], { focus: () => {} });
  const type = (/** @type {string} */ text) => {
    input.value = text;
    input.dispatchEvent(event("input", {}));
  };
  return { model, input, empty, words, type, end };
}

test("what is typed is sent once, when nobody has typed for a moment", async (browser) => {
  const { model, type } = shown();
  type("v");
  await browser.pass(100);
  type("va");
  await browser.pass(100);
  assert.deepEqual(model.said, []);
  await browser.pass(100);
  assert.deepEqual(model.said, [{ text: "va", number: 1 }]);
});

test("Enter sends at once, and not once more", async (browser) => {
  const { model, input, type } = shown();
  type("van ");
  input.dispatchEvent(event("keydown", { key: "Enter" }));
  await browser.pass(1000);
  assert.deepEqual(model.said, [{ text: "van ", number: 1 }]);
});

test("Escape and the cross take it away", () => {
  const { model, input, empty, type } = shown();
  type("van");
  input.dispatchEvent(event("keydown", { key: "Escape" }));
  assert.deepEqual([input.value, model.said.at(-1).text], ["", ""]);
  type("van");
  empty.dispatchEvent(event("click", {}));
  assert.deepEqual([input.value, model.said.at(-1).text, empty.hidden], ["", "", true]);
});

test("a script that is composed is sent when its character is whole", async (browser) => {
  const { model, input, type } = shown();
  input.dispatchEvent(event("compositionstart", {}));
  type("ㄱ");
  await browser.pass(1000);
  assert.deepEqual(model.said, []);
  type("가");
  input.dispatchEvent(event("compositionend", {}));
  await browser.pass(1000);
  assert.deepEqual(model.said, [{ text: "가", number: 1 }]);
});

test("what code has typed stands there, and an older answer does not write over what is typed now", async (browser) => {
  const { model, input, type } = shown();
  model.set("text", "rossi");
  assert.equal(input.value, "rossi");
  type("ross");
  model.set("text", "rossi ");
  assert.equal(input.value, "ross");
  await browser.pass(1000);
  model.set("heard", 1);
  model.set("text", "ross");
  assert.equal(input.value, "ross");
});

test("why it cannot be read is said, and the text stays to be mended", async (browser) => {
  const { model, input, words, type } = shown();
  type("much too long");
  await browser.pass(1000);
  model.state.failed = true;
  model.state.heard = 1;
  model.set("words", "text must have at most 5 characters");
  assert.equal(input.value, "much too long");
  assert.deepEqual([words.textContent, words.classList.contains("rv-own-failed")], [model.state.words, true]);
});

test("taken down it hears nothing more, and sends nothing", async (browser) => {
  const { model, type, end } = shown();
  type("van");
  end();
  await browser.pass(1000);
  assert.deepEqual([model.said, model.heard], [[], 0]);
});
