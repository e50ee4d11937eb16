// The wire in the page: who draws a frame, when it is answered, and how often a silent kernel is asked.
import assert from "node:assert/strict";
import widget from "../../rnnviz/live/feed.js";
import { feedOf, page } from "../../rnnviz/live/page.js";
import { test } from "./browser.js";
import { event } from "./element.js";
import { Model } from "./model.js";

/** @import { Browser } from "./browser.js" */

const HELLO = { kind: "hello" };
const AN_HOUR = 3600_000;
let count = 0;

/** A feed with its widget; what it says to the kernel is in `model.said`. */
function begun(state = {}) {
  const id = `feed ${++count}`;
  const model = new Model({ feed_id: id, ended: false, ...state });
  const leave = widget.initialize({ model });
  return { id, model, feed: feedOf(id), leave, said: (/** @type {string} */ kind) => of(model, kind) };
}

/**
 * @param {Model} model
 * @param {string} kind
 */
function of(model, kind) {
  return model.said.filter((one) => one.kind === kind);
}

/**
 * @param {Model} model
 * @param {number} id
 */
function frame(model, id, more = {}) {
  const bytes = new Uint8Array([id]);
  const content = { kind: "frame", id, run: 0, step: id, parts: [], digests: {}, cursors: {}, ...more };
  model.tell("msg:custom", content, [bytes]);
}

/**
 * A frame of these figures only.
 * @param {Model} model
 * @param {number} id
 * @param {string[]} names
 */
function light(model, id, ...names) {
  frame(model, id, { light: true, digests: Object.fromEntries(names.map((name) => [name, id])) });
}

/** Stands for a figure: notes what it draws, takes as long over it as it is told, and rests where it shall. */
class Drawer {
  /** @type {number[]} */
  drawn = [];
  waits = 0;
  rests = false;

  /**
   * @param {Browser} browser
   * @param {string} name
   */
  constructor(browser, name, takes = 0) {
    this.browser = browser;
    this.name = name;
    this.takes = takes;
  }

  due() {
    return !this.rests;
  }

  /** @param {{id: number} | null} frame */
  behind(frame) {
    return frame !== null && frame.id !== this.drawn.at(-1) && !document.hidden;
  }

  /** @param {{id: number}} frame */
  draw(frame) {
    if (!this.behind(frame)) return;
    this.browser.now += this.takes;
    this.drawn.push(frame.id);
  }

  width = 300;

  size() {
    return [this.width, 200];
  }

  wait() {
    this.waits++;
  }
}

/**
 * @param {import("../../rnnviz/live/page.js").Feed} feed
 * @param {Drawer} drawer
 */
function joined(feed, drawer) {
  feed.figures.add(/** @type {any} */ (drawer));
  return drawer;
}

test("a frame is drawn at the next paint, and then answered with the figures' sizes", async (browser) => {
  const { model, feed, said } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  frame(model, 1);
  await browser.pass(0);
  assert.deepEqual([drawer.drawn, said("ack")], [[], []]);
  await browser.pass(16);
  assert.deepEqual(drawer.drawn, [1]);
  assert.deepEqual(said("ack"), [{ kind: "ack", ids: [1], sizes: { hidden: [300, 200] }, spent: 0 }]);
});

test("a figure that has another width while nothing is drawn says so, once it keeps that width", async (browser) => {
  const { model, feed, said } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  feed.resized();
  await browser.pass(1000);
  assert.deepEqual(said("ack"), []); // nothing was drawn yet: the first answer will tell
  frame(model, 1);
  await browser.pass(100);
  for (drawer.width of [310, 400, 500]) {
    feed.resized();
    await browser.pass(50);
  }
  await browser.pass(1000);
  feed.resized();
  await browser.pass(1000);
  assert.deepEqual(said("ack").slice(1), [{ kind: "ack", ids: [], sizes: { hidden: [500, 200] }, spent: 0 }]);
});

test("of frames that come before the paint the newest alone is drawn, and all are answered", async (browser) => {
  const { model, feed, said } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  for (const id of [1, 2, 3]) frame(model, id);
  await browser.pass(100);
  assert.deepEqual(drawer.drawn, [3]);
  assert.deepEqual(said("ack").map((one) => one.ids), [[1, 2, 3]]);
});

