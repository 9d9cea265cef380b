/** Writing to the customer: Enter sends (in a mail with Ctrl or ⌘), ready answers are inserted, typing is told. */

import { tokenOf } from "./token.ts";

const TYPING_EVERY = 3000;
let told = 0;

export function keepComposing(): void {
  document.addEventListener("keydown", sendOnEnter);
  document.addEventListener("input", onInput);
  document.addEventListener("click", insertReady);
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((event as CustomEvent).detail.elt?.id === "composer-slot") box()?.focus();
  });
}

function box(): HTMLTextAreaElement | null {
  return document.querySelector<HTMLTextAreaElement>("#composer textarea");
}

function sendOnEnter(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || target !== box()) return;
  const form = target.closest("form")!;
  if ("letter" in form.dataset && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  if (!box()!.value.trim()) return;
  form.requestSubmit(form.querySelector<HTMLButtonElement>('[value="message"]'));
}

function onInput(event: Event): void {
  const target = event.target as HTMLInputElement;
  if (target.matches("[data-filter]")) return filter(target);
  if (target !== (box() as Element | null)) return;
  const form = target.closest<HTMLElement>("form")!;
  if (Date.now() - told < TYPING_EVERY || !target.value || "letter" in form.dataset) return;
  told = Date.now();
  fetch(form.dataset.typingUrl!, { method: "POST", headers: { "X-CSRFToken": tokenOf(form) } }).catch(() => {});
}

function filter(input: HTMLInputElement): void {
  const wanted = input.value.toLocaleLowerCase();
  for (const item of document.querySelectorAll<HTMLElement>(`${input.dataset.filter} > li`)) {
    item.hidden = !item.textContent!.toLocaleLowerCase().includes(wanted);
  }
}

function insertReady(event: Event): void {
  const button = (event.target as Element).closest<HTMLElement>("[data-insert]");
  const field = button && document.querySelector<HTMLTextAreaElement>(button.dataset.insert!);
  if (!button || !field) return;
  const before = field.value && !field.value.endsWith(" ") ? " " : "";
  field.setRangeText(before + button.dataset.text!, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  button.closest("dialog")?.close();
  field.focus();
}
