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

/** @typedef {{words: string, verb: string, count: number}} Act */
/** @typedef {{tone: string, words: string, number: string, step: string, sentences: string[][]}} Seen */
/** @typedef {{words: string, number: string, link: string, count: number}} Told */

/**
 * @param {{tone?: string, words: string, number: string}} said
 * @param {HTMLElement} made
 */
function sentence({ tone, words, number }, made = document.createElement("span")) {
  made.className = `rv-insight ${tone ? `rv-insight-${tone}` : ""}`;
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

// One link stands at the end: what can be done about it, where there is something; then the sentence itself unfolds.
/**
 * @param {HTMLElement} el
 * @param {Seen} seen
 * @param {Record<string, string>} labels
 * @param {Act} act
 * @param {{open: boolean, acted: (count: number) => void}} state
 */
function writeSeen(el, seen, labels, act, state) {
  if (!seen?.words) return el.replaceChildren();
  const focused = ["rv-act", "rv-why", "rv-insight"].find((name) =>
    el.querySelector(`.${name}`) === document.activeElement
  );
  const flip = () => turn(!state.open);
  const more = whole(seen), why = button("", flip), opener = act?.words ? button("", flip) : undefined;
  why.classList.add("rv-why");
  const turn = (/** @type {boolean} */ wanted) => {
    state.open = wanted; // who has unfolded the line goes on reading there
    more.hidden = !wanted;
    why.textContent = wanted ? labels.less : labels.why;
    for (const one of [why, opener]) one?.setAttribute("aria-expanded", String(wanted));
  };
  turn(state.open);
  el.replaceChildren(sentence(seen, opener), " ", ...(opener ? [deed(act, why, state.acted), " "] : []), why, more);
  const wanted = /** @type {HTMLElement | null} */ (focused ? el.querySelector(`.${focused}`) ?? why : null);
  wanted?.focus({ preventScroll: true });
}

/**
 * @param {Act} act
 * @param {HTMLElement} next
 * @param {(count: number) => void} acted
 */
function deed(act, next, acted) {
  const made = button(act.words, () => {
    const had = made === document.activeElement;
    made.remove(); // it is under way, and is not ordered twice
    if (had) next.focus({ preventScroll: true });
    acted(act.count);
  });
  made.classList.add("rv-act");
  made.classList.add(`rv-act-${act.verb}`);
  return made;
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
    const state = { open: false, acted: (/** @type {number} */ count) => model.send({ acted: count }) };
    let [since, stay] = [-Infinity, 0];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    const write = (/** @type {boolean} */ told) => {
      clearTimeout(timer);
      timer = undefined;
      [since, stay] = [performance.now(), told ? TOLD : STAY];
      if (told) writeTold(el, model.get("told"), (count) => model.send({ pressed: count }));
      else writeSeen(el, model.get("seen"), model.get("labels"), model.get("act"), state);
    };
    const soon = () => {
      if (!model.get("seen")?.words && stay === TOLD) return; // nothing is seen: what was told may stand
      timer ??= setTimeout(() => write(false), Math.max(0, since + stay - performance.now()));
    };
    const told = () => write(Boolean(model.get("told")?.words));
    told();
    model.on("change:seen", soon);
    model.on("change:act", soon);
    model.on("change:told", told);
    return () => {
      clearTimeout(timer);
      model.off("change:seen", soon);
      model.off("change:act", soon);
      model.off("change:told", told);
    };
  },
};
