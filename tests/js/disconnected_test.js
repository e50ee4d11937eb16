// A lab whose kernel is gone says so, and nothing in it can be worked that only a kernel would hear.
import assert from "node:assert/strict";
import { test } from "./browser.js";
import { Element } from "./element.js";
import { Model } from "./model.js";

let copies = 0;

/**
 * The script as each widget has it: anew.
 * @returns {Promise<typeof import("../../rnnviz/lab/screen/disconnected.js")>}
 */
const anew = async () => await import(`../../rnnviz/lab/screen/disconnected.js?${++copies}`);

/** JupyterLab's signal: who listens, and what they hear. */
class Signal {
  /** @type {Set<(...given: unknown[]) => void>} */
  calls = new Set();

  /** @param {() => void} call */
  connect(call) {
    this.calls.add(call);
  }

  /** @param {() => void} call */
  disconnect(call) {
    this.calls.delete(call);
  }

  /** @param {unknown[]} given */
  emit(...given) {
    for (const call of this.calls) call(...given);
  }
}

/** A lab with one button, the model of what looks after it, and its kernel. */
async function lab() {
  const { attend, listen } = await anew();
  const kernel = { statusChanged: new Signal(), disposed: new Signal() };
  const real = { comm_live: true };
  const manager = { kernel, get_model: () => Promise.resolve(real) };
  const model = Object.assign(new Model({ own_id: "id" }), { widget_manager: manager });
  const [around, line, button] = [new Element("div"), new Element("div"), new Element("button")];
  line.className = "rv-line";
  around.append(line, button);
  around.querySelector = () => line;
  around.querySelectorAll = () => around.all().filter((one) => one.tagName === "BUTTON");
  const deaf = listen(model);
  const leave = attend(/** @type {any} */ (around), "The kernel is gone.");
  return { model, kernel, real, around, line, button, deaf, leave };
}

for (const status of ["restarting", "autorestarting", "terminating", "dead"]) {
  test(`a kernel that is ${status} is said once, in the lab's line, and its buttons rest`, async () => {
    const { kernel, around, line, button } = await lab();
    kernel.statusChanged.emit(null, status);
    kernel.statusChanged.emit(null, status);
    assert.deepEqual(line.children.map((one) => one.textContent), ["The kernel is gone."]);
    assert.equal(line.children[0].getAttribute("role"), "alert");
    assert.equal(button.disabled, true);
    assert.ok(around.classList.contains("rv-disconnected"));
  });
}

test("a kernel that is busy or idle is still there", async () => {
  const { kernel, line, button } = await lab();
  for (const status of ["busy", "idle", "connecting"]) kernel.statusChanged.emit(null, status);
  assert.deepEqual([line.children.length, button.disabled], [0, false]);
});

test("elsewhere than in JupyterLab the widgets know when they have lost the kernel", async () => {
  const { model, real, line } = await lab();
  await Promise.all([...(model.calls.get("comm_live_update") ?? [])].map((call) => call()));
  assert.equal(line.children.length, 0);
  real.comm_live = false;
  await Promise.all([...(model.calls.get("comm_live_update") ?? [])].map((call) => call()));
  assert.equal(line.children.length, 1);
});

test("what is taken off the page hears nothing of the kernel any more", async (browser) => {
  const { model, kernel, line, deaf, leave } = await lab();
  leave();
  kernel.disposed.emit();
  assert.equal(line.children.length, 0);
  deaf();
  assert.deepEqual([kernel.statusChanged.calls.size, kernel.disposed.calls.size, model.heard], [0, 0, 0]);
  assert.equal(browser.observers.size, 0);
});

test("a lab that is shown once more after its kernel went says it at once", async () => {
  const { attend, listen } = await anew();
  const disposed = new Signal();
  listen(/** @type {any} */ (Object.assign(new Model(), { widget_manager: { kernel: { disposed } } })));
  disposed.emit();
  const later = new Element("div");
  attend(/** @type {any} */ (later), "gone");
  assert.equal(later.children[0].textContent, "gone");
});

test("what is built into a lab later rests too, as long as the lab is shown", async (browser) => {
  const { kernel, around, leave } = await lab();
  kernel.disposed.emit();
  const [observer] = /** @type {any[]} */ ([...browser.observers]);
  const late = around.appendChild(new Element("button"));
  observer.call();
  assert.equal(late.disabled, true);
  leave();
  assert.equal(browser.observers.size, 0);
});
