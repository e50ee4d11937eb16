// Receives frames, lets the figures draw the newest, and answers once it is on screen.
import { feedOf, newestOf, page } from "./page.js";

const ASK = [1000, 2000, 4000, 8000, 15000, 30000]; // ms until the kernel is asked again
const SILENT = 4; // so many hellos without an answer, and the page says so
const PATIENCE = 400; // ms: a covered window gets no animation frames, and must not hold the feed up
// Each answer has the kernel say that it is busy, and then that it is not, which JupyterLab draws in toolbar and tab: that
// takes longer than a picture. So answers are held back so many ms, and there is room for so many frames without one.
const HELD = 300, ROOM = 16, LEAST = 2;
const SETTLED = 200; // ms after the last change of size
const EASY = 8, SLOW = 25; // ms: a page that draws longer is left time for its reader, is answered for at once

/** @returns {Promise<void>} */
function nextPaint() {
  return new Promise((done) => {
    const timer = setTimeout(done, PATIENCE);
    requestAnimationFrame(() => (clearTimeout(timer), done()));
  });
}

// A pass draws the figures that are due; a slow one skips frames, and is brought up to date in a later pass.
/** @param {import("./page.js").Feed} feed */
async function drain(feed) {
  feed.draining = true;
  while (feed.unanswered.length || [...feed.figures].some((figure) => figure.behind(newestOf(feed, figure.name)))) {
    if (!document.hidden) await nextPaint();
    const ids = feed.unanswered.splice(0);
    const started = performance.now();
    /** @type {Record<string, [number, number]>} */
    const sizes = {};
    for (const figure of feed.figures) {
      const frame = newestOf(feed, figure.name);
      if (frame && figure.due()) await figure.draw(frame);
      sizes[figure.name] = figure.size();
    }
    const spent = performance.now() - started;
    if (!ids.length) continue;
    if (spent > EASY) await new Promise((done) => setTimeout(done, spent / 2));
    answer(feed, { ids, sizes, spent });
  }
  feed.draining = false;
}

// A page that draws with ease answers some frames at a time, and has room for more unanswered ones meanwhile.
/**
 * @param {import("./page.js").Feed} feed
 * @param {{ids: number[], sizes: Record<string, [number, number]>, spent: number}} drawn
 */
function answer(feed, { ids, sizes, spent }) {
  const { answered } = feed, now = performance.now();
  answered.since = answered.ids.length ? answered.since : now;
  answered.ids.push(...ids);
  answered.spent += spent;
  answered.passes++;
  const known = JSON.stringify(sizes), alone = newest(feed)?.alone || spent > SLOW;
  const waits = !alone && known === answered.known && answered.ids.length < answered.room / 2;
  if (waits) {
    answered.timer ??= setTimeout(() => tell(feed, sizes), HELD);
    return;
  }
  answered.room = alone || known !== answered.known ? LEAST : ROOM;
  answered.known = known;
  tell(feed, sizes);
}

/**
 * @param {import("./page.js").Feed} feed
 * @param {Record<string, [number, number]>} sizes
 */
function tell(feed, sizes) {
  const { ids, spent, passes, since, timer, room } = feed.answered, held = performance.now() - since;
  clearTimeout(timer);
  Object.assign(feed.answered, { ids: [], spent: 0, passes: 0, timer: undefined });
  feed.say({ kind: "ack", ids, sizes, spent: passes && spent / passes, ...(room > LEAST ? { held, room } : {}) });
}

// Says what sizes the pictures have now, where no frame is on its way that would be answered with them: a lab may be at rest.
/** @param {import("./page.js").Feed} feed */
function tellSizes(feed) {
  const sizes = Object.fromEntries([...feed.figures].map((figure) => [figure.name, figure.size()]));
  const known = JSON.stringify(sizes);
  if (!feed.answered.known || known === feed.answered.known) return;
  feed.answered.known = known;
  tell(feed, sizes);
}

/** @param {import("./page.js").Feed} feed */
function newest({ last, light }) {
  return light ?? last;
}

// A hello may be lost, or its answer: it is said again until a frame has come, and the figures say what they wait for.
/** @param {import("./page.js").Feed} feed */
function greet(feed) {
  let tries = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const ask = () => {
    if (feed.last) return;
    feed.silent = tries >= SILENT;
    for (const figure of feed.figures) figure.wait();
    feed.say({ kind: "hello" });
    if (tries < ASK.length) timer = setTimeout(ask, ASK[tries++]);
  };
  ask();
  return () => clearTimeout(timer);
}

export default {
  /** @param {{model: import("./page.js").Model}} given */
  initialize({ model }) {
    const feed = feedOf(model.get("feed_id"));
    feed.unanswered = [];
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let settling;
    feed.resized = () => {
      clearTimeout(settling);
      settling = setTimeout(() => tellSizes(feed), SETTLED);
    };
    feed.say = (message) => {
      if (model.get("ended")) return; // nobody listens to an ended feed
      try {
        model.send(message);
      } catch (error) {
        console.warn("[rnnviz] the kernel cannot be told.", error); // it is gone, and the lab says so
      }
    };
    const receive = (/** @type {any} */ content, /** @type {DataView[]} */ buffers) => {
      if (content.kind === "read") page.readerOf?.(model.get("feed_id")).start(content.rate, content.start);
      if (content.kind !== "frame") return;
      const frame = { ...content, bytes: buffers[0] };
      // a light one is put beside the last whole one, of which the other figures may still be owed their part
      [feed.last, feed.light] = content.light ? [feed.last, frame] : [frame, null];
      feed.unanswered.push(content.id);
      if (!feed.draining) drain(feed);
    };
    const seen = () => {
      feed.say({ kind: "seen", page: page.id, hidden: document.hidden });
      if (document.hidden) return;
      for (const figure of feed.figures) {
        const frame = newestOf(feed, figure.name);
        if (frame) figure.draw(frame);
      }
    };
    model.on("msg:custom", receive);
    document.addEventListener("visibilitychange", seen);
    const leave = greet(feed);
    feed.say({ kind: "seen", page: page.id, hidden: document.hidden });
    return () => {
      leave();
      clearTimeout(feed.answered.timer);
      clearTimeout(settling);
      model.off("msg:custom", receive);
      document.removeEventListener("visibilitychange", seen);
      page.feeds.delete(model.get("feed_id"));
    };
  },
};
