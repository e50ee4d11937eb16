// What the tests of painting do to a saved page: its figures are drawn at will, in full or as they are while a run plays.
(() => {
  const feed = rnnvizPage.feeds.get("replay");
  const figures = () => [...feed.figures];
  const painted = async () => {
    for (let i = 0; i < 3; i++) await new Promise((done) => requestAnimationFrame(done));
  };
  let count = 1000;
  const painting = globalThis.painting = {
    /** @type {Record<string, number>} How often plotly has drawn each figure in full. */
    redrawn: {},
    revisions: {},
    /** @type {Record<string, number>} How often plotly has taken two clicks in each figure for a double click. */
    twice: {},
    frames: {},
    async begin() {
      for (const { name, plot } of figures()) {
        painting.revisions[name] = plot.layout.datarevision;
        painting.twice[name] = 0;
        plot.on("plotly_doubleclick", () => painting.twice[name]++);
      }
      const Plotly = painting.Plotly = await rnnvizPage.plotly.promise;
      const { react } = Plotly;
      Plotly.react = (plot, data, layout, ...more) => {
        const { name } = figures().find((one) => one.plot === plot);
        // of the same revision plotly draws words alone
        if (layout.datarevision !== painting.revisions[name]) {
          painting.redrawn[name] = (painting.redrawn[name] ?? 0) + 1;
        }
        painting.revisions[name] = layout.datarevision;
        return react(plot, data, layout, ...more);
      };
    },
    plot: (name) => figures().find((one) => one.name === name).plot,
    names: () => figures().map((one) => one.name),
    keep: (name) => (painting.frames[name] = feed.last).step,
    // The numbers of one frame under the words of another.
    mix(name, numbers, words) {
      const of = (frame, said) => painting.frames[frame].parts.filter((one) => said === "value" in one);
      painting.frames[name] = { ...painting.frames[words], parts: [...of(numbers, false), ...of(words, true)] };
    },
    // The page's own drawing has ended: a figure that rests is drawn later, and the slow ones rest long.
    async idle() {
      while (feed.draining) await new Promise((done) => setTimeout(done, 10));
    },
    // A kept frame is the feed's newest, which is what the page draws whenever it draws by itself.
    async send(name, setting) {
      await painting.idle();
      painting.redrawn = {};
      for (const one of figures()) setting(one.fast);
      const id = ++count, digests = Object.fromEntries(painting.names().map((one) => [one, id]));
      [feed.last, feed.light] = [{ ...painting.frames[name], id, digests }, null];
      for (const one of figures()) await one.draw(feed.last);
    },
    // In full; or without the last full drawing, and with every word drawn at once, or put off as long as the test lasts.
    async draw(name, full = false, words = false) {
      await painting.send(name, (fast) => Object.assign(fast, { broken: full, due: () => words, later: () => {} }));
      for (const one of figures()) {
        if (words) {
          for (const axis of one.fast.reaches.keys()) one.fast.reaches.set(axis, null); // nearly right is not enough
          await one.fast.reword();
        }
        if (one.fast.broken !== full) throw new Error(`${one.name} has left the fast path`);
      }
      await painted();
      return painting.redrawn;
    },
    // Every axis shows this share of what it shows.
    async zoom(share) {
      for (const { plot } of figures()) {
        const changes = {};
        for (const key of Object.keys(plot._fullLayout).filter((one) => /^[xy]axis\d*$/.test(one))) {
          const { type, range } = plot._fullLayout[key];
          const [low, high] = range.map(Number), by = 0.4 * (high - low) * (1 - share);
          if (type !== "category") changes[`${key}.range`] = [low + by, high - 1.3 * by];
        }
        await painting.Plotly.relayout(plot, changes);
      }
    },
    // What plotly says under a pointer, and what it hands to those who listen, at places all over every panel.
    hovers() {
      const said = {};
      for (const { plot, name } of figures()) {
        said[name] = [];
        for (const id of plot._fullLayout._subplots.cartesian) {
          const { xaxis, yaxis } = plot._fullLayout._plots[id];
          for (const [across, down] of [[0.11, 0.2], [0.37, 0.52], [0.5, 0.9], [0.83, 0.4], [0.99, 0.61]]) {
            painting.Plotly.Fx.hover(plot, { xpx: across * xaxis._length, ypx: down * yaxis._length }, id);
            const words = [...plot.querySelectorAll(".hovertext")].map((one) => one.textContent);
            said[name].push([id, words, ...(plot._hoverdata ?? []).map(({ x, y, z }) => [x, y, z])]);
            painting.Plotly.Fx.unhover(plot);
          }
        }
      }
      return said;
    },
    // As while a run plays, words and the last full drawing in their time.
    async play(name) {
      await painting.send(name, (fast) => {
        for (const key of ["due", "later"]) delete fast[key];
        fast.broken = false;
      });
    },
    mode: (name, mode) => painting.Plotly.relayout(painting.plot(name), { dragmode: mode }),
    // Where a figure's first panel lies in the page.
    panel(name) {
      const plot = painting.plot(name), { left, top } = plot.getBoundingClientRect();
      const { xaxis, yaxis } = Object.values(plot._fullLayout._plots)[0];
      return [left + xaxis._offset, top + yaxis._offset, xaxis._length, yaxis._length];
    },
    // Nothing is on its way to the screen.
    async still() {
      await new Promise((done) => setTimeout(done, 0));
      for (const { queue } of figures()) await queue;
      await painted();
    },
    rests: () => figures().every(({ fast }) => !fast.ahead && !fast.owes),
    // What a reader would save.
    exported: (name) => painting.Plotly.toImage(painting.plot(name), { format: "png", width: 500, height: 300 }),
  };
  return painting.begin();
})();
