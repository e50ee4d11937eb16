// A slider over the steps of a tape. While it is held its range stays; what the kernel says meanwhile waits.
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];

/**
 * @template {keyof HTMLElementTagNameMap} Kind
 * @param {HTMLElement} el
 * @param {Kind} kind
 * @param {string} className
 * @param {Record<string, string>} attributes
 */
function add(el, kind, className, attributes) {
  const made = el.appendChild(document.createElement(kind));
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// The place of the step nearest to the one looked at; the last place is the newest.
/**
 * @param {number[]} steps
 * @param {number | null} step
 */
function place(steps, step) {
  const last = steps.length - 1;
  if (step === null) return last;
  const far = (/** @type {number} */ index) => Math.abs(steps[index] - step);
  return steps.reduce((best, _, index) => (far(index) < far(best) ? index : best), last);
}

export default {
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    const labels = model.get("labels");
    const lab = { "data-lm-suppress-shortcuts": "true" };
    const range = add(el, "input", "rv-track", {
      type: "range",
      min: "0",
      "aria-label": labels.slider,
      title: labels.slider,
      ...lab,
    });
    const live = add(el, "button", "rv-live", { type: "button", title: labels.live_tip, ...lab });
    live.textContent = labels.live;
    const words = add(el, "output", "rv-where", { "aria-live": "off" }); // it changes with every frame
    /** @type {number[]} */
    let steps = [];
    /** @type {number | null} */
    let step = null;
    let [sent, pressed, told] = [0, false, false];

    // Each new value of a slider in focus is read out: while it follows a run, the first one alone.
    const said = () => {
      words.textContent = model.get("words");
      const following = document.activeElement === range && step === null && range.hasAttribute("aria-valuetext");
      if (!following || !told) range.setAttribute("aria-valuetext", model.get("words"));
      told = following;
    };
    const follow = () => {
      if (!pressed && model.get("heard") >= sent) step = model.get("held");
      live.disabled = step === null;
      if (pressed) return;
      steps = model.get("steps");
      range.max = String(Math.max(steps.length - 1, 0));
      range.value = String(place(steps, step));
    };
    const ask = (/** @type {number | null} */ wanted) => {
      step = wanted;
      sent = Math.max(model.get("heard"), sent) + 1;
      live.disabled = step === null;
      model.send({ step, number: sent });
    };
    const moved = () => ask(Number(range.value) === steps.length - 1 ? null : steps[Number(range.value)]);
    const press = () => (pressed = true);
    const release = () => pressed && ((pressed = false), follow());

    range.addEventListener("input", moved);
    range.addEventListener("pointerdown", press);
    range.addEventListener("keydown", (event) => KEYS.includes(event.key) && event.stopPropagation());
    live.addEventListener("click", () => (ask(null), follow(), range.focus()));
    for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, release);
    const changes = { steps: follow, held: follow, heard: follow, words: said };
    for (const [name, call] of Object.entries(changes)) model.on(`change:${name}`, call);
    follow();
    said();
    return () => {
      for (const [name, call] of Object.entries(changes)) model.off(`change:${name}`, call);
      for (const end of ["pointerup", "pointercancel", "blur"]) removeEventListener(end, release);
    };
  },
};
