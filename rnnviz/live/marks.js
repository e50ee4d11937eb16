// Drawn over a strip and beside it: colour bars, the ends of its units, the unit in focus, and where its curve meets the cursor.
import { barMark, colourBar, shape, unitMark } from "./bars.js";
import { key } from "./panels.js";

/** @import { Bar, Box, Panel } from "./panels.js" */

export class Marks {
  /** What is drawn in either layer, and where. */
  shown = "";
  dotted = "";

  /**
   * @param {import("./strip.js").Strip} strip
   * @param {Element} el
   */
  constructor(strip, el) {
    this.strip = strip;
    const svg = shape(el, "svg", { class: "rv-marks", "aria-hidden": "true" });
    this.bars = shape(svg, "g", {});
    this.dots = shape(svg, "g", {});
  }

  // The next time everything is drawn anew.
  forget() {
    this.shown = this.dotted = "";
  }

  // Bars and marks, where they are not as they were.
  draw() {
    const full = this.strip.plot._fullLayout, { panels, marks = [] } = this.strip.meta;
    if (!full?.[key(panels[0].x)]) return;
    const { _offset: left, _length: width } = full[key(panels[0].x)];
    const { boxes } = this.strip.stack;
    const bars = panels.map((one) => one.bar && { ...one.bar, mark: null, was: null });
    const units = panels.map((one) => this.strip.units(one)); // their order may change
    const shown = JSON.stringify([bars, boxes, units, left, width, this.strip.drawing.dark]);
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
    const points = panels.map((panel) => this.point(panel));
    const dots = JSON.stringify([shown, rows, points, panels.map(({ bar }) => [bar?.mark, bar?.was])]);
    if (dots === this.dotted) return;
    this.dotted = dots;
    this.dots.replaceChildren();
    panels.forEach(({ bar }, index) => {
      const down = rows[index], box = bar && this.barBox(bar, index, left + width);
      const point = points[index];
      if (down !== null) unitMark(this.dots, left, down);
      if (point) shape(this.dots, "circle", { cx: point.x, cy: point.y, r: 3, fill: point.fill, class: "rv-point" });
      if (box && bar.was != null) barMark(this.dots, box, bar.was, "was");
      if (box && bar.mark != null) barMark(this.dots, box, bar.mark, "now");
    });
  }

  /**
   * @param {Panel} panel
   * @param {Box} box
   * @param {number} left
   */
  corners(panel, { picture, height, folded }, left) {
    const units = this.strip.units(panel);
    if (!units || folded || panel.named) return;
    const [first, last] = units;
    const named =
      /** @type {[number, number][]} */ (first === last
        ? [[first, picture + height / 2 + 4]]
        : [[last, picture + 9], [first, picture + height]]);
    for (const [unit, y] of named) shape(this.bars, "text", { x: left - 6, y, "text-anchor": "end" }, String(unit));
  }

  /**
   * Where a bar lies that stands beside several panels; null where these are folded away.
   * @param {Bar} bar
   * @param {number} index Of the first.
   * @param {number} x Where the plot ends.
   */
  barBox({ span = 1 }, index, x) {
    const open = this.strip.stack.boxes.slice(index, index + span).filter((one) => !one.folded);
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
    const row = marks[index], axis = this.strip.plot._fullLayout[key(panel.axis)];
    if (row == null || !axis || this.strip.stack.boxes[index].folded) return null;
    const down = axis.d2p(row);
    return down < 0 || down > axis._length ? null : Math.round(2 * (axis._offset + down)) / 2;
  }

  // Where the cursor meets the curve of a panel that is to be dotted; null where it does not.
  /** @param {Panel} panel */
  point(panel) {
    const { read, axis } = panel, t = this.strip.time;
    const { _fullLayout: full } = this.strip.plot, cursor = this.strip.drawing.spec?.cursor;
    const value = read && t !== null ? this.strip.meta.rows?.[read.row]?.[t] : undefined;
    if (value === undefined || !cursor || !read?.dot) return null;
    const [across, up] = [full[key(panel.x)], full[key(axis)]];
    const [x, y] = [across.d2p(cursor[0] + /** @type {number} */ (t) * cursor[1]), up.d2p(value)];
    const inside = x >= 0 && x <= across._length && y >= 0 && y <= up._length;
    return inside ? { x: across._offset + x, y: up._offset + y, fill: read.dot } : null;
  }

  /**
   * @param {string} kind
   * @returns {[number, string][]}
   */
  scale(kind) {
    const { scales = {} } = /** @type {import("./tones.js").Palette} */ (this.strip.drawing.spec);
    return scales[kind]?.[this.strip.drawing.dark ? "dark" : "light"] ?? [];
  }
}
