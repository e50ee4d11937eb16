// Draws one cell as arrows, chips and operations, with its equations underneath; all words are set as text.
const SVG = "http://www.w3.org/2000/svg";
const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "g"]);
const INDEX = /_(\{[^}]+\}|[a-z]+)/g; // "h_{t−1}" and "W_ih" carry an index

/**
 * What `rnnviz.views.Diagram` holds, as far as it is read here.
 * @typedef {{name: string, kind: Kind, symbol: string, text: string, sign: number, fill: string, ink: string, tip: string,
 *   x: number, y: number}} Mark
 * @typedef {[number, number]} Size
 * @typedef {{width: number, height: number, chip: Size, paths: {d: string, back: boolean, headless: boolean}[],
 *   marks: Mark[]}} Diagram
 * @typedef {[text: string, sign: number, note: string]} Term
 * @typedef {{name: string, symbol: string, plain: string, relation: string, terms: Term[], then: string,
 *   result: Term, before: string}} Equation
 * @typedef {"chip" | "label" | "start" | "end" | "op" | "tag" | "through" | "note" | "dot"} Kind
 */

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {Element | null} parent
 * @returns {SVGElement}
 */
function svg(name, attributes = {}, parent = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return parent ? parent.appendChild(made) : made;
}

/**
 * @param {string} name
 * @param {string} className
 * @param {Element} parent
 */
function html(name, className, parent, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return parent.appendChild(made);
}

// "h_{t−1}" as pieces: the plain ones, and the indices.
/**
 * @param {string} text
 * @returns {[piece: string, index: boolean][]}
 */
function pieces(text) {
  /** @type {[string, boolean][]} */
  const found = [];
  let from = 0;
  for (const match of text.matchAll(INDEX)) {
    found.push([text.slice(from, match.index), false], [match[1].replace(/[{}]/g, ""), true]);
    from = match.index + match[0].length;
  }
  found.push([text.slice(from), false]);
  return found.filter(([piece]) => piece);
}

/**
 * @param {Element} parent
 * @param {string} text
 */
function symbol(parent, text) {
  let low = false;
  for (const [piece, index] of pieces(text)) {
    const span = svg("tspan", index ? { class: "rv-index" } : {}, parent);
    if (index !== low) span.setAttribute("dy", index ? "3.5" : "-3.5");
    span.textContent = piece;
    low = index;
  }
}

/**
 * @param {Element} parent
 * @param {string} text
 */
function words(parent, text) {
  for (const [piece, index] of pieces(text)) html(index ? "sub" : "span", "", parent, piece);
}

/** @param {number} sign */
function tone(sign) {
  return sign > 0 ? "rv-plus" : sign < 0 ? "rv-minus" : "rv-even";
}

/** @type {Record<Kind, (group: SVGElement, mark: Mark, chip: Size, anchor?: string) => void>} */
const draw = {
  chip(group, mark, [width, height]) {
    const box = svg("rect", { x: -width / 2, y: -height / 2, width, height, rx: 7, class: "rv-chip" }, group);
    if (mark.fill) box.style.fill = mark.fill;
    const name = svg("text", { y: -5, class: "rv-symbol" }, group);
    symbol(name, mark.symbol);
    const value = svg("text", { y: 13, class: `rv-value ${mark.fill ? "" : tone(mark.sign)}` }, group);
    value.textContent = mark.text;
    if (mark.text.length > 9) value.classList.add("rv-long");
    if (mark.fill) { for (const text of [name, value]) text.style.fill = mark.ink; }
  },
  label(group, mark, _chip, anchor = "middle") {
    const line = svg("text", { class: "rv-label", "text-anchor": anchor }, group);
    symbol(line, mark.symbol);
    const value = svg("tspan", { class: `rv-value ${tone(mark.sign)}`, dx: mark.symbol ? 5 : 0 }, line);
    if (/_(\{[^}]+\}|[a-z]+)$/.test(mark.symbol)) value.setAttribute("dy", "-3.5");
    value.textContent = mark.text;
  },
  start(group, mark, chip) {
    draw.label(group, mark, chip, "start");
  },
  end(group, mark, chip) {
    draw.label(group, mark, chip, "end");
  },
  op(group, mark) {
    svg("circle", { r: 12, class: "rv-op" }, group);
    svg("text", { y: 5.5, class: "rv-op-sign" }, group).textContent = mark.symbol;
  },
  tag(group, mark) {
    const width = mark.symbol.length > 2 ? 40 : 30;
    svg("rect", { x: -width / 2, y: -13, width, height: 26, rx: 13, class: "rv-tag" }, group);
    symbol(svg("text", { y: 4.5, class: "rv-tag-name" }, group), mark.symbol);
  },
  through(group, mark) {
    svg("rect", { x: -70, y: -18, width: 140, height: 36, rx: 7, class: "rv-through" }, group);
    svg("text", { y: 4.5, class: "rv-tag-name" }, group).textContent = mark.symbol;
  },
  note(group, mark) {
    svg("text", { x: -48, y: 4, class: "rv-note", "text-anchor": "start" }, group).textContent = mark.symbol;
  },
  dot(group) {
    svg("circle", { r: 3.2, class: "rv-dot" }, group);
  },
};

