// Numbers as the kernel packs them: float32, or one byte a number over fixed limits.
import assert from "node:assert/strict";
import { values } from "../../rnnviz/live/decoding.js";
import { test } from "./browser.js";

/**
 * @param {number[]} shape
 * @param {[number, number] | null} limits
 */
function part(shape, limits = null, offset = 0) {
  return { figure: "hidden", trace: 0, key: "z", shape, offset, limits };
}

/** @param {ArrayLike<number>[]} rows */
const plain = (rows) => rows.map((row) => Array.from(row));

test("words come as they are", () => {
  const word = { figure: "hidden", trace: null, key: "title.text", value: "step 3" };
  assert.equal(values(word, new Uint8Array()), "step 3");
});

test("a curve is read from where it begins", () => {
  const bytes = new Uint8Array(new Float32Array([9, 0.5, -2, NaN, 9]).buffer);
  assert.deepEqual(values(part([3], null, 4), bytes), new Float32Array([0.5, -2, NaN]));
});

test("rows come in their order", () => {
  const bytes = new Uint8Array(new Float32Array([1, 2, 3, 4, 5, 6]).buffer);
  assert.deepEqual(plain(values(part([2, 3]), bytes)), [[1, 2, 3], [4, 5, 6]]);
});

test("a buffer that begins within a larger one is read from its own beginning", () => {
  const all = new Uint8Array(12);
  all.set(new Uint8Array(new Float32Array([0.25]).buffer), 8);
  assert.deepEqual(values(part([1], null, 4), new DataView(all.buffer, 4)), new Float32Array([0.25]));
});

test("a byte stands for one of 255 levels between its limits, and 255 for no number", () => {
  const shown = values(part([4], [-1, 1]), new Uint8Array([0, 127, 254, 255]));
  assert.deepEqual(shown, new Float32Array([-1, 0, 1, NaN]));
});

test("every byte comes back within half a level of what it was made of", () => {
  const [low, high] = [-3, 5];
  const level = (high - low) / 254;
  const codes = Uint8Array.from({ length: 255 }, (_, code) => code);
  const shown = values(part([5, 51], [low, high]), codes).flatMap((/** @type {Float32Array} */ row) => Array.from(row));
  for (const [code, value] of shown.entries()) assert.ok(Math.abs(value - (low + code * level)) < level / 2);
  assert.equal(shown.length, 255);
});

test("numbers of a frame outlive the frame", () => {
  const bytes = new Uint8Array(new Float32Array([1, 2]).buffer);
  const shown = values(part([2]), bytes);
  bytes.fill(0);
  assert.deepEqual(shown, new Float32Array([1, 2]));
});
