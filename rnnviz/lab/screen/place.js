// Where a lab stands on the page: its toolbar sticks to the top of the notebook, and a lab just made is brought into view.
const STILL = 600; // ms without a change of height: the lab has what it is made of
const LATE = 8000; // ms after which whoever waits has looked elsewhere
const HANDS = ["wheel", "pointerdown", "keydown", "touchstart"];

/** @param {Element} element */
const scrolls = (element) => getComputedStyle(element).overflowY !== "visible";

/**
 * The boxes of a notebook between a lab and what scrolls: they cut off what sticks out, though they never scroll.
 * @param {Element} lab
 */
function around(lab) {
  const found = [];
  for (let one = lab.parentElement; one; one = one.parentElement) {
    if (one.matches(".jp-WindowedPanel-outer, .jp-Notebook")) return found;
    if (getComputedStyle(one).maxHeight !== "none") return found; // an output that somebody lets scroll by itself
    if (scrolls(one)) found.push(one);
  }
  return []; // no notebook that we know
}

/** @param {Element} lab */
export function stick(lab) {
  const boxes = around(lab);
  for (const one of boxes) one.classList.add("rv-lets-stick");
  return () => {
    for (const one of boxes) if (!one.querySelector(".rv-lab")) one.classList.remove("rv-lets-stick");
  };
}

// Only where somebody has just run this very cell: the notebook then stands at it, or at the one below.
/** @param {Element} lab */
function justRun(lab) {
  const cell = lab.closest(".jp-Cell"), active = cell?.closest(".jp-Notebook")?.querySelector(".jp-Cell.jp-mod-active");
  return Boolean(cell && (active === cell || active === cell.nextElementSibling));
}

/** @param {Element} lab */
function bring(lab) {
  const box = lab.getBoundingClientRect(), frame = lab.closest(".jp-WindowedPanel-outer")?.getBoundingClientRect();
  if (!frame || (box.top >= frame.top && box.bottom <= frame.bottom)) return;
  lab.scrollIntoView({ block: box.height > frame.height ? "start" : "nearest" });
}

/**
 * Once, when the lab has come to its height, unless somebody has moved on meanwhile.
 * @param {Element} lab
 * @param {() => boolean} others Whether other cells are still to run.
 */
export function show(lab, others) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const end = () => {
    clearTimeout(timer);
    clearTimeout(late);
    sized.disconnect();
    for (const hand of HANDS) removeEventListener(hand, end, true);
  };
  const there = () => {
    end();
    if (justRun(lab) && !others()) bring(lab);
  };
  const sized = new ResizeObserver(() => {
    clearTimeout(timer);
    timer = setTimeout(there, STILL);
  });
  const late = setTimeout(end, LATE);
  sized.observe(lab);
  for (const hand of HANDS) addEventListener(hand, end, true);
  return end;
}
