// Texts to take away, each with a button that copies it, and tables as files; a text is only ever a text.
const TABLES = ["curves", "states"];
const PATIENCE = 10000; // ms: a kernel that is busy with a cell answers later

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
  button.className = "rv-copy";
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

/**
 * @param {string} file
 * @param {DataView} bytes
 */
function keep(file, bytes) {
  const href = URL.createObjectURL(new Blob([/** @type {ArrayBuffer} */ (bytes.buffer)], { type: "text/csv" }));
  const link = Object.assign(document.createElement("a"), { href, download: file });
  link.click();
  setTimeout(() => URL.revokeObjectURL(href), 1000); // the browser has begun to read it by then
}

// Tables are made when they are asked for: they are larger than all that a lab says of itself.
/**
 * @param {Model} model
 * @param {HTMLElement} head
 */
function tables(model, head) {
  const words = model.get("words");
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const rest = () => {
    clearTimeout(timer);
    buttons.forEach((one, place) => (one.textContent = words[TABLES[place]]));
  };
  const buttons = TABLES.map((name) => {
    const button = document.createElement("button");
    Object.assign(button, { className: `rv-table rv-table-${name}`, textContent: words[name] });
    button.onclick = () => {
      button.textContent = words.waiting;
      clearTimeout(timer);
      timer = setTimeout(rest, PATIENCE);
      model.send({ kind: "table", name });
    };
    return button;
  });
  head.append(...buttons);
  const came = (/** @type {any} */ content, /** @type {DataView[]} */ [bytes]) => {
    if (content.kind !== "table") return;
    rest();
    keep(content.file, new DataView(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)));
  };
  model.on("msg:custom", came);
  return () => (clearTimeout(timer), model.off("msg:custom", came));
}

export default {
  /** @param {{model: Model, el: HTMLElement}} given */
  render({ model, el }) {
    el.classList.add("rv-share");
    const [head, ...leave] = text(model, el, "code", 9);
    leave.push(download(model, head), text(model, el, "recipe", 3)[1], text(model, el, "link", 1)[1]);
    const [numbers, left] = text(model, el, "tables", 2);
    leave.push(left, tables(model, numbers), text(model, el, "replay", 1)[1]);
    return () => leave.forEach((call) => call());
  },
};
