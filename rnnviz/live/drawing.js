// One plotly figure: keeps it current from its feed, and marks the shared timestep.
import { bytesOf, equal, values } from "./decoding.js";
import { plotlyFor } from "./library.js";
import { cursorOf, feedOf, newestOf, page } from "./page.js";
import { ringed } from "./ring.js";
import { extent, subplots, timestepAt, under } from "./subplots.js";
import { darkened, isDark } from "./tones.js";

const SHARE = 4; // a figure that took 20 ms to draw rests for 80 ms: the slow ones leave the page to the quick
export const LEAST = 100; // pixels; in less, or none, plotly can place nothing: it draws lines and words at NaN and at -Infinity
const UNWANTED = ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"]; // a learner's data stay where they are
/** @type {Record<string, number>} Timesteps to go on, at a key. */
const MOVES = { ArrowLeft: -1, ArrowRight: 1, Home: -Infinity, End: Infinity };
const CONFIG = { displaylogo: false, modeBarButtonsToRemove: UNWANTED };

/**
 * What the kernel says of a figure as a whole; `spec_of` in figure.py makes it.
 * @typedef {object} Spec
 * @property {any[]} data
 * @property {any} layout
 * @property {number} run
 * @property {[number, number, number] | null} cursor x of timestep 0, x distance of one, number of timesteps.
 * @property {string} label
 * @property {Record<string, string>} words
 * @property {Record<string, string>} [tones]
 * @property {import("./tones.js").Palette["scales"]} [scales]
 */

/** @import { Frame, Model, Part } from "./page.js" */

/**
 * Write a value at a path such as "cells.values[1]" within an object.
 * @param {any} target
 * @param {string} path
 * @param {unknown} value
 */
export function put(target, path, value) {
  const keys = path.split(/[.[\]]+/).filter(Boolean);
  const last = /** @type {string} */ (keys.pop());
  for (const key of keys) target = target[key] ??= {};
  target[last] = value;
}

/**
 * Whether what is drawn has other axes than a layout.
 * @param {import("./subplots.js").Plot} plot
 * @param {any} layout
 */
function otherAxes(plot, layout) {
  const named = (/** @type {object} */ of) => Object.keys(of).filter((one) => /^[xy]axis\d*$/.test(one)).sort().join();
  return Boolean(plot._fullLayout) && named(/** @type {object} */ (plot._fullLayout)) !== named(layout);
}

export class Drawing {
  visible = true;
  owed = false;
  drawn = -1;
  cost = 0;
  painted = 0;
  /** @type {Spec | null} Until it is built for the first time. */
  spec = null;
  /** @type {number | undefined} Of what is on screen. */
  digest = -1;
  /** @type {Map<string, string>} */
  said = new Map();
  /** @type {Map<string, Uint8Array>} Of each part that has numbers, those on screen. */
  shown = new Map();
  revision = 0;
  width = 0;
  /** @type {HTMLElement[]} */
  marks = [];
  /** @type {Promise<unknown>} */
  queue = Promise.resolve();
  /** Listen to the plot again. */
  wire = () => {};
  /** @type {import("./strip.js").Strip | null} What stands around it, where it is part of a score. */
  strip = null;
  dark = false;

  /**
   * @param {Model} model
   * @param {HTMLElement} el
   * @param {any} Plotly
   * @param {typeof import("./drag.js").Dragging | null} Dragging
   */
  constructor(model, el, Plotly, Dragging) {
    this.model = model;
    this.el = el;
    this.Plotly = Plotly;
    /** @type {string} */
    this.name = model.get("name");
    this.feed = feedOf(model.get("feed_id"));
    this.cursor = cursorOf(model.get("group"));
    this.reader = page.readerOf?.(model.get("group"));
    /** @type {import("./subplots.js").Plot} */
    this.plot = el.appendChild(document.createElement("div"));
    this.plot.className = "rv-plot";
    /** @type {import("./description.js").Description} */
    this.description = new page.Description(this);
    this.dragging = Dragging && new Dragging(this);
    /** @type {import("./fast.js").FastPath} */
    this.fast = new page.FastPath(this);
  }

  ink() {
    return getComputedStyle(this.el).color || "#444";
  }

  // Made for the theme at hand.
  /**
   * @template Value
   * @param {Value} value
   * @returns {Value}
   */
  toned(value) {
    return this.dark && this.spec ? darkened(value, this.spec) : value;
  }

  async recolour() {
    if (this.measure() && this.spec && this.dark !== isDark(this.ink())) await this.rebuild();
    else if (this.sized() && this.plot.layout?.font?.color !== this.ink()) {
      await this.Plotly.relayout(this.plot, { "font.color": this.ink() });
    }
  }

