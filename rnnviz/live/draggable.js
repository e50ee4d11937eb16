// A figure whose points can be dragged: only such a one carries the code for it.
import { Dragging } from "./drag.js";
import { render } from "./figure.js";

export default { render: (/** @type {Parameters<typeof render>[0]} */ given) => render(given, Dragging) };
