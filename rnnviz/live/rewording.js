// Has plotly draw words, ranges and the names of places anew, and calculate no numbers for them.

/** @import { Drawing } from "./drawing.js" */

/**
 * @param {Drawing} drawing
 * @param {boolean} words Whether a word or a range is another one.
 * @param {Iterable<string>} names Lists in the layout, such as "yaxis.ticktext": plotly compares no lists.
 * @param {string[]} axes Those that are to choose a range anew, such as "yaxis2".
 */
export async function reworded({ Plotly, plot, strip }, words, names, axes) {
  // of the same revision as what is drawn: plotly compares words and ranges, and draws those that differ
  if (words) await unsized(plot, () => Plotly.react(plot, plot.data, plot.layout));
  const lists = [...names].map((path) => [path, path.split(".").reduce((of, one) => of?.[one], plot.layout)]);
  const changes = Object.fromEntries([...lists, ...axes.map((axis) => [`${axis}.autorange`, true])]);
  if (!Object.keys(changes).length) return;
  if (strip) strip.led = true; // nobody has zoomed
  try {
    await unsized(plot, () => Plotly.relayout(plot, changes));
  } finally {
    if (strip) strip.led = false;
  }
}

/**
 * Have plotly draw at the size that it knows: it would ask the page, which then lays itself out in between.
 * @param {import("./subplots.js").Plot} plot
 * @param {() => Promise<unknown>} draw
 */
async function unsized(plot, draw) {
  const { layout, _fullLayout: { autosize } } = plot;
  const given = layout.autosize;
  delete layout.autosize;
  try {
    const drawn = draw(); // asks, if it does, before it waits for anything
    plot._fullLayout.autosize = autosize;
    await drawn;
  } finally {
    if (given !== undefined) layout.autosize = given;
  }
}
