// Shows one plotly figure, and listens to the page around it.
import { Drawing, LEAST } from "./drawing.js";
import { plotlyFor } from "./library.js";

const SETTLED = 1000; // milliseconds after which a new theme is in force

// A figure in a closed drawer, or in a panel that is nearly shut, is not built before it opens.
/**
 * @param {HTMLElement} el
 * @returns {Promise<void>}
 */
function laidOut(el) {
  return new Promise((done) => {
    const sized = new ResizeObserver(() => el.offsetWidth >= LEAST && (sized.disconnect(), done()));
    sized.observe(el);
  });
}

/**
 * @param {{model: import("./page.js").Model, el: HTMLElement}} given
 * @param {typeof import("./drag.js").Dragging | null} Dragging What lets its points be dragged.
 */
export async function render({ model, el }, Dragging = null) {
  el.classList.add("rv-figure");
  const waiting = el.appendChild(document.createElement("div"));
  waiting.className = "rv-waiting";
  waiting.style.height = `${model.get("spec").layout?.height ?? 300}px`;
  const [Plotly] = await Promise.all([plotlyFor(model.get("spec").data), laidOut(el)]);
  const drawing = new Drawing(model, el, Plotly, Dragging);
  waiting.remove();
  const { plot, cursor, feed } = drawing;
  plot.tabIndex = 0;
  const rebuild = () => drawing.turn(() => drawing.rebuild());
  while (!drawing.spec) {
    await laidOut(plot);
    await rebuild();
  }

  // while somebody reads, and in a score, the pointer is not for one picture alone
  const led = () => drawing.spec?.cursor && !drawing.reader?.reading && !drawing.strip?.score;
  const move = (/** @type {MouseEvent} */ event) => led() && cursor.move(drawing.timestep(event));
  const leave = () => led() && !drawing.strip && cursor.move(null);
  const mark = () => drawing.mark();
  const resized = new ResizeObserver(() => drawing.measure() && drawing.turn(() => drawing.fit()));
  const scrolled = new IntersectionObserver((entries) => drawing.seen(entries[entries.length - 1].isIntersecting), {
    rootMargin: "120px",
  });
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let later;
  // and once more a little later: a style sheet that has loaded is not in force everywhere at that moment
  const recolour = () => {
    clearTimeout(later);
    later = setTimeout(() => drawing.turn(() => drawing.recolour()), SETTLED);
    return drawing.turn(() => drawing.recolour());
  };
  const themed = new MutationObserver(recolour);
  // a theme's name may come before its style sheet
  const styled = (/** @type {Event} */ event) => event.target instanceof HTMLLinkElement && recolour();
  plot.addEventListener("mousemove", move);
  plot.addEventListener("mouseleave", leave);
  plot.addEventListener("keydown", (event) => drawing.key(event));
  drawing.wire = () => {
    plot.on("plotly_afterplot", mark);
    plot.on("plotly_click", (/** @type {unknown} */ event) => drawing.pick(event));
    drawing.strip?.wire();
  };
  drawing.wire();
  resized.observe(el);
  scrolled.observe(el);
  document.addEventListener("load", styled, true);
  themed.observe(document.body, { attributeFilter: ["data-jp-theme-name", "data-jp-theme-light", "class"] });
  recolour(); // the theme may have changed while the picture was built
  cursor.listeners.add(mark);
  feed.figures.add(drawing);
  const unattended = drawing.reader?.attend(el);
  drawing.wait();
  model.on("change:spec", rebuild);
  const frame = drawing.newest();
  if (frame) drawing.draw(frame);

  return () => {
    model.off("change:spec", rebuild);
    feed.figures.delete(drawing);
    cursor.listeners.delete(mark);
    for (const observer of [resized, scrolled, themed]) observer.disconnect();
    clearTimeout(later);
    document.removeEventListener("load", styled, true);
    drawing.description.end();
    drawing.fast.end();
    drawing.strip?.leave();
    unattended?.();
    drawing.Plotly.purge(plot);
  };
}

export default { render: (/** @type {Parameters<typeof render>[0]} */ given) => render(given) };
