// A ring around the point of the timestep at the cursor, in a picture whose axes are no time: it goes where the cursor goes.

/** @import { NumberPart } from "./page.js" */

/**
 * Put the ring where a path is at a timestep; returns what is to be drawn anew, nothing where it is there already.
 * @param {import("./drawing.js").Drawing} drawing
 * @param {number | null} t
 * @returns {NumberPart[]}
 */
export function ringed(drawing, t) {
  const { plot, name, shown } = drawing, [path, ring] = plot.layout?.meta?.ring ?? [];
  const from = plot.data?.[path], to = plot.data?.[ring];
  if (t === null || !from?.x?.length || !to) return [];
  const at = Math.min(t, from.x.length - 1), there = { x: from.x[at], y: from.y[at] };
  if (!Number.isFinite(there.x) || to.x?.[0] === there.x && to.y?.[0] === there.y) return [];
  return /** @type {("x" | "y")[]} */ (["x", "y"]).map((key) => {
    to[key] = new Float32Array([there[key]]);
    shown.delete(`${ring} ${key}`); // whatever the next frame says of it is new
    return { figure: name, trace: ring, key, shape: [1], offset: 0, limits: null };
  });
}
