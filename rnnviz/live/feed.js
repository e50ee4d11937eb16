// Receives frames, lets the figures draw the newest, and answers once it is on screen.
import { feedOf, newestOf, page } from "./page.js";

const ASK = [1000, 2000, 4000, 8000, 15000, 30000]; // ms until the kernel is asked again
const SILENT = 4; // so many hellos without an answer, and the page says so
const PATIENCE = 400; // ms: a covered window gets no animation frames, and must not hold the feed up

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
    if (spent > 8) await new Promise((done) => setTimeout(done, spent / 2)); // leave the page time for its reader
    feed.say({ kind: "ack", ids, sizes, spent });
  }
  feed.draining = false;
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
      model.off("msg:custom", receive);
      document.removeEventListener("visibilitychange", seen);
      page.feeds.delete(model.get("feed_id"));
    };
  },
};
