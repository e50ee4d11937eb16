// All that a figure's widget brings to the page: what draws it comes once, with plotly.js, however many figures there are.
import { page } from "./page.js";

export default {
  /** @param {{model: import("./page.js").Model, el: HTMLElement}} given */
  render: async (given) => (await page.figure.promise)(given),
};
