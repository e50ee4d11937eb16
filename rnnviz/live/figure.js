// Draws one plotly figure, keeps it current from its feed, and marks the shared timestep.
const SHARE = 4; // a figure that took 20 ms to draw rests for 80 ms: the slow ones leave the page to the quick
const LEAST = 100; // pixels; in less, or none, plotly can place nothing: it draws lines and words at NaN and at -Infinity
const UNWANTED = ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"]; // a learner's data stay where they are
const CONFIG = { displaylogo: false, modeBarButtonsToRemove: UNWANTED };

function put(target, path, value) {
  const keys = path.split(/[.[\]]+/).filter(Boolean);
  const last = keys.pop();
  for (const key of keys) target = target[key] ??= {};
  target[last] = value;
}

// A part of a frame back into numbers: float32, or one byte a number over fixed limits (255: none).
function values(part, bytes) {
  if ("value" in part) return part.value;
  const start = bytes.byteOffset + part.offset;
  const count = part.shape.reduce((a, b) => a * b, 1);
  const numbers = part.limits
    ? decoded(new Uint8Array(bytes.buffer, start, count), part.limits)
    : new Float32Array(bytes.buffer.slice(start, start + 4 * count));
  if (part.shape.length === 1) return numbers;
  const width = part.shape[1];
  return Array.from({ length: part.shape[0] }, (_, row) => numbers.subarray(row * width, (row + 1) * width));
}

function decoded(codes, [low, high]) {
  const numbers = new Float32Array(codes.length);
  const level = (high - low) / 254;
  for (let i = 0; i < codes.length; i++) numbers[i] = codes[i] === 255 ? NaN : low + codes[i] * level;
  return numbers;
}

function subplots(plot) {
  const full = plot._fullLayout;
  return full ? full._subplots.cartesian.map((id) => full._plots[id]).filter(Boolean) : [];
}

function extent(plot) {
  const boxes = subplots(plot);
  if (!boxes.length) return null;
  const { w, h } = plot._fullLayout._size;
  return [Math.round(w), Math.round(h)];
}

class Drawing {
  constructor(model, el, Plotly) {
    Object.assign(this, { model, el, Plotly, name: model.get("name"), visible: true, drawn: -1, cost: 0, painted: 0 });
    this.feed = feedOf(model.get("feed_id"));
    this.cursor = cursorOf(model.get("group"));
    this.plot = el.appendChild(document.createElement("div"));
    this.plot.className = "rv-plot";
    this.marks = [];
    this.telling = new page.Telling(this);
    this.dragging = typeof Dragging === "undefined" ? null : new Dragging(this); // DraggableFigure alone brings drag.js
    this.queue = Promise.resolve();
  }

  ink() {
    return getComputedStyle(this.el).color || "#444";
  }

  async recolour() {
    if (this.sized() && this.plot.layout?.font?.color !== this.ink()) await this.Plotly.relayout(this.plot, { "font.color": this.ink() });
  }

  sized() {
    return this.plot.isConnected && this.plot.offsetWidth >= LEAST;
  }

  // While it is out of sight, it is owed; `fit` makes it.
  async rebuild() {
    this.owed = !this.sized();
    if (this.owed) return;
    const spec = structuredClone(this.model.get("spec"));
    this.spec = spec;
    this.telling.name(spec.label || this.name);
    put(spec.layout, "font.color", this.ink());
    await this.Plotly.react(this.plot, spec.data, spec.layout, { ...CONFIG, responsive: false });
    this.drawn = this.digest = -1;
    this.said = new Map();
    if (this.feed.last) await this.paint(this.feed.last);
    this.telling.soon();
    this.mark();
  }

  // One drawing at a time.
  turn(work) {
    this.queue = this.queue.then(work).catch((error) => {
      this.feed.say({ kind: "error", figure: this.name, text: String(error) });
    });
    return this.queue;
  }

  draw(frame) {
    return this.turn(() => this.paint(frame));
  }

  // It has a size again, or another one.
  async fit() {
    if (this.owed) await this.rebuild();
    await this.recolour();
    if (this.sized()) await this.Plotly.Plots.resize(this.plot);
  }

  // Says so where the kernel has been asked for a first frame, and asked again, and has sent none.
  wait() {
    const silent = this.feed.silent && !this.feed.last && this.el.closest(".rv-lab");
    this.plot.dataset.silent = silent ? this.spec?.words.silent ?? "" : "";
  }

  size() {
    return (this.plot._fullLayout && extent(this.plot)) || [0, 0];
  }

  due() {
    return performance.now() - this.painted >= SHARE * this.cost;
  }

  // Whether there is something to draw, and somebody who can see it.
  behind(frame) {
    if (!frame || !this.spec || frame.run !== this.spec.run || frame.id === this.drawn) return false;
    return this.visible && !this.owed && !document.hidden && this.sized();
  }

  async paint(frame) {
    if (this.owed) await this.rebuild();
    if (!this.behind(frame)) return;
    const started = performance.now();
    this.drawn = frame.id;
    this.spec.cursor = frame.cursors[this.name] ?? this.spec.cursor;
    const digest = frame.digests[this.name];
    if (digest !== this.digest) await this.redraw(frame);
    this.digest = digest;
    this.plot.dataset.frame = frame.id;
    this.plot.dataset.step = frame.step;
    this.wait();
    this.telling.soon();
    this.painted = performance.now();
    this.cost += 0.3 * (this.painted - started - this.cost);
  }

  // A word or range that is as it was is not set again: the reader may have zoomed since.
  known(part) {
    if (!("value" in part)) return false;
    const [place, value] = [`${part.trace} ${part.key}`, JSON.stringify(part.value)];
    if (this.said.get(place) === value) return true;
    this.said.set(place, value);
    return false;
  }

