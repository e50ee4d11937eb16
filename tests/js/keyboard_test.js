// A button that a press has disabled hands the focus on.
import assert from "node:assert/strict";
import { handOver } from "../../rnnviz/lab/screen/keyboard.js";
import { test } from "./browser.js";
import { Element } from "./element.js";

/** Play and Pause side by side, the focus on Pause; what has no rectangles is out of sight. */
function pair() {
  const around = new Element("div");
  const [play, pause] = ["rv-play", "rv-pause"].map((name) => {
    const one = Object.assign(new Element("button"), {
      className: name,
      getClientRects: () => one.disabled ? [] : [{}],
      compareDocumentPosition: (/** @type {unknown} */ other) => other === pause ? 4 : 2,
      focus: () => Object.assign(document, { activeElement: one }),
    });
    around.append(one);
    return one;
  });
  around.querySelectorAll = () => around.children;
  Object.assign(Element, { DOCUMENT_POSITION_FOLLOWING: 4 });
  pause.focus();
  handOver(/** @type {any} */ (pause));
  return { play, pause };
}

/** As browsers do that see at once that nobody can type there: nobody has the focus then. */
function taken(/** @type {any} */ button) {
  button.disabled = true;
  Object.assign(document, { activeElement: document.body });
  button.dispatchEvent(Object.assign(new Event("blur"), { relatedTarget: null }));
}

test("the focus goes on from a button whose browser takes it before it tells that this is disabled", async () => {
  const { play, pause } = pair();
  play.disabled = true; // it comes a moment later
  taken(pause);
  play.disabled = false;
  await Promise.resolve();
  assert.equal(document.activeElement, play);
});

test("a focus that somebody has taken meanwhile stays there", async () => {
  const { pause } = pair(), elsewhere = new Element("input");
  taken(pause);
  Object.assign(document, { activeElement: elsewhere });
  await Promise.resolve();
  assert.equal(document.activeElement, elsewhere);
});

test("who leaves a button that can be pressed is not called back", async () => {
  const { pause } = pair();
  Object.assign(document, { activeElement: document.body });
  pause.dispatchEvent(Object.assign(new Event("blur"), { relatedTarget: null }));
  await Promise.resolve();
  assert.equal(document.activeElement, document.body);
});
