// Read: a playhead that moves the shared timestep from one end to the other.
import assert from "node:assert/strict";
import { readerOf } from "../../rnnviz/live/reading.js";
import { test } from "./browser.js";
import { event } from "./element.js";
import { drawn, scored, spec, texts } from "./strips.js";

test("it begins at the first timestep, goes on at the rate that is asked for, and ends at the last", async (browser) => {
  const { reader, cursor } = await scored([spec()]);
  reader.start(4);
  assert.deepEqual([reader.reading, cursor.t], [true, 0]);
  await browser.pass(249);
  assert.equal(cursor.t, 0);
  await browser.pass(1);
  assert.equal(cursor.t, 1);
  await browser.pass(8 * 250);
  assert.deepEqual([reader.reading, cursor.t], [true, 9]);
  await browser.pass(250);
  assert.deepEqual([reader.reading, cursor.t, browser.timers.size], [false, 9, 0]);
});

test("it may begin in the middle, and not beyond the end", async (browser) => {
  const { reader, cursor } = await scored([spec()]);
  reader.start(10, 7);
  await browser.pass(100);
  assert.equal(cursor.t, 8);
  reader.stop();
  reader.start(10, 10);
  assert.deepEqual([reader.reading, cursor.t], [false, 8]);
});

test("started again it begins anew, with one clock", async (browser) => {
  const { reader, cursor } = await scored([spec()]);
  reader.start(10);
  await browser.pass(300);
  reader.start(5);
  assert.equal(cursor.t, 0);
  await browser.pass(400);
  assert.equal(cursor.t, 2);
});

test("the button starts and ends it, and says which", async (browser) => {
  const { button, reader } = await scored([spec()]);
  assert.equal(button.getAttribute("aria-pressed"), "false");
  const press = () =>
    button.parentElement?.dispatchEvent(Object.defineProperty(event("click"), "target", { value: button }));
  press();
  assert.deepEqual([reader.reading, button.getAttribute("aria-pressed")], [true, "true"]);
  press();
  assert.deepEqual([reader.reading, button.getAttribute("aria-pressed"), browser.timers.size], [false, "false", 0]);
});

test("what is not read yet is veiled, and nothing of the veil is left", async (browser) => {
  const { box, reader } = await scored([spec()]);
  const [veil] = /** @type {any[]} */ (box.querySelectorAll(".rv-veil"));
  assert.equal(veil.hidden, true);
  reader.start(10, 3);
  assert.deepEqual([veil.hidden, veil.style.left, veil.style.width], [false, "156px", "181px"]); // from 3.5 on: 36 + 120
  await browser.pass(600);
  assert.deepEqual([veil.style.left, veil.style.width], ["336px", "1px"]);
  await browser.pass(100);
  assert.equal(veil.hidden, true);
});

test("while it reads, the pointer leaves the cursor alone; an arrow key takes over", async (browser) => {
  const { box, reader, cursor, strips: [{ drawing }] } = await scored([spec()]);
  reader.start(10, 2);
  box.dispatchEvent(event("pointermove", { clientX: 10 + 36 + 255 }));
  assert.equal(cursor.t, 2);
  drawing.key(/** @type {any} */ (event("keydown", { key: "ArrowRight" })));
  assert.deepEqual([reader.reading, cursor.t, browser.timers.size], [false, 3, 0]);
});

for (const key of [" ", "Escape"]) {
  test(`${key === " " ? "Space" : key} ends it and leaves the cursor where it is`, async () => {
    const { reader, cursor, strips: [{ drawing }] } = await scored([spec()]);
    reader.start(10, 2);
    const pressed = event("keydown", { key });
    drawing.key(/** @type {any} */ (pressed));
    assert.deepEqual([reader.reading, cursor.t, pressed.defaultPrevented], [false, 2, true]);
  });
}

test("an open drawer hears where it is, four times a second at most, and last of all where it ends", async (browser) => {
  const { reader, said, dock } = await scored([spec()]);
  dock.offsetWidth = 264;
  reader.start(20);
  await browser.pass(1000);
  assert.deepEqual(said.map((one) => one.kind), ["look", "look", "look"]);
  assert.deepEqual(said.map((one) => one.time), [0, 5, 9]);
});

test("a closed drawer costs no message", async (browser) => {
  const { reader, said } = await scored([spec()]);
  reader.start(20);
  await browser.pass(1000);
  assert.deepEqual(said, []);
});

test("every strip's number follows", async (browser) => {
  const score = await scored([spec(), spec({ rows: [[9, 8, 7, 6, 5, 4, 3, 2, 1, 0]] })]);
  score.reader.start(10, 1);
  await browser.pass(100);
  await drawn(score);
  assert.deepEqual(texts(score.box, "rv-readout-value"), ["2.00", "7.00"]);
});

test("it ends when its last picture is taken away", async (browser) => {
  const { reader, strips } = await scored([spec(), spec()]);
  reader.start(10);
  strips[0].leave?.();
  assert.equal(reader.reading, true);
  strips[1].leave?.();
  assert.deepEqual([reader.reading, browser.timers.size], [false, 0]);
});

test("a group without a sequence has nothing to read", (browser) => {
  readerOf("nobody").start();
  assert.deepEqual([readerOf("nobody").reading, browser.timers.size], [false, 0]);
});
