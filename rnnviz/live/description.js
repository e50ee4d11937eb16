// Says in words what a figure shows, with the numbers that it draws: for readers who do not see it. It comes with the
// runtime, once a page.
const TOLD_MOST = 8; // parts of a sentence
const TELL_EVERY = 1000; // ms

/**
 * @typedef {import("./subplots.js").Plot} Plot
 * @typedef {Record<string, string>} Words Sentences with {places}, by name.
 * @typedef {{low: string, high: string, mean: string}} Range
 */

// A sentence with its {places} filled in.
/**
 * @param {string} words
 * @param {Record<string, unknown>} places
 */
export function filled(words, places) {
  return words.replace(/\{(\w+)\}/g, (_, name) => String(places[name]));
}

/** @param {string | undefined} markup */
function bare(markup) {
  if (!/[<&]/.test(markup ?? "")) return (markup ?? "").trim();
  const page = new DOMParser().parseFromString((markup ?? "").replaceAll("<br>", " "), "text/html");
  return page.body.textContent.trim();
}

/** @param {number} value */
export function figures(value) {
  const size = Math.abs(value);
  const text = size && (size < 1e-3 || size >= 1e6) ? value.toExponential(1) : String(Number(value.toPrecision(3)));
  return text.replaceAll("-", "−");
}

/**
 * Over the numbers that are numbers; null if there is none.
 * @param {Iterable<number>} numbers
 * @returns {Range | null}
 */
export function spread(numbers) {
  let [low, high, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const one of numbers) {
    if (!Number.isFinite(one)) continue;
    [low, high, sum, count] = [Math.min(low, one), Math.max(high, one), sum + one, count + 1];
  }
  return count ? { low: figures(low), high: figures(high), mean: figures(sum / count) } : null;
}

/** @param {Iterable<Iterable<number>>} rows */
function* all(rows) {
  for (const row of rows) yield* row;
}

/**
 * @param {ArrayLike<number> | undefined} list
 * @returns {number[]}
 */
const numeric = (list) => (list?.length ? Array.from(list) : []);

// Parallel coordinates say how many lines there are over which axes, and the range of each axis that is marked in numbers.
/** @param {any} trace */
function axes(trace) {
  if (trace.type !== "parcoords") return [trace];
  const shown = trace.dimensions.filter((/** @type {any} */ one) => one.values?.length && one.visible !== false);
  if (!shown.length) return [];
  const over = shown.map((/** @type {any} */ one) => bare(one.label)).join(", ");
  const numbered = shown.filter((/** @type {any} */ one) => !one.ticktext?.length);
  /** @type {(one: any) => object} */
  const points = ({ label, values }) => ({ mode: "markers", name: label, y: values, yaxis: "none" });
  return [{ y: shown[0].values, over, yaxis: "none" }, ...numbered.map(points)];
}

// The traces that say something, each with its panel's title, its own name, or both where a panel has several.
/**
 * @param {Plot} plot
 * @returns {{trace: any, name: string}[]}
 */
function spoken(plot) {
  /** @type {any[]} */
  const traces = plot.data.flatMap(axes).filter((/** @type {any} */ one) =>
    one.visible !== false && one.hoverinfo !== "skip" && (one.z ?? one.y)?.length
  );
  const panels = traces.map((one) => panel(plot, one));
  return traces.map((trace, index) => {
    const alone = panels.filter((one) => one === panels[index]).length === 1;
    const name = bare(trace.name);
    const words = panels[index] && (alone || !name) ? [panels[index]] : [panels[index], name];
    return { trace, name: words.filter(Boolean).join(", ") };
  });
}

// The words above the panel that a trace lies in: a caption's, or those of the picture itself.
/**
 * @param {Plot} plot
 * @param {{xaxis?: string, yaxis?: string}} trace
 */
function panel({ layout }, { xaxis = "x", yaxis = "y" }) {
  const captioned = layout.meta?.panels?.find((/** @type {{axis: string}} */ one) => one.axis === yaxis);
  if (captioned) return captioned.name;
  const left = layout[xaxis.replace("x", "xaxis")]?.domain?.[0], top = layout[yaxis.replace("y", "yaxis")]?.domain?.[1];
  const near = (/** @type {number} */ one, /** @type {number} */ there) => Math.abs(one - there) < 1e-6;
  const found = layout.annotations?.find((/** @type {any} */ one) =>
    one.name !== "notice" && near(one.x, left) && near(one.y, top)
  );
  return bare(found?.text).split(" · ")[0]; // what follows is a note on its colours
}

/**
 * @param {Words} words
 * @param {{trace: any, name: string}} one
 */
function part(words, { trace, name }) {
  if (trace.over) return filled(words.lines, { count: trace.y.length, axes: trace.over });
  if (trace.z) {
    const range = spread(all(trace.z));
    return range && filled(words.range, { name, ...range });
  }
  const y = numeric(trace.y), kept = y.map((_, index) => index).filter((index) => Number.isFinite(y[index]));
  if (!kept.length) return null;
  if (!(trace.mode ?? "lines").includes("lines")) return filled(words.range, { name, ...spread(y) });
  const [first, last] = [kept[0], kept[kept.length - 1]];
  const x = (/** @type {number} */ index) => trace.x?.[index] ?? index;
  return filled(words.line, { name, first: figures(y[first]), last: figures(y[last]), start: x(first), end: x(last) });
}

