// When the kernel behind a lab is gone, the lab's line says so, and its controls, which nobody would hear, take no press.
const WORKED = "button, select, input:not([readonly]), .noUi-target, .widget-readout[contenteditable]";
const KEPT = ".rv-copy, .rv-help, .modebar-btn"; // what the page does alone
const ENDED = ["restarting", "autorestarting", "terminating", "dead"];

let disconnected = false; // this file is loaded once a widget
/** @type {Set<() => void>} */
const hearers = new Set();

function end() {
  if (disconnected) return;
  disconnected = true;
  for (const call of hearers) call();
}

// The kernel's status is JupyterLab's; elsewhere ipywidgets tells when it has lost the kernel.
/** @param {import("../../live/page.js").Model} model */
export function listen(model) {
  const { widget_manager: manager } = model, kernel = manager?.kernel;
  const live = async () => {
    const real = await manager?.get_model?.(model.get("own_id"));
    if (real && !real.comm_live) end();
  };
  model.on("comm_live_update", live);
  const heed = (/** @type {unknown} */ _kernel, /** @type {string} */ status) => ENDED.includes(status) && end();
  kernel?.statusChanged?.connect(heed);
  kernel?.disposed?.connect(end);
  return () => {
    model.off("comm_live_update", live);
    kernel?.statusChanged?.disconnect(heed);
    kernel?.disposed?.disconnect(end);
  };
}

/** @param {Element} lab */
function still(lab) {
  for (const one of /** @type {NodeListOf<HTMLButtonElement>} */ (lab.querySelectorAll(WORKED))) {
    if (one.matches(KEPT)) continue;
    if (one.matches(".noUi-target")) one.setAttribute("disabled", "true");
    else if (one.matches(".widget-readout")) one.contentEditable = "false";
    else one.disabled = true;
  }
}

/**
 * @param {Element} lab
 * @param {string} words
 */
function tell(lab, words) {
  const line = document.createElement("div");
  line.className = "rv-disconnected-words";
  line.setAttribute("role", "alert");
  (lab.querySelector(".rv-line") ?? lab).prepend(line);
  line.textContent = words;
}

// Once the lab is on the page: what becomes of it, now or later.
/**
 * @param {Element} lab
 * @param {string} words
 */
export function attend(lab, words) {
  const stilled = new MutationObserver(() => still(lab));
  const say = () => {
    if (lab.classList.contains("rv-disconnected")) return;
    lab.classList.add("rv-disconnected");
    tell(lab, words);
    still(lab);
    stilled.observe(lab, { childList: true, subtree: true });
  };
  hearers.add(say);
  if (disconnected) say();
  return () => {
    stilled.disconnect();
    hearers.delete(say);
  };
}
