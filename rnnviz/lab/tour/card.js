// A card that floats over the page while its tour is under way, and the outline around what it speaks of.
const HERE = "rv-tour-here";

/** @typedef {import("../../live/page.js").Model} Model */

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} name
 */
function part(tag, name, text = "") {
  const made = document.createElement(tag);
  made.className = name;
  made.textContent = text;
  return made;
}

/**
 * @param {Model} model
 * @param {string} press
 * @param {string} label
 * @param {string} kind
 */
function button(model, press, label, kind) {
  const made = part("button", `rv-tour-button rv-tour-${kind}`, model.get("labels")[label]);
  made.type = "button";
  made.onclick = () => model.send({ press, step: press === "start" ? null : model.get("said").step });
  return made;
}

/** @param {Element} element */
const visible = (element) => element.getClientRects().length > 0;

// The first of the step's class names that something visible in the lab has.
/**
 * @param {Model} model
 * @returns {HTMLElement | null}
 */
function target(model) {
  const { highlight } = model.get("said");
  for (const name of highlight) {
    /** @type {HTMLElement[]} */
    const named = Array.from(document.querySelectorAll(`.${model.get("lab")} .${name}`));
    const found = named.find(visible);
    if (found) return found;
  }
  return null;
}

// What has to be worked lies far away on the page: one button leads the keyboard there, Escape leads it back.
/** @param {Model} model */
function leader(model) {
  const made = part("button", "rv-tour-button rv-tour-reach", model.get("labels").reach);
  made.type = "button";
  made.onclick = () => {
    const found = target(model), inside = "button:enabled, select, input, [tabindex='0']";
    /** @type {HTMLElement[]} */
    const within = Array.from(found?.querySelectorAll(inside) ?? []);
    const first = found?.matches(inside) ? found : within.find(visible);
    first?.focus();
  };
  return made;
}

/**
 * @param {Model} model
 * @param {HTMLElement} card
 * @param {HTMLElement} told
 */
function fill(model, card, told) {
  const { count, title, words, praise, done, first } = model.get("said");
  const onward = done ? button(model, "next", "next", "next rv-tour-main") : button(model, "next", "pass", "pass");
  const back = button(model, "back", "back", "back"), row = part("div", "rv-tour-row");
  back.disabled = first;
  row.append(back, onward, button(model, "skip", "skip", "skip"));
  row.prepend(leader(model));
  told.replaceChildren(part("div", "rv-tour-title", title), part("p", "rv-tour-words", words));
  told.append(part("p", "rv-tour-praise", praise));
  card.setAttribute("aria-label", `${count}: ${title}`);
  for (const old of [...card.children]) if (old !== told) old.remove();
  card.prepend(part("div", "rv-tour-count", count));
  card.append(row);
}

/**
 * @param {Element | null} element
 * @param {ScrollLogicalPosition} block
 */
function show(element, block) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  element?.scrollIntoView({ block, behavior: calm ? "auto" : "smooth" });
}

/**
 * @param {DOMRect} a
 * @param {DOMRect} b
 */
function overlap(a, b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

export default {
  /** @param {{model: Model, el: HTMLElement}} given */
  render({ model, el }) {
    const card = part("section", "rv-tour-card"), notebook = () => el.closest(".jp-NotebookPanel");
    const told = card.appendChild(part("div", "rv-tour-told"));
    told.setAttribute("aria-live", "polite");
    card.hidden = true;
    card.tabIndex = -1;
    /** @type {HTMLElement | null} */
    let marked = null;
    /** @type {Element | null} */
    let home = null;
    /** @type {string | null} */
    let seen = null;

    const mark = (/** @type {HTMLElement | null} */ element) => {
      if (element === marked) return;
      marked?.classList.remove(HERE);
      (marked = element)?.classList.add(HERE);
    };

    // Things come and go in a lab: drawers open, a picture is drawn anew, the notebook's tab is put away.
    const place = () => {
      home = notebook() ?? home; // a cell far out of sight may be taken off the page
      card.hidden = model.get("said").phase !== "walking" || (home !== null && !visible(home));
      const found = card.hidden ? null : target(model);
      const moved = marked !== null && found !== null && marked !== found;
      mark(found);
      if (!found) return;
      if (moved && seen === model.get("said").step) show(found, "nearest"); // a drawer has opened, perhaps out of sight
      const side = card.dataset.side;
      card.dataset.side = "right";
      if (overlap(card.getBoundingClientRect(), found.getBoundingClientRect())) card.dataset.side = "left";
      if (overlap(card.getBoundingClientRect(), found.getBoundingClientRect())) card.dataset.side = side ?? "right";
    };

    const write = () => {
      const said = model.get("said"), walking = said.phase === "walking";
      for (const one of [el, card]) Object.assign(one.dataset, { phase: said.phase, step: said.step, done: said.done });
      const start = button(model, "start", said.phase === "ready" ? "start" : "again", "start rv-tour-main");
      const line = part("span", "rv-tour-line", walking ? `${said.count}: ${said.title}` : said.words);
      el.replaceChildren(...(walking || said.phase === "closed" ? [] : [start]), line);
      const inside = card.contains(document.activeElement);
      if (walking) fill(model, card, told);
      else if (inside) leave(); // the card goes away
      if (walking && inside) card.focus({ preventScroll: true }); // the button that had the focus is a new one now
      place();
      if (walking && seen !== null && seen !== said.step) reach(); // not where a page has just been loaded
      seen = walking ? said.step : "";
    };

    // The tour of the lab's own toolbar has no line: there the word that began it takes the focus back.
    const leave = () => {
      const own = el.querySelector("button");
      const word = /** @type {HTMLElement | null} */ (document.querySelector(`.${model.get("lab")} .rv-open-tour`));
      (own && visible(own) ? own : word)?.focus();
    };

    const reach = () => {
      show(target(model), "center");
      card.focus({ preventScroll: true });
      place();
    };

    const press = (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Escape" || event.defaultPrevented || card.hidden) return;
      const at = /** @type {Element} */ (event.target);
      if (card.contains(at)) model.send({ press: "skip", step: model.get("said").step });
      else if (at.closest(`.${model.get("lab")}`)) card.focus({ preventScroll: true });
    };
    document.addEventListener("keydown", press);
    document.body.append(card);
    write();
    model.on("change:said", write);
    const timer = setInterval(place, 300);
    return () => (clearInterval(timer),
      model.off("change:said", write),
      mark(null),
      card.remove(),
      document.removeEventListener("keydown", press));
  },
};