  // Asked of the page when it may have changed: to look in every frame would have it lay itself out in between.
  measure() {
    this.width = this.plot.isConnected ? this.plot.offsetWidth : 0;
    return this.sized();
  }

  sized() {
    return this.width >= LEAST;
  }

  // While it is out of sight, it is owed; `fit` makes it.
  async rebuild() {
    this.owed = !this.measure();
    if (this.owed) return;
    /** @type {Spec} */
    const spec = structuredClone(this.model.get("spec"));
    const Plotly = await plotlyFor(spec.data, this.Plotly);
    // panels that come or go while it stands are framed by plotly with lines at NaN
    const other = Plotly !== this.Plotly || otherAxes(this.plot, spec.layout);
    if (other) {
      this.Plotly.purge(this.plot); // and with it who listens to the plot
      [this.Plotly, this.fast] = [Plotly, new page.FastPath(this)];
    }
    this.spec = spec;
    this.dark = isDark(this.ink());
    [spec.data, spec.layout] = [this.toned(spec.data), this.toned(spec.layout)];
    if (spec.layout.meta?.place) this.strip ??= page.Strip?.of(this) ?? null;
    this.strip?.fitted(spec.layout);
    this.description.name(spec.label || this.name);
    put(spec.layout, "font.color", this.ink());
    spec.layout.datarevision = ++this.revision;
    await this.Plotly.react(this.plot, spec.data, spec.layout, { ...CONFIG, ...this.strip?.config, responsive: false });
    if (other) this.wire();
    this.strip?.built();
    this.drawn = this.digest = -1;
    this.said = new Map();
    this.shown = new Map();
    this.fast.caughtUp();
    const frame = this.newest();
    if (frame) await this.paint(frame);
    this.description.soon();
    this.mark();
  }

  // One drawing at a time.
  /** @param {() => unknown} work */
  turn(work) {
    this.queue = this.queue.then(work).catch((error) => {
      this.feed.say({ kind: "error", figure: this.name, text: String(error) });
    });
    return this.queue;
  }

  newest() {
    return newestOf(this.feed, this.name);
  }

  /** @param {Frame} frame */
  draw(frame) {
    return this.turn(() => this.paint(frame));
  }

  // It has a size again, or another one.
  async fit() {
    if (this.owed) await this.rebuild();
    await this.recolour();
    if (!this.measure()) return;
    // a height that was given makes plotly keep the width of then, and what has both it takes for fixed
    if (this.model.get("spec")?.layout?.width === undefined) delete this.plot.layout?.width;
    await this.Plotly.Plots.resize(this.plot);
    if (this.strip && this.strip.tall() !== this.strip.high) this.strip.resize();
    if (this.fast.owes) await this.react();
    this.feed.resized();
  }

  // Says so where the kernel has been asked for a first frame, and asked again, and has sent none.
  wait() {
    const silent = this.feed.silent && !this.feed.last && this.el.closest(".rv-lab");
    this.plot.dataset.silent = silent ? this.spec?.words.silent ?? "" : "";
  }

  /** @returns {[number, number]} */
  size() {
    return (this.plot._fullLayout && extent(this.plot)) || [0, 0];
  }

  due() {
    return performance.now() - this.painted >= SHARE * this.cost;
  }

  // Whether there is something to draw, and somebody who can see it.
  /** @param {Frame | null} frame */
  behind(frame) {
    if (!frame || !this.spec || frame.run !== this.spec.run || frame.id === this.drawn) return false;
    return this.visible && !this.owed && !document.hidden && this.sized();
  }

  /** @param {Frame} frame */
  async paint(frame) {
    if (this.owed) await this.rebuild();
    if (!this.spec || !this.behind(frame)) return;
    const started = performance.now();
    this.drawn = frame.id;
    this.spec.cursor = frame.cursors[this.name] ?? this.spec.cursor;
    const digest = frame.digests[this.name];
    if (digest !== this.digest) await this.redraw(frame);
    this.digest = digest;
    Object.assign(this.plot.dataset, { frame: frame.id, step: frame.step });
    this.wait();
    this.description.soon();
    this.painted = performance.now();
    this.cost += 0.3 * (this.painted - started - this.cost);
  }

  // A word or range that is as it was is not set again: the reader may have zoomed since. Nor are numbers.
  /**
   * @param {Part} part
   * @param {Uint8Array | DataView} bytes
   */
  known(part, bytes) {
    const place = `${part.trace} ${part.key}`;
    const said = JSON.stringify("value" in part ? part.value : [part.shape, part.limits]);
    const was = this.said.get(place) === said;
    this.said.set(place, said);
    if ("value" in part) return was;
    const [now, before] = [bytesOf(part, bytes), this.shown.get(place)];
    this.shown.set(place, now);
    return was && before !== undefined && equal(before, now);
  }

