// As much of a browser as the scripts ask for: elements without a layout of their own, and a clock that stands still.

/** A test's element: what is written on it can be read again, its size is what the test says. */
export class Element extends EventTarget {
  /** @type {Element[]} */
  children = [];
  /** @type {Element | null} */
  parentElement = null;
  /** @type {Map<string, string>} */
  attributes = new Map();
  /** @type {Record<string, unknown>} */
  dataset = {};
  /** @type {Record<string, string>} */
  style = {};
  offsetWidth = 400;
  isConnected = true;
  hidden = false;
  disabled = false;
  value = "";
  className = "";
  /** @type {string[]} Each text that it was given, in turn. */
  texts = [];

  /** @param {string} name */
  constructor(name) {
    super();
    this.tagName = name.toUpperCase();
    this.classList = {
      add: (/** @type {string} */ one) => this.classList.toggle(one, true),
      remove: (/** @type {string} */ one) => this.classList.toggle(one, false),
      contains: (/** @type {string} */ one) => this.className.split(" ").includes(one),
      toggle: (/** @type {string} */ one, /** @type {boolean} */ on) => {
        const others = this.className.split(" ").filter((name) => name && name !== one);
        this.className = [...others, ...(on ? [one] : [])].join(" ");
      },
    };
  }

  /** @returns {string} */
  get textContent() {
    return this.children.length ? this.children.map((one) => one.textContent).join("") : this.texts.at(-1) ?? "";
  }

  set textContent(text) {
    this.texts.push(text);
  }

  /** @param {(Element | string)[]} given */
  append(...given) {
    for (const one of given) this.appendChild(typeof one === "string" ? text(one) : one);
  }

  /** @param {Element} child */
  appendChild(child) {
    this.children.push(child);
    child.parentElement = this;
    return child;
  }

  /** @param {Element} child */
  prepend(child) {
    this.appendChild(child);
    this.children.unshift(/** @type {Element} */ (this.children.pop()));
  }

  /** @param {(Element | string)[]} given */
  replaceChildren(...given) {
    this.children = [];
    this.append(...given);
  }

  remove() {
    const around = this.parentElement;
    if (around) around.children = around.children.filter((one) => one !== this);
    this.parentElement = null;
  }

  /**
   * @param {string} name
   * @param {string} value
   */
  setAttribute(name, value) {
    this.attributes.set(name, String(value));
  }

  /** @param {string} name */
  getAttribute(name) {
    return this.attributes.get(name) ?? null;
  }

  /** @param {string} name */
  hasAttribute(name) {
    return this.attributes.has(name);
  }

  /** @returns {Element[]} */
  all() {
    return this.children.flatMap((one) => [one, ...one.all()]);
  }

  /**
   * Of selectors only class names are understood, as in ".rv-lab, .rv-predict".
   * @param {string} selector
   */
  matches(selector) {
    return selector.split(", ").some((one) => this.classList.contains(one.slice(1)));
  }

  /** @param {string} selector */
  querySelectorAll(selector) {
    return this.all().filter((one) => one.matches(selector));
  }

  /** @param {string} selector */
  querySelector(selector) {
    return this.querySelectorAll(selector)[0] ?? null;
  }

  /**
   * @param {string} selector
   * @returns {Element | null}
   */
  closest(selector) {
    return this.matches(selector) ? this : this.parentElement?.closest(selector) ?? null;
  }

  /** @param {Element} other */
  contains(other) {
    return other === this || this.all().includes(other);
  }

  getBoundingClientRect() {
    return { left: 10, top: 20, right: 10 + this.offsetWidth, bottom: 320 };
  }

  getClientRects() {
    return this.offsetWidth ? [this.getBoundingClientRect()] : [];
  }

  focus() {}
  select() {}
}

/** @param {string} words */
function text(words) {
  const made = new Element("#text");
  made.textContent = words;
  return made;
}

/** An event with what a test says of it. */
export function event(/** @type {string} */ name, given = {}) {
  return Object.assign(new Event(name, { cancelable: true, bubbles: true }), given);
}

/** The widget behind a script: what the kernel says is set or told, what the script says is `said`. */
export class Model {
  /** @type {any[]} */
  said = [];
  /** @type {Map<string, Set<(...given: any[]) => void>>} */
  calls = new Map();

  /** @param {Record<string, any>} state */
  constructor(state = {}) {
    this.state = state;
  }

  /** @param {string} name */
  get(name) {
    return this.state[name];
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.state[name] = value;
    this.tell(`change:${name}`);
  }

  /** @param {object} message */
  send(message) {
    this.said.push(message);
  }

  /**
   * @param {string} names
   * @param {(...given: any[]) => void} call
   */
  on(names, call) {
    for (const name of names.split(" ")) this.calls.set(name, (this.calls.get(name) ?? new Set()).add(call));
  }

  /**
   * @param {string} names
   * @param {(...given: any[]) => void} call
   */
  off(names, call) {
    for (const name of names.split(" ")) this.calls.get(name)?.delete(call);
  }

  /**
   * @param {string} name
   * @param {unknown[]} given
   */
  tell(name, ...given) {
    for (const call of this.calls.get(name) ?? []) call(...given);
  }

  /** How many calls it would make. */
  get heard() {
    return [...this.calls.values()].reduce((sum, calls) => sum + calls.size, 0);
  }
}

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
