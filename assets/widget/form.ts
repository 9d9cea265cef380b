/** The form before the chat: what the account asks, filled with what the page gave. */

import { text } from "../behaviour/strings.ts";
import { part } from "./settings.ts";

type Field = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;
export type Filled = { given: Record<string, string>; consent: boolean };

const form = part<HTMLFormElement>("form");

export function prefill(given: Record<string, string>): void {
  for (const field of fields()) if (!field.value && given[field.name]) field.value = given[field.name]!;
}

/** The form is sent, or asks for a call instead. */
export function listenForForm(submitted: (filled: Filled) => void, calls: (filled: Filled) => void): void {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const wrong = fields().filter((field) => !check(field));
    if (wrong.length) {
      wrong[0]!.focus();
      return;
    }
    const given: Record<string, string> = {};
    let consent = false;
    for (const field of fields()) {
      if (field.name === "consent") consent = (field as HTMLInputElement).checked;
      else if (field.value.trim()) given[field.name] = field.value.trim();
    }
    const asked = (event.submitter as HTMLElement | null)?.id === "form-call" ? calls : submitted;
    asked({ given, consent });
  });
  form.addEventListener("input", (event) => {
    const field = event.target as Field;
    if (field.getAttribute("aria-invalid")) check(field);
  });
}

function check(field: Field): boolean {
  const fine = field.checkValidity();
  const said = part(`e-${field.name}`);
  said.hidden = fine;
  said.textContent = fine ? "" : field.validity.valueMissing ? text("missing") : field.validationMessage;
  if (fine) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  } else {
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", said.id);
  }
  return fine;
}

function fields(): Field[] {
  return [...form.elements].filter((element): element is Field => "name" in element && Boolean((element as Field).name));
}
