/** Writing to the customer: Enter sends, the draft survives a reload, ready answers are inserted, typing is told. */

const TYPING_EVERY = 3000;
let told = 0;

export function keepComposing(): void {
  document.addEventListener("keydown", sendOnEnter);
  document.addEventListener("input", onInput);
  document.addEventListener("click", insertReady);
  document.addEventListener("htmx:beforeSwap", forgetWhenSent);
  document.addEventListener("htmx:afterSettle", (event) => {
    if ((event as CustomEvent).detail.elt?.id === "composer-slot") box()?.focus();
  });
  document.addEventListener("htmx:load", (event) => restore(event.target as Element));
  restore(document);
}

function box(): HTMLTextAreaElement | null {
  return document.querySelector<HTMLTextAreaElement>("#composer textarea");
}

function draftKey(): string {
  return `fanal.draft.${document.querySelector<HTMLElement>("#composer")?.dataset.interaction ?? ""}`;
}

function sendOnEnter(event: KeyboardEvent): void {
  const target = event.target as HTMLElement;
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || target !== box()) return;
  event.preventDefault();
  if (!box()!.value.trim()) return;
  const form = target.closest("form")!;
  form.requestSubmit(form.querySelector<HTMLButtonElement>('[value="message"]'));
}

function onInput(event: Event): void {
  const target = event.target as HTMLInputElement;
  if (target.matches("[data-filter]")) return filter(target);
  if (target !== (box() as Element | null)) return;
  sessionStorage.setItem(draftKey(), target.value);
  if (Date.now() - told < TYPING_EVERY || !target.value) return;
  told = Date.now();
  const form = target.closest<HTMLElement>("form")!;
  const token = form.querySelector<HTMLInputElement>('[name="csrfmiddlewaretoken"]')!.value;
  fetch(form.dataset.typingUrl!, { method: "POST", headers: { "X-CSRFToken": token } }).catch(() => {});
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

function forgetWhenSent(event: Event): void {
  const { requestConfig, xhr } = (event as CustomEvent).detail;
  if (requestConfig?.elt?.id === "composer" && xhr.status < 300) sessionStorage.removeItem(draftKey());
}

function restore(room: ParentNode): void {
  const field = box();
  if (field && !field.value && (room === document || room.querySelector?.("#composer") || (room as Element).id === "composer")) {
    field.value = sessionStorage.getItem(draftKey()) ?? "";
  }
}
