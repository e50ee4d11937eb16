// Receives frames, lets the figures draw the newest, and answers once it is on screen.
const PATIENCE = 400; // ms: a covered window gets no animation frames, and must not hold the feed up

function nextPaint() {
  return new Promise((done) => {
    const timer = setTimeout(done, PATIENCE);
    requestAnimationFrame(() => (clearTimeout(timer), done()));
  });
}

// A pass draws the figures that are due; a slow one skips frames, and is brought up to date in a later pass.
async function drain(feed) {
  feed.draining = true;
  while (feed.unanswered.length || [...feed.figures].some((figure) => figure.behind(feed.last))) {
    if (!document.hidden) await nextPaint();
    const ids = feed.unanswered.splice(0);
    const started = performance.now();
    const sizes = {};
    for (const figure of feed.figures) {
      if (figure.due()) await figure.draw(feed.last);
      sizes[figure.name] = figure.size();
    }
    const spent = performance.now() - started;
    if (!ids.length) continue;
    if (spent > 8) await new Promise((done) => setTimeout(done, spent / 2)); // leave the page time for its reader
    feed.say({ kind: "ack", ids, sizes, spent });
  }
  feed.draining = false;
}

export default {
  initialize({ model }) {
    const feed = feedOf(model.get("feed_id"));
    feed.unanswered = [];
    feed.say = (message) => model.get("ended") || model.send(message); // nobody listens to an ended feed
    const receive = (content, buffers) => {
      if (content.kind !== "frame") return;
      feed.last = { ...content, bytes: buffers[0] };
      feed.unanswered.push(content.id);
      if (!feed.draining) drain(feed);
    };
    const seen = () => {
      feed.say({ kind: "seen", page: page.id, hidden: document.hidden });
      if (document.hidden || !feed.last) return;
      for (const figure of feed.figures) figure.draw(feed.last);
    };
    model.on("msg:custom", receive);
    document.addEventListener("visibilitychange", seen);
    feed.say({ kind: "hello" });
    feed.say({ kind: "seen", page: page.id, hidden: document.hidden });
    return () => {
      model.off("msg:custom", receive);
      document.removeEventListener("visibilitychange", seen);
      page.feeds.delete(model.get("feed_id"));
    };
  },
};
