// Progress and timeline in one line. While its handle is held its moments stay; what the kernel says meanwhile waits.
const KEYS = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "Home", "End", "PageUp", "PageDown"];
const LITTLE = 0.04; // of the line: where less was trained, no finger could choose in it, and the whole line stands for it
const NEAR = 6; // px: this near to the end of what was trained, the newest is meant

/**
 * @template {keyof HTMLElementTagNameMap} Kind
 * @param {HTMLElement} el
 * @param {Kind} kind
 * @param {string} className
 * @param {Record<string, string>} attributes
 */
function add(el, kind, className, attributes = {}) {
  const made = el.appendChild(document.createElement(kind));
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

// The place of the moment nearest to the step looked at; the last place is the newest.
/**
 * @param {number[]} steps
 * @param {number | null} step
 */
export function place(steps, step) {
  const last = steps.length - 1;
  if (step === null) return last;
  const far = (/** @type {number} */ index) => Math.abs(steps[index] - step);
  return steps.reduce((best, _, index) => (far(index) < far(best) ? index : best), last);
}

/**
 * The moment under a pointer: the nearest one kept, null for the newest.
 * @param {number[]} steps
 * @param {number} step Where the pointer is, in steps.
 * @param {number} near As many steps as a few pixels are.
 */
export function under(steps, step, near) {
  const last = steps.length - 1, found = place(steps, step);
  return step >= steps[last] - near || found === last ? null : steps[found];
}

/** @param {HTMLElement} el */
function parts(el) {
  const range = add(el, "input", "rv-track", { type: "range", min: "0", "data-lm-suppress-shortcuts": "true" });
  const drawn = [add(el, "span", "rv-rest"), add(el, "span", "rv-filled"), add(el, "span", "rv-handle")];
  const words = add(el, "output", "rv-where", { "aria-live": "off" }); // it changes with every frame
  const progress = add(el, "span", "rv-told-progress");
  return { range, filled: drawn[1], handle: drawn[2], words, progress };
}

export default {
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    const { range, filled, handle, words, progress } = parts(el);
    range.setAttribute("aria-label", model.get("labels").slider);
    range.title = model.get("labels").slider;
    /** @type {number[]} */
    let steps = [];
    /** @type {number | null} */
    let step = null;
    let [sent, pressed, told] = [0, false, false];

    const span = () => Math.max(model.get("goal"), model.get("step"), 1);
    const scale = () => model.get("step") < LITTLE * span() ? Math.max(model.get("step"), 1) : span();
    const rewinds = () => steps.length > 1;
    const put = () => {
      const far = `${(100 * model.get("step")) / span()}%`, looked = step === null ? far : `${(100 * step) / scale()}%`;
      filled.style.width = far;
      handle.style.left = `clamp(5px, ${looked}, calc(100% - 5px))`;
      progress.textContent = model.get("progress");
    };
    // Each new value of a slider in focus is read out: while it follows a run, the first one alone.
    const said = () => {
      words.textContent = model.get("words");
      const following = document.activeElement === range && step === null && range.hasAttribute("aria-valuetext");
      if (!following || !told) range.setAttribute("aria-valuetext", model.get("words"));
      told = following;
    };
    const follow = () => {
      if (!pressed && model.get("heard") >= sent) step = model.get("held");
      if (!pressed) {
        steps = model.get("steps");
        range.max = String(Math.max(steps.length - 1, 0));
        range.value = String(Math.max(place(steps, step), 0));
        range.hidden = !rewinds(); // nothing to choose from
        el.classList.toggle("rv-rewinds", rewinds());
      }
      put();
    };
    const ask = (/** @type {number | null} */ wanted) => {
      step = wanted;
      sent = Math.max(model.get("heard"), sent) + 1;
      put();
      model.send({ step, number: sent });
    };
    const moved = () => ask(Number(range.value) === steps.length - 1 ? null : steps[Number(range.value)]);
    const drag = (/** @type {PointerEvent} */ event) => {
      const box = el.getBoundingClientRect(), wide = Math.max(box.right - box.left, 1);
      const wanted = under(steps, ((event.clientX - box.left) / wide) * scale(), (NEAR / wide) * scale());
      range.value = String(place(steps, wanted));
      if (wanted !== step) ask(wanted);
    };
    const press = (/** @type {PointerEvent} */ event) => {
      if (!rewinds() || range.disabled || event.button) return;
      el.setPointerCapture(event.pointerId);
      pressed = true;
      range.focus({ preventScroll: true });
      drag(event);
    };
    const pull = (/** @type {PointerEvent} */ event) => pressed && drag(event);
    const release = () => pressed && ((pressed = false), follow());

    range.addEventListener("input", moved);
    range.addEventListener("keydown", (event) => KEYS.includes(event.key) && event.stopPropagation());
    el.addEventListener("pointerdown", press);
    el.addEventListener("pointermove", pull);
    for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, release);
    const changes = { steps: follow, held: follow, heard: follow, step: put, goal: put, progress: put, words: said };
    for (const [name, call] of Object.entries(changes)) model.on(`change:${name}`, call);
    follow();
    said();
    return () => {
      for (const [name, call] of Object.entries(changes)) model.off(`change:${name}`, call);
      for (const end of ["pointerup", "pointercancel", "blur"]) removeEventListener(end, release);
    };
  },
};
