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
  if (words) await Plotly.react(plot, plot.data, plot.layout);
  const lists = [...names].map((path) => [path, path.split(".").reduce((of, one) => of?.[one], plot.layout)]);
  const changes = Object.fromEntries([...lists, ...axes.map((axis) => [`${axis}.autorange`, true])]);
  if (!Object.keys(changes).length) return;
  if (strip) strip.led = true; // nobody has zoomed
  try {
    await Plotly.relayout(plot, changes);
  } finally {
    if (strip) strip.led = false;
  }
}
