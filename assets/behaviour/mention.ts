/** Calling a colleague in a note: behind an @ the names that fit are offered; arrows choose, Enter or Tab takes one. */

let asked = 0;

export function listenForMentions(): void {
  document.addEventListener("input", (event) => {
    const field = event.target as HTMLTextAreaElement;
    if (field.matches("textarea[data-mentions]")) void offer(field);
  });
  document.addEventListener("keydown", onKey, true);
  document.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>(".mentions [role='option']");
    if (option) take(option);
  });
  document.addEventListener("focusout", (event) => {
    const field = event.target as HTMLElement;
    const to = (event as FocusEvent).relatedTarget as Element | null;
    if (field.matches("textarea[data-mentions]") && !to?.closest(".mentions")) list(field)?.replaceChildren();
  });
}

/** What was begun behind the last @ before the caret: at most three words. */
export function begun(text: string): string {
  const found = /(?:^|[^\p{L}\p{N}_])@(\p{L}[^\s@]*(?: [^\s@]+){0,2})$/u.exec(text);
  return found?.[1] ?? "";
}

async function offer(field: HTMLTextAreaElement): Promise<void> {
  const word = begun(field.value.slice(0, field.selectionStart));
  const options = list(field);
  const mine = ++asked;
  if (!options) return;
  if (!word) return show(field, options, "");
  const address = `${field.dataset.mentions}?q=${encodeURIComponent(word)}`;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => undefined);
  const names = answer?.ok ? await answer.text() : "";
  if (mine === asked) show(field, options, names);
}

function show(field: HTMLElement, options: HTMLElement, names: string): void {
  options.innerHTML = names;
  mark(field, optionsIn(options), 0);
}

function onKey(event: KeyboardEvent): void {
  const field = event.target as HTMLTextAreaElement;
  if (!field.matches?.("textarea[data-mentions]")) return;
  const offered = optionsIn(list(field));
  if (!offered.length || event.isComposing) return;
  const here = offered.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    mark(field, offered, (here + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length);
  } else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(offered[Math.max(here, 0)]!);
  else if (event.key === "Escape") show(field, list(field)!, "");
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function take(option: HTMLElement): void {
  const options = option.closest<HTMLElement>(".mentions")!;
  const field = document.querySelector<HTMLTextAreaElement>(`[aria-controls="${CSS.escape(options.id)}"]`)!;
  const end = field.selectionStart;
  const start = end - begun(field.value.slice(0, end)).length;
  field.setRangeText(`${option.dataset.name} `, start, end, "end");
  show(field, options, "");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

function mark(field: HTMLElement, offered: HTMLElement[], place: number): void {
  offered.forEach((option, index) => {
    option.id ||= `mention-${index}`;
    option.setAttribute("aria-selected", String(index === place));
  });
  const chosen = offered[place];
  if (chosen) field.setAttribute("aria-activedescendant", chosen.id);
  else field.removeAttribute("aria-activedescendant");
}

function list(field: HTMLElement): HTMLElement | null {
  return document.getElementById(field.getAttribute("aria-controls") ?? "");
}

function optionsIn(options: HTMLElement | null): HTMLElement[] {
  return [...(options?.querySelectorAll<HTMLElement>('[role="option"]') ?? [])];
}
