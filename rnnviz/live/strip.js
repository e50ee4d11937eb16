// What stands around one picture of a score, or of the narrow column beside it: captions, colour bars, marks.
import { barMark, colourBar, shape, unitMark } from "./bars.js";
import { Caption } from "./captions.js";
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
  /** What is drawn in the layer, and where. */
  shown = "";
  marks = "";
  high = false;
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
    this.svg = shape(el, "svg", { class: "rv-marks", "aria-hidden": "true" });
    this.bars = shape(this.svg, "g", {});
    this.dots = shape(this.svg, "g", {});
    this.words = el.appendChild(document.createElement("div"));
    this.words.className = "rv-captions";
    this.resized = () => this.tall() !== this.high && this.resize();
    addEventListener("resize", this.resized);
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
      if (this.units(panel)) put(layout, `${key(panel.axis)}.showticklabels`, false); // they stand at the picture's corners
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
    if (place !== "strip") return;
    this.score = Score.of(this.drawing);
    this.score.join(this);
  }

  // The first and the last unit of a heatmap; null for what is no heatmap.
  /**
   * @param {Panel} panel
   * @returns {[number, number] | null}
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
    this.stack = stacked(panels, (panel, index) => this.score?.height(this, index, panel) ?? this.usual(panel));
    const changes = placed(panels, this.stack, this.margin.b);
    this.plot.style.height = `${changes.height}px`;
    return changes;
  }

  /** @param {Panel} panel */
  usual(panel) {
    return this.high ? panel.high : panel.low;
  }

  // In other sizes from now on.
  resize() {
    const { drawing, plot } = this;
    drawing.turn(async () => {
      if (!drawing.spec || drawing.owed) return;
      const changes = this.sizes(this.meta.panels);
      this.captions.forEach((one, index) => this.caption(one, index));
      await drawing.Plotly.relayout(plot, changes);
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
    if (!this.shown) this.listen();
    this.shown = this.marks = "";
    this.framed();
    this.score?.changed();
  }

  /**
   * @param {Caption} caption
   * @param {number} index
   */
  caption(caption, index) {
    caption.place(this.stack.boxes[index], this.margin, Boolean(this.score?.opens(this, index)));
  }

  listen() {
    const { plot, score } = this;
    plot.on("plotly_relayout", (/** @type {object} */ changes) => {
      const ranged = Object.keys(changes).some((one) => /^xaxis\d*\.(range|autorange)/.test(one));
      if (ranged && !this.led) score?.zoom(this.range());
    });
    plot.on("plotly_doubleclick", () => score?.zoom(null));
    plot.addEventListener("focus", () => score?.rove(this));
  }

  // A frame has changed what the picture says, or the cursor stands elsewhere.
  framed() {
    const { meta } = this;
    meta.panels.forEach((panel, index) => this.captions[index]?.tell(panel));
    this.read();
    this.draw();
  }

  read() {
    const { meta } = this;
    meta.panels.forEach((panel, index) => this.captions[index]?.read(panel, meta, this.drawing.cursor.t));
  }

  // The cursor has moved, or plotly has drawn. Returns whether the score shows the cursor, not the picture itself.
  marked() {
    if (this.captions.length) {
      this.read();
      this.draw();
    }
    this.score?.settle(this);
    return this.score !== null;
  }

  // Bars and marks, where they are not as they were.
  draw() {
    const full = this.plot._fullLayout, { panels, marks = [] } = this.meta;
    if (!full?.[key(panels[0].x)]) return;
    const { _offset: left, _length: width } = full[key(panels[0].x)];
    const { boxes } = this.stack;
    const bars = panels.map((one) => one.bar && { ...one.bar, mark: null, was: null });
    const shown = JSON.stringify([bars, boxes, panels.map((one) => this.units(one)), left, width, this.drawing.dark]);
    if (shown !== this.shown) {
      this.shown = shown;
      this.bars.replaceChildren();
      panels.forEach((panel, index) => this.corners(panel, boxes[index], left));
      bars.forEach((bar, index) => {
        const box = bar && this.barBox(bar, index, left + width);
        if (box) colourBar(this.bars, box, bar, this.scale(bar.kind));
      });
    }
    const rows = panels.map((panel, index) => this.row(panel, index, marks));
    const dots = JSON.stringify([shown, rows, panels.map(({ bar }) => [bar?.mark, bar?.was])]);
    if (dots === this.marks) return;
    this.marks = dots;
    this.dots.replaceChildren();
    panels.forEach(({ bar }, index) => {
      const down = rows[index], box = bar && this.barBox(bar, index, left + width);
      if (down !== null) unitMark(this.dots, left, down);
      if (box && bar.was != null) barMark(this.dots, box, bar.was, "was");
      if (box && bar.mark != null) barMark(this.dots, box, bar.mark, "now");
    });
  }

  /**
   * @param {Panel} panel
   * @param {import("./panels.js").Box} box
   * @param {number} left
   */
  corners(panel, { picture, height, folded }, left) {
    const units = this.units(panel);
    if (!units || folded) return;
    const [first, last] = units;
    const named =
      /** @type {[number, number][]} */ (first === last
        ? [[first, picture + height / 2 + 4]]
        : [[last, picture + 9], [first, picture + height]]);
    for (const [unit, y] of named) shape(this.bars, "text", { x: left - 6, y, "text-anchor": "end" }, String(unit));
  }

  /**
   * Where a bar lies that stands beside several panels; null where these are folded away.
   * @param {import("./panels.js").Bar} bar
   * @param {number} index Of the first.
   * @param {number} x Where the plot ends.
   */
  barBox({ span = 1 }, index, x) {
    const open = this.stack.boxes.slice(index, index + span).filter((one) => !one.folded);
    const last = open.at(-1);
    return last ? { x, y: open[0].picture, high: last.picture + last.height - open[0].picture } : null;
  }

  // How far down the picked unit's row lies; null where no row is picked, or its panel shows no units.
  /**
   * @param {Panel} panel
   * @param {number} index
   * @param {(number | null)[]} marks
   */
  row(panel, index, marks) {
    const row = marks[index], axis = this.plot._fullLayout[key(panel.axis)];
    if (row == null || !axis || this.stack.boxes[index].folded) return null;
    const down = axis.d2p(row);
    return down < 0 || down > axis._length ? null : Math.round(2 * (axis._offset + down)) / 2;
  }

  /**
   * @param {string} kind
   * @returns {[number, string][]}
   */
  scale(kind) {
    const { scales = {} } = /** @type {import("./tones.js").Palette} */ (this.drawing.spec);
    return scales[kind]?.[this.drawing.dark ? "dark" : "light"] ?? [];
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
      if (!drawing.spec || drawing.owed || same(this.range(), range)) return;
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