// One sentence on the whole figure.
/**
 * @param {Plot} plot
 * @param {Words} words
 * @param {string} title
 * @param {string | undefined} step
 */
export function summary(plot, words, title, step) {
  const parts = spoken(plot).map((one) => part(words, one)).filter(Boolean);
  const most = parts.slice(0, TOLD_MOST), rest = parts.length - most.length;
  if (rest) most.push(filled(words.more, { count: rest }));
  const notice = bare(plot.layout.annotations?.find((/** @type {any} */ one) => one.name === "notice")?.text);
  const told = { title: bare(title), step: step ?? 0, parts: [notice, ...most].filter(Boolean).join("; ") };
  return filled(told.parts ? words.shown : words.empty, told);
}

/**
 * @param {number[]} x
 * @param {number} t
 */
function nearest(x, t) {
  let best = 0;
  for (let i = 1; i < x.length; i++) if (Math.abs(x[i] - t) < Math.abs(x[best] - t)) best = i;
  return best;
}

// One sentence on one timestep, which lies at x.
/**
 * @param {Plot} plot
 * @param {Words} words
 * @param {number} t
 * @param {number} x
 */
export function moment(plot, words, t, x) {
  const parts = spoken(plot).map(({ trace, name }) => {
    const places = numeric(trace.x), index = places.length ? nearest(places, x) : Math.round(x); // 0, 1, 2 … by themselves
    if (!trace.z) {
      return Number.isFinite(trace.y[index]) && filled(words.value, { name, value: figures(trace.y[index]) });
    }
    const range = spread(trace.z.map((/** @type {ArrayLike<number>} */ row) => row[index]));
    return range && filled(words.range, { name, ...range });
  });
  return filled(words.moment, { t, parts: parts.filter(Boolean).slice(0, TOLD_MOST).join("; ") });
}

// The words beside a picture, out of sight: a description, kept current without haste, and what the keys have found.
export class Description {
  /** @type {ReturnType<typeof setTimeout> | null} */
  timer = null;

  /** @param {import("./drawing.js").Drawing} drawing */
  constructor(drawing) {
    this.drawing = drawing;
    this.about = this.add("rv-about");
    this.found = this.add("rv-found");
    this.found.setAttribute("role", "status");
    this.about.id = `rv-about-${Math.random().toString(36).slice(2)}`;
    const { plot } = drawing;
    plot.setAttribute("role", "group");
    plot.setAttribute("aria-describedby", this.about.id);
  }

  /** @param {string} name */
  add(name) {
    const made = this.drawing.el.appendChild(document.createElement("div"));
    made.className = `rv-visually-hidden ${name}`;
    return made;
  }

  /** @param {string} title */
  name(title) {
    this.drawing.plot.setAttribute("aria-label", bare(title));
  }

  soon() {
    this.timer ??= setTimeout(() => ((this.timer = null), this.now()), this.about.textContent ? TELL_EVERY : 0);
  }

  now() {
    const { plot, spec } = this.drawing;
    if (!spec?.words || !plot.layout) return;
    const text = summary(plot, spec.words, spec.label, plot.dataset.step);
    if (text !== this.about.textContent) this.about.textContent = text;
    this.tidy();
  }

  /** @param {number | null} t */
  at(t) {
    const { plot, spec } = this.drawing;
    this.found.textContent = t === null || !spec?.cursor
      ? ""
      : moment(plot, spec.words, t, spec.cursor[0] + t * spec.cursor[1]);
  }

  // Nothing more is to be said.
  end() {
    clearTimeout(this.timer ?? undefined);
  }

  // The drawing is told in words, so its ticks are not read one by one; its buttons are one stop of the Tab key.
  tidy() {
    const { plot, spec } = this.drawing;
    for (const one of plot.querySelectorAll(".main-svg:not([aria-hidden])")) one.setAttribute("aria-hidden", "true");
    /** @type {HTMLElement | null} */
    const bar = plot.querySelector(".modebar:not([aria-label])");
    if (!bar) return;
    bar.setAttribute("aria-label", spec?.words.tools ?? "");
    /** @type {HTMLElement[]} */
    const buttons = Array.from(bar.querySelectorAll(".modebar-btn"));
    const reach = (/** @type {HTMLElement} */ to) => buttons.forEach((one) => (one.tabIndex = one === to ? 0 : -1));
    reach(buttons[0]);
    bar.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
      const by = event.key === "ArrowLeft" ? -1 : Number(event.key === "ArrowRight");
      const to = by && buttons.at((buttons.indexOf(/** @type {HTMLElement} */ (event.target)) + by) % buttons.length);
      if (!to) return;
      event.preventDefault();
      event.stopPropagation();
      reach(to);
      to.focus();
    });
  }
}
