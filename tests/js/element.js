// Elements as far as the scripts ask for them: they have no layout of their own.

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
  clientLeft = 0;
  clientTop = 0;
  tabIndex = -1;
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
    child.remove();
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

  /** @returns {Element | null} */
  get lastElementChild() {
    return this.children.at(-1) ?? null;
  }

  get clientWidth() {
    return this.offsetWidth;
  }

  /**
   * Which of the two comes first in the page, as far as that.
   * @param {Element} other
   */
  compareDocumentPosition(other) {
    const order = this.root().all();
    return order.indexOf(other) > order.indexOf(this) ? Element.DOCUMENT_POSITION_FOLLOWING : 2;
  }

  static DOCUMENT_POSITION_FOLLOWING = 4;

  /** @returns {Element} */
  root() {
    return this.parentElement?.root() ?? this;
  }

  /** @returns {Element[]} */
  all() {
    return this.children.flatMap((one) => [one, ...one.all()]);
  }

  /**
   * Of selectors only names of classes and elements are understood, as in ".rv-lab, button".
   * @param {string} selector
   */
  matches(selector) {
    return selector.split(", ").some((one) =>
      one.startsWith(".") ? this.classList.contains(one.slice(1)) : one.toUpperCase() === this.tagName
    );
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

  focus() {
    this.dispatchEvent(new Event("focus"));
  }

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
