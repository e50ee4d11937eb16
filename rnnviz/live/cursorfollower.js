// Follows the time cursor with questions to the kernel that never queue: a new one is asked once the last was answered.
import { cursorOf } from "./page.js";

const PAUSE = 40; // ms between two questions at least
const LOST = 1000; // ms: a kernel that is busy with a cell answers later

/**
 * @param {string} group
 * @param {(time: number | null) => boolean} ask Returns whether it did.
 */
export function follower(group, ask) {
  const cursor = cursorOf(group);
  /** @type {number | null} */
  let wanted = null;
  /** @type {number | null} */
  let asked = null;
  let waiting = false, heard = false;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const next = () => {
    if (waiting || wanted === asked || !ask(wanted)) return;
    waiting = true;
    asked = wanted;
    timer = setTimeout(free, LOST);
  };
  const free = () => {
    clearTimeout(timer);
    waiting = false;
    next();
  };
  const moves = (/** @type {number | null} */ t) => {
    wanted = t;
    next();
  };
  cursor.listeners.add(moves);
  return {
    /** The kernel has drawn, for a cursor at this timestep or for none. */
    answered(/** @type {number | null} */ at) {
      heard ||= at !== null;
      if (waiting && at === asked) {
        clearTimeout(timer);
        timer = setTimeout(free, PAUSE);
      } else if (!waiting) {
        asked = at; // it looks elsewhere since: the cursor may come back to where it was
      }
    },
    /**
     * The kernel has drawn this timestep of its own accord, for a press perhaps: the cursor goes there, unless somebody moves it.
     * @param {number} time
     */
    led(time) {
      if (waiting || !heard || cursor.t === null || cursor.t === time) return;
      wanted = asked = time;
      cursor.move(time);
    },
    leave() {
      clearTimeout(timer);
      cursor.listeners.delete(moves);
    },
  };
}
