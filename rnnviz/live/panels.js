// Where the panels of a picture lie: a caption, the picture, a gap, one below the other. All sizes are pixels.

export const TALL = 880; // a window at least as high has higher pictures
const CAPTION = 16, NUMBER = 16;
const FOLDED = 8; // a picture that is folded away lies behind its caption, and is still kept current

/**
 * What `layout.meta` says of a colour bar, a read-out, a panel, and a picture.
 * @typedef {{kind: string, low: number, high: number, labels: [number, string][], pointed?: boolean, span?: number,
 *   mark?: number | null, was?: number | null}} Bar
 * @typedef {{row: number, digits: number | null, unit?: string, lead?: string, leads?: string[], was?: number | null,
 *   dot?: string}} Read
 * @typedef {{axis: string, x: string, name: string, glyph?: string, tone?: string, aside: string, low: number, high: number, gap: number, head?: number,
 *   bar?: Bar | null, read?: Read | null, big?: string, bigwords?: string, now?: string, keys?: [string, string][],
 *   empty?: string, above?: boolean, named?: boolean, share?: number}} Panel
 * @typedef {{title: string, first: string, last: string, labels: string[] | null, end?: number,
 *   padding?: string, rest?: number}} Axis
 * @typedef {{place: string, panels: Panel[], marks?: (number | null)[], rows?: ArrayLike<number>[], axes?: Axis[], sample?: number}} Meta
 */

/**
 * A panel's box: its caption's top, its picture's top and height.
 * @typedef {{top: number, picture: number, height: number, folded: boolean}} Box
 */

/** @param {string} axis As in "y2". */
export const key = (axis) => `${axis[0]}axis${axis.slice(1)}`;

/**
 * @param {Panel[]} panels
 * @param {(panel: Panel, index: number) => number} height Of its picture; 0 folds it away.
 * @param {boolean} last Whether nothing but the axis follows.
 * @returns {{boxes: Box[], height: number}}
 */
export function stacked(panels, height, last = false) {
  let top = 0;
  const boxes = panels.map((panel, index) => {
    const pixels = height(panel, index);
    const picture = top + (panel.head ?? CAPTION + (panel.big ? NUMBER : 0));
    const box = { top, picture, height: pixels, folded: pixels === 0 };
    top = picture + pixels + (last && index === panels.length - 1 ? 0 : panel.gap);
    return box;
  });
  return { boxes, height: top };
}

/**
 * What plotly is told of these boxes.
 * @param {Panel[]} panels
 * @param {{boxes: Box[], height: number}} stack
 * @param {number} foot Below the last panel, for the words of its axis.
 */
export function placed(panels, { boxes, height }, foot) {
  /** @type {Record<string, any>} */
  const changes = { height: height + foot };
  panels.forEach((panel, index) => {
    const { top, picture, height: pixels, folded } = boxes[index];
    const [from, to] = folded ? [top + 4, top + 4 + FOLDED] : [picture, picture + pixels];
    changes[`${key(panel.axis)}.domain`] = [1 - to / height, 1 - from / height];
    changes[`${key(panel.axis)}.visible`] = !folded;
  });
  return changes;
}
