// The line on top of a dock or a pop-over. Its × presses the button that opened it; a pop-over hangs under that button.
const GAP = 4; // px between the button and what hangs under it

/**
 * @param {HTMLElement} pop
 * @param {HTMLElement} button
 */
export function hang(pop, button) {
  const frame = pop.offsetParent;
  if (!frame || !button.getClientRects().length) return; // in a closed menu there is no place to hang under
  const around = frame.getBoundingClientRect(), at = button.getBoundingClientRect();
  const room = around.width - pop.offsetWidth,
    right = Math.min(Math.max(around.right - at.right, 0), Math.max(room, 0));
  pop.style.top = `${at.bottom - around.top + GAP}px`;
  pop.style.right = `${right}px`;
}

/**
 * A pop-over closes when somebody presses elsewhere; its own button closes it by itself.
 * @param {HTMLElement} pop
 * @param {() => HTMLElement | null} opener
 */
function popOver(pop, opener) {
  const place = () => {
    const button = opener();
    if (button && pop.getClientRects().length) hang(pop, button);
  };
  const outside = (/** @type {Event} */ event) => {
    const button = opener(), path = event.composedPath();
    if (!button || !pop.getClientRects().length || path.includes(pop) || path.includes(button)) return;
    if (button.classList.contains("mod-active")) button.click();
  };
  const sized = new ResizeObserver(place);
  sized.observe(pop);
  if (pop.offsetParent) sized.observe(pop.offsetParent);
  globalThis.addEventListener("resize", place);
  document.addEventListener("pointerdown", outside, true);
  return () => {
    sized.disconnect();
    globalThis.removeEventListener("resize", place);
    document.removeEventListener("pointerdown", outside, true);
  };
}

export default {
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    el.classList.add("rv-heading-box");
    const head = document.createElement("div"), title = document.createElement("h4");
    const close = document.createElement("button"), name = model.get("tool");
    head.className = "rv-tool-head";
    title.textContent = model.get("title");
    Object.assign(close, { type: "button", className: "rv-close", textContent: "×", title: model.get("close_words") });
    close.setAttribute("aria-label", `${model.get("close_words")}: ${model.get("title")}`);
    const opener = () => /** @type {HTMLElement | null} */ (el.closest(".rv-lab")?.querySelector(`.rv-open-${name}`));
    close.onclick = () => {
      const button = opener();
      button?.focus();
      button?.click();
    };
    head.append(title, close);
    el.replaceChildren(head);
    let leave = () => {};
    // put into the lab only after it was made
    const waiting = setInterval(() => {
      const pop = /** @type {HTMLElement | null} */ (el.closest(".rv-tool"));
      if (!pop || !opener()) return;
      clearInterval(waiting);
      if (pop.classList.contains("rv-pop-tool")) leave = popOver(pop, opener);
    }, 50);
    return () => (clearInterval(waiting), leave());
  },
};
