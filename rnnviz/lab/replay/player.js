// Plays a saved run: stands in for the kernel behind the live page's feed and figures.
import feed from "../../live/feed.js";
import figure from "../../live/figure.js";
import { entry } from "../../live/page.js";
import runtime from "../../live/runtime.js";

const PERIOD = 200; // ms a moment at speed 1

/** @typedef {import("../../live/page.js").Model & {fire: (event: string, ...given: unknown[]) => void}} StandIn */

/**
 * @param {string} id
 * @returns {any} An element that the page surely has.
 */
const part = (id) => document.getElementById(id);
const told = JSON.parse(part("rv-told").textContent);
const [button, track, pace] = ["rv-play", "rv-track", "rv-pace"].map(part);

// What a figure or a feed asks of a widget's model.
/**
 * @param {Record<string, unknown>} state
 * @param {(message: any) => void} send
 * @returns {StandIn}
 */
function standIn(state, send = () => {}) {
  /** @type {Map<string, Set<(...given: any[]) => void>>} */
  const calls = new Map();
  const of = (/** @type {string} */ event) => entry(calls, event, () => new Set());
  return {
    get: (key) => state[key],
    set(key, value) {
      state[key] = value;
      this.fire(`change:${key}`);
    },
    on: (event, call) => of(event).add(call),
    off: (event, call) => of(event).delete(call),
    fire: (event, ...given) => [...of(event)].forEach((call) => call(...given)),
    send,
  };
}

/** @param {string} words */
function fail(words) {
  part("rv-trouble").textContent = words;
  part("rv-trouble").hidden = false;
}

/** @param {string} words */
function bytesOf(words) {
  return Uint8Array.from(atob(words.trim()), (letter) => letter.charCodeAt(0));
}

/** @param {string} id */
async function unzipped(id) {
  const stream = new Blob([bytesOf(part(id).textContent)]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

class Player {
  at = 0;
  count = 0;
  /** @type {number | null} */
  run = null;
  /** @type {object | null} */
  playing = null;
  /** @type {Map<number, () => void>} */
  painted = new Map();

  /**
   * @param {{frames: import("../../live/page.js").Frame[], specs: Record<string, import("../../live/drawing.js").Spec>[]}} index
   * @param {Uint8Array} bytes
   */
  constructor({ frames, specs }, bytes) {
    this.frames = frames;
    this.specs = specs;
    this.bytes = bytes;
    this.wire = standIn({ feed_id: "replay" }, (message) => this.hear(message));
    feed.initialize({ model: this.wire });
    /** @type {any[]} */
    this.boxes = [...document.querySelectorAll("[data-view]")];
    this.models = this.boxes.map((box) => {
      const name = box.dataset.view;
      return standIn({
        name,
        feed_id: "replay",
        group: "replay",
        help: box.dataset.help,
        spec: { data: [], layout: {}, run: -1, cursor: null },
      });
    });
  }

  /** @param {{kind: string, ids: number[], text: string}} message */
  hear({ kind, ids, text }) {
    if (kind === "error") fail(told.labels.failed.replace("{text}", () => text));
    if (kind !== "ack") return;
    for (const id of ids) {
      this.painted.get(id)?.();
      this.painted.delete(id);
    }
  }

  // Other shapes need other axes, and perhaps other pictures.
  /** @param {number} run */
  build(run) {
    this.run = run;
    this.boxes.forEach((box, index) => {
      const spec = this.specs[run][box.dataset.view];
      box.hidden = !spec;
      if (spec) this.models[index].set("spec", spec);
    });
  }

  // Resolves once the moment was painted.
  /**
   * @param {number} index
   * @returns {Promise<unknown>}
   */
  show(index) {
    const frame = this.frames[index];
    this.at = index;
    if (frame.run !== this.run) this.build(frame.run);
    track.value = index;
    part("rv-where").textContent = told.words[index];
    track.setAttribute("aria-valuetext", told.words[index]);
    const id = ++this.count;
    const painted = new Promise((done) => this.painted.set(id, () => done(undefined)));
    this.wire.fire("msg:custom", { ...frame, id, alone: true }, [this.bytes]);
    return painted;
  }

  say() {
    button.textContent = told.labels[this.playing ? "pause" : "play"];
    button.title = told.labels[this.playing ? "pause_tip" : "play_tip"];
  }

  stop() {
    this.playing = null;
    this.say();
  }

  async play() {
    const mine = (this.playing = {}); // a later play or a stop ends this one
    this.say();
    if (this.at === this.frames.length - 1) await this.show(0);
    while (this.playing === mine && this.at < this.frames.length - 1) {
      const rest = new Promise((done) => setTimeout(done, PERIOD / Number(pace.value)));
      await Promise.all([rest, this.playing === mine && this.show(this.at + 1)]);
    }
    if (this.playing === mine) this.stop();
  }

  toggle() {
    if (this.playing) this.stop();
    else this.play();
  }
}

/** @param {Player} player */
function connect(player) {
  track.max = player.frames.length - 1;
  track.title = told.labels.slider;
  track.setAttribute("aria-label", told.labels.slider);
  part("rv-pace-words").textContent = told.labels.speed;
  button.addEventListener("click", () => player.toggle());
  track.addEventListener("input", () => (player.stop(), player.show(Number(track.value))));
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || /** @type {Element} */ (event.target).closest("button, select, summary")) return;
    event.preventDefault();
    player.toggle();
  });
  player.say();
}

// Within another page it is as dark as that one, and as high as it needs to be.
function settle() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  /** @type {boolean | null} */
  let told = null;
  // figures listen to it for their ink
  const themed = () => (document.body.dataset.jpThemeLight = String(!(told ?? system.matches)));
  system.addEventListener("change", themed);
  themed();
  if (globalThis.parent === globalThis.self) return;
  document.documentElement.classList.add("rv-within");
  addEventListener("message", ({ source, data }) => {
    if (source !== parent || typeof data?.dark !== "boolean") return;
    told = data.dark;
    themed();
  });
  // a page that was opened as a file has no origin that could be named
  const tell = () => parent.postMessage({ height: Math.ceil(document.body.getBoundingClientRect().height) }, "*");
  new ResizeObserver(tell).observe(document.body);
}

async function main() {
  settle();
  if (!globalThis.DecompressionStream) return fail(told.labels.old);
  runtime.initialize({
    model: standIn({
      packed: bytesOf(/** @type {any} */ (globalThis).rnnvizPlotly ?? part("rv-plotly").textContent),
      traces: null,
    }),
  }); // it draws all that is here
  const index = JSON.parse(new TextDecoder().decode(await unzipped("rv-index")));
  const player = new Player(index, await unzipped("rv-data"));
  connect(player);
  player.show(0);
  await Promise.all(
    player.boxes.map((box, place) => figure.render({ model: player.models[place], el: box.firstElementChild })),
  );
}

main().catch((error) => fail(told.labels.failed.replace("{text}", () => String(error))));
