// A line to type in: what stands there is sent when nobody has typed for a moment, and at once with Enter.
const PAUSE = 160; // ms without a key before the network reads

/**
 * @template {keyof HTMLElementTagNameMap} Kind
 * @param {HTMLElement} el
 * @param {Kind} kind
 * @param {string} className
 * @param {Record<string, string>} attributes
 */
function add(el, kind, className, attributes = {}) {
  const made = el.appendChild(document.createElement(kind));
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export default {
  /** @param {{model: import("../../live/page.js").Model, el: HTMLElement}} given */
  render({ model, el }) {
    const { label, example, clear } = model.get("labels");
    const around = add(el, "label", "rv-own-label");
    add(around, "span", "rv-own-name").textContent = label;
    const input = add(around, "input", "rv-own-input", {
      type: "text",
      dir: "auto",
      placeholder: example,
      autocomplete: "off",
      autocapitalize: "off",
      spellcheck: "false",
      "data-lm-suppress-shortcuts": "true",
    });
    const empty = add(el, "button", "rv-own-clear", { type: "button", title: clear, "aria-label": clear });
    empty.textContent = "×";
    const words = add(el, "output", "rv-own-words", { "aria-live": "polite" });
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let timer;
    let [sent, composing] = [0, false];

    const say = () => {
      clearTimeout(timer);
      timer = undefined;
      sent = Math.max(model.get("heard"), sent) + 1;
      model.send({ text: input.value, number: sent });
    };
    const typed = () => {
      empty.hidden = !input.value;
      if (composing) return; // half a character of a script that is composed
      clearTimeout(timer);
      timer = setTimeout(say, PAUSE);
    };
    const pressed = (/** @type {KeyboardEvent} */ event) => {
      event.stopPropagation(); // the notebook has its own use for letters
      if (event.key === "Enter" && !composing) say();
      if (event.key === "Escape" && input.value) wipe();
    };
    const wipe = () => {
      input.value = "";
      typed();
      say();
      input.focus();
    };
    const follow = () => {
      words.textContent = model.get("words");
      words.classList.toggle("rv-own-failed", model.get("failed"));
      const waits = timer !== undefined || model.get("heard") < sent;
      if (!waits && !model.get("failed") && input.value.trim() !== model.get("text").trim()) {
        input.value = model.get("text");
      }
      empty.hidden = !input.value;
    };

    input.addEventListener("input", typed);
    input.addEventListener("keydown", pressed);
    input.addEventListener("compositionstart", () => (composing = true));
    input.addEventListener("compositionend", () => ((composing = false), typed()));
    empty.addEventListener("click", wipe);
    const names = ["text", "words", "failed", "heard"];
    for (const name of names) model.on(`change:${name}`, follow);
    follow();
    return () => {
      clearTimeout(timer);
      for (const name of names) model.off(`change:${name}`, follow);
    };
  },
};
