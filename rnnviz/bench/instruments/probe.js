// What a measured page notes of itself. It is put into the page before anything else, and looks on.

/** @type {any} */
const page = globalThis;

const LATE = 10; // ms: how far apart the timer is that tells how late the page is

/** @param {Element} view */
function nameOf(view) {
  return [...view.classList].find((one) => one.startsWith("rv-view-"))?.slice("rv-view-".length) ?? "";
}

/** @returns {Element[]} */
function shown() {
  return [...document.querySelectorAll(".rv-view")].filter((one) => one.getClientRects().length > 0);
}

/** @returns {any[]} */
function feeds() {
  return [...(page.rnnvizPage?.feeds?.values() ?? [])];
}

const probe = {
  bytes: 0, // received on every socket
  /** @type {Record<string, number>} When something was first so, by the clock that the kernel has too. */
  marks: {},
  /** @type {Record<string, number>} How often each picture was brought up to a new frame. */
  drawn: {},
  /** @type {Record<string, number>} How often something in it was another than in the frame before. */
  anew: {},
  /** @type {Map<Element, number | undefined>} What stands for all that each one shows. */
  digests: new Map(),
  /** @type {number[]} How late the timer came, in ms. */
  late: [],

  /** @param {string} name */
  mark(name) {
    this.marks[name] ??= Date.now();
  },

  // Note when a lab comes up, piece by piece; resolves once every picture that is shown has been drawn.
  /** @returns {Promise<Record<string, number>>} */
  opening() {
    this.marks = {};
    this.mark("run");
    let asked = false;
    return new Promise((done) => {
      const timer = setInterval(() => {
        if (document.querySelector(".rv-lab")) this.mark("lab");
        const library = page.rnnvizPage?.plotly?.promise;
        if (library && !asked) library.then(() => this.mark("plotly"), () => {});
        asked ||= Boolean(library);
        if (document.querySelector(".rv-plot[data-frame]")) this.mark("picture");
        const pictures = shown();
        if (!pictures.length || !pictures.every((one) => one.querySelector(".rv-plot[data-frame]"))) return;
        clearInterval(timer);
        this.mark("pictures");
        done(this.marks);
      }, 10);
    });
  },

  // Count what is drawn, what arrives and how late timers come, for so many ms.
  /** @param {number} ms */
  async watch(ms) {
    [this.drawn, this.anew, this.late] = [{}, {}, []];
    const from = this.bytes;
    const seen = new MutationObserver((changes) => {
      for (const change of changes) this.note(/** @type {Element} */ (change.target));
    });
    seen.observe(document.body, { subtree: true, attributeFilter: ["data-frame"] });
    const began = performance.now();
    let due = began + LATE;
    let timer = setTimeout(function tick() {
      const now = performance.now();
      probe.late.push(Math.max(now - due, 0));
      due = now + LATE;
      timer = setTimeout(tick, LATE);
    }, LATE);
    await new Promise((done) => setTimeout(done, ms));
    clearTimeout(timer);
    seen.disconnect();
    const seconds = (performance.now() - began) / 1000;
    const { drawn, anew, late } = this;
    return { seconds, drawn, anew, late, bytes: this.bytes - from, shown: shown().map(nameOf), sizes: this.sizes() };
  },

  /** @param {Element} plot Of a picture of ours. */
  note(plot) {
    const view = plot.closest(".rv-view");
    if (!view) return;
    this.count(nameOf(view));
    const figure = feeds().flatMap((one) => [...one.figures]).find((one) => one.plot === plot);
    if (figure && this.digests.get(plot) === figure.digest) return;
    this.digests.set(plot, figure?.digest);
    this.anew[nameOf(view)] = (this.anew[nameOf(view)] ?? 0) + 1;
  },

  // What each picture takes in a whole frame: bytes of its numbers, and letters of its words.
  /** @returns {Record<string, [number, number]>} */
  sizes() {
    /** @type {Record<string, [number, number]>} */
    const found = {};
    for (const part of feeds().flatMap((one) => one.last?.parts ?? [])) {
      const one = (found[part.figure] ??= [0, 0]);
      const count = (part.shape ?? [0]).reduce((/** @type {number} */ a, /** @type {number} */ b) => a * b, 1);
      one[0] += part.limits ? count : 4 * count;
      one[1] += JSON.stringify(part).length;
    }
    return found;
  },

  /** @param {string} name */
  count(name) {
    this.drawn[name] = (this.drawn[name] ?? 0) + 1;
  },

  // Count what plotly figures that are not ours put on screen: several drawings before one paint are one picture.
  strangers() {
    const plots = [...document.querySelectorAll(".js-plotly-plot")].filter((one) => !one.closest(".rv-view"));
    for (const plot of plots) {
      let drawn = false;
      /** @type {any} */ (plot).on("plotly_afterplot", () => {
        if (!drawn) requestAnimationFrame(() => (drawn = false, this.count("figurewidget")));
        drawn = true;
      });
    }
    return plots.length;
  },

  // From the next press of a key to the first picture that has changed after it, in ms; null if none does in time.
  /** @returns {Promise<number | null>} */
  reaction(within = 10_000) {
    return new Promise((done) => {
      setTimeout(() => done(null), within);
      addEventListener("keydown", () => {
        const pressed = performance.now();
        const seen = new MutationObserver(() => (seen.disconnect(), done(performance.now() - pressed)));
        seen.observe(document.body, { subtree: true, attributeFilter: ["data-frame"] });
      }, { capture: true, once: true });
    });
  },

  // What of the lab is on the page at first sight.
  sight() {
    const visible = (/** @type {Element} */ one) => one.getClientRects().length > 0;
    const found = (/** @type {string} */ selector) => [...document.querySelectorAll(selector)].filter(visible);
    const tracks = found(".rv-lab .rv-knob .noUi-base").map((one) => one.getBoundingClientRect().width);
    const lab = document.querySelector(".rv-lab")?.getBoundingClientRect();
    const plots = found(".rv-view .rv-plot").map((one) => [one.clientWidth, one.clientHeight]);
    return { knobs: found(".rv-lab .rv-knob").length, height: lab?.height ?? 0, tracks, plots };
  },
};

page.WebSocket = class extends WebSocket {
  /**
   * @param {string | URL} url
   * @param {string | string[]} [protocols]
   */
  constructor(url, protocols) {
    super(url, protocols);
    this.addEventListener("message", ({ data }) => probe.bytes += data.byteLength ?? data.size ?? data.length);
  }
};
page.rnnvizProbe = probe;
