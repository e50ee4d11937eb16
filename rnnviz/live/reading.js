// A playhead through time: moves the shared timestep from one end of the sequence to the other, a few steps a second.
import { cursorOf, entry, feedOf, page } from "./page.js";

const [LONG, QUICK, RATE] = [100, 1000 / 90, 1000 / 160]; // timesteps; steps a second in longer sequences, and in others
const TELL_EVERY = 250; // ms between two words to a kernel whose drawers follow

export class Reader {
  /** @type {ReturnType<typeof setInterval> | null} */
  timer = null;
  /** @type {Set<(reading: boolean) => void>} */
  listeners = new Set();
  /** @type {Map<Element, {count: number, press: (event: Event) => void}>} */
  labs = new Map();
  /** @type {ReturnType<typeof setTimeout> | null} */
  later = null;
  told = -TELL_EVERY;
  /** @type {number | null} */
  heard = null;

  /** @param {string} group */
  constructor(group) {
    this.cursor = cursorOf(group);
    this.feed = feedOf(group);
  }

  get reading() {
    return this.timer !== null;
  }

  // How many timesteps there are to read.
  length() {
    const longest = Math.max(0, ...[...this.feed.figures].map((one) => one.spec?.cursor?.[2] ?? 0));
    return Math.min(longest, this.cursor.end ?? longest);
  }

  /**
   * @param {number | null} [rate] Steps a second.
   * @param {number} [from]
   */
  start(rate = null, from = 0) {
    const length = this.length();
    if (from >= length) return;
    this.heard = null; // a click may have moved the kernel's focus since
    clearInterval(this.timer ?? undefined);
    this.timer = setInterval(() => this.step(), 1000 / (rate ?? (length > LONG ? QUICK : RATE)));
    this.move(from);
    this.say();
  }

  step() {
    const next = (this.cursor.t ?? -1) + 1;
    if (next < this.length()) this.move(next);
    else this.stop();
  }

  stop() {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    this.say();
  }

  toggle() {
    if (this.reading) this.stop();
    else this.start();
  }

  /** @param {number} t */
  move(t) {
    this.cursor.move(t);
    this.look();
  }

  // What stands in the drawers beside the pictures comes from the kernel: it hears where the reader is, at times.
  look() {
    if (this.cursor.t === null || this.cursor.t === this.heard || !this.followed()) return;
    const rest = this.told + TELL_EVERY - performance.now();
    if (rest <= 0) return this.tell();
    this.later ??= setTimeout(() => {
      this.later = null;
      this.look();
    }, rest);
  }

  tell() {
    [this.told, this.heard] = [performance.now(), this.cursor.t];
    this.feed.say({ kind: "look", time: this.heard });
  }

  followed() {
    const docks = [...this.labs.keys()].flatMap((lab) => [...lab.querySelectorAll(".rv-dock")]);
    return docks.some((dock) => /** @type {HTMLElement} */ (dock).offsetWidth > 0);
  }

  say() {
    for (const lab of this.labs.keys()) this.mark(lab);
    for (const listener of this.listeners) listener(this.reading);
  }

  /** @param {Element} lab */
  mark(lab) {
    for (const button of lab.querySelectorAll(".rv-read")) button.setAttribute("aria-pressed", String(this.reading));
  }

  // The button of the lab that a picture lies in works from now on; returns what ends that.
  /** @param {Element} el */
  attend(el) {
    const lab = el.closest(".rv-lab");
    if (!lab) return () => {};
    const attended = entry(this.labs, lab, () => {
      const press = (/** @type {Event} */ event) => {
        if (/** @type {Element} */ (event.target).closest(".rv-read")) this.toggle();
      };
      lab.addEventListener("click", press);
      return { count: 0, press };
    });
    attended.count++;
    this.mark(lab);
    return () => {
      if (--attended.count) return;
      lab.removeEventListener("click", attended.press);
      this.labs.delete(lab);
      if (!this.labs.size) this.stop();
    };
  }
}

/**
 * @param {string} group
 * @returns {Reader}
 */
export function readerOf(group) {
  return entry(page.readers, group, () => new Reader(group));
}