test("a light frame is drawn by the figures that it names, and takes from no other what it is owed", async (browser) => {
  const { model, feed, said } = begun();
  const [hidden, curves] = ["hidden", "curves"].map((name) => joined(feed, new Drawer(browser, name)));
  frame(model, 1);
  light(model, 2, "hidden");
  light(model, 3, "hidden");
  await browser.pass(100);
  assert.deepEqual([hidden.drawn, curves.drawn], [[3], [1]]);
  assert.deepEqual(said("ack").map((one) => one.ids), [[1, 2, 3]]);
  light(model, 4, "hidden");
  await browser.pass(100);
  frame(model, 5);
  await browser.pass(100);
  assert.deepEqual([hidden.drawn, curves.drawn], [[3, 4, 5], [1, 5]]);
});

test("a light frame alone is no picture: the kernel is asked until a whole one has come", async (browser) => {
  const { model, said } = begun();
  light(model, 1, "hidden");
  await browser.pass(1000);
  assert.equal(said("hello").length, 2);
  frame(model, 2);
  await browser.pass(AN_HOUR);
  assert.equal(said("hello").length, 2);
});

test("a page that paints no frames answers all the same", async (browser) => {
  const { model, said } = begun();
  globalThis.requestAnimationFrame = () => 0; // as in a window that another one covers
  frame(model, 1);
  await browser.pass(399);
  assert.equal(said("ack").length, 0);
  await browser.pass(1);
  assert.equal(said("ack").length, 1);
});

test("a hidden page answers without waiting for a paint", async (browser) => {
  const { model, said } = begun();
  globalThis.requestAnimationFrame = () => 0;
  Object.assign(browser.document, { hidden: true });
  frame(model, 1);
  await browser.pass(0);
  assert.equal(said("ack").length, 1);
});

test("after a slow drawing the page gets half as long to itself before the answer", async (browser) => {
  const { model, feed, said } = begun();
  joined(feed, new Drawer(browser, "hidden", 100));
  frame(model, 1);
  await browser.pass(16 + 100 + 49);
  assert.equal(said("ack").length, 0);
  await browser.pass(1);
  assert.deepEqual(said("ack").map((one) => one.spent), [100]);
});

/** Frames that come one after the other, each drawn before the next one comes. */
async function played(/** @type {Browser} */ browser, /** @type {Model} */ model, /** @type {number[]} */ ...ids) {
  for (const id of ids) {
    frame(model, id);
    await browser.pass(40);
  }
}

test("a page that draws with ease answers several frames at a time, and has room for more", async (browser) => {
  const { model, feed, said } = begun();
  joined(feed, new Drawer(browser, "hidden", 2));
  await played(browser, model, 1, 2);
  assert.deepEqual(said("ack").map(({ ids, room }) => [ids, room]), [[[1], undefined], [[2], 16]]);
  await played(browser, model, 3, 4, 5);
  assert.equal(said("ack").length, 2);
  await browser.pass(300);
  const { sizes: _, ...last } = said("ack").at(-1) ?? {};
  assert.deepEqual(last, { kind: "ack", ids: [3, 4, 5], spent: 2, held: 300, room: 16 });
});

test("half of the frames that there is room for are answered without a wait", async (browser) => {
  const { model, feed, said } = begun();
  joined(feed, new Drawer(browser, "hidden"));
  await played(browser, model, 1, 2);
  for (const id of [3, 4, 5, 6, 7, 8, 9, 10]) frame(model, id);
  await browser.pass(16);
  assert.deepEqual(said("ack").at(-1)?.ids, [3, 4, 5, 6, 7, 8, 9, 10]);
});

test("where the kernel waits for it, where it took long, and where a size is new, a frame is answered at once", async (browser) => {
  const { model, feed, said } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  await played(browser, model, 1, 2);
  frame(model, 3, { alone: true });
  await browser.pass(40);
  drawer.size = () => [301, 200];
  await played(browser, model, 4, 5);
  drawer.takes = 30;
  await played(browser, model, 6);
  await browser.pass(40);
  const [first, ...rest] = said("ack").map(({ ids, room }) => [...ids, room]);
  assert.deepEqual(first, [1, undefined]);
  assert.deepEqual(rest, [[2, 16], [3, undefined], [4, undefined], [5, 16], [6, undefined]]);
});

