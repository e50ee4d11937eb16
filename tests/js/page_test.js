// What the widgets of one page share: feeds, and the cursor that marks one timestep in every figure of a group.
import assert from "node:assert/strict";
import { cursorOf, entry, feedOf, page } from "../../rnnviz/live/page.js";
import { test } from "./browser.js";

const SOURCE = new URL("../../rnnviz/live/page.js", import.meta.url);

/** @param {string} version */
async function loaded(version) {
  const source = (await Deno.readTextFile(SOURCE)).replace("{rnnviz.__version__}", version);
  const copy = Math.random(); // every widget brings a copy of its own
  return await import(`data:text/javascript,${encodeURIComponent(`${source}\n// ${copy}`)}`);
}

test("two widgets of one version share the page, its feeds and its cursors", async () => {
  const [first, second] = [await loaded("1.0.0"), await loaded("1.0.0")];
  assert.notEqual(first, second);
  assert.equal(first.page, second.page);
  assert.equal(first.feedOf("f"), second.feedOf("f"));
  assert.equal(first.cursorOf("f"), second.cursorOf("f"));
});

test("two versions on one page share nothing", async () => {
  const [old, young] = [await loaded("1.0.0"), await loaded("1.1.0")];
  assert.deepEqual([old.page.version, young.page.version], ["1.0.0", "1.1.0"]);
  for (const part of /** @type {const} */ (["id", "plotly", "feeds", "cursors"])) {
    assert.notEqual(old.page[part], young.page[part]);
  }
  assert.notEqual(old.feedOf("f"), young.feedOf("f"));
  assert.equal((await loaded("1.0.0")).page, old.page); // also after the other has come
});

test("the page in use can be looked at from outside, with its version", async () => {
  const { page } = await loaded("1.2.0");
  assert.equal(/** @type {any} */ (globalThis).rnnvizPage, page);
  assert.equal(page.version, "1.2.0");
});

test("what is asked for twice is made once", () => {
  let made = 0;
  const map = new Map();
  assert.equal(entry(map, "a", () => ++made), 1);
  assert.equal(entry(map, "a", () => ++made), 1);
  assert.equal(entry(map, "b", () => ++made), 2);
});

test("a feed that nobody has begun holds no frame and can be spoken to", () => {
  const feed = feedOf("unknown");
  feed.say({ kind: "hello" });
  assert.deepEqual([feed.last, feed.silent, feed.figures.size], [null, false, 0]);
  page.feeds.delete("unknown");
});

test("every figure of a group hears where its cursor has moved to", () => {
  const cursor = cursorOf("group");
  /** @type {unknown[]} */
  const heard = [];
  cursor.listeners.add((t) => heard.push(["one", t]));
  cursor.listeners.add((t) => heard.push(["two", t]));
  cursorOf("group").move(3);
  assert.deepEqual(heard, [["one", 3], ["two", 3]]);
  assert.equal(cursorOf("group").t, 3);
});

test("a cursor that stays where it is says nothing", () => {
  const cursor = cursorOf("still");
  let moves = 0;
  cursor.listeners.add(() => moves++);
  for (const t of [null, 0, 0, 5, 5, null, null]) cursor.move(t);
  assert.equal(moves, 3);
});

test("a cursor of another group does not move along", () => {
  cursorOf("here").move(1);
  assert.equal(cursorOf("there").t, null);
});

test("a figure that has left does not hear the cursor any more", () => {
  const cursor = cursorOf("left");
  /** @type {unknown[]} */
  const heard = [];
  const listener = (/** @type {number | null} */ t) => heard.push(t);
  cursor.listeners.add(listener);
  cursor.move(1);
  cursor.listeners.delete(listener);
  cursor.move(2);
  assert.deepEqual(heard, [1]);
});

test("that plotly could not be loaded is no error of a page that has no figure", async () => {
  const { page } = await loaded("1.3.0");
  page.plotly.reject(new Error("no memory"));
  await assert.rejects(page.plotly.promise, /no memory/);
});
