// Score and narrow column end level: the column gives or takes what its curves can, the score grows where they cannot.
import { HIGH } from "./axis.js";

/** @import { Strip } from "./strip.js" */

const [LEAST, SMALLEST] = [0.7, 48]; // of a picture of the column: of its height, and in pixels

/**
 * A picture: its height as the kernel has it, and what stays whatever that becomes. One that is `free` may have any
 * other height, one with a `step` grows by whole ones: a heatmap has as many pixels in each row.
 * @typedef {{high: number, free?: boolean, step?: number}} Picture
 */

/**
 * Heights of the score's pictures and of the column's, with which both end at the same place.
 * @param {Picture[]} score
 * @param {Picture[]} column
 * @param {number} lead How much longer the score is than the column as they are.
 * @returns {[number[], number[]]}
 */
export function levelled(score, column, lead) {
  const tall = score.map((one) => one.high), side = column.map((one) => one.high);
  const soft = column.filter((one) => one.free),
    spare = soft.map(({ high }) => Math.floor(Math.max(high - Math.max(LEAST * high, SMALLEST), 0)));
  const give = spare.reduce((sum, one) => sum + one, 0);
  if (!score.length || !column.length) return [tall, side];
  let missing = -lead - give;
  const free = score.flatMap((one, index) => one.free ? [index] : []);
  if (missing > 0 && free.length) {
    shared(missing, free.map((index) => tall[index])).forEach((more, place) => tall[free[place]] += more);
    missing = 0;
  }
  const steps = score.flatMap((one, index) => one.step ? [index] : []);
  for (let turn = 0; missing > 0 && steps.length; turn++) {
    const index = steps[turn % steps.length], step = score[index].step ?? 1;
    tall[index] += step;
    missing -= step;
  }
  const grown = tall.reduce((sum, high, index) => sum + high - score[index].high, 0);
  let change = lead + grown;
  if (!soft.length) return [tall, side];
  // what is taken is taken from what each has above the least, what is given is given by size
  const weights = change < 0 ? spare : soft.map(({ high }) => high);
  change = Math.max(change, -give);
  const parts = shared(change, weights);
  column.forEach((one, index) => side[index] += one.free ? parts[soft.indexOf(one)] : 0);
  return [tall, side];
}

/**
 * Whole pixels in proportion to weights.
 * @param {number} pixels
 * @param {number[]} weights
 */
function shared(pixels, weights) {
  const whole = weights.reduce((sum, one) => sum + one, 0) || 1;
  let [seen, given] = [0, 0];
  return weights.map((weight) => {
    seen += weight;
    const part = Math.round(pixels * seen / whole) - given;
    given += part;
    return part;
  });
}

/** @type {WeakMap<Element, Level>} */
const levels = new WeakMap();

export class Level {
  /** @type {Set<Strip>} */
  strips = new Set();
  known = "";

  /** @param {Element} el */
  static of(el) {
    const area = el.closest(".rv-picture-area");
    if (!area) return null;
    const found = levels.get(area) ?? new Level(/** @type {HTMLElement} */ (area));
    levels.set(area, found);
    return found;
  }

  /** @param {HTMLElement} area */
  constructor(area) {
    this.area = area;
    const settle = () => this.settle();
    this.sized = new ResizeObserver(settle);
    for (const one of this.columns()) this.sized.observe(one);
  }

  columns() {
    return /** @type {HTMLElement[]} */ ([...this.area.querySelectorAll(".rv-score, .rv-column")]);
  }

  /** @param {Strip} strip */
  leave(strip) {
    this.strips.delete(strip);
    if (this.strips.size) return this.settle();
    this.sized.disconnect();
    levels.delete(this.area);
  }

  // The column stands beside the score, not below it.
  beside() {
    const [score, column] = this.columns().map((one) => one.getBoundingClientRect());
    return Boolean(score?.width && column?.width) && column.left >= score.right - 1;
  }

  /** @param {boolean} inScore */
  shown(inScore) {
    const seen = [...this.strips].filter((one) =>
      Boolean(one.score) === inScore && one.drawing.spec && one.drawing.measure()
    );
    return seen.sort((a, b) => a.plot.compareDocumentPosition(b.plot) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);
  }

  // Look whether both still end level.
  settle() {
    const aside = this.columns()[1];
    if (aside && !aside.offsetWidth && this.area.querySelector(".rv-dock.rv-open")) return; // it comes back as it was
    const score = this.shown(true), column = this.shown(false);
    const beside = this.beside();
    const last = beside ? column.at(-1) : undefined;
    const rest = beside && last ? this.below(last) : 0;
    const all = [...score, ...column];
    const natural = all.map((one) => one.meta.panels.map((panel, index) => one.natural(panel, index)));
    const known = JSON.stringify([beside, rest, natural, all.map((one) => [one.drawing.name, one.margin.b])]);
    if (known === this.known) return;
    this.known = known;
    for (const strip of all) strip.last = strip === last && rest === 0;
    const [tall, side] = beside ? this.heights(score, column, rest) : [[], this.sideBySide(column)];
    put(score, tall);
    put(column, side);
  }

  // How much of the column stands below its last picture: a table.
  /** @param {Strip} last */
  below(last) {
    const column = last.drawing.el.closest(".rv-column"), view = last.drawing.el.closest(".rv-view");
    if (!column || !view) return 0;
    return Math.round(column.getBoundingClientRect().bottom - view.getBoundingClientRect().bottom);
  }

  // Below the score stand two side by side, where there are as many: the first is as high as the second.
  /** @param {Strip[]} column */
  sideBySide(column) {
    const [first, second] = column;
    if (column.length !== 2 || first.plot.getBoundingClientRect().right > second.plot.getBoundingClientRect().left) {
      return [];
    }
    const [left, right] = [pictures([first]), pictures([second])], lead = second.whole() - first.whole();
    if (lead < 0) return [...left.map((one) => one.high), ...levelled(left, right, -lead)[1]];
    return [...levelled(right, left, lead)[1], ...right.map((one) => one.high)];
  }

  /**
   * @param {Strip[]} score
   * @param {Strip[]} column
   * @param {number} rest
   */
  heights(score, column, rest) {
    const gap = Number.parseFloat(getComputedStyle(this.columns()[1]).rowGap) || 0;
    const whole = (/** @type {Strip[]} */ strips) => strips.reduce((sum, one) => sum + one.whole(), 0);
    const lead = whole(score) + HIGH - whole(column) - gap * (column.length - 1) - rest;
    return levelled(pictures(score), pictures(column), lead);
  }
}

/**
 * @param {Strip[]} strips
 * @returns {Picture[]}
 */
function pictures(strips) {
  return strips.flatMap((strip) =>
    strip.meta.panels.map((panel, index) => {
      const high = strip.natural(panel, index), units = strip.rows(panel);
      if (!high || panel.low === panel.high && !units) return { high };
      return units ? { high, step: high % units ? high : units } : { high, free: true };
    })
  );
}

/**
 * @param {Strip[]} strips
 * @param {number[]} heights Of all their panels.
 */
function put(strips, heights) {
  let from = 0;
  for (const strip of strips) {
    const { length } = strip.meta.panels;
    strip.give(heights.length ? heights.slice(from, from + length) : null);
    from += length;
  }
}
