/** What somebody is in the midst of stays as it is when the part around it is drawn anew for another reason. */

type Field = HTMLTextAreaElement | HTMLInputElement | HTMLSelectElement;
type Request = { elt: Element; triggeringEvent?: Event };
type Kept = { part: Element; field?: Field; before: string; caret?: [number | null, number | null] };

const FIELDS = "textarea, select, input:not([type=hidden], [type=file], [type=password], [type=submit], [type=button])";
/** Kept whatever draws the part anew: texts in which much is lost. */
const ALWAYS = "textarea[id], input[type=search][id], input[data-keeps][id]";
/** Choices that are sent as they are made, so the page is right as it comes. */
const AT_ONCE = "[hx-get], [hx-post], [hx-put], [hx-delete]";
/** A part may come empty first and ask for its content. */
const PATIENCE = 5000;

const kept = new Map<string, Kept>();
let timer = 0;

/**
 * A part that draws itself anew (something happened, or it asks every few seconds) keeps every field and what was
 * opened; one that an action draws anew keeps the texts and what was opened, but for what was just sent. What comes
 * with other words than before keeps those.
 */
export function keepWhatIsHalfWritten(): void {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = (event as CustomEvent).detail as { target: Element; requestConfig: Request };
    const anew = isDrawnAnew(requestConfig);
    if (target.id === "dialogs" && !anew) return;
    keep(target, anew ? new Set() : sentWith(requestConfig.elt), anew);
  });
  document.addEventListener("htmx:afterSettle", bringBack);
}

function isDrawnAnew({ elt, triggeringEvent }: Request): boolean {
  return triggeringEvent?.type === "refresh" || (!triggeringEvent && !elt.matches("form, button, a, input, select"));
}

function keep(part: Element, sent: Set<string>, anew: boolean): void {
  for (const field of part.querySelectorAll<Field>(anew ? FIELDS : ALWAYS)) {
    const key = keyOf(field);
    if (!key || sent.has(key) || (!isText(field) && field.matches(AT_ONCE)) || valueOf(field) === given(field)) continue;
    const caret: Kept["caret"] = isText(field) ? [field.selectionStart, field.selectionEnd] : undefined;
    kept.set(key, { part: field, field, before: given(field), caret });
  }
  for (const opened of part.querySelectorAll<HTMLDetailsElement>("details[open]")) {
    const key = keyOfDetails(opened);
    if (!sent.has(key)) kept.set(key, { part: opened, before: "" });
  }
  if (!kept.size) return;
  clearTimeout(timer);
  timer = setTimeout(() => kept.clear(), PATIENCE);
}

function bringBack(): void {
  if (!kept.size) return;
  for (const field of document.querySelectorAll<Field>(FIELDS)) {
    const was = kept.get(keyOf(field));
    if (!was?.field || was.field === field) continue;
    kept.delete(keyOf(field));
    if (given(field) === was.before || (isText(field) && !field.value)) put(field, was.field, was.caret);
  }
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details")) {
    const was = kept.get(keyOfDetails(part));
    if (!was || was.field || was.part === part) continue;
    kept.delete(keyOfDetails(part));
    part.open = true;
  }
}

function put(field: Field, was: Field, caret: Kept["caret"]): void {
  if (field instanceof HTMLSelectElement) {
    const chosen = new Set([...(was as HTMLSelectElement).selectedOptions].map((option) => option.value));
    if (![...chosen].every((value) => [...field.options].some((option) => option.value === value))) return;
    for (const option of field.options) option.selected = chosen.has(option.value);
  } else if (isText(field)) {
    field.value = was.value;
    if (caret && caret[0] !== null) field.setSelectionRange(...caret);
    if (field.type === "search") field.dispatchEvent(new Event("input", { bubbles: true }));
  } else {
    (field as HTMLInputElement).checked = (was as HTMLInputElement).checked;
  }
}

/** What was sent, and what it was opened in, by its keys: the part may have been drawn anew since. */
function sentWith(elt: Element): Set<string> {
  const keys = [elt, ...elt.querySelectorAll(FIELDS)].map((one) => keyOf(one as Field));
  for (let one: Element | null = elt.closest("details"); one; one = one.parentElement?.closest("details") ?? null) {
    keys.push(keyOfDetails(one as HTMLDetailsElement));
  }
  return new Set([...keys, ...[...elt.querySelectorAll("details")].map(keyOfDetails)]);
}

function isText(field: Field): field is HTMLTextAreaElement | HTMLInputElement {
  return !(field instanceof HTMLSelectElement) && field.type !== "checkbox" && field.type !== "radio";
}

function valueOf(field: Field): string {
  if (field instanceof HTMLSelectElement) return [...field.selectedOptions].map((option) => option.value).join("\n");
  return isText(field) ? field.value : String((field as HTMLInputElement).checked);
}

/** What stood there when it came; of a choice without one the first is chosen. */
function given(field: Field): string {
  if (field instanceof HTMLSelectElement) {
    const chosen = [...field.options].filter((option) => option.defaultSelected);
    const first = field.multiple || field.size > 1 ? [] : [...field.options].slice(0, 1);
    return (chosen.length ? chosen : first).map((option) => option.value).join("\n");
  }
  return isText(field) ? field.defaultValue : String((field as HTMLInputElement).defaultChecked);
}

/** The same field in the part that comes, and never one of another case or talk: also the form's address is the same. */
function keyOf(field: Field): string {
  const choice = field.type === "checkbox" || field.type === "radio" ? field.value : "";
  if (field.id) return `#${field.id} ${addressOf(field.form)}`;
  return field.name ? [addressOf(field.form), field.name, choice].join(" ") : "";
}

function keyOfDetails(part: HTMLDetailsElement): string {
  const summary = part.querySelector("summary")?.textContent?.trim() ?? "";
  return `details ${part.id} ${addressOf(part.querySelector("form") ?? part.closest("form"))} ${summary}`;
}

function addressOf(form: Element | null): string {
  return form?.getAttribute("hx-post") ?? form?.getAttribute("action") ?? "";
}
