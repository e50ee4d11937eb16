// Draws new numbers into a picture that plotly has drawn: most of a full redraw is spent on what has not changed.
// It comes with the runtime, once a page.
import { calculated, imageOf, paint, remade, tableOf } from "./heat.js";
import { counted, given, panelOf, reach, recalculate, replot, swept } from "./lines.js";
import { key } from "./panels.js";
import { reworded } from "./rewording.js";

/** @import { Drawing } from "./drawing.js" */
/** @import { Part } from "./page.js" */

const WORDS_EVERY = 250; // ms: nobody reads words and ranges that change more often
const SETTLED = 1000; // ms without a frame: it was the last one; less, and a busy page would be given more to do
const APART = 40; // ms between the words of two figures, lest they all fall into one frame
const OFF = 0.02; // of an axis's span: nearer than that, a range that follows the numbers may wait
// Words beside the numbers. Whatever else may change belongs to them.
const WORDS = /^(annotations|title|plot_bgcolor|shapes|[xy]axis\d*\.(range|dtick|showticklabels|title))\b/;
const NAMES = /^[xy]axis\d*\.tick(vals|text)$/; // of an axis's places: they wait no longer than the numbers there
const POINTS = new Set(["x", "y", "text", "customdata"]);
/** @type {Map<string, Set<string>>} What of each kind of trace is drawn here. */
const NUMBERS = new Map([["scatter", POINTS], ["bar", POINTS], ["heatmap", new Set([...POINTS, "z"])]]);

const PLACES = new Set(["x", "y"]);
const LIMITS = new Set(["zmin", "zmax"]); // with a colour bar of plotly's beside it, that is to change as well

let redrawn = -Infinity; // when the words of a figure of this page were last drawn

