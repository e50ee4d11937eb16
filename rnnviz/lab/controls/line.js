// Writes one sentence, as text, and lets it stand for a while: who reads it must come to its end.
const STAY = 2000; // ms; for what the pictures show
const TOLD = 15000; // ms; for what somebody was told, which the pictures do not say again

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
 * @param {string} text
 * @param {() => void} press
 */
function button(text, press) {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "rv-say-link";
  made.textContent = text;
  made.addEventListener("click", press);
  return made;
}

/** @typedef {{tone: string, words: string, number: string, step: string, sentences: string[][]}} Seen */
/** @typedef {{words: string, number: string, link: string, count: number}} Told */

/** @param {{tone?: string, words: string, number: string}} said */
function sentence({ tone, words, number }) {
  const made = span(`rv-insight ${tone ? `rv-insight-${tone}` : ""}`, "");
  made.append(span("rv-insight-words", words), ...(number ? [" ", span("rv-insight-number", number)] : []));
  made.title = number ? `${words} ${number}` : words;
  return made;
}

// What unfolds: the whole sentences, with the step that they are about and what to try.
/** @param {Seen} seen */
function whole({ step, sentences }) {
  const made = document.createElement("div");
  made.className = "rv-insight-whole";
  made.append(span("rv-insights-step", step));
  for (const [words, advice] of sentences) {
    made.append(" ", span("rv-insight-said", words), " ", span("rv-insight-advice", advice));
  }
  return made;
}

/**
 * @param {HTMLElement} el
 * @param {Seen} seen
 * @param {Record<string, string>} labels
 */
function writeSeen(el, seen, labels) {
  if (!seen?.words) return el.replaceChildren();
  const open = el.querySelector(".rv-say-link")?.getAttribute("aria-expanded") === "true";
  const had = el.contains(document.activeElement);
  const more = whole(seen), link = button("", () => turn(link.getAttribute("aria-expanded") !== "true"));
  const turn = (/** @type {boolean} */ wanted) => {
    more.hidden = !wanted;
    link.textContent = wanted ? labels.less : labels.why;
    link.setAttribute("aria-expanded", String(wanted));
  };
  turn(open); // who has unfolded the line goes on reading there
  el.replaceChildren(sentence(seen), " ", link, more);
  if (had) link.focus({ preventScroll: true });
}

/**
 * @param {HTMLElement} el
 * @param {Told} told
 * @param {(count: number) => void} pressed
 */
function writeTold(el, told, pressed) {
  const link = button(told.link, () => (link.remove(), pressed(told.count)));
  el.replaceChildren(sentence(told), ...(told.link ? [" ", link] : []));
}

export default {
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    el.classList.add("rv-insights");
    el.setAttribute("aria-live", "polite");
    let [since, stay] = [-Infinity, 0];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const write = (/** @type {boolean} */ told) => {
      clearTimeout(timer);
      timer = undefined;
      [since, stay] = [performance.now(), told ? TOLD : STAY];
      if (told) writeTold(el, model.get("told"), (count) => model.send({ pressed: count }));
      else writeSeen(el, model.get("seen"), model.get("labels"));
    };
    const soon = () => {
      if (!model.get("seen")?.words && stay === TOLD) return; // nothing is seen: what was told may stand
      timer ??= setTimeout(() => write(false), Math.max(0, since + stay - performance.now()));
    };
    const told = () => write(Boolean(model.get("told")?.words));
    told();
    model.on("change:seen", soon);
    model.on("change:told", told);
    return () => (clearTimeout(timer), model.off("change:seen", soon), model.off("change:told", told));
  },
};
