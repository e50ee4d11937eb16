// Draws new numbers into a picture that plotly has drawn: most of a full redraw is spent on what has not changed.
// It comes with the runtime, once a page.
import { calculated, imageOf, paint, tableOf } from "./heat.js";
import { reach, recalculate, replot } from "./lines.js";

/** @import { Drawing } from "./drawing.js" */
/** @import { Part } from "./page.js" */

const WORDS_EVERY = 500; // ms: words and ranges wait so long for a full redraw
const SETTLED = 500; // ms without a frame: it was the last one
const APART = 60; // ms between the full redraws of two figures, lest they all fall into one frame
const OFF = 0.02; // of an axis's span: nearer than that, a range that follows the numbers may wait
const WHOLE = new Set(["type", "mode", "visible", "zmin", "zmax"]); // of a trace: nothing is as it was
const NUMBERS = new Map([["scatter", new Set(["x", "y", "customdata"])], ["heatmap", new Set(["z", "customdata"])]]);

let redrawn = -Infinity; // when a figure of this page was last drawn in full for its words

export class FastPath {
  owes = false; // a word or a range is in the layout, and not yet on screen
  ahead = false; // numbers are on screen that plotly has not drawn
  broken = false;
  since = -Infinity; // the last full redraw
  /** @type {Map<number, import("./heat.js").Table>} */
  tables = new Map();
  /** @type {Map<string, [number, number] | null>} What each axis's range was made for. */
  reaches = new Map();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  timer = undefined;

  /** @param {Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
  }

  /**
   * Draw what has changed, which the figure's data and layout hold already. False where all is to be drawn.
   * @param {Part[]} parts
   * @param {Uint8Array | DataView} bytes
   */
  draw(parts, bytes) {
    const { plot } = this.drawing;
    if (this.broken || plot._dragging || !this.known()) return false;
    try {
      return this.drawn(parts, bytes);
    } catch (error) {
      console.warn("[rnnviz] drawn in full from now on:", error);
      this.broken = true;
      return false;
    }
  }

  // Whether plotly keeps what is changed here where it is looked for.
  known() {
    const { data, calcdata, _fullData: full, _fullLayout: layout } = this.drawing.plot;
    return layout?._plots && full?.length === data.length && calcdata?.length === data.length &&
      !((layout._zindices?.length ?? 1) > 1);
  }

  /**
   * @param {Part[]} parts
   * @param {Uint8Array | DataView} bytes
   */
  drawn(parts, bytes) {
    const { plot } = this.drawing;
    /** @type {Map<number, Part[]>} */
    const traces = new Map();
    for (const part of parts) {
      if (part.trace === null || !this.numbers(part)) {
        if (part.trace !== null && WHOLE.has(part.key) || !("value" in part)) return false;
        this.owes = true;
      } else traces.set(part.trace, [...traces.get(part.trace) ?? [], part]);
    }
    if (this.owes && this.due()) return false;
    /** @type {Map<string, any>} */
    const panels = new Map();
    for (const [index, changed] of traces) {
      const { visible } = plot.data[index], full = plot._fullData[index];
      if (visible === false || visible === "legendonly") continue; // plotly will read its numbers when it is shown
      if (full.visible !== true || plot.calcdata[index][0].trace !== full) return false;
      if (full.type === "scatter" ? !this.line(index) : !this.map(index, changed, bytes, panels)) return false;
      if (full.type === "scatter") panels.set(`${full.xaxis} ${full.yaxis} scatter`, full);
    }
    for (const full of panels.values()) replot(plot, full);
    plot._fullLayout._rehover?.(); // what is said under a pointer at rest
    this.ahead ||= traces.size > 0;
    this.later();
    return true;
  }

  /** @param {Part} part */
  numbers({ trace, key }) {
    return NUMBERS.get(this.drawing.plot._fullData[Number(trace)]?.type)?.has(key);
  }

  // Words and ranges twice a second, and never two figures at once.
  due() {
    const now = performance.now();
    return now - this.since >= WORDS_EVERY && now - redrawn >= APART;
  }

  /** @param {number} index */
  line(index) {
    const { plot } = this.drawing;
    const full = plot._fullData[index];
    const { xaxis, yaxis } = plot._fullLayout._plots[full.xaxis + full.yaxis];
    for (const axis of [xaxis, yaxis]) {
      if (axis.type !== "linear" && axis.type !== "log") return false;
      if (!this.reaches.has(axis._id)) this.reaches.set(axis._id, reach(plot, axis));
    }
    if (!recalculate(plot, index)) return false;
    for (const axis of [xaxis, yaxis]) this.owes ||= off(this.reaches.get(axis._id) ?? null, reach(plot, axis));
    return !(this.owes && this.due());
  }

  /**
   * @param {number} index
   * @param {Part[]} changed
   * @param {Uint8Array | DataView} bytes
   * @param {Map<string, any>} panels Those that plotly shall draw.
   */
  map(index, changed, bytes, panels) {
    const { plot } = this.drawing;
    const full = plot._fullData[index], known = plot.calcdata[index][0], { z, customdata } = plot.data[index];
    if (full.zauto !== false || full.coloraxis || full.transpose || full.texttemplate) return false;
    Object.assign(full, { z, customdata });
    const part = changed.find((one) => one.key === "z");
    if (!part) return true;
    if (!("shape" in part) || part.shape.length !== 2) return false;
    const image = part.limits && imageOf(known, full);
    if (!part.limits || !image) {
      panels.set(`${full.xaxis} ${full.yaxis} heatmap`, full);
      const width = part.shape[1];
      const number = (/** @type {number} */ one) => one === one ? one : undefined;
      return calculated(known, part, (at) => number(z[Math.floor(at / width)][at % width]));
    }
    const table = tableOf(full, part.limits, this.tables.get(index));
    this.tables.set(index, table);
    const codes = new Uint8Array(bytes.buffer, bytes.byteOffset + part.offset, part.shape[0] * part.shape[1]);
    if (!calculated(known, part, (at) => table.numbers[codes[at]])) return false;
    paint(image, known, plot._fullLayout._plots[full.xaxis + full.yaxis], codes, table);
    return true;
  }

  // A frame that no other follows is drawn in full, and so are the words that wait.
  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.drawing.turn(() => this.settle()), SETTLED);
  }

  async settle() {
    if ((this.owes || this.ahead) && this.drawing.measure()) await this.drawing.react();
  }

  // Plotly has drawn everything.
  caughtUp() {
    clearTimeout(this.timer);
    if (this.owes) redrawn = performance.now();
    this.owes = this.ahead = false;
    this.since = performance.now();
    this.reaches.clear();
  }

  end() {
    clearTimeout(this.timer);
  }
}

/**
 * @param {[number, number] | null} was
 * @param {[number, number] | null} is
 */
export function off(was, is) {
  if (!was || !is) return Boolean(was) !== Boolean(is);
  const span = was[1] - was[0];
  return Math.abs(is[0] - was[0]) > OFF * span || Math.abs(is[1] - was[1]) > OFF * span;
}
