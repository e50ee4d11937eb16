// Score and column end level, whatever stands in them.
import assert from "node:assert/strict";
import { levelled } from "../../rnnviz/live/level.js";
import { test } from "./browser.js";

const sum = (/** @type {number[]} */ all) => all.reduce((whole, one) => whole + one, 0);

/**
 * How much longer the score is than the column afterwards.
 * @param {import("../../rnnviz/live/level.js").Picture[]} score
 * @param {import("../../rnnviz/live/level.js").Picture[]} column
 * @param {number} lead
 */
function ahead(score, column, lead) {
  const [tall, side] = levelled(score, column, lead);
  const was = (/** @type {import("../../rnnviz/live/level.js").Picture[]} */ all) => sum(all.map((one) => one.high));
  return lead + sum(tall) - was(score) - sum(side) + was(column);
}

const map = (/** @type {number} */ high, step = 32) => ({ high, step });
const curve = (/** @type {number} */ high) => ({ high, free: true });
const bars = (/** @type {number} */ high) => ({ high });

test("curves of the column give and take, in proportion, to the pixel", () => {
  assert.deepEqual(levelled([map(64)], [curve(100), curve(50)], 31), [[64], [121, 60]]);
  assert.deepEqual(levelled([map(64)], [curve(100), curve(80)], -9)[1].reduce((a, b) => a + b), 171);
});

test("what is no curve stays as it is", () => {
  assert.deepEqual(levelled([map(64)], [bars(75), curve(50)], 20)[1], [75, 70]);
});

test("no curve of the column becomes too small to be read: the score's curves grow in its place", () => {
  const [tall, side] = levelled([map(64), curve(76)], [curve(100)], -90);
  assert.deepEqual([tall, side], [[64, 136], [70]]);
});

test("where the score has heatmaps alone they grow by whole rows, and the column takes what is left", () => {
  const [tall, side] = levelled([map(64), map(64)], [curve(100)], -70);
  assert.deepEqual([tall, side], [[96, 96], [94]]);
});

test("both end level whatever they are made of, as long as one of them can change", () => {
  const parts = [map(64), map(56, 8), map(32, 16), curve(76), curve(36), bars(22), bars(150)];
  let seed = 1;
  const random = () => (seed = seed * 48271 % 2147483647) / 2147483647;
  for (let turn = 0; turn < 500; turn++) {
    const some = () => parts.filter(() => random() < 0.5);
    const [score, column, lead] = [some(), [...some(), curve(90)], Math.round(600 * (random() - 0.5))];
    if (!score.some((one) => "free" in one || "step" in one)) continue;
    assert.equal(ahead(score, column, lead), 0, JSON.stringify([score, column, lead]));
  }
});

test("without a score or a column there is nothing to level", () => {
  assert.deepEqual(levelled([], [curve(100)], 40), [[], [100]]);
  assert.deepEqual(levelled([curve(100)], [], 40), [[100], []]);
});
