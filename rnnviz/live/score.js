// Strips over one time axis: one cursor through all of them, one axis below, one range, and what is not read yet veiled.
import { drawAxis, flagWords, HIGH } from "./axis.js";
import { shape } from "./bars.js";
import { timestepAt } from "./subplots.js";

/** @import { Strip } from "./strip.js" */

/** @type {WeakMap<Element, Score>} */
const scores = new WeakMap();

/**
 * Where the strips lie within their box, in pixels, and what their axis shows.
 * @typedef {{left: number, width: number, top: number, bottom: number, axis: import("./subplots.js").Axis,
 *   start: number, step: number, length: number, range: [number, number]}} Ground
 */

export class Score {
  /** @type {Set<Strip>} */
  strips = new Set();
  /** @type {{strip: Strip, index: number} | null} The panel that has all the room. */
  opened = null;
  /** @type {string | null} Where the cursor stood at the last frame, in words. */
  told = null;
  /** @type {[number, number] | null} What all strips show of the time axis; null: all of it. */
  range = null;
  /** @type {Strip | null} The one that the Tab key leads to. */
  current = null;
  /** @type {Ground | null} */
  ground = null;
  /** @type {Map<Strip, string>} */
  known = new Map();

  /** @param {import("./drawing.js").Drawing} drawing */
  static of(drawing) {
    const box = drawing.el.closest(".rv-score") ?? drawing.el;
    const found = scores.get(box) ?? new Score(/** @type {HTMLElement} */ (box), drawing);
    scores.set(box, found);
    return found;
  }

  /**
   * @param {HTMLElement} box
   * @param {import("./drawing.js").Drawing} drawing
   */
  constructor(box, { cursor, reader }) {
    this.box = box;
    this.cursor = cursor;
    this.reader = reader;
    const layer = (/** @type {string} */ name) => {
      const made = box.appendChild(document.createElement("div"));
      made.className = name;
      return made;
    };
    this.line = layer("rv-cursor rv-playhead");
    this.veil = layer("rv-veil");
    this.foot = layer("rv-axis");
    this.flag = layer("rv-flag");
    this.layers = [this.line, this.veil, this.foot, this.flag];
    this.svg = shape(this.foot, "svg", { width: "100%", height: HIGH, "aria-hidden": "true" });
    this.mark = () => this.marked();
    this.point = (/** @type {PointerEvent} */ event) => this.pointed(event);
    this.sized = new ResizeObserver(() => this.changed());
    this.begin();
  }

  begin() {
    this.box.classList.add("rv-read-along");
    this.cursor.listeners.add(this.mark);
    this.reader?.listeners.add(this.mark);
    for (const name of POINTED) this.box.addEventListener(name, /** @type {EventListener} */ (this.point));
    this.sized.observe(this.box);
  }

  end() {
    this.cursor.listeners.delete(this.mark);
    this.reader?.listeners.delete(this.mark);
    for (const name of POINTED) this.box.removeEventListener(name, /** @type {EventListener} */ (this.point));
    this.sized.disconnect();
    for (const one of this.layers) one.remove();
    scores.delete(this.box);
  }

  /** @param {Strip} strip */
  join(strip) {
    this.strips.add(strip);
  }

  /** @param {Strip} strip */
  leave(strip) {
    this.strips.delete(strip);
    this.known.delete(strip);
    if (this.opened?.strip === strip) this.opened = null;
    if (this.current === strip) this.current = null;
    if (this.strips.size) this.changed();
    else this.end();
  }

