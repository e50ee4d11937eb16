// The widget behind a script, and the kernel behind the widget, both in a test's hand.

/** The widget behind a script: what the kernel says is set or told, what the script says is `said`. */
export class Model {
  /** @type {any[]} */
  said = [];
  /** @type {Map<string, Set<(...given: any[]) => void>>} */
  calls = new Map();

  /** @param {Record<string, any>} state */
  constructor(state = {}) {
    this.state = state;
  }

  /** @param {string} name */
  get(name) {
    return this.state[name];
  }

  /**
   * @param {string} name
   * @param {unknown} value
   */
  set(name, value) {
    this.state[name] = value;
    this.tell(`change:${name}`);
  }

  /** @param {object} message */
  send(message) {
    this.said.push(message);
  }

  /**
   * @param {string} names
   * @param {(...given: any[]) => void} call
   */
  on(names, call) {
    for (const name of names.split(" ")) this.calls.set(name, (this.calls.get(name) ?? new Set()).add(call));
  }

  /**
   * @param {string} names
   * @param {(...given: any[]) => void} call
   */
  off(names, call) {
    for (const name of names.split(" ")) this.calls.get(name)?.delete(call);
  }

  /**
   * @param {string} name
   * @param {unknown[]} given
   */
  tell(name, ...given) {
    for (const call of this.calls.get(name) ?? []) call(...given);
  }

  /** How many calls it would make. */
  get heard() {
    return [...this.calls.values()].reduce((sum, calls) => sum + calls.size, 0);
  }
}
