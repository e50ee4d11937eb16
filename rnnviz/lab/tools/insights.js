// Writes sentences, as text, and lets them stand for a while: who reads them must come to their end.
const STAY = 2000; // ms

/**
 * @param {string} name
 * @param {string} text
 */
function span(name, text) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

/**
 * @param {HTMLElement} el
 * @param {{step: string, sentences: [tone: string, words: string, advice: string][]}} said
 */
function write(el, { step, sentences }) {
  const parts = step ? [span("rv-insights-step", step)] : [];
  for (const [tone, words, advice] of sentences) {
    const sentence = span(`rv-insight ${tone && `rv-insight-${tone}`}`, "");
    sentence.append(span("rv-insight-words", words), " ", span("rv-insight-advice", advice));
    parts.push(sentence);
  }
  el.replaceChildren(...parts.flatMap((part) => [part, " "]));
}

export default {
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    el.classList.add("rv-insights");
    el.setAttribute("aria-live", "polite");
    let since = -Infinity;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const now = () => {
      timer = undefined;
      since = performance.now();
      write(el, model.get("said"));
    };
    const soon = () => {
      timer ??= setTimeout(now, Math.max(0, since + STAY - performance.now()));
    };
    now();
    model.on("change:said", soon);
    return () => (clearTimeout(timer), model.off("change:said", soon));
  },
};
