// How numbers are written beside pictures.
import assert from "node:assert/strict";
import { written } from "../../rnnviz/live/numbers.js";

for (
  const [value, words] of /** @type {[any, string][]} */ ([
    [1.4, "1.40"],
    [20.61, "20.6"],
    [-0.05, "−0.0500"],
    [1234.4, "1,234"],
    [0.00265, "0.00265"],
    [9.996, "10.0"],
    [999.7, "1,000"],
    [1.16e-26, "1.2 × 10⁻²⁶"],
    [-123456, "−1.2 × 10⁵"],
    [0.0009996, "0.00100"],
    [0, "0"],
    [NaN, "–"],
    [undefined, "–"],
    [-Infinity, "−∞"],
  ])
) {
  Deno.test(`measured, ${value} is written ${words}`, () => assert.equal(written(value), words));
}

for (
  const [value, words] of /** @type {[number, string][]} */ ([
    [-0.114, "−0.11"],
    [0.5, "0.50"],
    [-0.001, "0.00"],
    [1, "1.00"],
  ])
) {
  Deno.test(`as a state, ${value} is written ${words}`, () => assert.equal(written(value, 2), words));
}
