// anywidget gives a model up that is not ready within two seconds of its making: the page goes on to show it, but drops
// whatever the kernel says to it from then on. Such a model gets its messages back, and is told what it has missed.
const NOTHING = { content: { data: {} } }; // a message that asks nothing of a model

// Where ipywidgets itself takes a message, without what anywidget has put in between.
/** @param {any} real The model itself, behind what anywidget hands out. */
function plainWay(real) {
  let proto = Object.getPrototypeOf(real);
  while (!Object.hasOwn(proto, "_handle_comm_msg")) proto = Object.getPrototypeOf(proto);
  return Object.getPrototypeOf(proto)._handle_comm_msg;
}

/** @param {import("./page.js").Model} model */
async function reconnect(model) {
  const real = await model.widget_manager?.get_model?.(model.get("own_id"));
  if (!real?.comm || !(await real._handle_comm_msg(NOTHING).then(() => false, () => true))) return;
  const way = plainWay(real);
  real._handle_comm_msg = way;
  real.comm.on_msg((/** @type {unknown} */ message) => way.call(real, message));
  real.comm.send({ method: "request_state" }, real.callbacks?.());
}

/** @typedef {{model: import("./page.js").Model}} Given */

// The widget as its file exports it, and heard however late it comes. Nothing is waited for.
/**
 * @template {object} Widget
 * @param {Widget & {initialize?: (given: Given) => unknown, silent?: boolean}} widget
 */
export function reconnecting(widget) {
  const initialize = (/** @type {Given} */ given) => {
    const end = widget.initialize?.(given);
    if (!widget.silent) reconnect(given.model).catch((error) => console.warn("[rnnviz] a widget may be deaf.", error));
    return end;
  };
  return { ...widget, initialize };
}
