// What is looked at anew when the page changes: controls, and not each picture's strokes.
import assert from "node:assert/strict";
import { rebuilt } from "../../rnnviz/lab/screen/accessibility.js";
import { test } from "./browser.js";
import { Element } from "./element.js";

/**
 * @param {string} name
 * @param {Element[]} inside
 */
function named(name, ...inside) {
  const made = Object.assign(new Element("div"), { className: name });
  made.append(...inside);
  return made;
}

/** @type {(added: Element[], removed?: Element[]) => any} */
const change = (added, removed = []) => ({ addedNodes: added, removedNodes: removed });

test("a control that comes or goes, by itself or in a box, is one", () => {
  const handle = named("noUi-handle");
  for (const changes of [[change([handle])], [change([named("rv-dock", handle)])], [change([], [handle])]]) {
    assert.equal(rebuilt(changes), true);
  }
});

test("words and pictures are none", () => {
  const words = named("rv-figures", named("rv-figure-value"));
  assert.equal(rebuilt([change([words], [words])]), false);
  Object.defineProperty(globalThis, "HTMLElement", { value: class {}, configurable: true, writable: true });
  assert.equal(rebuilt([change([named("noUi-handle")])]), false); // as a stroke of a picture is none of HTML's
});
