// Curves and points by plotly's own hand, without the housekeeping around them.

/** @import { Plot } from "./subplots.js" */

/**
 * Have plotly calculate a trace anew from the numbers that it has now. False where it might draw another kind of curve.
 * @param {Plot} plot
 * @param {number} index
 */
export function recalculate(plot, index) {
  const full = plot._fullData[index];
  const { x, y, text, customdata, mode } = plot.data[index];
  const length = Math.min(x?.length ?? Infinity, y?.length ?? Infinity); // one of them may be counted
  if (!length || length === Infinity || full.stackgroup || full.error_x?.visible || full.error_y?.visible) return false;
  if (full.type === "scatter" && !mode && length !== full._length) return false; // plotly's choice where there are few
  if (full.type === "bar" && length !== full._length) return false;
  given(full, { x, y, text, customdata });
  full._length = length;
  const made = full._module.calc(plot, full);
  made[0].t ??= {};
  made[0].trace = full;
  plot.calcdata[index] = made;
  return true;
}

/**
 * Write attributes where plotly has completed a trace: those that are not given, it does not have either.
 * @param {any} full
 * @param {Record<string, unknown>} attributes
 */
export function given(full, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value != null) full[key] = value;
    else if (Object.hasOwn(full, key) && typeof full[key] === "object") delete full[key];
  }
}

/**
 * Whether plotly counts along both axes of a trace, and has no names to keep in order.
 * @param {Plot} plot
 * @param {any} full
 */
export function counted(plot, full) {
  const { xaxis, yaxis } = panelOf(plot, full);
  return [xaxis, yaxis].every(({ type }) => type === "linear" || type === "log");
}

/**
 * @param {Plot} plot
 * @param {any} full A trace.
 */
export function panelOf({ _fullLayout }, { xaxis, yaxis }) {
  return _fullLayout._plots[xaxis + yaxis];
}

/**
 * Draw every trace of one kind in a panel: filled curves and bars lean on their neighbours.
 * @param {Plot} plot
 * @param {any} full One of them.
 */
export function replot(plot, full) {
  const { _module: kind, xaxis, yaxis } = full;
  const panel = panelOf(plot, full);
  const layer = panel.plot.select(`.${kind.layerName ?? `${kind.name}layer`}`);
  if (layer.empty()) throw new Error(`plotly has no layer for ${kind.name}.`);
  const drawn = plot.calcdata.filter((/** @type {any} */ [{ trace }]) =>
    trace._module === kind && trace.xaxis === xaxis && trace.yaxis === yaxis && trace.visible === true &&
    trace._length !== 0
  );
  kind.plot(plot, panel, drawn, layer);
  if (kind.name === "bar") kind.style(plot); // a bar that was none has no colour yet
  if (panel.zoomScalePts) panel.zoomScalePts = panel.plot.selectAll(".trace").selectAll("path.point");
  swept(plot);
}

/**
 * Take away what plotly leaves of words that were empty: where words are to stand there again, it would draw none.
 * @param {Plot} plot
 */
export function swept(plot) {
  for (const one of plot.querySelectorAll(".textpoint:empty")) one.remove();
}

/**
 * How far the numbers on an axis reach, as it counts them; null where it chooses no range of its own.
 * @param {Plot} plot
 * @param {any} axis
 * @returns {[number, number] | null}
 */
export function reach(plot, axis) {
  if (!axis.autorange) return null;
  let [low, high] = [Infinity, -Infinity];
  for (const { visible, _extremes } of plot._fullData) {
    const found = visible === true && _extremes?.[axis._id];
    for (const { val } of found ? found.min : []) low = Math.min(low, val);
    for (const { val } of found ? found.max : []) high = Math.max(high, val);
  }
  return low <= high ? [low, high] : null;
}
