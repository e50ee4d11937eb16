// While other cells run, a lab hears nobody: the page itself says for how many it waits.
const EVERY = 500; // ms
const PATIENCE = 2; // looks: what is over within a second need not be said

/** @typedef {{executionState?: string, type?: string}} Cell */

/**
 * The cells of a notebook as its document has them, also those that are not on the page.
 * @param {any} manager
 * @returns {Cell[] | null}
 */
function told(manager) {
  const cells = manager?.context?.model?.cells;
  if (!cells?.length || cells.get?.(0) === undefined) return null;
  return Array.from({ length: cells.length }, (_, index) => cells.get(index));
}

/**
 * How many cells run or are in line, other than the one that the lab stands under.
 * @param {Element} lab
 * @param {any} manager
 */
export function pending(lab, manager) {
  const own = lab.closest(".jp-Cell")?.querySelector(".jp-InputPrompt")?.textContent ?? "";
  const mine = own.includes("*") ? 1 : 0;
  const cells = told(manager);
  if (cells?.some((one) => one.executionState !== undefined)) {
    return cells.filter((one) => one.executionState === "running").length - mine;
  }
  const prompts = [...(lab.closest(".jp-Notebook")?.querySelectorAll(".jp-InputPrompt") ?? [])];
  return prompts.filter((one) => one.textContent?.includes("*")).length - mine;
}

/**
 * @param {Element} lab
 * @param {any} manager
 * @param {Record<string, string>} words
 */
export function wait(lab, manager, words) {
  const line = lab.querySelector(".rv-line"), said = document.createElement("span");
  said.className = "rv-busy";
  said.setAttribute("role", "status");
  let seen = 0;
  const look = () => {
    const count = pending(lab, manager);
    seen = count > 0 ? seen + 1 : 0;
    if (seen < PATIENCE) return said.remove();
    if (said.parentElement !== line) line?.prepend(said);
    const text = count === 1 ? words.waiting_one : words.waiting.replace("{count}", String(count));
    if (said.textContent !== text) said.textContent = text;
  };
  const timer = setInterval(look, EVERY);
  return () => (clearInterval(timer), said.remove());
}
