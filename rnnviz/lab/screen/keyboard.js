// The keyboard's way through a lab: drawers are entered and left with it, and no press loses the focus.
const TO_FOCUS = "button, select, input, textarea, summary, a[href], [tabindex='0'], [contenteditable='true']";

/** @param {Element} element */
const onScreen = (element) => element.getClientRects().length > 0;

/**
 * @param {Node} element
 * @param {MutationObserverInit} options
 * @param {() => void} call
 */
export function watch(element, options, call) {
  new MutationObserver(call).observe(element, options);
  call();
}

// A button that a press has disabled hands the focus on, or the page would give it to nobody.
/** @param {HTMLButtonElement} button */
export function handOver(button) {
  const hand = () => {
    if (!button.disabled || ![button, document.body].includes(/** @type {any} */ (document.activeElement))) return;
    /** @type {HTMLButtonElement[]} */
    const around = Array.from(button.parentElement?.querySelectorAll(TO_FOCUS) ?? []);
    const beside = around.filter((one) => !one.disabled && onScreen(one));
    const before = beside.filter((one) => one.compareDocumentPosition(button) & Node.DOCUMENT_POSITION_FOLLOWING);
    (before.at(-1) ?? beside[0])?.focus();
  };
  watch(button, { attributeFilter: ["disabled"] }, () => document.activeElement === button && hand());
  // a browser may take the focus from it before the change is told; the button that comes may then be still to come
  button.addEventListener("blur", (event) => button.disabled && !event.relatedTarget && queueMicrotask(hand));
}

// Play and Pause are one place: the one that comes takes the focus before the other one goes.
/**
 * @param {Element} lab
 * @param {HTMLButtonElement} pause
 */
export function trade(lab, pause) {
  watch(pause, { attributeFilter: ["disabled"] }, () => {
    if (!pause.disabled && document.activeElement?.matches(".rv-play") && lab.contains(document.activeElement)) {
      pause.focus();
    }
  });
}

// A toggle that opens a drawer says whether it is open; pressed with a key, it leads into the drawer.
/**
 * @param {Element} lab
 * @param {Element} toggle
 * @returns {HTMLElement | null}
 */
function drawerOf(lab, toggle) {
  const name = [...toggle.classList].find((one) => one.startsWith("rv-open-"))?.slice("rv-open-".length);
  return name ? lab.querySelector(`.rv-tool-${name}`) : null;
}

// The kernel opens the drawer, and makes what is in it the first time: it may take a moment.
/** @param {HTMLElement} drawer */
function enter(drawer) {
  const resized = new ResizeObserver(() => {
    if (!onScreen(drawer) || !drawer.querySelector(TO_FOCUS)) return;
    resized.disconnect();
    drawer.focus();
  });
  resized.observe(drawer);
}

/**
 * @param {Element} lab
 * @param {HTMLElement} button
 */
export function toggle(lab, button) {
  const drawer = drawerOf(lab, button), open = () => button.classList.contains("mod-active");
  const unfolds = drawer || button.matches(".rv-more > button");
  watch(button, { attributeFilter: ["class"] }, () => {
    button.setAttribute(unfolds ? "aria-expanded" : "aria-pressed", String(open()));
  });
  if (!drawer) return;
  drawer.tabIndex = -1;
  drawer.setAttribute("role", "region");
  drawer.setAttribute("aria-label", button.textContent);
  button.addEventListener("click", (event) => event.detail === 0 && open() && enter(drawer));
  drawer.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.defaultPrevented) return;
    event.preventDefault();
    event.stopPropagation();
    (onScreen(button) ? button : /** @type {HTMLElement | null} */ (lab.querySelector(".rv-menu")))?.focus();
    if (open()) button.click();
  });
}
