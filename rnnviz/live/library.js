// Which plotly.js draws a figure: the small one where it knows all its traces, else the whole one, which the kernel sends.
import { page } from "./page.js";

/**
 * @param {{type?: string}[]} data
 * @param {any} [now] The one that has drawn the figure so far, and goes on where it can.
 * @returns {Promise<any>}
 */
export async function plotlyFor(data, now) {
  const plotly = now ?? await page.plotly.promise;
  return data.every(({ type = "scatter" }) => page.traces.includes(type)) ? plotly : page.whole.promise;
}
