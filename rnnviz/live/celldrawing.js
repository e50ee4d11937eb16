// One cell as an SVG: gates, operations and arrows, as wide as there is room. All words are set as text.
const SVG = "http://www.w3.org/2000/svg";
const WIDEST = 380; // px: wider, the arrows would be longer than they tell

/**
 * What `rnnviz.views.Diagram` holds.
 * @typedef {"gate" | "op" | "tag" | "dot" | "through" | "start" | "middle" | "end" | "below"} Kind
 * @typedef {[fill: string, ink: string]} Shade
 * @typedef {{kind: Kind, name: string, x: number, y: number, symbol: string, text: string, light: Shade | null,
 *   dark: Shade | null, tip: string}} Mark
 * @typedef {{width: number, height: number, stretch: [number, number], gate: [number, number],
 *   paths: {d: string, back: boolean, headless: boolean}[], marks: Mark[]}} Diagram
 */

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {Element | null} parent
 * @returns {SVGElement}
 */
export function svg(name, attributes = {}, parent = null) {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  return parent ? parent.appendChild(made) : made;
}

/**
 * @param {Element} parent
 * @param {Record<string, string | number>} attributes
 * @param {string} text
 */
function words(parent, attributes, text) {
  const made = svg("text", attributes, parent);
  made.textContent = text;
  return made;
}

/**
 * A word and its number in one line.
 * @param {SVGElement} group
 * @param {Mark} mark
 * @param {string} anchor
 */
function line(group, mark, anchor) {
  const made = svg("text", { "text-anchor": anchor, class: "rv-words" }, group);
  svg("tspan", {}, made).textContent = mark.symbol && mark.text ? `${mark.symbol} ` : mark.symbol;
  if (mark.text) svg("tspan", { class: "rv-value" }, made).textContent = mark.text;
}

/** @type {Record<Kind, (group: SVGElement, mark: Mark, gate: [number, number]) => void>} */
const draw = {
  gate(group, mark, [width, height]) {
    const box = svg("rect", {
      x: -width / 2 + 0.5,
      y: -height / 2 + 0.5,
      width: width - 1,
      height: height - 1,
      rx: 4,
      class: "rv-gate",
    }, group);
    const name = words(group, { y: -3, "text-anchor": "middle", class: "rv-gate-name" }, mark.symbol);
    const value = words(group, { y: 11, "text-anchor": "middle", class: "rv-value" }, mark.text);
    if (mark.text.length > 6) value.classList.add("rv-long");
    if (!mark.light || !mark.dark) return;
    group.classList.add("rv-shaded");
    box.style.setProperty("--light", mark.light[0]);
    box.style.setProperty("--dark", mark.dark[0]);
    for (const one of [name, value]) {
      one.style.setProperty("--light", mark.light[1]);
      one.style.setProperty("--dark", mark.dark[1]);
    }
  },
  op(group, mark) {
    svg("circle", { r: 8, class: "rv-op" }, group);
    words(group, { y: 4, "text-anchor": "middle", class: "rv-sign" }, mark.symbol);
  },
  tag(group, mark) {
    const width = Math.max(32, 6.5 * mark.symbol.length + 6);
    svg("rect", { x: -width / 2, y: -7.5, width, height: 15, rx: 7.5, class: "rv-op" }, group);
    words(group, { y: 4, "text-anchor": "middle" }, mark.symbol);
  },
  dot(group) {
    svg("circle", { r: 2.5, class: "rv-dot" }, group);
  },
  through(group, mark) {
    svg("rect", { x: -46, y: -10, width: 92, height: 20, rx: 4, class: "rv-op" }, group);
    words(group, { y: 4, "text-anchor": "middle" }, mark.symbol);
  },
  start: (group, mark) => line(group, mark, "start"),
  middle: (group, mark) => line(group, mark, "middle"),
  end: (group, mark) => line(group, mark, "end"),
  below(group, mark) {
    words(group, { "text-anchor": "end", class: "rv-words" }, mark.symbol);
    words(group, { y: 15, "text-anchor": "end", class: "rv-words rv-value" }, mark.text);
  },
};

/**
 * Where a place of the plan lies in a drawing of this width: what is right of the gap moves, what is in it, in part.
 * @param {Diagram} diagram
 * @param {number} width
 * @returns {(x: number) => number}
 */
export function placed({ width: drawn, stretch: [from, to] }, width) {
  return (x) => x + (width - drawn) * Math.min(Math.max((x - from) / (to - from), 0), 1);
}

/**
 * An arrow of the plan with its places moved; a distance behind a place stays as it is: "H113-8".
 * @param {string} d
 * @param {(x: number) => number} at
 */
export function moved(d, at) {
  return d.replace(
    /([MHV])([\d.]+)([+-]\d+)?( [\d.]+)?/g,
    (_all, command, place, by = "0", y = "") =>
      command + (command === "V" ? Number(place) : at(Number(place)) + Number(by)) + y,
  );
}

/**
 * @param {Element} parent
 * @param {Diagram} diagram
 * @param {number} room
 * @param {string} id
 * @param {string} title
 */
export function drawing(parent, diagram, room, id, title) {
  const width = Math.min(Math.max(room, 200), WIDEST), { height, gate, paths, marks } = diagram;
  const at = placed(diagram, width);
  const canvas = svg("svg", { width, height, class: "rv-cell-drawing", role: "img", "aria-label": title });
  const defs = svg("defs", {}, canvas);
  for (const kind of ["flow", "back"]) {
    const box = {
      id: `${id}-${kind}`,
      markerWidth: 6,
      markerHeight: 6,
      refX: 5,
      refY: 3,
      markerUnits: "userSpaceOnUse",
    };
    const marker = svg("marker", { ...box, orient: "auto" }, defs);
    svg("path", { d: "M5 3L0 0.5V5.5Z", class: `rv-head-${kind}` }, marker);
  }
  for (const { d, back, headless } of paths) {
    const way = svg("path", { d: moved(d, at), class: back ? "rv-back" : "rv-flow" }, canvas);
    if (!headless) way.setAttribute("marker-end", `url(#${id}-${back ? "back" : "flow"})`);
  }
  for (const mark of marks) {
    const place = `translate(${at(mark.x)} ${mark.y})`;
    const group = svg("g", { transform: place, "data-name": mark.name, class: `rv-mark-${mark.kind}` }, canvas);
    draw[mark.kind](group, mark, gate);
    if (mark.tip) svg("title", {}, group).textContent = mark.tip;
  }
  parent.replaceChildren(canvas);
}
