// The words around one panel: its name, what it is, the number under the cursor; and what it says while it is empty.
import { written } from "./numbers.js";

/** @import { Meta, Panel } from "./panels.js" */

/**
 * @param {Element} parent
 * @param {string} name
 * @param {string} kind The class.
 * @returns {HTMLElement}
 */
function part(parent, name, kind) {
  const made = parent.appendChild(document.createElement(name));
  made.className = kind;
  return made;
}

/**
 * Words that are as they were are not written again: a page lays out again what is written.
 * @param {HTMLElement} place
 * @param {string} words
 */
function say(place, words) {
  if (place.textContent !== words) place.textContent = words;
}

/**
 * @template {"className" | "hidden"} Name
 * @param {HTMLElement} place
 * @param {Name} name
 * @param {HTMLElement[Name]} value
 */
function set(place, name, value) {
  if (place[name] !== value) place[name] = value;
}

export class Caption {
  /**
   * @param {Element} parent
   * @param {{help: string, label: string, press: (() => void) | null}} given Words behind a question mark and its name;
   *   what a press on the name does.
   */
  constructor(parent, { help, label, press }) {
    this.row = part(parent, "div", "rv-cap");
    const left = part(this.row, "div", "rv-cap-words");
    this.glyph = part(left, "span", "rv-glyph");
    this.name = part(left, press ? "button" : "span", "rv-name");
    this.aside = part(left, "span", "rv-aside");
    if (help) this.explain(left, help, label);
    const right = part(this.row, "div", "rv-readout");
    this.before = part(right, "span", "rv-readout-before");
    this.value = part(right, "b", "rv-readout-value");
    this.after = part(right, "span", "rv-readout-unit");
    this.big = part(parent, "div", "rv-big");
    this.number = part(this.big, "b", "rv-big-number");
    this.words = part(this.big, "span", "rv-big-words");
    this.empty = part(parent, "div", "rv-empty-words");
    this.promise = part(this.empty, "span", "rv-empty-promise");
    if (!press) return;
    this.name.setAttribute("type", "button");
    this.name.tabIndex = -1; // the score is one stop of the Tab key; Enter on its strip does the same
    this.name.addEventListener("click", press);
  }

  /**
   * @param {Element} parent
   * @param {string} help
   * @param {string} label
   */
  explain(parent, help, label) {
    const details = part(parent, "details", "rv-help");
    const mark = part(details, "summary", "rv-help-mark");
    mark.textContent = "?";
    mark.title = label;
    mark.setAttribute("aria-label", label);
    part(details, "div", "rv-help-words").textContent = help;
  }

  /** @param {Panel} panel */
  tell(panel) {
    say(this.name, panel.name);
    say(this.glyph, panel.glyph ?? "");
    set(this.glyph, "className", `rv-glyph rv-tone-${panel.tone ?? "none"}`);
    say(this.aside, panel.aside ?? "");
    say(this.number, panel.big ?? "");
    say(this.words, panel.big ? panel.bigwords ?? "" : "");
    say(this.promise, panel.empty ?? "");
    set(this.big, "hidden", !panel.big);
    set(this.empty, "hidden", !panel.empty);
  }

  /**
   * The number at a timestep, or the words of a picture without any.
   * @param {Panel} panel
   * @param {Meta} meta
   * @param {number | null} t
   */
  read({ read, now, keys }, meta, t) {
    if (!read) return keys ? this.list(keys) : say(this.value, now ?? "");
    const at = (/** @type {number} */ row) => t === null ? undefined : meta.rows?.[row]?.[t];
    const value = at(read.row), was = read.was == null ? undefined : at(read.was);
    const shown = value !== undefined && !Number.isNaN(value);
    const wide = shown ? read.digits === null ? "5.5ch" : `${read.digits + 3}ch` : "";
    if (this.value.style.minWidth !== wide) this.value.style.minWidth = wide;
    const lead = (t === null ? undefined : read.leads?.[t]) ?? read.lead;
    say(this.before, [lead, was === undefined ? "" : `${written(was)} →`].filter(Boolean).join(" "));
    say(this.value, shown ? written(value, read.digits) : "");
    say(this.after, shown ? read.unit ?? "" : "");
    set(this.before, "hidden", !shown);
  }

  // Names in the colour of their lines.
  /** @param {[string, string][]} keys */
  list(keys) {
    const told = JSON.stringify(keys);
    if (this.before.dataset.keys === told) return;
    this.before.dataset.keys = told;
    this.before.replaceChildren();
    for (const [name, tone] of keys) {
      const word = part(this.before, "span", `rv-key rv-tone-${tone}`);
      word.textContent = name;
    }
  }

  /**
   * @param {import("./panels.js").Box} box
   * @param {{l: number, r: number}} margin Beside the picture.
   * @param {boolean} open
   */
  place(box, margin, open) {
    this.row.style.top = `${box.top}px`;
    this.row.style.paddingRight = `${margin.r}px`;
    this.big.style.top = `${box.top + 16}px`;
    Object.assign(this.empty.style, {
      top: `${box.picture}px`,
      height: `${box.height}px`,
      left: `${margin.l}px`,
      right: `${margin.r}px`,
    });
    this.row.classList.toggle("rv-folded", box.folded);
    if (this.name.tagName === "BUTTON") this.name.setAttribute("aria-expanded", String(open));
  }

  remove() {
    for (const one of [this.row, this.big, this.empty]) one.remove();
  }
}
