// Writes sentences, as text, and lets them stand for a while: who reads them must come to their end.
const STAY = 2000; // ms

function span(name, text) {
  const made = document.createElement("span");
  made.className = name;
  made.textContent = text;
  return made;
}

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
  render({ model, el }) {
    el.classList.add("rv-insights");
    el.setAttribute("aria-live", "polite");
    let since = -Infinity, timer = null;
    const now = () => {
      timer = null;
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
