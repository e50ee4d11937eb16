// What all rnnviz widgets of one browser page share: plotly.js, the feeds of frames, the time cursors.
const VERSION = "{rnnviz.__version__}"; // filled in by `beside`

/**
 * What a front end asks of its widget in the kernel.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: unknown) => void} set
 * @property {(content: object) => void} send
 * @property {(event: string, call: (...given: any[]) => void) => void} on
 * @property {(event: string, call: (...given: any[]) => void) => void} off
 * @property {any} [widget_manager]
 */

/**
 * A part of a frame: a word of its own, or where its numbers lie in the frame's bytes.
 * @typedef {{figure: string, trace: number | null, key: string, value: any}} WordPart
 * @typedef {{figure: string, trace: number | null, key: string, shape: number[], offset: number,
 *   limits: [number, number] | null}} NumberPart
 * @typedef {WordPart | NumberPart} Part
 */

/**
 * @typedef {object} Frame
 * @property {number} id
 * @property {number} run
 * @property {number} step
 * @property {Part[]} parts
 * @property {Record<string, number>} digests
 * @property {Record<string, [number, number, number]>} cursors
 * @property {Uint8Array | DataView} bytes
 * @property {boolean} [light] Only of the figures that its digests name: the others stay at the step they show.
 * @property {boolean} [alone] The kernel sends none before this one is answered.
 */

/**
 * Frames that are drawn, and the kernel not told yet: milliseconds they took in how many passes, when the first was drawn, how many
 * may be unanswered, and the figures' sizes as the kernel knows them.
 * @typedef {object} Answered
 * @property {number[]} ids
 * @property {number} spent
 * @property {number} passes
 * @property {number} since
 * @property {number} room
 * @property {string} known
 * @property {ReturnType<typeof setTimeout> | undefined} timer
 */

/**
 * The newest frames, and who draws them.
 * @typedef {object} Feed
 * @property {Frame | null} last The newest that has something for every figure.
 * @property {Frame | null} light A light one that came after it.
 * @property {boolean} silent The kernel was asked for a first frame again and again, and has sent none.
 * @property {boolean} draining
 * @property {number[]} unanswered Not drawn yet.
 * @property {Answered} answered
 * @property {Set<import("./drawing.js").Drawing>} figures
 * @property {(message: Record<string, unknown>) => void} say
 * @property {() => void} resized A figure has another size than before.
 */

/**
 * The timestep that every figure of one group marks.
 * @typedef {object} Cursor
 * @property {number | null} t
 * @property {number | null} end How many timesteps the sequence has before its padding; null: all.
 * @property {Set<(t: number | null) => void>} listeners
 * @property {(t: number | null) => void} move
 * @property {(end: number | null) => void} until
 */

/** @typedef {(given: {model: Model, el: HTMLElement}) => unknown} Render */

/**
 * @typedef {object} Page
 * @property {string} version
 * @property {string} id
 * @property {{promise: Promise<any>, resolve: (plotly: any) => void, reject: (error: unknown) => void}} plotly The one
 *   that is there first; `plotlyFor` chooses.
 * @property {Page["plotly"]} whole The one that draws every type of trace.
 * @property {{promise: Promise<Render>, resolve: (render: Render) => void}} figure What shows a figure; it comes with plotly.js.
 * @property {string[]} traces The types that the small one draws.
 * @property {Map<string, Feed>} feeds
 * @property {Map<string, Cursor>} cursors
 * @property {Map<string, import("./reading.js").Reader>} readers
 * @property {(group: string) => import("./reading.js").Reader} [readerOf] Who moves a group's cursor through time.
 * @property {any} [Description] What says a figure in words; it comes with plotly.js.
 * @property {any} [FastPath] What draws new numbers into a picture; it comes with plotly.js.
 * @property {typeof import("./strip.js").Strip} [Strip] What stands around the pictures of a score; it comes with plotly.js.
 * @property {Set<boolean>} unpacking Whether the whole one (true), the small one (false) is on its way.
 */

const shared = /** @type {any} */ (globalThis);

// Two kernels may have two versions of the package, whose parts do not fit together: each version has a page to itself.
/** @type {Record<string, Page>} */
const pages = (shared.rnnvizPages ??= {});

/** @type {Page} */
export const page = (pages[VERSION] ??= {
  version: VERSION,
  id: String(Math.random()),
  plotly: deferred(),
  whole: deferred(),
  figure: deferred(),
  traces: [],
  unpacking: new Set(),
  feeds: new Map(),
  cursors: new Map(),
  readers: new Map(),
});
shared.rnnvizPage = page; // the one at hand, for whoever looks into a page from outside

/** @returns {Page["plotly"]} */
function deferred() {
  const parts = /** @type {Page["plotly"]} */ ({});
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  parts.promise.catch(() => {});
  return parts;
}

/**
 * @template K, V
 * @param {Map<K, V>} map
 * @param {K} key
 * @param {() => V} make
 * @returns {V}
 */
export function entry(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return /** @type {V} */ (map.get(key));
}

/**
 * @param {string} id
 * @returns {Feed}
 */
export function feedOf(id) {
  const make = () => ({
    last: null,
    light: null,
    silent: false,
    draining: false,
    unanswered: [],
    answered: { ids: [], spent: 0, passes: 0, since: 0, room: 2, known: "", timer: undefined },
    figures: new Set(),
    say: () => {},
    resized: () => {},
  });
  return entry(page.feeds, id, make);
}

/**
 * The newest frame that has something for a figure.
 * @param {Feed} feed
 * @param {string} name
 * @returns {Frame | null}
 */
export function newestOf(feed, name) {
  return feed.light && name in feed.light.digests ? feed.light : feed.last;
}

/**
 * @param {string} group
 * @returns {Cursor}
 */
export function cursorOf(group) {
  return entry(page.cursors, group, () => {
    /** @type {Cursor["listeners"]} */
    const listeners = new Set();
    return {
      t: null,
      end: null,
      listeners,
      move(to) {
        const t = to === null || this.end === null ? to : Math.min(to, this.end - 1);
        if (t === this.t) return;
        this.t = t;
        for (const listener of listeners) listener(t);
      },
      until(end) {
        this.end = end;
        this.move(this.t);
      },
    };
  });
}
