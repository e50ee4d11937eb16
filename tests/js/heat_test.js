// A heatmap's bitmap, read as a browser reads it: the colour of each cell, and where it lies.
import assert from "node:assert/strict";
import { bitmap } from "../../rnnviz/live/heat.js";
import { test } from "./browser.js";

/** A table in which each code has a colour of its own: red counts it, green counts back. */
function table() {
  const colours = new Uint32Array(256), bytes = new Uint8Array(colours.buffer);
  for (let code = 0; code < 255; code++) bytes.set([code, 255 - code, 7, 255], 4 * code);
  return { key: "", numbers: [], colours };
}

/**
 * The rows of pixels that a bitmap shows, from the top down, each pixel as red, green, blue.
 * @param {string} url
 */
function shown(url) {
  const bytes = Uint8Array.from(atob(url.split(",")[1]), (letter) => letter.charCodeAt(0));
  const view = new DataView(bytes.buffer), at = (/** @type {number} */ place) => view.getInt32(place, true);
  assert.equal(String.fromCharCode(bytes[0], bytes[1]), "BM");
  assert.deepEqual([at(2), view.getUint16(26, true), view.getUint16(28, true)], [bytes.length, 1, 8]);
  const [pixels, columns, high] = [at(10), at(18), at(22)], wide = 4 * Math.ceil(columns / 4);
  const rows = Array.from(
    { length: Math.abs(high) },
    (_, row) =>
      Array.from(bytes.subarray(pixels + row * wide, pixels + row * wide + columns), (code) => {
        const [blue, green, red] = bytes.subarray(54 + 4 * code);
        return [red, green, blue];
      }),
  );
  return high > 0 ? rows.reverse() : rows;
}

const colour = (/** @type {number} */ code) => [code, 255 - code, 7];
const CODES = Uint8Array.from([0, 1, 2, 3, 4, 250, 251, 252, 253, 254]);

test("every cell has its code's colour, the first row at the foot of an axis that counts upward", () => {
  const [first, second] = [[0, 1, 2, 3, 4], [250, 251, 252, 253, 254]].map((row) => row.map(colour));
  const way = { rows: 2, columns: 5, mirrored: false, upward: true };
  assert.deepEqual(shown(bitmap(way, CODES, table())), [second, first]);
  assert.deepEqual(shown(bitmap({ ...way, upward: false }, CODES, table())), [first, second]);
});

test("an axis that runs backwards is drawn so", () => {
  const way = { rows: 2, columns: 5, mirrored: true, upward: false };
  const [first, second] = [[4, 3, 2, 1, 0], [254, 253, 252, 251, 250]].map((row) => row.map(colour));
  assert.deepEqual(shown(bitmap(way, CODES, table())), [first, second]);
});

test("one table draws images of another form, and of the form before, one after the other", () => {
  const one = table(), way = { rows: 2, columns: 5, mirrored: false, upward: false };
  const [before, between, after] = [way, { ...way, rows: 5, columns: 2 }, way].map((form) => bitmap(form, CODES, one));
  assert.equal(before, after);
  assert.deepEqual(shown(between).map((row) => row.length), [2, 2, 2, 2, 2]);
});
