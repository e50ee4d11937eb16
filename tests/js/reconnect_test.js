// A model that was ready too late hears its kernel again, and is told what it has missed.
import assert from "node:assert/strict";
import { reconnecting } from "../../rnnviz/live/reconnect.js";
import { test } from "./browser.js";
import { Model } from "./model.js";

/** How ipywidgets itself hands on a message; anywidget's own way refuses every one once it has given a model up. */
class Plain {
  /** @type {unknown[]} */
  messages = [];

  /** @param {unknown} message */
  _handle_comm_msg(message) {
    this.messages.push(message);
    return Promise.resolve();
  }
}

/** @param {boolean} deaf */
function made(deaf) {
  class Late extends Plain {
    /**
     * @override
     * @param {unknown} message
     */
    _handle_comm_msg(message) {
      return deaf ? Promise.reject(new Error("not ready in time")) : super._handle_comm_msg(message);
    }
  }
  /** @type {unknown[]} */
  const asked = [];
  const comm = {
    deliver: (/** @type {unknown} */ _message) => {},
    on_msg(/** @type {(message: unknown) => void} */ call) {
      this.deliver = call;
    },
    send: (/** @type {unknown} */ message) => asked.push(message),
  };
  const real = Object.assign(new Late(), { comm });
  const model = Object.assign(new Model({ own_id: "id" }), {
    widget_manager: { get_model: (/** @type {string} */ id) => Promise.resolve(id === "id" ? real : null) },
  });
  return { real, comm, asked, model };
}

test("a deaf model gets its messages, and asks for the state that it has missed", async (browser) => {
  const { real, comm, asked, model } = made(true);
  reconnecting({}).initialize({ model });
  await browser.pass(0);
  assert.deepEqual(asked, [{ method: "request_state" }]);
  comm.deliver("a frame");
  assert.deepEqual(real.messages, ["a frame"]);
});

test("a model that hears is left as it is", async (browser) => {
  const { real, asked, model } = made(false);
  reconnecting({}).initialize({ model });
  await browser.pass(0);
  assert.deepEqual([asked, Object.hasOwn(real, "_handle_comm_msg")], [[], false]);
});

test("a widget to which the kernel says nothing is not asked", async (browser) => {
  const { asked, model } = made(true);
  reconnecting({ silent: true }).initialize({ model });
  await browser.pass(0);
  assert.deepEqual(asked, []);
});

test("on a page without ipywidgets' own models a widget works, and nothing is warned of", async (browser) => {
  const { warn } = console;
  /** @type {unknown[]} */
  const warned = [];
  console.warn = (...given) => warned.push(given);
  assert.equal(reconnecting({ initialize: () => "begun" }).initialize({ model: new Model() }), "begun");
  await browser.pass(0);
  console.warn = warn;
  assert.deepEqual(warned, []);
});

test("the widget's own clean-up and its other functions stay its own", () => {
  const [render, leave] = [() => {}, () => {}];
  const widget = reconnecting({ render, initialize: () => leave, silent: true });
  assert.equal(widget.render, render);
  assert.equal(widget.initialize({ model: new Model() }), leave);
});