  // From above; those that nobody sees are left out.
  inOrder() {
    const seen = [...this.strips].filter((one) => one.drawing.spec && one.drawing.sized());
    return seen.sort((a, b) => a.plot.compareDocumentPosition(b.plot) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  }

  // A strip has been drawn: look whether it lies where it lay.
  /** @param {Strip} strip */
  settle(strip) {
    const axis = strip.plot._fullLayout?.xaxis;
    const place = JSON.stringify([axis?._offset, axis?._length, axis?.range, strip.stack, strip.drawing.spec?.cursor]);
    if (this.known.get(strip) === place) return;
    this.known.set(strip, place);
    this.changed();
  }

  changed() {
    if (this.box.lastElementChild !== this.flag) this.box.append(...this.layers); // a strip has come since
    const strips = this.inOrder();
    const before = this.ground?.length;
    this.ground = this.measured(strips);
    // a longer sequence has come, or gone: all of it is shown, unless the reader has chosen what is
    if (this.ground && before !== undefined && before !== this.ground.length && !this.range) this.zoom(null);
    this.rove(this.current && strips.includes(this.current) ? this.current : strips[0] ?? null);
    this.foot.hidden = !this.ground;
    if (this.ground) this.ruled(this.ground, strips[0]);
    this.marked();
    if (this.cursor.t === null) { for (const one of strips) one.read(); }
  }

  /**
   * @param {Strip[]} strips
   * @returns {Ground | null}
   */
  measured([first]) {
    const axis = first?.plot._fullLayout?.xaxis, cursor = first?.drawing.spec?.cursor;
    if (!axis || !cursor || !first.stack.boxes.length) return null;
    const around = this.box.getBoundingClientRect(), plot = first.plot.getBoundingClientRect();
    const down = plot.top - around.top - this.box.clientTop, across = plot.left - around.left - this.box.clientLeft;
    const [start, step, length] = cursor;
    const bottom = this.foot.getBoundingClientRect().top - around.top - this.box.clientTop;
    const top = down + first.stack.boxes[0].picture;
    const place = { left: across + axis._offset, width: axis._length, top, bottom };
    return { ...place, axis, start, step, length, range: [Number(axis.range[0]), Number(axis.range[1])] };
  }

  /**
   * How far from the left edge of the box a timestep lies.
   * @param {Ground} ground
   * @param {number} t
   */
  across({ left, axis, start, step }, t) {
    return left + axis.d2p(start + t * step);
  }

  /**
   * @param {Ground} ground
   * @param {Strip} first
   */
  ruled(ground, first) {
    const { left, width, start, step, length, range } = ground;
    const from = Math.max(Math.ceil((range[0] - start) / step), 0);
    const to = Math.min(Math.floor((range[1] - start) / step), length - 1);
    const across = (/** @type {number} */ t) => this.across(ground, t);
    drawAxis(this.svg, first.timeWords, { left, width, from, to, across });
  }

  // Where the cursor stands; before it has been moved, where the sequence says, else at the last step that it has.
  get time() {
    if (this.cursor.t !== null || !this.ground) return this.cursor.t;
    const rest = this.inOrder()[0]?.timeWords?.rest;
    if (rest != null && rest < this.ground.length) return rest;
    const rows = [...this.strips].flatMap((one) => one.meta?.rows ?? []);
    const last = Math.min(this.cursor.end ?? Infinity, this.ground.length) - 1;
    for (let t = last; t > 0; t--) if (rows.some((row) => Number.isFinite(row[t]))) return t;
    return last;
  }

  // A frame has come: another sequence may end elsewhere, and read something else under the cursor.
  retold() {
    const told = this.ground && `${this.time} ${flagWords(this.inOrder()[0]?.timeWords, this.time ?? 0)}`;
    if (!told || told === this.told) return;
    this.told = told;
    this.marked();
    if (this.cursor.t === null) { for (const one of this.strips) one.read(); }
  }

  // Line, flag and veil to where the cursor stands.
  marked() {
    const { ground, time: t } = this;
    const x = ground && t !== null ? Math.round(this.across(ground, t)) : null;
    const beyond = !ground || x === null || x < ground.left - 1 || x > ground.left + ground.width + 1;
    this.line.hidden = this.flag.hidden = beyond;
    this.veil.hidden = !ground || t === null || !this.reader?.reading;
    if (!ground || t === null) return;
    const high = `${ground.bottom - ground.top}px`;
    if (!this.veil.hidden) {
      const end = ground.left + ground.width;
      const from = Math.min(Math.max(Math.round(this.across(ground, t + 0.5)), ground.left), end);
      Object.assign(this.veil.style, {
        left: `${from}px`,
        width: `${end - from + 1}px`,
        top: `${ground.top - 1}px`,
        height: high,
      });
    }
    if (beyond) return;
    this.line.dataset.label = `t = ${t}`;
    Object.assign(this.line.style, { left: `${x}px`, top: `${ground.top}px`, height: high });
    const words = flagWords(this.inOrder()[0]?.timeWords, t);
    if (this.flag.textContent !== words) this.flag.textContent = words;
    const half = this.flag.offsetWidth / 2;
    const middle = Math.min(Math.max(/** @type {number} */ (x), half), this.box.clientWidth - half);
    Object.assign(this.flag.style, { left: `${middle}px`, top: `${ground.bottom + 3}px` });
  }

  /** @param {PointerEvent} event */
  pointed(event) {
    const { ground } = this, plot = this.inOrder()[0]?.plot;
    if (!ground || !plot || this.reader?.reading) return;
    const t = timestepAt(plot, ground.axis, [ground.start, ground.step, ground.length], event);
    if (t !== null) this.cursor.move(t);
  }

  /**
   * All strips show this much of the time axis; null: all of it.
   * @param {[number, number] | null} range
   */
  zoom(range) {
    if (!this.ground) return;
    const { start, step, length } = this.ground;
    this.range = range;
    const shown = range ?? /** @type {[number, number]} */ ([start - step / 2, start + (length - 0.5) * step]);
    for (const strip of this.strips) strip.take(shown);
  }

  /**
   * @param {Strip} strip
   * @param {number} index
   */
  opens(strip, index) {
    return this.opened?.strip === strip && this.opened.index === index;
  }

  /**
   * The height of a picture; 0 where another has all the room.
   * @param {Strip} strip
   * @param {number} index
   * @param {import("./panels.js").Panel} panel
   */
  height(strip, index, panel) {
    const usual = strip.usual(panel);
    if (!this.opened) return usual;
    if (!this.opens(strip, index)) return 0;
    const all = this.inOrder().flatMap((one) => one.meta.panels.map((each) => one.usual(each)));
    const room = Math.max(2 * usual, all.reduce((sum, one) => sum + one, 0));
    return panel.bar || strip.meta.marks?.[index] != null ? Math.floor(room / usual) * usual : room;
  }

  /**
   * Open a panel, or fold it to what it was.
   * @param {Strip} strip
   * @param {number} index
   */
  toggle(strip, index) {
    this.opened = this.opens(strip, index) ? null : { strip, index };
    for (const one of this.strips) one.heights = null;
    for (const one of this.strips) one.resize();
    strip.level?.settle();
  }

  // Of all strips one is in the way of the Tab key; the arrow keys lead to the others.
  /** @param {Strip | null} strip */
  rove(strip) {
    this.current = strip;
    for (const one of this.strips) one.plot.tabIndex = one === strip ? 0 : -1;
  }

  /**
   * @param {Strip} strip
   * @param {number} by
   */
  focus(strip, by) {
    const strips = this.inOrder();
    const next = strips[strips.indexOf(strip) + by];
    if (!next) return;
    this.rove(next);
    next.plot.focus();
  }
}

const POINTED = ["pointermove", "pointerdown"];
