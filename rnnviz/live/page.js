// What all rnnviz widgets of one browser page share: plotly.js, the feeds of frames, the time cursors.
const page = (globalThis.rnnvizPage ??= {
  id: String(Math.random()),
  plotly: deferred(),
  feeds: new Map(),
  cursors: new Map(),
});

function deferred() {
  const parts = {};
  parts.promise = new Promise((resolve, reject) => Object.assign(parts, { resolve, reject }));
  parts.promise.catch(() => {});
  return parts;
}

function entry(map, key, make) {
  if (!map.has(key)) map.set(key, make());
  return map.get(key);
}

// A feed: the newest frame, and who draws it.
function feedOf(id) {
  return entry(page.feeds, id, () => ({ last: null, silent: false, figures: new Set(), say: () => {} }));
}

// A cursor: the timestep that every figure of one group marks.
function cursorOf(group) {
  return entry(page.cursors, group, () => {
    const listeners = new Set();
    return {
      t: null,
      listeners,
      move(t) {
        if (t === this.t) return;
        this.t = t;
        for (const listener of listeners) listener(t);
      },
    };
  });
}
