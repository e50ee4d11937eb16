// Where plotly has put the panels of a picture.

/**
 * The element of a figure, with what plotly has written on it.
 * @typedef {HTMLElement & Record<string, any>} Plot
 */

/**
 * A panel's axes as plotly keeps them; d2p and p2d lead from data to pixels and back.
 * @typedef {object} Axis
 * @property {number} _offset
 * @property {number} _length
 * @property {(value: unknown) => number} d2p
 * @property {(pixel: number) => number} p2d
 * @typedef {{xaxis: Axis, yaxis: Axis}} Panel
 */

/**
 * @param {Plot} plot
 * @returns {Panel[]}
 */
export function subplots(plot) {
  const full = plot._fullLayout;
  return full ? full._subplots.cartesian.map((/** @type {string} */ id) => full._plots[id]).filter(Boolean) : [];
}

/**
 * The size in pixels that is left for data; none where a picture has no panel.
 * @param {Plot} plot
 * @returns {[number, number] | null}
 */
export function extent(plot) {
  const boxes = subplots(plot);
  if (!boxes.length) return null;
  const { w, h } = plot._fullLayout._size;
  return [Math.round(w), Math.round(h)];
}

/**
 * The horizontal axis of the panel under the pointer.
 * @param {Plot} plot
 * @param {{clientX: number, clientY: number}} pointer
 * @returns {Axis | null}
 */
export function under(plot, pointer) {
  const box = plot.getBoundingClientRect();
  const [x, y] = [pointer.clientX - box.left, pointer.clientY - box.top];
  for (const { xaxis, yaxis } of subplots(plot)) {
    const inside = x >= xaxis._offset && x <= xaxis._offset + xaxis._length;
    if (inside && y >= yaxis._offset && y <= yaxis._offset + yaxis._length) return xaxis;
  }
  return null;
}

/**
 * The timestep under the pointer, however it got there: a move tells fractions of a pixel where a click tells none.
 * @param {Plot} plot
 * @param {Axis} axis Of the panel that it is over, or that all strips share.
 * @param {[number, number, number]} cursor Place of timestep 0, distance of one, number of timesteps.
 * @param {{clientX: number}} pointer
 * @returns {number | null} None beside the panel and beyond the sequence's ends.
 */
export function timestepAt(plot, axis, [start, step, length], { clientX }) {
  const across = Math.floor(clientX) - plot.getBoundingClientRect().left - axis._offset;
  if (across < -1 || across > axis._length) return null; // what was cut off
  const t = Math.round((axis.p2d(Math.max(across, 0)) - start) / step);
  return t >= 0 && t < length ? t : null;
}