  /** @param {Frame} frame */
  async redraw({ parts, bytes }) {
    const changed = parts.filter((part) => part.figure === this.name && !this.known(part, bytes));
    for (const part of changed) {
      const value = "value" in part ? this.toned(part.value) : values(part, bytes);
      put(part.trace === null ? this.plot.layout : this.plot.data[part.trace], part.key, value);
    }
    this.strip?.framed();
    const held = this.dragging?.put(), ring = ringed(this, this.cursor.t);
    await this.show([...changed, ...(held ? [held] : []), ...ring], bytes).catch((error) => {
      this.shown.clear(); // they are not: the next frame draws them
      throw error;
    });
  }

  // Draw what has changed in the figure's data and layout.
  /**
   * @param {Part[]} changed
   * @param {Uint8Array | DataView} bytes
   */
  async show(changed, bytes) {
    const drawn = changed.filter((part) => !part.key.startsWith("meta.")); // plotly draws nothing of these
    if (changed.length && !drawn.length) return;
    if (!this.fast.draw(drawn, bytes) || !await this.fast.reword()) await this.react();
  }

  async react() {
    this.plot.layout.datarevision = ++this.revision;
    put(this.plot.layout, "font.color", this.ink()); // unknown until the page holds the element
    await this.Plotly.react(this.plot, this.plot.data, this.plot.layout);
    this.fast.caughtUp();
  }

  async ring() {
    const moved = this.visible && !this.owed ? ringed(this, this.cursor.t) : [];
    if (moved.length) await this.show(moved, new Uint8Array());
  }

  /** @param {boolean} visible */
  seen(visible) {
    this.visible = visible;
    if (visible && this.owed) this.turn(() => this.fit());
    const frame = this.newest();
    if (visible && frame) this.draw(frame);
  }

  // The timestep under the pointer, or null.
  /** @param {MouseEvent} event */
  timestep(event) {
    const axis = this.strip?.score?.ground?.axis ?? under(this.plot, event);
    return axis && this.spec?.cursor ? timestepAt(this.plot, axis, this.spec.cursor, event) : null;
  }

  // A click: where, on which curve or map, and at which timestep.
  /** @param {any} event */
  pick(event) {
    const point = event.points?.[0];
    if (!point) return;
    const at = this.spec?.cursor && event.event ? this.timestep(event.event) : null;
    const time = at === null ? null : Math.min(at, (this.cursor.end ?? Infinity) - 1); // padding is no step
    if (time !== null && !this.reader?.reading) this.cursor.move(time); // what is picked is what is marked
    const { x = null, y = null, curveNumber: trace } = point;
    this.feed.say({ kind: "pick", figure: this.name, trace, x, y, time });
  }

  // What the cursor's timestep is marked with: an upright line, or a ring where the axes are no time.
  mark() {
    if (this.plot.layout?.meta?.ring) this.turn(() => this.ring());
    if (this.strip?.marked()) return;
    const { t } = this.cursor;
    const shown = t === null || !this.spec?.cursor ? [] : subplots(this.plot);
    while (this.marks.length < shown.length) {
      const line = this.el.appendChild(document.createElement("div"));
      line.className = "rv-cursor";
      this.marks.push(line);
    }
    this.marks.forEach((line, index) => this.place(line, shown[index], index === 0));
  }

  /**
   * @param {HTMLElement} line
   * @param {import("./subplots.js").Panel | undefined} box
   * @param {boolean} labelled
   */
  place(line, box, labelled) {
    line.hidden = true;
    const { t } = this.cursor;
    if (!box || t === null || !this.spec?.cursor) return;
    const { xaxis, yaxis } = box;
    const [start, step] = this.spec.cursor;
    const across = xaxis.d2p(start + t * step);
    if (across < 0 || across > xaxis._length) return;
    line.hidden = false;
    line.style.transform = `translateX(${xaxis._offset + across}px)`;
    line.style.top = `${yaxis._offset}px`;
    line.style.height = `${yaxis._length}px`;
    line.dataset.label = labelled && !this.strip ? `t = ${t}` : "";
  }

  /** @param {KeyboardEvent} event */
  key(event) {
    if (this.strip?.key(event)) return event.preventDefault();
    const move = MOVES[event.key] ?? 0;
    if (event.key === "Escape" && this.cursor.t !== null) {
      event.preventDefault(); // the next one closes the drawer around it
      this.description.at(null);
      this.cursor.move(null);
    }
    if (!move || !this.spec?.cursor) return;
    event.preventDefault();
    event.stopPropagation();
    const length = this.spec.cursor[2];
    const from = this.cursor.t ?? (move > 0 ? -1 : length);
    this.reader?.stop(); // who moves it by hand reads no further by itself
    this.cursor.move(Math.min(Math.max(from + move, 0), length - 1));
    this.reader?.look();
    this.description.at(this.cursor.t);
  }
}
