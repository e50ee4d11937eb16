// What stands around one picture of a score, or of the narrow column beside it: captions, colour bars, marks.
import { HIGH } from "./axis.js";
import { Caption } from "./captions.js";
import { Level } from "./level.js";
import { Marks } from "./marks.js";
import { key, placed, stacked, TALL } from "./panels.js";
import { Score } from "./score.js";

/** @import { Meta, Panel } from "./panels.js" */

export class Strip {
  /** @type {Score | null} The strips that share its cursor and its axis; none beside the score. */
  score = null;
  /** @type {Caption[]} */
  captions = [];
  /** @type {{boxes: import("./panels.js").Box[], height: number}} */
  stack = { boxes: [], height: 0 };
  high = false;
  /** @type {Level | null} Score and column of a lab. */
  level = null;
  /** @type {number[] | null} Of its pictures, where they are others than the kernel's. */
  heights = null;
  /** Whether it is the last of the column: its axis stands where the score's does. */
  last = false;
  /** Whether its range is being set by its score. */
  led = false;
  config = { modeBarButtons: [["toImage", "resetScale2d"]], showTips: false };

  /** @param {import("./drawing.js").Drawing} drawing */
  static of(drawing) {
    return new Strip(drawing);
  }

  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.plot = drawing.plot;
    const { el } = drawing;
    this.marks = new Marks(this, el);
    this.words = el.appendChild(document.createElement("div"));
    this.words.className = "rv-captions";
    this.resized = () => this.tall() !== this.high && this.resize();
    addEventListener("resize", this.resized);
    this.plot.addEventListener("focus", () => this.score?.rove(this));
    // a finger moves the cursor along, and scrolls the page up and down: plotly would zoom
    const touched = (/** @type {Event} */ event) => this.score && event.stopPropagation();
    this.plot.addEventListener("touchstart", touched, { capture: true, passive: true });
  }

  /** @returns {Meta} */
  get meta() {
    return this.plot.layout?.meta ?? this.drawing.spec?.layout.meta;
  }

  /** @returns {{l: number, r: number, b: number}} */
  get margin() {
    return { l: 0, r: 0, b: 0, ...this.drawing.spec?.layout.margin };
  }

  // What the time axis says of the sequence that is shown.
  get timeWords() {
    const { axes = [], sample = 0 } = this.meta;
    return axes[sample];
  }

  tall() {
    return innerHeight >= TALL;
  }

  // A layout that plotly is about to be given: in the sizes of this window, and of what is open in the score.
  /** @param {any} layout */
  fitted(layout) {
    this.join(layout.meta.place);
    for (const [path, value] of Object.entries(this.sizes(layout.meta.panels))) put(layout, path, value);
    for (const panel of layout.meta.panels) {
      // they stand at the picture's corners
      if (this.units(panel) && !panel.named) put(layout, `${key(panel.axis)}.showticklabels`, false);
    }
    const range = this.score?.range;
    if (range) { for (const axis of this.across(layout)) put(layout, `${axis}.range`, [...range]); }
    this.above(layout.meta.panels);
  }

  /** @param {string} place */
  join(place) {
    const { el } = this.drawing;
    if (el.classList.contains("rv-placed")) return;
    el.classList.add("rv-placed");
    (el.closest(".rv-view") ?? el).classList.add(`rv-${place}`);
    this.level = Level.of(el);
    this.level?.strips.add(this);
    if (place !== "strip") return;
    this.score = Score.of(this.drawing);
    this.score.join(this);
  }

  // How many rows a heatmap has; 0 for what is none.
  /** @param {Panel} panel */
  rows({ axis }) {
    return this.units({ axis }) ? 1 + Number(this.drawing.spec?.layout[key(axis)].tickvals.at(-1)) : 0;
  }

  // The first and the last unit of a heatmap; null for what is no heatmap.
  /**
   * @param {Pick<Panel, "axis">} panel
   * @returns {[string | number, string | number] | null}
   */
  units({ axis }) {
    const { data, layout } = /** @type {import("./drawing.js").Spec} */ (this.drawing.spec);
    if (!data.some((one) => one.type === "heatmap" && (one.yaxis ?? "y") === axis)) return null;
    const { tickvals: values, ticktext: names = values } = layout[key(axis)] ?? {};
    return values?.length ? [names[0], names.at(-1)] : null;
  }

  /** @param {Panel[]} panels */
  above(panels) {
    this.plot.classList.toggle("rv-above", panels.some((one) => one.above));
  }

  /** @param {Panel[]} panels */
  sizes(panels) {
    this.high = this.tall();
    const lab = /** @type {HTMLElement | null} */ (this.drawing.el.closest(".rv-lab"));
    if (lab) lab.dataset.window = this.high ? "high" : "low";
    const height = (/** @type {Panel} */ panel, /** @type {number} */ index) =>
      this.heights?.[index] ?? this.natural(panel, index);
    this.stack = stacked(panels, height, this.last);
    const changes = placed(panels, this.stack, this.foot);
    this.plot.style.height = `${changes.height}px`;
    return { ...changes, "margin.b": this.foot };
  }

  get foot() {
    return this.last ? HIGH : this.margin.b;
  }

  // The height of a picture by itself; 0 where another has all the room.
  /**
   * @param {Panel} panel
   * @param {number} index
   */
  natural(panel, index) {
    return this.score?.height(this, index, panel) ?? this.usual(panel);
  }

  // The height of all of it by itself.
  whole() {
    const { panels } = this.meta;
    return stacked(panels, (panel, index) => this.natural(panel, index), this.last).height + this.foot;
  }

  // Its pictures are so high from now on; null: as high as the kernel says.
  /** @param {number[] | null} heights */
  give(heights) {
    const [now, last] = [JSON.stringify(heights), this.drawing.plot.layout?.margin?.b ?? this.foot];
    if (now === JSON.stringify(this.heights) && last === this.foot) return;
    this.heights = heights;
    this.resize();
  }

  /** @param {Panel} panel */
  usual(panel) {
    return this.high ? panel.high : panel.low;
  }

  // In other sizes from now on.
  resize() {
    const { drawing, plot } = this;
    drawing.turn(async () => {
      // without a size plotly would draw its axes nowhere; `fit` asks again
      if (!drawing.spec || drawing.owed || !drawing.measure()) return;
      const before = this.high, changes = this.sizes(this.meta.panels);
      this.captions.forEach((one, index) => this.caption(one, index));
      await drawing.Plotly.relayout(plot, changes);
      // heights that were given hide from the level that the window has another one
      if (this.high !== before) this.level?.settle();
    });
  }

  // plotly has made the picture, or made it anew.
  built() {
    const { panels } = this.meta;
    const help = this.drawing.model.get("help") ?? "", label = this.drawing.spec?.words.help ?? "";
    for (const one of this.captions) one.remove();
    this.captions = panels.map((_, index) => {
      const press = this.score && (() => this.score?.toggle(this, index));
      return new Caption(this.words, { help: index ? "" : help, label, press });
    });
    this.captions.forEach((one, index) => this.caption(one, index));
    this.marks.forget();
    this.framed();
    this.score?.changed();
    this.level?.settle();
  }

  /**
   * @param {Caption} caption
   * @param {number} index
   */
  caption(caption, index) {
    caption.place(this.stack.boxes[index], this.margin, Boolean(this.score?.opens(this, index)));
  }

  // Listen to plotly; once more where another one draws the picture from now on.
  wire() {
    const { plot, score } = this;
    plot.on("plotly_relayout", (/** @type {object} */ changes) => {
      const ranged = Object.keys(changes).some((one) => /^xaxis\d*\.(range|autorange)/.test(one));
      if (ranged && !this.led) score?.zoom(this.range());
    });
    plot.on("plotly_doubleclick", () => score?.zoom(null));
  }

  // A frame has changed what the picture says, or the cursor stands elsewhere.
  framed() {
    const { meta } = this;
    if (this.score) this.drawing.cursor.until(this.timeWords?.end ?? null);
    meta.panels.forEach((panel, index) => this.captions[index]?.tell(panel));
    this.read();
    this.marks.draw();
    this.score?.retold();
  }

  // The timestep whose numbers are read out.
  get time() {
    return this.score ? this.score.time : this.drawing.cursor.t;
  }

  read() {
    const { meta, time } = this;
    meta.panels.forEach((panel, index) => this.captions[index]?.read(panel, meta, time));
  }

  // The cursor has moved, or plotly has drawn. Returns whether the score shows the cursor, not the picture itself.
  marked() {
    if (this.captions.length) {
      this.read();
      this.marks.draw();
    }
    this.score?.settle(this);
    return this.score !== null;
  }

  /** @param {any} layout */
  across(layout) {
    return Object.keys(layout).filter((one) => /^xaxis\d*$/.test(one));
  }

  /** @returns {[number, number]} */
  range() {
    const { range } = this.plot._fullLayout[key(this.meta.panels[0].x)];
    return [Number(range[0]), Number(range[1])];
  }

  // Take over the range of the other strips.
  /** @param {[number, number]} range */
  take(range) {
    const { drawing, plot } = this;
    drawing.turn(async () => {
      if (!drawing.spec || drawing.owed || !drawing.measure() || same(this.range(), range)) return;
      const changes = Object.fromEntries(this.across(plot._fullLayout).map((one) => [`${one}.range`, [...range]]));
      this.led = true;
      try {
        await drawing.Plotly.relayout(plot, changes);
      } finally {
        this.led = false;
      }
    });
  }

  /**
   * Whether a key meant something here.
   * @param {KeyboardEvent} event
   */
  key({ key: pressed }) {
    const { score, drawing: { reader } } = this;
    if (reader?.reading && (pressed === " " || pressed === "Escape")) return reader.stop(), true;
    if (!score) return false;
    const by = pressed === "ArrowUp" ? -1 : Number(pressed === "ArrowDown");
    if (by) return score.focus(this, by), true;
    if (pressed !== "Enter") return false;
    score.toggle(this, 0);
    return true;
  }

  leave() {
    removeEventListener("resize", this.resized);
    this.level?.leave(this);
    this.score?.leave(this);
  }
}

/**
 * @param {any} layout
 * @param {string} path As in "yaxis.domain".
 * @param {unknown} value
 */
function put(layout, path, value) {
  const [first, second] = path.split(".");
  if (second) (layout[first] ??= {})[second] = value;
  else layout[first] = value;
}

/**
 * @param {[number, number]} a
 * @param {[number, number]} b
 */
function same(a, b) {
  return Math.abs(a[0] - b[0]) + Math.abs(a[1] - b[1]) < 1e-6 * Math.abs(b[1] - b[0]);
}
