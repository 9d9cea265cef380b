/** A text that was not sent when its page was left, for somebody rang, stands there again when one comes back. */

import { meta } from "./strings.ts";

/** Of each `textarea[data-stays]`, by its page, in this tab and for who writes it alone. */
export function keepUnsentTexts(): void {
  const fields = () => document.querySelectorAll<HTMLTextAreaElement>("textarea[data-stays]");
  addEventListener("pagehide", () => {
    for (const field of fields()) {
      if (field.value !== field.defaultValue) sessionStorage.setItem(keyOf(field), field.value);
      else sessionStorage.removeItem(keyOf(field));
    }
  });
  for (const field of fields()) {
    if (!field.value) field.value = sessionStorage.getItem(keyOf(field)) ?? "";
  }
}

function keyOf(field: HTMLTextAreaElement): string {
  return `fanal.text ${meta("live-user").split("-")[0]} ${location.pathname} ${field.id}`;
}
