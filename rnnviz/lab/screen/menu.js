// In a narrow lab the words that fit no more are in a menu behind three dots; it is the page's alone.
const KEPT = ".rv-open-inspector, .rv-open-perturb, .rv-menu"; // beside it

/**
 * @param {HTMLElement} tools
 * @param {string} label
 */
function made(tools, label) {
  const dots = document.createElement("button");
  dots.type = "button";
  dots.className = "rv-menu";
  dots.textContent = "•••";
  dots.title = label;
  dots.setAttribute("aria-label", label);
  const turn = (/** @type {boolean} */ open) => {
    tools.classList.toggle("rv-unfolded", open);
    dots.setAttribute("aria-expanded", String(open));
  };
  dots.addEventListener("click", () => {
    dots.focus(); // not every browser does: it is closed when the focus goes elsewhere
    turn(!tools.classList.contains("rv-unfolded"));
  });
  tools.addEventListener(
    "focusout",
    (event) => tools.contains(/** @type {Node} */ (event.relatedTarget)) || turn(false),
  );
  tools.addEventListener("click", (event) => event.target !== dots && turn(false));
  tools.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !tools.classList.contains("rv-unfolded")) return;
    event.stopPropagation();
    turn(false);
    dots.focus();
  });
  turn(false);
  return dots;
}

/**
 * May be called again when there are more buttons: they are put on the page one by one.
 * @param {HTMLElement} tools
 * @param {string} label
 */
export function menu(tools, label) {
  const inside = [...tools.querySelectorAll("button")].filter((one) => !one.matches(KEPT));
  inside.forEach((one, row) => {
    one.classList.add("rv-in-menu");
    one.style.setProperty("--rv-row", String(row));
  });
  if (!inside.length) return;
  const dots = tools.querySelector(".rv-menu") ?? made(tools, label);
  if (tools.lastElementChild !== dots) tools.append(dots);
}
