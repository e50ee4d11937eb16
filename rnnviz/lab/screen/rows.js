// A row of buttons is one stop of the Tab key: the arrow keys lead from one button to the next.
const STEPS = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 });

const heard = new WeakSet();

/** @param {HTMLElement} row */
function open(row) {
  const every = /** @type {HTMLButtonElement[]} */ ([...row.querySelectorAll("button")]);
  return every.filter((one) => !one.disabled && one.getClientRects().length > 0);
}

/**
 * @param {HTMLElement} row
 * @param {HTMLElement | undefined} stop
 */
function put(row, stop) {
  for (const one of row.querySelectorAll("button")) {
    const wanted = one === stop ? 0 : -1;
    if (one.tabIndex !== wanted) one.tabIndex = wanted;
  }
}

/**
 * @param {HTMLElement} row
 * @param {KeyboardEvent} event
 */
function move(row, event) {
  const buttons = open(row), at = buttons.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
  const ends = /** @type {Record<string, number>} */ ({ Home: 0, End: buttons.length - 1 });
  const to = ends[event.key] ?? (at + STEPS[event.key] + buttons.length) % buttons.length;
  if (at < 0 || Number.isNaN(to)) return;
  event.preventDefault();
  event.stopPropagation();
  put(row, buttons[to]);
  buttons[to].focus();
}

/**
 * May be called again when buttons have come or gone.
 * @param {HTMLElement} row
 */
export function rove(row) {
  const buttons = open(row);
  if (!buttons.length) return;
  put(row, buttons.find((one) => one.tabIndex === 0 && one.hasAttribute("tabindex")) ?? buttons[0]);
  for (const one of buttons) one.setAttribute("data-lm-suppress-shortcuts", "true"); // or the notebook takes the arrows
  if (heard.has(row)) return;
  heard.add(row);
  if (!row.hasAttribute("role")) row.setAttribute("role", "group");
  row.addEventListener("keydown", (event) => move(row, event));
  row.addEventListener("focusin", (event) => {
    if (/** @type {Element} */ (event.target).matches("button")) put(row, /** @type {HTMLElement} */ (event.target));
  });
}