/**
 * @param {SVGElement} canvas
 * @param {string} id
 */
function heads(canvas, id) {
  const defs = svg("defs", {}, canvas);
  for (const kind of ["flow", "back"]) {
    const box = { id: `${id}-${kind}`, viewBox: "0 0 10 10", refX: 9, refY: 5, markerWidth: 6.5, markerHeight: 6.5 };
    const marker = svg("marker", { ...box, orient: "auto-start-reverse" }, defs);
    svg("path", { d: "M0 1 L10 5 L0 9 Z", class: `rv-head-${kind}` }, marker);
  }
}

/**
 * @param {Element} parent
 * @param {Diagram} diagram
 * @param {string} id
 * @param {string} title
 */
function drawing(parent, { width, height, chip, paths, marks }, id, title) {
  const canvas = svg("svg", {
    viewBox: `0 0 ${width} ${height}`,
    class: "rv-cell-drawing",
    role: "img",
    "aria-label": title,
  }, parent);
  heads(canvas, id);
  for (const { d, back, headless } of paths) {
    svg("path", { d, class: "rv-halo" }, canvas);
    const line = svg("path", { d, class: back ? "rv-back" : "rv-flow" }, canvas);
    if (!headless) line.setAttribute("marker-end", `url(#${id}-${back ? "back" : "flow"})`);
  }
  for (const mark of marks) {
    const group = svg("g", {
      transform: `translate(${mark.x} ${mark.y})`,
      "data-name": mark.name,
      class: `rv-mark-${mark.kind}`,
    }, canvas);
    draw[mark.kind](group, mark, chip);
    if (mark.tip) svg("title", {}, group).textContent = mark.tip;
  }
}

/**
 * @param {Element} parent
 * @param {Term} term
 */
function term(parent, [text, sign, note]) {
  const piece = html("span", note ? "rv-term" : "rv-glue", parent);
  html("span", note || sign ? `rv-number ${tone(sign)}` : "", piece, text);
  if (note) words(html("small", "", piece), note);
}

// For the eye alone: the row says the same in one piece.
/**
 * @template {HTMLElement} Kept
 * @param {Kept} element
 */
function hush(element) {
  element.setAttribute("aria-hidden", "true");
  return element;
}

/**
 * @param {Element} table
 * @param {Equation} line
 */
function equation(table, line) {
  const row = html("div", "rv-equation", table);
  row.setAttribute("role", "listitem");
  html("span", "rv-heard", row, [line.name, line.plain, line.before].filter(Boolean).join("; "));
  row.title = line.name;
  row.dataset.symbol = line.symbol;
  row.dataset.text = line.plain;
  const seen = (/** @type {string} */ name, text = "") => hush(html("span", name, row, text));
  words(seen("rv-lhs"), line.symbol);
  seen("rv-relation", line.relation);
  const way = seen("rv-way");
  /** @type {HTMLElement | null} */
  let together = null; // a line breaks before "= tanh(…)" first
  for (const one of line.terms) {
    if (!together || one[0].startsWith(" =")) together = html("span", "rv-together", way);
    term(together, one);
  }
  seen("rv-relation", line.then);
  const result = seen("rv-result");
  html("strong", `rv-number ${tone(line.result[1])}`, result, line.result[0]);
  if (line.before) html("small", "rv-before", result, line.before);
}

let count = 0;

/** @param {{model: import("./page.js").Model, el: HTMLElement}} given */
function render({ model, el }) {
  const id = `rv-cell-${(count += 1)}`;
  el.classList.add("rv-cellview");
  el.tabIndex = 0;
  el.setAttribute("role", "group");
  el.setAttribute("aria-describedby", `${id}-hint`);
  el.dataset.lmSuppressShortcuts = "true"; // the notebook's own arrow keys
  const show = () => {
    const picture = model.get("picture");
    el.replaceChildren();
    if (!picture.diagram) return;
    html("div", "rv-cell-where", el, picture.title);
    const both = html("div", "rv-cell-parts", el);
    drawing(html("div", "rv-cell-box", both), picture.diagram, id, picture.alt);
    const table = html("div", "rv-equations", both);
    for (const { heading, equations } of picture.lines) {
      if (!equations.length) continue;
      hush(html("div", "rv-heading", table, heading));
      const list = html("div", "rv-list", table);
      list.setAttribute("role", "list");
      list.setAttribute("aria-label", heading);
      for (const line of equations) equation(list, line);
    }
    html("div", "rv-hint", table, picture.hint).id = `${id}-hint`;
    el.setAttribute("aria-label", picture.title);
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!KEYS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ kind: "key", key: event.key });
  };
  el.addEventListener("keydown", press);
  model.on("change:picture", show);
  show();
  return () => {
    model.off("change:picture", show);
    el.removeEventListener("keydown", press);
  };
}

export default { render };
