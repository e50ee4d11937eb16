// Checks: an exercise that is answered with a value, judged in the page.
import { kindOf, valueIn } from "./answers.js";
import { added, givenOf, kept } from "./cards.js";

/** @param {HTMLElement} card */
export function check(card) {
  const given = givenOf(card), id = card.dataset.check ?? "";
  const form = added(card, "form");
  const input = added(form, "input", {
    type: "text",
    placeholder: given.placeholder,
    value: kept(`answer.${id}`) ?? "",
  });
  input.setAttribute("aria-label", card.querySelector("p")?.textContent ?? "");
  form.append(" ");
  added(form, "button", { type: "submit", textContent: given.button });
  const told = added(card, "output");
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const kind = kindOf(given, valueIn(input.value));
    kept(`answer.${id}`, input.value);
    told.textContent = given.kinds[kind];
    told.dataset.right = String(kind === "right");
  });
}
