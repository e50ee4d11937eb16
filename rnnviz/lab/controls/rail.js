// What the sliders of the rail lack: a number that is typed, a tick where the knob stood, words on what it was.

/** @typedef {{place: number | null, aside: string, told: string}} Mark */
/** @typedef {import("../../live/page.js").Model} Model */

const REST = 50; // ms: knobs come a group at a time

/**
 * @param {Element} element
 * @param {string} name
 * @param {string | null | undefined} value
 */
function put(element, name, value) {
  if (!value) element.removeAttribute(name);
  else if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// ipywidgets lets a learner type beside a slider over marks, and listens to nothing of it.
/**
 * @param {HTMLElement} readout
 * @param {(text: string) => void} say
 */
export function typeable(readout, say) {
  let before = "";
  readout.addEventListener("focus", () => {
    before = readout.textContent;
    getSelection()?.selectAllChildren(readout);
  });
  readout.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the notebook would take letters for its own
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    if (event.key === "Escape") readout.textContent = before;
    readout.blur();
  });
  readout.addEventListener("blur", () => {
    const text = readout.textContent.trim();
    if (text !== before) say(text);
  });
}

// The tick lies in the track, the words before the value; both are the page's alone.
/**
 * @param {Element} knob
 * @param {Mark | undefined} mark
 */
export function marked(knob, mark) {
  const track = /** @type {HTMLElement | null} */ (knob.querySelector(".slider-container"));
  const place = mark?.place ?? null;
  put(knob, "data-was", place === null ? "" : String(place));
  track?.style.setProperty("--rv-was", String(place ?? 0));
  for (const one of knob.querySelectorAll(".widget-readout")) put(one, "data-aside", mark?.aside);
  for (const one of knob.querySelectorAll(".noUi-handle, select, input")) put(one, "aria-description", mark?.told);
}

// In a narrow lab one button stands for all groups, and they unfold below the knobs; in a wide one it is not shown.
/**
 * @param {Element} rail
 * @param {string} words
 */
function gathered(rail, words) {
  if (rail.querySelector(".rv-more-all")) return;
  const button = rail.appendChild(document.createElement("button"));
  Object.assign(button, { type: "button", className: "rv-more-all", textContent: words });
  const turn = (/** @type {boolean} */ open) => {
    rail.classList.toggle("rv-unfolded", open);
    button.setAttribute("aria-expanded", String(open));
  };
  button.addEventListener("click", () => turn(!rail.classList.contains("rv-unfolded")));
  turn(false);
}

/**
 * @param {Element} rail
 * @param {Model} model
 * @param {WeakSet<Element>} known
 */
function complete(rail, model, known) {
  for (const [name, setting] of Object.entries(model.get("typed"))) {
    for (const readout of rail.querySelectorAll(`.${name} .widget-readout`)) {
      if (known.has(readout)) continue;
      known.add(readout);
      typeable(/** @type {HTMLElement} */ (readout), (text) => model.send({ kind: "typed", knob: setting, text }));
    }
  }
  for (const [name, count] of Object.entries(model.get("counts"))) {
    for (const button of rail.querySelectorAll(`.${name}`)) put(button, "data-count", String(count));
  }
  const counts = /** @type {number[]} */ (Object.values(model.get("counts")));
  if (counts.length) gathered(rail, model.get("words").more);
  for (const button of rail.querySelectorAll(".rv-more-all")) {
    put(button, "data-count", String(counts.reduce((sum, one) => sum + one)));
  }
  const marks = model.get("marks");
  for (const knob of rail.querySelectorAll(".rv-knob")) {
    marked(knob, marks[[...knob.classList].find((name) => name in marks) ?? ""]);
  }
}

export default {
  /** @param {{model: Model, el: HTMLElement}} given */
  render({ model, el }) {
    /** @type {WeakSet<Element>} */
    const known = new WeakSet();
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let resting;
    /** @type {MutationObserver | undefined} */
    let built;
    /** @type {Element | null} */
    let rail = null;
    const again = () => {
      resting = undefined;
      if (rail) complete(rail, model, known);
    };
    // what stands there after something was typed, whether it was taken or not
    const heard = (/** @type {{kind: string, knob: string, text: string}} */ said) => {
      if (said.kind !== "stands" || !rail) return;
      const name = Object.entries(model.get("typed")).find(([, setting]) => setting === said.knob)?.[0];
      for (const one of rail.querySelectorAll(`.${name} .widget-readout`)) one.textContent = said.text;
    };
    const timer = setInterval(() => {
      rail = el.closest(".rv-rail"); // not there yet while the lab is being put together
      if (!rail) return;
      clearInterval(timer);
      built = new MutationObserver(() => (resting ??= setTimeout(again, REST)));
      built.observe(rail, { childList: true, subtree: true });
      again();
    }, 50);
    model.on("change:marks", again);
    model.on("msg:custom", heard);
    return () => {
      clearInterval(timer);
      clearTimeout(resting);
      built?.disconnect();
      model.off("change:marks", again);
      model.off("msg:custom", heard);
    };
  },
};
