// Lets a point of one curve be dragged up and down: the trait drag is [trace, grid], grid 0 for any value.
import { subplots } from "./subplots.js";

const REACH = 18; // px: how near to a point the pointer has to come down
const SAY_EVERY = 60; // ms between two reports while the pointer moves

export class Dragging {
  /** @type {{index: number, from: number, value: number | null} | null} The point under the finger, and where it has it. */
  held = null;
  said = 0;

  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.plot = drawing.plot;
    const { plot } = this;
    plot.addEventListener("pointerdown", (event) => this.down(event), true);
    plot.addEventListener("pointermove", (event) => this.move(event), true);
    plot.addEventListener("pointerup", (event) => this.up(event), true);
    plot.addEventListener("pointercancel", (event) => this.up(event), true);
    plot.addEventListener("mousedown", (event) => this.held && event.stopPropagation(), true); // plotly would zoom
  }

  get drag() {
    return this.drawing.model.get("drag");
  }

  /** @returns {import("./subplots.js").Panel | null} */
  axes() {
    const box = subplots(this.plot)[0];
    return this.drag.length && this.drawing.spec?.cursor && box ? box : null;
  }

  // The point of the curve that lies nearest to the pointer, if it is within reach.
  /** @param {PointerEvent} event */
  near(event) {
    const axes = this.axes();
    if (!axes) return null;
    const { x, y } = this.plot.data[this.drag[0]];
    const box = this.plot.getBoundingClientRect();
    const across = event.clientX - box.left - axes.xaxis._offset;
    const down = event.clientY - box.top - axes.yaxis._offset;
    /** @type {number | null} */
    let nearest = null;
    let shortest = REACH;
    for (let i = 0; i < (x?.length ?? 0); i++) {
      const distance = Math.hypot(axes.xaxis.d2p(x[i]) - across, axes.yaxis.d2p(y[i]) - down);
      if (distance < shortest) [nearest, shortest] = [i, distance];
    }
    return nearest;
  }

  /** @param {PointerEvent} event */
  down(event) {
    const index = event.button === 0 ? this.near(event) : null;
    if (index === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.plot.setPointerCapture(event.pointerId);
    this.plot.focus({ preventScroll: true });
    this.held = { index, from: event.clientY, value: null };
  }

  /** @param {PointerEvent} event */
  move(event) {
    if (!this.held) {
      this.plot.classList.toggle("rv-near", event.buttons === 0 && this.near(event) !== null);
      return;
    }
    event.stopPropagation();
    if (this.held.value === null && Math.abs(event.clientY - this.held.from) < 3) return;
    const value = this.value(event);
    if (value === this.held.value) return;
    this.held.value = value;
    this.drawing.turn(() => this.show());
    if (performance.now() - this.said >= SAY_EVERY) this.say();
  }

  /** @param {PointerEvent} event */
  value(event) {
    const { yaxis } = /** @type {import("./subplots.js").Panel} */ (this.axes());
    const top = this.plot.getBoundingClientRect().top + yaxis._offset;
    const place = Math.min(Math.max(event.clientY - top, 0), yaxis._length);
    const grid = this.drag[1];
    const value = yaxis.p2d(place);
    return grid ? Math.round(value / grid) * grid : value;
  }

  // Where the finger has it: also over a frame that was made before. What is to be drawn anew, if anything.
  /** @returns {import("./page.js").NumberPart | null} */
  put() {
    if (this.held?.value == null) return null;
    const trace = this.drag[0], { y } = this.plot.data[trace];
    y[this.held.index] = this.held.value;
    this.drawing.shown.delete(`${trace} y`); // whatever the next frame says of it is new
    return { figure: this.drawing.name, trace, key: "y", shape: [y.length], offset: 0, limits: null };
  }

  async show() {
    const held = this.put();
    if (held) await this.drawing.show([held], new Uint8Array());
  }

  say() {
    if (!this.held) return;
    this.said = performance.now();
    const { held: { index, value }, drawing } = this;
    drawing.digest = -1; // what is on screen is no longer what the last frame said
    drawing.feed.say({ kind: "drag", figure: drawing.name, time: this.time(index), value });
  }

  /** @param {number} index */
  time(index) {
    const [start, step] = this.drawing.spec?.cursor ?? [0, 1];
    const trace = this.plot.data[this.drag[0]];
    return Math.round((trace.x[index] - start) / step);
  }

  /** @param {PointerEvent} event */
  up(event) {
    if (!this.held) return;
    event.stopPropagation();
    if (this.held.value !== null) this.say();
    else this.click(this.held.index);
    this.held = null;
  }

  /** @param {number} index */
  click(index) {
    const [trace] = this.drag;
    const { x, y } = this.plot.data[trace];
    this.drawing.feed.say({
      kind: "pick",
      figure: this.drawing.name,
      trace,
      x: x[index],
      y: y[index],
      time: this.time(index),
    });
  }
}