test("a page that is closed while it holds an answer back leaves nothing", async (browser) => {
  const { model, leave, said } = begun();
  await played(browser, model, 1, 2, 3);
  leave();
  await browser.pass(AN_HOUR);
  assert.deepEqual([said("ack").length, browser.timers.size], [2, 0]);
});

test("a figure that rests holds up no answer, and is brought up to date once it is due", async (browser) => {
  const { model, feed, said } = begun();
  const [quick, slow] = ["quick", "slow"].map((name) => joined(feed, new Drawer(browser, name)));
  slow.rests = true;
  frame(model, 1);
  await browser.pass(50);
  assert.deepEqual([quick.drawn, slow.drawn, said("ack").length], [[1], [], 1]);
  slow.rests = false;
  await browser.pass(50);
  assert.deepEqual([quick.drawn, slow.drawn, said("ack").length], [[1], [1], 1]);
});

test("a page asks for a frame less and less often, and then no more", async (browser) => {
  const { said } = begun();
  const asked = [];
  for (const second of Array(100).keys()) {
    if (said("hello").length > asked.length) asked.push(second);
    await browser.pass(1000);
  }
  assert.deepEqual(asked, [0, 1, 3, 7, 15, 30, 60]);
  await browser.pass(AN_HOUR);
  assert.equal(said("hello").length, 7);
});

test("after a kernel's long silence the figures are told, and a frame ends it", async (browser) => {
  const { model, feed, said } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  await browser.pass(14_999);
  assert.equal(feed.silent, false);
  await browser.pass(1);
  assert.equal(feed.silent, true);
  assert.equal(drawer.waits, 4);
  frame(model, 1);
  await browser.pass(AN_HOUR);
  assert.equal(said("hello").length, 5);
});

test("a page that has its frame asks for none", async (browser) => {
  const { model, said } = begun();
  frame(model, 1);
  await browser.pass(AN_HOUR);
  assert.deepEqual(said("hello"), [HELLO]);
});

test("the kernel hears when the page is hidden and shown, and a shown one is up to date", (browser) => {
  const { model, feed, said } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  Object.assign(browser.document, { hidden: true });
  browser.document.dispatchEvent(event("visibilitychange"));
  frame(model, 1);
  assert.deepEqual(drawer.drawn, []);
  Object.assign(browser.document, { hidden: false });
  browser.document.dispatchEvent(event("visibilitychange"));
  assert.deepEqual(drawer.drawn, [1]);
  assert.deepEqual(
    said("seen").map((one) => [one.page, one.hidden]),
    [false, true, false].map((one) => [page.id, one]),
  );
});

test("a feed that has ended says nothing any more", async (browser) => {
  const { model, said } = begun();
  model.state.ended = true;
  frame(model, 1);
  await browser.pass(AN_HOUR);
  assert.deepEqual([said("ack").length, said("hello").length], [0, 1]);
});

test("a kernel that cannot be told keeps no frame from being drawn", async (browser) => {
  const { model, feed } = begun();
  const drawer = joined(feed, new Drawer(browser, "hidden"));
  const warned = /** @type {unknown[]} */ ([]);
  const { warn } = console;
  console.warn = (...given) => warned.push(given[0]);
  model.send = () => {
    throw new Error("no kernel");
  };
  for (const id of [1, 2]) {
    frame(model, id);
    await browser.pass(20);
  }
  console.warn = warn;
  assert.deepEqual(drawer.drawn, [1, 2]);
  assert.deepEqual(new Set(warned), new Set(["[rnnviz] the kernel cannot be told."]));
});

test("messages that are no frames change nothing", async (browser) => {
  const { model, feed, said } = begun();
  model.tell("msg:custom", { kind: "other", id: 1 }, []);
  await browser.pass(100);
  assert.deepEqual([feed.last, said("ack")], [null, []]);
});

test("a feed that is closed leaves nothing on the page", async (browser) => {
  const { id, model, leave } = begun();
  leave();
  assert.deepEqual([model.heard, browser.listeners.size, browser.timers.size, page.feeds.has(id)], [0, 0, 0, false]);
  await browser.pass(AN_HOUR);
  assert.equal(of(model, "hello").length, 1);
});
