// Two texts to take away, each with a button that copies it; a text is only ever a text.
/** @typedef {import("../../live/page.js").Model} Model */

/**
 * @param {string} text
 * @param {HTMLTextAreaElement} area
 * @returns {Promise<void>}
 */
function put(text, area) {
  area.select();
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject(); // a page without https has no clipboard
}

/**
 * @param {Record<string, string>} words
 * @param {HTMLTextAreaElement} area
 * @returns {[button: HTMLButtonElement, leave: () => void]}
 */
function copier(words, area) {
  const button = document.createElement("button");
  button.className = "rv-copy jupyter-button";
  button.textContent = words.copy;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  button.onclick = async () => {
    const copied = await put(area.value, area).then(() => true, () => false);
    button.textContent = copied ? words.copied : words.by_hand;
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = words.copy), 2500);
  };
  return [button, () => clearTimeout(timer)];
}

/**
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {string} name
 * @param {number} rows
 * @returns {[head: HTMLElement, leave: () => void]}
 */
function text(model, el, name, rows) {
  const words = model.get("words"), area = document.createElement("textarea"), head = document.createElement("div");
  const label = document.createElement("b"), id = `rv-share-${name}-${Math.random().toString(36).slice(2)}`;
  Object.assign(area, { id, readOnly: true, rows, spellcheck: false, className: `rv-share-${name}`, wrap: "off" });
  area.setAttribute("aria-label", words[name]);
  label.textContent = words[name];
  head.className = "rv-share-head";
  const [copy, forget] = copier(words, area);
  head.append(label, copy);
  el.append(head, area);
  const show = () => {
    if (area.value !== model.get(name)) area.value = model.get(name); // writing it anew would drop the selection
  };
  model.on(`change:${name}`, show);
  show();
  return [head, () => (forget(), model.off(`change:${name}`, show))];
}

/**
 * @param {Model} model
 * @param {HTMLElement} head
 */
function download(model, head) {
  const link = document.createElement("a");
  Object.assign(link, { className: "rv-download", download: "lab.py", textContent: model.get("words").download });
  const show = () => {
    link.href = "data:text/x-python;charset=utf-8," + encodeURIComponent(model.get("code"));
    link.hidden = !model.get("runs");
  };
  model.on("change:code change:runs", show);
  show();
  head.append(link);
  return () => model.off("change:code change:runs", show);
}

export default {
  /** @param {{model: Model, el: HTMLElement}} given */
  render({ model, el }) {
    el.classList.add("rv-share");
    const [head, ...leave] = text(model, el, "code", 16);
    leave.push(download(model, head), text(model, el, "recipe", 5)[1], text(model, el, "link", 2)[1]);
    return () => leave.forEach((call) => call());
  },
};
