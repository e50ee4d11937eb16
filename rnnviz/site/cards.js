// Cards: the elements of a page that ask, and what stands in them.

/**
 * @param {HTMLElement} card
 * @returns {any} What the card was given, which is not in plain text.
 */
export function givenOf(card) {
  const bytes = Uint8Array.from(atob(card.dataset.given ?? ""), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

/**
 * @template {keyof HTMLElementTagNameMap} K
 * @param {HTMLElement} parent
 * @param {K} name
 * @param {Record<string, unknown>} [fields]
 * @returns {HTMLElementTagNameMap[K]}
 */
export function added(parent, name, fields = {}) {
  const made = document.createElement(name);
  Object.assign(made, fields);
  parent.append(made);
  return made;
}

/**
 * @param {string} sentence
 * @param {Record<string, string>} fields
 */
export function filled(sentence, fields) {
  return sentence.replace(/\{(\w+)\}/g, (whole, name) => fields[name] ?? whole);
}

/**
 * What a reader said stays for her next visit where the browser allows it.
 * @param {string} key
 * @param {unknown} [value]
 * @returns {any}
 */
export function kept(key, value) {
  try {
    if (value !== undefined) localStorage.setItem(`rnnviz.${key}`, JSON.stringify(value));
    return JSON.parse(localStorage.getItem(`rnnviz.${key}`) ?? "null");
  } catch {
    return value ?? null;
  }
}
