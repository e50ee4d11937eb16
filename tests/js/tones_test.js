// A figure made in the colours of a light page, on a dark one.
import assert from "node:assert/strict";
import { darkened, isDark } from "../../rnnviz/live/tones.js";

/** @type {{tones: Record<string, string>, scales: Record<string, {light: [number, string][], dark: [number, string][]}>}} */
const PALETTE = {
  tones: { "#1976d2": "#64b5f6", "#ffffff": "#111111" },
  scales: {
    gate: { light: [[0, "#ffffff"], [1, "#036249"]], dark: [[0, "#000001"], [1, "#5ed7ae"]] },
  },
};

Deno.test("a page is dark if what is written on it is light", () => {
  assert.deepEqual(["rgb(33, 33, 33)", "rgb(90, 96, 104)", "#444"].map(isDark), [false, false, false]);
  assert.deepEqual(["rgb(230, 230, 230)", "rgb(169, 176, 184)", "rgba(255, 255, 255, 0.87)"].map(isDark), [
    true,
    true,
    true,
  ]);
});

Deno.test("every colour that is known is swapped, however deep it lies and in whatever words", () => {
  const figure = {
    line: { color: "#1976D2" },
    list: [{ text: '<b style="color:#1976d2">now</b>' }],
    other: "#123456",
    y: 3,
  };
  assert.deepEqual(darkened(figure, PALETTE), {
    line: { color: "#64b5f6" },
    list: [{ text: '<b style="color:#64b5f6">now</b>' }],
    other: "#123456",
    y: 3,
  });
});

Deno.test("a colour scale is swapped as a whole, and one that is not known colour by colour", () => {
  assert.deepEqual(
    darkened({ colorscale: [[0, "#ffffff"], [1, "#036249"]] }, PALETTE).colorscale,
    PALETTE.scales.gate.dark,
  );
  assert.deepEqual(darkened([[0, "#ffffff"], [1, "#abcdef"]], PALETTE), [[0, "#111111"], [1, "#abcdef"]]);
});

Deno.test("numbers are handed on as they are, and what was given is left alone", () => {
  const numbers = new Float32Array([1, 2]), figure = { z: numbers, y: [1, 2], color: "#ffffff" };
  const dark = darkened(figure, PALETTE);
  assert.equal(dark.z, numbers);
  assert.equal(dark.y, figure.y);
  assert.equal(figure.color, "#ffffff");
});

Deno.test("without a palette nothing is swapped", () => {
  assert.deepEqual(darkened({ color: "#ffffff" }, {}), { color: "#ffffff" });
});
