// Gives every control of the lab around it its tooltip, and the name, the role and the value that a screen reader
// needs and ipywidgets leaves out on menus, boxes, sliders, toggles, choices and the status line.
import { attend, listen } from "./disconnected.js";
import { handOver, toggle, trade, watch } from "./keyboard.js";
import { menu } from "./menu.js";
import { show, stick } from "./place.js";
import { rove } from "./rows.js";
import { pending, wait } from "./waiting.js";

/** @typedef {Record<string, [label: string, tip: string]>} Hints By class name of a control. */

const PARTS = ".noUi-handle, select, input:not([type=radio]), .widget-readout, .widget-radio-box";
const ARROWS = ".noUi-handle, select, input[type=radio]"; // the notebook would take these keys for itself
const SPOKEN = ":is(.rv-status, .rv-predict-said) > .widget-html-content";
const ROWS = ".rv-tools, .rv-rail .widget-toggle-buttons > div";
const REST = 150; // ms: controls come many at a time
const CONTROLS = "button, input, select, .noUi-handle, .widget-readout, .jupyter-widgets";

const worn = new WeakSet();
let groups = 0;

/**
 * @param {Element} element
 * @param {string} name
 * @param {string} value
 */
function put(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/**
 * @param {Element} lab
 * @param {string} selector
 * @param {(one: any) => void} call
 */
function once(lab, selector, call) {
  for (const one of lab.querySelectorAll(selector)) {
    if (worn.has(one)) continue;
    worn.add(one);
    call(one);
  }
}

/**
 * @param {Element} lab
 * @param {Hints} hints
 */
function hint(lab, hints) {
  for (const [name, [label, tip]] of Object.entries(hints)) {
    for (const control of lab.querySelectorAll(`.${name}`)) {
      if (tip) put(control, "title", tip);
      for (const part of control.querySelectorAll("[title]")) part.removeAttribute("title");
      for (const part of control.querySelectorAll(PARTS)) put(part, "aria-label", label);
      if (control.matches(".widget-toggle-buttons")) {
        put(control, "role", "group");
        put(control, "aria-label", label);
      }
      for (const part of control.querySelectorAll(ARROWS)) put(part, "data-lm-suppress-shortcuts", "true");
    }
  }
}

// A slider over marks knows the number of its mark alone: what it stands for is what is written beside it.
/** @param {Element} handle */
function slider(handle) {
  const readout = handle.closest(".widget-slider")?.querySelector(".widget-readout");
  if (!readout) return;
  readout.setAttribute("role", "textbox");
  const say = () => readout.textContent && put(handle, "aria-valuetext", readout.textContent);
  watch(readout, { childList: true, characterData: true, subtree: true }, say);
  watch(handle, { attributeFilter: ["aria-valuetext"] }, say);
}

// Choices without a common name are no group to a browser: its arrow keys would not lead from one to the next.
/** @param {Element} box */
function choices(box) {
  box.setAttribute("role", "radiogroup");
  groups += 1;
  const tie = () => box.querySelectorAll("input").forEach((one) => put(one, "name", `rv-choice-${groups}`));
  watch(box, { childList: true }, tie);
}

/**
 * Whether controls have come or gone: pictures and words change the page many times a second, and bring none.
 * @param {Iterable<{addedNodes: Iterable<Node>, removedNodes: Iterable<Node>}>} changes
 */
export function rebuilt(changes) {
  for (const { addedNodes, removedNodes } of changes) {
    for (const node of [...addedNodes, ...removedNodes]) {
      if (node instanceof HTMLElement && (node.matches(CONTROLS) || node.querySelector(CONTROLS))) return true;
    }
  }
  return false;
}

/**
 * @param {Element} lab
 * @param {Hints} hints
 * @param {Record<string, string>} words
 */
function equip(lab, hints, words) {
  hint(lab, hints);
  for (const one of lab.querySelectorAll(".rv-tools")) menu(/** @type {HTMLElement} */ (one), words.menu);
  for (const one of lab.querySelectorAll(ROWS)) rove(/** @type {HTMLElement} */ (one));
  once(lab, ".rv-pause", (one) => (trade(lab, one), handOver(one)));
  once(lab, ".noUi-handle", slider);
  once(lab, ".widget-radio-box", choices);
  once(lab, ".widget-toggle-button", (one) => toggle(lab, one));
  once(lab, ".jupyter-button", handOver);
  once(lab, SPOKEN, (one) => one.setAttribute("role", "status"));
  once(lab, ".progress", (one) => one.setAttribute("aria-hidden", "true")); // the words beside it say it
}

export default {
  /** @param {{model: import("../../live/page.js").Model}} given */
  initialize({ model }) {
    return listen(model);
  },
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let resting;
    /** @type {(() => void)[]} */
    let leaves = [];
    /** @type {MutationObserver | undefined} */
    let built;
    const timer = setInterval(() => {
      const words = model.get("words"), manager = model.widget_manager, lab = el.closest(".rv-lab, .rv-predict"); // not there yet while the lab is being put together
      if (!lab) return;
      clearInterval(timer);
      const again = () => ((resting = undefined), equip(lab, model.get("hints"), words));
      built = new MutationObserver((changes) => {
        if (resting === undefined && rebuilt(changes)) resting = setTimeout(again, REST);
      });
      built.observe(lab, { childList: true, subtree: true });
      again();
      leaves = [attend(lab, words.gone), stick(lab), wait(lab, manager, words)];
      if (lab.matches(".rv-lab") && model.get("fresh")) {
        leaves.push(show(lab, () => pending(lab, manager) > 0));
        model.send({ shown: true });
      }
    }, 50);
    return () => (clearInterval(timer), clearTimeout(resting), built?.disconnect(), leaves.forEach((leave) => leave()));
  },
};
