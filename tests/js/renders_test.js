// Whatever a widget has hung up on the page while it was shown is taken down when its output is cleared.
import assert from "node:assert/strict";
import cellview from "../../rnnviz/live/cellview.js";
import { Dragging } from "../../rnnviz/live/drag.js";
import figure, { render } from "../../rnnviz/live/figure.js";
import { cursorOf, feedOf, page } from "../../rnnviz/live/page.js";
import { FastPath } from "../../rnnviz/live/fast.js";
import { Description } from "../../rnnviz/live/description.js";
import accessibility from "../../rnnviz/lab/screen/accessibility.js";
import heading from "../../rnnviz/lab/controls/heading.js";
import line from "../../rnnviz/lab/controls/line.js";
import owntext from "../../rnnviz/lab/tools/owntext.js";
import rail from "../../rnnviz/lab/controls/rail.js";
import share from "../../rnnviz/lab/tools/share.js";
import runbar from "../../rnnviz/lab/controls/runbar.js";
import figureWidget from "../../rnnviz/live/figurewidget.js";
import tour from "../../rnnviz/lab/tour/card.js";
import { test } from "./browser.js";
import { Element } from "./element.js";
import { Model } from "./model.js";

/** @import { Browser } from "./browser.js" */

/** @type {{render: (given: any) => unknown}} */
const draggable = { render: (given) => render(given, Dragging) };

const SPEC = { data: [], layout: {}, run: 0, cursor: [0, 1, 5], label: "h", words: { empty: "", shown: "" } };
const SAID = {
  phase: "walking",
  step: "a",
  highlight: ["rv-play"],
  count: "1 of 2",
  title: "t",
  words: "w",
  praise: "",
};

/** @type {Record<string, {widget: {render: (given: any) => unknown}, state: Record<string, unknown>}>} */
const SHOWN = {
  "a cell": { widget: cellview, state: { picture: {} } },
  "a figure": { widget: figure, state: { name: "h", feed_id: "f", group: "f", spec: SPEC } },
  "a figure's widget": { widget: figureWidget, state: { name: "h", feed_id: "f", group: "f", spec: SPEC } },
  "a figure to drag": { widget: draggable, state: { name: "h", feed_id: "f", group: "f", spec: SPEC, drag: [] } },
  "a lab's tooltips": { widget: accessibility, state: { hints: {}, words: { gone: "gone" } } },
  "a line of sentences": {
    widget: line,
    state: {
      seen: { tone: "good", words: "It learns.", number: "", step: "Step 1", sentences: [["It learns.", "Go on."]] },
      told: {},
      act: {},
      labels: { why: "Why?", less: "Less" },
    },
  },
  "texts to take away": {
    widget: share,
    state: { words: { copy: "Copy" }, code: "print(1)", recipe: "{}", link: "", runs: true },
  },
  "a heading": { widget: heading, state: { title: "Share", tool: "share", close: "Close" } },
  "a text of one's own": { widget: owntext, state: { text: "", words: "", failed: false, heard: 0, labels: {} } },
  "a rail": { widget: rail, state: { typed: {}, marks: {}, counts: {}, words: { more: "more" } } },
  "a run bar": {
    widget: runbar,
    state: { labels: {}, words: "", progress: "", steps: [0, 5], step: 5, goal: 9, held: null, heard: 0 },
  },
  "a tour": { widget: tour, state: { said: SAID, labels: {}, lab: "lab-1" } },
};

/** A plotly that has drawn, as far as a figure looks at it. */
const PLOTLY = {
  react: (/** @type {any} */ plot, /** @type {unknown} */ data, /** @type {unknown} */ layout) =>
    Object.assign(plot, { data, layout, on: () => {} }),
  relayout: () => {},
  purge: () => {},
  Plots: { resize: () => {} },
};

/**
 * @param {Browser} browser
 * @param {string} name
 */
async function shown(browser, name) {
  const { widget, state } = SHOWN[name];
  const [model, lab, el] = [new Model(state), new Element("div"), new Element("div")];
  lab.className = "rv-lab";
  lab.appendChild(el);
  Object.assign(page, { Description, FastPath });
  page.plotly.resolve(PLOTLY);
  page.figure.resolve(render);
  const rendered = widget.render({ model, el });
  await browser.pass(1000);
  return { model, el, leave: await rendered };
}

for (const name of Object.keys(SHOWN)) {
  test(`${name}: its clean-up leaves no listener, timer, observer or element behind`, async (browser) => {
    const { model, leave } = await shown(browser, name);
    assert.equal(typeof leave, "function");
    assert.notEqual(model.heard + browser.observers.size + browser.timers.size, 0);
    /** @type {() => void} */ (leave)();
    assert.deepEqual([...browser.listeners], []);
    assert.equal(browser.timers.size, 0);
    assert.equal(browser.observers.size, 0);
    assert.equal(model.heard, 0);
    assert.equal(browser.document.body.children.length, 0);
    assert.equal(feedOf("f").figures.size + cursorOf("f").listeners.size, 0);
  });
}

/**
 * @param {URL} folder
 * @returns {Generator<URL>}
 */
function* scripts(folder) {
  for (const one of Deno.readDirSync(folder)) {
    const place = new URL(one.name + (one.isDirectory ? "/" : ""), folder);
    if (one.isDirectory) yield* scripts(place);
    else if (one.name.endsWith(".js")) yield place;
  }
}

test("every script that shows something is among those whose clean-up is looked at", () => {
  const here = Deno.readTextFileSync(new URL(import.meta.url));
  const shows = [...scripts(new URL("../../rnnviz/", import.meta.url))]
    .filter((place) => /^export default \{(?: |[^]*\n {2})(?:async )?render\b/m.test(Deno.readTextFileSync(place)))
    .map((place) => place.pathname.split("/rnnviz/").at(-1));
  assert.ok(shows.length > 9);
  assert.deepEqual(shows.filter((name) => !here.includes(`../../rnnviz/${name}"`)), []);
});

test("a description that a figure still owes is dropped with it", async (browser) => {
  const { leave } = await shown(browser, "a figure");
  const [drawing] = feedOf("f").figures;
  Object.assign(drawing.description.about, { textContent: "as it was" }); // so that the next one waits a while
  drawing.description.soon();
  assert.equal(browser.timers.size, 1);
  /** @type {() => void} */ (leave)();
  assert.equal(browser.timers.size, 0);
});

test("a word that was just copied is not changed back once its drawer is gone", async (browser) => {
  const { el, leave } = await shown(browser, "texts to take away");
  const [button] = /** @type {any[]} */ (el.querySelectorAll(".rv-copy"));
  await button.onclick();
  assert.equal(browser.timers.size, 1);
  /** @type {() => void} */ (leave)();
  assert.equal(browser.timers.size, 0);
});