export class FastPath {
  owes = false; // a word or a range is in the layout, and not yet on screen
  ahead = false; // numbers are on screen that plotly has not drawn
  broken = false;
  since = -Infinity; // when its words were last drawn
  /** @type {Set<string>} Names of places that are in the layout, and not yet on screen. */
  names = new Set();
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
      return this.fails(error);
    }
  }

  /** @param {unknown} error */
  fails(error) {
    console.warn("[rnnviz] drawn in full from now on:", error);
    this.broken = true;
    return false;
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
      if (part.trace !== null && this.numbers(part)) traces.set(part.trace, [...traces.get(part.trace) ?? [], part]);
      else if (NAMES.test(part.key)) this.names.add(part.key);
      else if (WORDS.test(part.key)) this.owes = true;
      else return false;
    }
    /** @type {Map<string, any>} What plotly is to draw: a kind of trace in a panel. */
    const kinds = new Map();
    for (const [index, changed] of traces) {
      const { visible } = plot.data[index], full = plot._fullData[index];
      if (visible === false || visible === "legendonly") continue; // plotly will read its numbers when it is shown
      if (full.visible !== true || plot.calcdata[index][0].trace !== full) return false;
      const place = `${full.xaxis} ${full.yaxis} ${full.type}`;
      if (changed.some((one) => PLACES.has(one.key))) this.remember(full);
      if (full.type === "heatmap") {
        const way = this.map(index, changed, bytes);
        if (!way) return false;
        if (way === "plotly") kinds.set(place, full);
      } else {
        if (!counted(plot, full) || !recalculate(plot, index)) return false;
        kinds.set(place, full);
      }
    }
    for (const full of kinds.values()) full._module.crossTraceCalc?.(plot, panelOf(plot, full));
    for (const full of kinds.values()) replot(plot, full);
    plot._fullLayout._rehover?.(); // what is said under a pointer at rest
    this.ahead ||= traces.size > 0;
    this.later();
    return true;
  }

  /** @param {Part} part */
  numbers({ trace, key }) {
    const { type, showscale } = this.drawing.plot._fullData[Number(trace)] ?? {};
    return NUMBERS.get(type)?.has(key) || (showscale === false && LIMITS.has(key));
  }

  /**
   * Draw the words that have waited long enough, and the ranges that the numbers have left.
   * @returns {Promise<boolean>} False where all is to be drawn.
   */
  async reword() {
    const { plot } = this.drawing;
    const strayed = [...this.reaches].filter(([id, was]) => strays(was, reach(plot, axisOf(plot, id)))).map(([id]) =>
      id
    );
    if (!this.names.size && !((this.owes || strayed.length) && this.due())) return true;
    try {
      await reworded(this.drawing, this.owes, this.names, strayed.map(key));
    } catch (error) {
      return this.fails(error);
    }
    for (const id of strayed) this.reaches.set(id, reach(plot, axisOf(plot, id)));
    [this.owes, this.ahead] = [false, true];
    this.names.clear();
    this.since = redrawn = performance.now();
    this.later();
    return true;
  }

  // How far its axes reached when plotly chose their ranges.
  /** @param {any} full */
  remember(full) {
    const { plot } = this.drawing;
    const { xaxis, yaxis } = panelOf(plot, full);
    for (const axis of [xaxis, yaxis]) if (!this.reaches.has(axis._id)) this.reaches.set(axis._id, reach(plot, axis));
  }

  // Words and ranges four times a second, and never two figures at once.
  due() {
    const now = performance.now();
    return now - this.since >= WORDS_EVERY && now - redrawn >= APART;
  }

  /**
   * Write new numbers of a heatmap where plotly keeps them. Says who has drawn, or is to draw; null: all is to be drawn.
   * @param {number} index
   * @param {Part[]} changed
   * @param {Uint8Array | DataView} bytes
   */
  map(index, changed, bytes) {
    const { plot } = this.drawing;
    const full = plot._fullData[index], known = plot.calcdata[index][0];
    const { x, y, z, zmin, zmax, text, customdata } = plot.data[index];
    if (full.zauto !== false || full.coloraxis || full.transpose) return null;
    if (Boolean(full.x) !== Boolean(x) || Boolean(full.y) !== Boolean(y)) return null; // counted from here on, or no more
    given(full, { x, y, z, zmin, zmax, text, customdata });
    known.text = text;
    const part = changed.find((one) => one.key === "z");
    const [rows, columns] = part && "shape" in part ? part.shape : [];
    const grown = part && (known.z?.length !== rows || known.z?.[0]?.length !== columns);
    if (grown || changed.some((one) => PLACES.has(one.key))) {
      return counted(plot, full) && remade(plot, index) ? "plotly" : null;
    }
    if (!part) return full.texttemplate || changed.some((one) => LIMITS.has(one.key)) ? "plotly" : "here";
    if (!("shape" in part) || part.shape.length !== 2) return null;
    const image = part.limits && imageOf(known, full);
    if (!part.limits || !image) {
      const width = part.shape[1];
      const number = (/** @type {number} */ one) => one === one ? one : undefined;
      return calculated(known, part, (at) => number(z[Math.floor(at / width)][at % width])) ? "plotly" : null;
    }
    const table = tableOf(full, part.limits, this.tables.get(index));
    this.tables.set(index, table);
    const codes = new Uint8Array(bytes.buffer, bytes.byteOffset + part.offset, part.shape[0] * part.shape[1]);
    if (!calculated(known, part, (at) => table.numbers[codes[at]])) return null;
    paint(image, known, panelOf(plot, full), codes, table);
    return "here";
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
    swept(this.drawing.plot);
    if (this.owes) redrawn = performance.now();
    this.owes = this.ahead = false;
    this.since = performance.now();
    this.names.clear();
    this.reaches.clear();
  }

  end() {
    clearTimeout(this.timer);
  }
}

/**
 * @param {import("./subplots.js").Plot} plot
 * @param {string} id Such as "x2".
 */
function axisOf({ _fullLayout }, id) {
  return _fullLayout[`${id[0]}axis${id.slice(1)}`];
}

/**
 * Whether an axis that chooses its own range is to choose it anew: one that the reader has zoomed reaches nowhere.
 * @param {[number, number] | null} was
 * @param {[number, number] | null} is
 */
export function strays(was, is) {
  if (!was || !is) return is !== null;
  const span = was[1] - was[0];
  return Math.abs(is[0] - was[0]) > OFF * span || Math.abs(is[1] - was[1]) > OFF * span;
}
