// One cell with its controls: drawing, table, equations and the unit over time; all words are set as text.
import { drawing } from "./celldrawing.js";
import { curve } from "./cellcurve.js";
import { follower } from "./cursorfollower.js";
import { cursorOf, page } from "./page.js";

const KEYS = new Set(["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "g"]);
const INDEX = /_(\{[^}]+\}|[a-z]+)/g; // "c_{t−1}" carries an index

/**
 * @typedef {{symbol: string, name: string, plain: string, left: string, cells: string[], way: string, result: string,
 *   before: string}} Line
 * @typedef {{title: string, alt: string, hint: string, time: number, unit: number, clock: string, back: boolean, norms: boolean, onward: boolean,
 *   where: string, heads: string[], lines: {heading: string, note?: string, equations: Line[]}[], arrives: string,
 *   diagram: import("./celldrawing.js").Diagram, over: import("./cellcurve.js").Over, cursor: number | null,
 *   refused?: string}} Picture
 * @typedef {import("./page.js").Model} Model
 */

/**
 * @template {keyof HTMLElementTagNameMap} Name
 * @param {Name} name
 * @param {string} className
 * @param {Element | null} parent
 * @returns {HTMLElementTagNameMap[Name]}
 */
function html(name, className, parent, text = "") {
  const made = document.createElement(name);
  if (className) made.className = className;
  made.textContent = text;
  return parent ? parent.appendChild(made) : made;
}

/**
 * Words in which "c_{t−1}" carries its index lower.
 * @param {Element} parent
 * @param {string} text
 */
function indexed(parent, text) {
  let from = 0;
  for (const match of text.matchAll(INDEX)) {
    html("span", "", parent, text.slice(from, match.index));
    html("sub", "", parent, match[1].replace(/[{}]/g, ""));
    from = match.index + match[0].length;
  }
  html("span", "", parent, text.slice(from));
}

/**
 * @param {HTMLElement} row
 * @param {Line} line
 */
function named(row, line) {
  row.classList.add("rv-equation");
  row.title = line.plain;
  Object.assign(row.dataset, { symbol: line.symbol, text: line.plain });
}

/**
 * @param {HTMLElement} parent
 * @param {Line[]} lines
 * @param {string[]} heads
 * @param {string} heading
 */
function table(parent, lines, heads, heading) {
  const made = html("table", "rv-tab", parent), top = html("tr", "", html("thead", "", made));
  made.setAttribute("aria-label", heading);
  for (const head of ["", ...heads, ""]) html(head ? "th" : "td", "", top, head);
  const body = html("tbody", "", made);
  for (const line of lines) {
    const row = html("tr", "", body), first = html("th", "", row);
    named(row, line);
    first.scope = "row";
    html("i", "", first, line.left);
    html("span", "rv-visually-hidden", first, ` ${line.name}`);
    for (const cell of line.cells) html("td", "", row, cell);
    const last = html("td", "", row, `${line.way} → `.trimStart());
    html("strong", "rv-number", last, line.result);
    if (line.before) html("small", "rv-before", last, line.before);
  }
}

/**
 * @param {HTMLElement} parent
 * @param {Line[]} lines
 * @param {string} heading
 */
function equations(parent, lines, heading) {
  const list = html("div", "rv-eq", parent);
  list.setAttribute("role", "list");
  list.setAttribute("aria-label", heading);
  for (const line of lines) {
    const row = html("div", "", list), top = html("div", "", row);
    named(row, line);
    row.setAttribute("role", "listitem");
    indexed(html("span", "", top), line.left);
    const result = html("span", "", top);
    if (line.before) html("small", "rv-before", result, `${line.before} → `);
    html("strong", "rv-number", result, line.result);
    indexed(html("em", "", row), line.way);
  }
}

/**
 * The places that stay, whatever is drawn: a button that is pressed must not be taken from under the pointer.
 * @param {HTMLElement} el
 * @param {Record<string, string>} words
 * @param {(name: string) => void} press
 */
function furnish(el, words, press) {
  /** @type {Record<string, HTMLButtonElement>} */
  const buttons = {};
  const button = (/** @type {string} */ name, /** @type {Element} */ parent, text = words[name]) => {
    const made = buttons[name] = html("button", `rv-inspect-${name}`, parent, text);
    Object.assign(made, { type: "button", title: words[`${name}_tip`] ?? "", onclick: () => press(name) });
    made.dataset.lmSuppressShortcuts = "true"; // the notebook's own arrow keys
    if (text !== words[name]) made.setAttribute("aria-label", words[name]);
    return made;
  };
  const stepper = (/** @type {string} */ name, /** @type {string} */ less, /** @type {string} */ more) => {
    const group = html("span", `rv-nav-${name}`, nav);
    const label = html("span", "", group, words[name]);
    button(less, group, "‹");
    const value = html("b", "", group);
    button(more, group, "›");
    return { value, label };
  };
  const where = html("div", "rv-visually-hidden rv-cell-where", el), nav = html("div", "rv-nav", el);
  const { value: time, label: clock } = stepper("time", "back", "forward"), unit = stepper("unit", "down", "up").value;
  const place = html("div", "rv-cell-place", el), body = html("div", "rv-cell-parts", el);
  const box = html("div", "rv-cell-box", body), text = html("div", "rv-cell-text", body);
  const lines = html("div", "rv-cell-lines", text), arrives = html("div", "rv-eq rv-arrives", text);
  const links = html("div", "rv-lnk", text), quiet = html("div", "rv-quiet-row", text);
  for (const name of ["gradient", "onward"]) button(name, links);
  for (const name of ["norms", "train"]) button(name, quiet);
  const caption = html("div", "rv-over-cap", text),
    over = html("div", "rv-over", text),
    hint = html("div", "rv-visually-hidden", el);
  return { where, time, clock, unit, place, box, lines, arrives, caption, over, hint, buttons };
}

let count = 0;

/** @param {{model: Model, el: HTMLElement}} given */
function render({ model, el }) {
  const id = `rv-cell-${(count += 1)}`, words = model.get("words") ?? {};
  el.classList.add("rv-cellview");
  el.tabIndex = 0;
  el.setAttribute("role", "group");
  el.dataset.lmSuppressShortcuts = "true";
  const parts = furnish(el, words, (name) => model.send({ kind: "press", name }));
  const follow = follower(model.get("group"), (time) => {
    if (!el.getClientRects().length) return false;
    model.send({ kind: "cursor", time });
    return true;
  });
  const cursor = cursorOf(model.get("group")), reader = () => page.readerOf?.(model.get("group"));
  // Before anybody has moved it, the cursor stands at the end of what is read; so does the cell that is opened.
  const begin = () => {
    const last = (reader()?.length() ?? 0) - 1;
    if (cursor.t === null && last >= 0 && el.getClientRects().length) cursor.move(last);
  };
  let begun = false;
  parts.hint.id = `${id}-hint`;
  el.setAttribute("aria-describedby", parts.hint.id);
  const sized = () => {
    const picture = /** @type {Picture} */ (model.get("picture"));
    if (!picture.diagram || !parts.box.clientWidth) return;
    if (!begun) begin();
    begun = true;
    drawing(parts.box, picture.diagram, parts.box.clientWidth, id, picture.alt);
    curve(parts.over, picture.over, [parts.over.clientWidth, parts.over.clientHeight], picture.time);
  };
  const show = () => {
    const picture = /** @type {Picture} */ (model.get("picture"));
    el.classList.toggle("rv-refused", Boolean(picture.refused));
    parts.where.textContent = picture.refused ?? picture.title ?? "";
    el.setAttribute("aria-label", parts.where.textContent ?? "");
    if (!picture.diagram) return;
    follow.answered(picture.cursor);
    if (picture.cursor === null && !reader()?.reading) follow.led(picture.time);
    parts.time.textContent = String(picture.time);
    parts.clock.textContent = picture.clock;
    parts.unit.textContent = picture.norms ? words.all : String(picture.unit);
    parts.place.textContent = picture.where;
    parts.place.hidden = !picture.where;
    parts.hint.textContent = picture.hint;
    parts.lines.replaceChildren();
    for (const { heading, note, equations: lines } of picture.lines) {
      if (note) html("p", "rv-cell-note", parts.lines, note);
      const rows = lines.filter((line) => line.cells.length), others = lines.filter((line) => !line.cells.length);
      if (picture.back) html("div", "rv-heading", parts.lines, heading);
      if (rows.length) table(parts.lines, rows, picture.heads, heading);
      if (others.length) equations(parts.lines, others, heading);
    }
    parts.arrives.hidden = !picture.arrives || picture.back;
    const arrives = html("div", "", null);
    html("span", "", arrives, words.arrives);
    html("b", "rv-number", arrives, picture.arrives);
    parts.arrives.replaceChildren(arrives);
    parts.buttons.onward.hidden = !picture.back;
    parts.buttons.norms.setAttribute("aria-pressed", String(picture.norms));
    const name = html("span", "nm", null, picture.over.name);
    html("em", "", name, picture.over.aside);
    parts.caption.replaceChildren(name);
    still();
    sized();
  };
  const still = () => {
    const ended = model.get("ended"), { buttons } = parts, back = model.get("picture").onward;
    for (const one of Object.values(buttons)) if (ended) one.disabled = true;
    if (!ended) buttons.gradient.disabled = !back;
  };
  const press = (/** @type {KeyboardEvent} */ event) => {
    if (!KEYS.has(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    model.send({ kind: "key", key: event.key });
  };
  const room = new ResizeObserver(sized);
  room.observe(parts.box);
  room.observe(parts.over);
  el.addEventListener("keydown", press);
  model.on("change:picture", show);
  model.on("change:ended", still);
  show();
  return () => {
    room.disconnect();
    follow.leave();
    model.off("change:picture", show);
    model.off("change:ended", still);
    el.removeEventListener("keydown", press);
  };
}

export default { render };
