// While other cells run, the lab's line says for how many it waits; what is over within a second is not said.
import assert from "node:assert/strict";
import { pending, wait } from "../../rnnviz/lab/screen/waiting.js";
import { test } from "./browser.js";
import { Element } from "./element.js";

const WORDS = { waiting: "Waiting for {count} cells.", waiting_one: "Waiting for another cell." };

/** A notebook of cells with these prompts, and a lab under the first of them. */
function notebook(/** @type {string[]} */ prompts) {
  const [around, lab, line] = [new Element("div"), new Element("div"), new Element("div")];
  around.className = "jp-Notebook";
  line.className = "rv-line";
  lab.append(line);
  const cells = prompts.map((words) => {
    const [cell, prompt] = [new Element("div"), new Element("div")];
    cell.className = "jp-Cell";
    prompt.className = "jp-InputPrompt";
    prompt.textContent = words;
    cell.append(prompt);
    around.append(cell);
    return { cell, prompt };
  });
  cells[0].cell.append(lab);
  return { lab: /** @type {any} */ (lab), line, cells };
}

const kept = (/** @type {(string | undefined)[]} */ states) => ({
  context: {
    model: { cells: { length: states.length, get: (/** @type {number} */ at) => ({ executionState: states[at] }) } },
  },
});

test("cells that run or are in line are counted by their prompts, without the lab's own", () => {
  assert.equal(pending(notebook(["[*]:", "[*]:", "[ ]:", "[*]:"]).lab, undefined), 2);
  assert.equal(pending(notebook(["[3]:", "[*]:"]).lab, undefined), 1);
  assert.equal(pending(notebook(["[3]:", "[4]:"]).lab, undefined), 0);
});

test("where the notebook's document tells, those that are not on the page count too", () => {
  const { lab } = notebook(["[1]:", "[*]:"]);
  assert.equal(pending(lab, kept(["idle", "running", "running", "running"])), 3);
  assert.equal(pending(lab, kept([undefined, undefined])), 1);
});

test("what lasts is said, with the number of now, and taken back when it is over", async (browser) => {
  const { lab, line, cells } = notebook(["[1]:", "[*]:", "[*]:"]);
  const leave = wait(lab, undefined, WORDS);
  await browser.pass(600);
  assert.equal(line.children.length, 0);
  await browser.pass(500);
  assert.equal(line.textContent, "Waiting for 2 cells.");
  cells[1].prompt.textContent = "[2]:";
  await browser.pass(500);
  assert.equal(line.textContent, "Waiting for another cell.");
  cells[2].prompt.textContent = "[3]:";
  await browser.pass(500);
  assert.equal(line.children.length, 0);
  leave();
  assert.equal(browser.timers.size, 0);
});

test("a cell that is over within a second is not spoken of", async (browser) => {
  const { lab, line, cells } = notebook(["[1]:", "[*]:"]);
  wait(lab, undefined, WORDS);
  await browser.pass(600);
  cells[1].prompt.textContent = "[2]:";
  await browser.pass(2000);
  assert.equal(line.children.length, 0);
});
