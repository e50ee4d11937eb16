// A browser whose time stands still until a test lets it pass, and that knows what was hung up in it.
import { Element } from "./element.js";

/** @typedef {{at: number, call: () => void, every: number}} Timer */

/** Time and the page, both in a test's hand. */
export class Browser {
  now = 0;
  count = 0;
  /** @type {Map<number, Timer>} */
  timers = new Map();
  /** @type {Set<string>} Every listener of the page itself, by its name and number. */
  listeners = new Set();
  /** @type {Set<unknown>} Observers that observe. */
  observers = new Set();

  constructor() {
    this.document = this.watched(Object.assign(new Element("#document"), { body: new Element("body") }));
    Object.assign(this.document, {
      createElement: (/** @type {string} */ name) => new Element(name),
      createElementNS: (/** @type {string} */ _space, /** @type {string} */ name) => new Element(name),
      activeElement: null,
      execCommand: () => true,
    });
    const after = (/** @type {() => void} */ call, ms = 0) => this.later(call, ms, 0);
    const stop = (/** @type {number} */ id) => void this.timers.delete(id);
    const page = this.watched(new EventTarget());
    this.globals = {
      document: this.document,
      DOMParser: Parser,
      MutationObserver: this.observer([]),
      ResizeObserver: this.observer([{}]), // these two report what there is as soon as they look
      IntersectionObserver: this.observer([{ isIntersecting: true }]),
      HTMLLinkElement: Element,
      HTMLElement: Element,
      Node: Element,
      innerHeight: 800,
      getComputedStyle: () => ({ color: "rgb(1, 2, 3)" }),
      matchMedia: () => ({ matches: true }),
      requestAnimationFrame: (/** @type {() => void} */ call) => after(call, 16),
      setTimeout: after,
      clearTimeout: stop,
      setInterval: (/** @type {() => void} */ call, /** @type {number} */ ms) => this.later(call, ms, ms),
      clearInterval: stop,
      addEventListener: page.addEventListener.bind(page),
      removeEventListener: page.removeEventListener.bind(page),
      performance: { now: () => this.now },
    };
  }

  /**
   * @param {() => void} call
   * @param {number} ms
   * @param {number} every
   */
  later(call, ms, every) {
    this.timers.set(++this.count, { at: this.now + ms, call, every });
    return this.count;
  }

  /**
   * Let this much time go by: what falls due is done in turn, and what waits for it as well.
   * @param {number} ms
   */
  async pass(ms) {
    const end = this.now + ms;
    for (await settled();; await settled()) {
      const due = [...this.timers].filter(([, one]) => one.at <= end).sort(([, a], [, b]) => a.at - b.at)[0];
      if (!due) break;
      const [id, timer] = due;
      this.now = Math.max(this.now, timer.at);
      if (timer.every) timer.at += timer.every;
      else this.timers.delete(id);
      timer.call();
    }
    this.now = end;
  }

  /**
   * @template {EventTarget} Target
   * @param {Target} target
   */
  watched(target) {
    const calls = new Map();
    const key = (/** @type {string} */ name, /** @type {object} */ call) => {
      if (!calls.has(call)) calls.set(call, `${name} ${++this.count}`);
      return calls.get(call);
    };
    const [add, remove] = [target.addEventListener.bind(target), target.removeEventListener.bind(target)];
    return Object.assign(target, {
      addEventListener: (/** @type {string} */ name, /** @type {any} */ call) => {
        this.listeners.add(key(name, call));
        add(name, call);
      },
      removeEventListener: (/** @type {string} */ name, /** @type {any} */ call) => {
        this.listeners.delete(key(name, call));
        remove(name, call);
      },
    });
  }

  /** @param {object[]} first What it reports at the beginning. */
  observer(first) {
    const { observers } = this;
    return class {
      /** @param {(entries: object[]) => void} call */
      constructor(call) {
        this.call = call;
      }

      observe() {
        observers.add(this);
        if (first.length) queueMicrotask(() => this.call(first));
      }

      disconnect() {
        observers.delete(this);
      }
    };
  }
}

/** Text without its markup. */
class Parser {
  /** @param {string} markup */
  parseFromString(markup) {
    return { body: { textContent: markup.replace(/<[^>]*>/g, "").replace("&lt;", "<").replace("&amp;", "&") } };
  }
}

const { setTimeout: really } = globalThis;

/** Everything that waits for nothing but promises has been done. */
function settled() {
  return new Promise((done) => really(done, 0));
}

/**
 * A test in a browser of its own; the globals are put back after it.
 * @param {string} name
 * @param {(browser: Browser) => unknown} body
 */
export function test(name, body) {
  Deno.test(name, async () => {
    const browser = new Browser();
    const kept = Object.getOwnPropertyDescriptors(globalThis);
    for (const [key, value] of Object.entries(browser.globals)) {
      Object.defineProperty(globalThis, key, { value, configurable: true, writable: true });
    }
    try {
      await body(browser);
    } finally {
      for (const key of Object.keys(browser.globals)) {
        if (key in kept) Object.defineProperty(globalThis, key, /** @type {any} */ (kept)[key]);
        else delete (/** @type {any} */ (globalThis)[key]);
      }
    }
  });
}
