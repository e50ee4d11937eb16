// Two texts to take away, each with a button that copies it; a text is only ever a text.
function put(text, area) {
  area.select();
  if (navigator.clipboard?.writeText) return navigator.clipboard.writeText(text);
  return document.execCommand("copy") ? Promise.resolve() : Promise.reject(); // a page without https has no clipboard
}

function copier(words, area) {
  const button = document.createElement("button");
  button.className = "rv-copy jupyter-button";
  button.textContent = words.copy;
  let timer = null;
  button.onclick = async () => {
    const copied = await put(area.value, area).then(() => true, () => false);
    button.textContent = copied ? words.copied : words.by_hand;
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = words.copy), 2500);
  };
  return button;
}

function text(model, el, name, rows) {
  const words = model.get("words"), area = document.createElement("textarea"), head = document.createElement("div");
  const label = document.createElement("b"), id = `rv-share-${name}-${Math.random().toString(36).slice(2)}`;
  Object.assign(area, { id, readOnly: true, rows, spellcheck: false, className: `rv-share-${name}`, wrap: "off" });
  area.setAttribute("aria-label", words[name]);
  label.textContent = words[name];
  head.className = "rv-share-head";
  head.append(label, copier(words, area));
  el.append(head, area);
  const show = () => {
    if (area.value !== model.get(name)) area.value = model.get(name); // writing it anew would drop the selection
  };
  model.on(`change:${name}`, show);
  show();
  return head;
}

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
}

export default {
  render({ model, el }) {
    el.classList.add("rv-share");
    download(model, text(model, el, "code", 16));
    text(model, el, "recipe", 5);
    text(model, el, "link", 2);
  },
};
