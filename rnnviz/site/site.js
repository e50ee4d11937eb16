// The script of every page: replays get their room and their theme, figures are drawn, questions and checks work.
import { filled } from "./cards.js";
import { check } from "./checks.js";
import { drawn } from "./drawings.js";
import { ask, reveal } from "./predictions.js";

const folder = /** @type {HTMLScriptElement} */ (document.currentScript).src.replace(/\/[^/]*$/, "");

/**
 * @param {string} name
 * @returns {NodeListOf<any>}
 */
const all = (name) => document.querySelectorAll(name);

// Each replay says how high it is, and is told whether the page is dark.
function replays() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const dark = () =>
    document.body.dataset.theme === "dark" || (document.body.dataset.theme !== "light" && system.matches);
  const tell = (/** @type {HTMLIFrameElement} */ frame) => frame.contentWindow?.postMessage({ dark: dark() }, "*");
  addEventListener("message", ({ source, data }) => {
    for (const frame of all("iframe.rv-replay")) {
      if (frame.contentWindow !== source || typeof data?.height !== "number") continue;
      frame.style.height = `${data.height}px`;
      tell(frame);
    }
  });
  const changed = () => all("iframe.rv-replay").forEach(tell);
  new MutationObserver(changed).observe(document.body, { attributeFilter: ["data-theme"] });
  system.addEventListener("change", changed);
}

/** @param {Record<string, string>} words */
export function start(words) {
  const begin = () => {
    replays();
    drawn(all(".rv-plotly"), folder, (box, error) => {
      box.textContent = filled(words["site.failed"], { text: String(error) });
    });
    const asked = new Map([...all("[data-predict]")].map((card) => [card.dataset.predict, ask(card, words)]));
    for (const card of all("[data-reveal]")) reveal(card, words, asked);
    for (const card of all("[data-check]")) check(card);
  };
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", begin);
  else begin();
}