  async redraw(frame) {
    for (const part of frame.parts) {
      if (part.figure !== this.name || this.known(part)) continue;
      put(part.trace === null ? this.plot.layout : this.plot.data[part.trace], part.key, values(part, frame.bytes));
    }
    this.dragging?.put();
    this.plot.layout.datarevision = frame.id;
    put(this.plot.layout, "font.color", this.ink()); // unknown until the page holds the element
    await this.Plotly.react(this.plot, this.plot.data, this.plot.layout);
  }

  seen(visible) {
    this.visible = visible;
    if (visible && this.owed) this.turn(() => this.fit());
    if (visible && this.feed.last) this.draw(this.feed.last);
  }

  // The timestep under the pointer, or null.
  timestep(event) {
    const box = this.plot.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    for (const { xaxis, yaxis } of subplots(this.plot)) {
      const inside = x >= xaxis._offset && x <= xaxis._offset + xaxis._length;
      if (!inside || y < yaxis._offset || y > yaxis._offset + yaxis._length) continue;
      const [start, step] = this.spec.cursor;
      return this.clamp((xaxis.p2d(x - xaxis._offset) - start) / step);
    }
    return null;
  }

  // A click: where, on which curve or map, and at which timestep.
  pick(event) {
    const point = event.points?.[0];
    if (!point) return;
    const time = this.spec.cursor && event.event ? this.timestep(event.event) : null;
    const { x = null, y = null, curveNumber: trace } = point;
    this.feed.say({ kind: "pick", figure: this.name, trace, x, y, time });
  }

  clamp(t) {
    const rounded = Math.round(t);
    return rounded < 0 || rounded >= this.spec.cursor[2] ? null : rounded;
  }

  mark() {
    const t = this.cursor.t;
    const shown = t === null || !this.spec?.cursor ? [] : subplots(this.plot);
    while (this.marks.length < shown.length) {
      const line = this.el.appendChild(document.createElement("div"));
      line.className = "rv-cursor";
      this.marks.push(line);
    }
    this.marks.forEach((line, index) => this.place(line, shown[index], t, index === 0));
  }

  place(line, box, t, labelled) {
    line.hidden = true;
    if (!box) return;
    const { xaxis, yaxis } = box;
    const [start, step] = this.spec.cursor;
    const across = xaxis.d2p(start + t * step);
    if (across < 0 || across > xaxis._length) return;
    line.hidden = false;
    line.style.transform = `translateX(${xaxis._offset + across}px)`;
    line.style.top = `${yaxis._offset}px`;
    line.style.height = `${yaxis._length}px`;
    line.dataset.label = labelled ? `t = ${t}` : "";
  }

  key(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (event.key === "Escape" && this.cursor.t !== null) {
      event.preventDefault(); // the next one closes the drawer around it
      this.telling.at(null);
      this.cursor.move(null);
    }
    if (!move || !this.spec.cursor) return;
    event.preventDefault();
    event.stopPropagation();
    const length = this.spec.cursor[2];
    const from = this.cursor.t ?? (move > 0 ? -1 : length);
    this.cursor.move(Math.min(Math.max(from + move, 0), length - 1));
    this.telling.at(this.cursor.t);
  }
}

// A figure in a closed drawer, or in a panel that is nearly shut, is not built before it opens.
function laidOut(el) {
  return new Promise((done) => {
    const sized = new ResizeObserver(() => el.offsetWidth >= LEAST && (sized.disconnect(), done()));
    sized.observe(el);
  });
}

async function render({ model, el }) {
  el.classList.add("rv-figure");
  const waiting = el.appendChild(document.createElement("div"));
  waiting.className = "rv-waiting";
  waiting.style.height = `${model.get("spec").layout?.height ?? 300}px`;
  const [Plotly] = await Promise.all([page.plotly.promise, laidOut(el)]);
  const drawing = new Drawing(model, el, Plotly);
  waiting.remove();
  const { plot, cursor, feed } = drawing;
  plot.tabIndex = 0;
  const rebuild = () => drawing.turn(() => drawing.rebuild());
  while (!drawing.spec) {
    await laidOut(plot);
    await rebuild();
  }

  const move = (event) => drawing.spec.cursor && cursor.move(drawing.timestep(event));
  const leave = () => drawing.spec.cursor && cursor.move(null);
  const mark = () => drawing.mark();
  const resized = new ResizeObserver(() => drawing.sized() && drawing.turn(() => drawing.fit()));
  const scrolled = new IntersectionObserver((entries) => drawing.seen(entries.at(-1).isIntersecting), { rootMargin: "120px" });
  const recolour = () => drawing.turn(() => drawing.recolour());
  const themed = new MutationObserver(recolour);
  const styled = (event) => event.target.tagName === "LINK" && recolour(); // a theme's name may come before its style sheet
  plot.addEventListener("mousemove", move);
  plot.addEventListener("mouseleave", leave);
  plot.addEventListener("keydown", (event) => drawing.key(event));
  plot.on("plotly_afterplot", mark);
  plot.on("plotly_click", (event) => drawing.pick(event));
  resized.observe(el);
  scrolled.observe(el);
  document.addEventListener("load", styled, true);
  themed.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
  cursor.listeners.add(mark);
  feed.figures.add(drawing);
  drawing.wait();
  model.on("change:spec", rebuild);
  if (feed.last) drawing.draw(feed.last);

  return () => {
    model.off("change:spec", rebuild);
    feed.figures.delete(drawing);
    cursor.listeners.delete(mark);
    for (const observer of [resized, scrolled, themed]) observer.disconnect();
    document.removeEventListener("load", styled, true);
    Plotly.purge(plot);
  };
}

export default { render };
