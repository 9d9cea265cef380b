/** What is typed is kept on the server: a moment after typing, and at once on leaving; until that worked, in this tab too. */

import { tokenOf } from "./token.ts";

const AFTER = 1500;
const AT_LEAST_EVERY = 8000;
const LARGEST_ON_LEAVING = 60_000; // bytes: browsers let no more outlive a page
const name = `${Date.now().toString(36)}-${Math.random().toString(36).slice(2)}`;
let turn = Date.now();
let timer = 0;
let since = 0;
let running = false;
let again = false;

export function keepDrafts(): void {
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLFormElement>("#composer");
    if (form) touched(form);
  });
  addEventListener("pagehide", leaving);
  document.addEventListener("visibilitychange", () => document.hidden && leaving());
  document.addEventListener("htmx:configRequest", (event) => {
    const { elt, parameters } = (event as CustomEvent).detail;
    if ((elt as Element).closest("#composer")) {
      clearTimeout(timer);
      timer = 0;
      parameters.window = name;
      parameters.turn = String(++turn);
    }
  });
  document.addEventListener("htmx:beforeSwap", forgetWhenSaid);
  document.addEventListener("htmx:load", () => restore());
  restore();
}

function composer(): HTMLFormElement | null {
  return document.querySelector<HTMLFormElement>("#composer");
}

/** A change by the program itself, such as a file that came, is one too. */
export function draftChanged(): void {
  const form = composer();
  if (form) touched(form);
}

function touched(form: HTMLFormElement): void {
  backUp(form);
  since ||= Date.now();
  clearTimeout(timer);
  timer = setTimeout(() => void save(), Math.max(0, Math.min(AFTER, since + AT_LEAST_EVERY - Date.now())));
}

function bodyOf(form: HTMLFormElement): FormData {
  const body = new FormData(form);
  body.delete("file");
  body.append("window", name);
  body.append("turn", String(++turn));
  return body;
}

async function save(): Promise<void> {
  const form = composer();
  timer = since = 0;
  if (!form) return;
  if (running) {
    again = true;
    return;
  }
  running = true;
  const [url, said] = [form.dataset.draftUrl!, backUp(form)];
  const answer = await fetch(url, { method: "POST", body: bodyOf(form), headers: { "X-CSRFToken": tokenOf(form) } }).catch(() => undefined);
  running = false;
  if (answer?.status === 200) kept(form, await answer.json(), said);
  else if (answer?.status === 409) tell(form, await answer.text());
  if (again) {
    again = false;
    touched(form);
  }
}

function kept(form: HTMLFormElement, { version, said }: { version: number; said: string }, typed: string): void {
  form.querySelector<HTMLInputElement>('[name="version"]')!.value = String(version);
  if (sessionStorage.getItem(keyOf(form)) === typed) sessionStorage.removeItem(keyOf(form));
  tell(form, said);
}

function tell(form: HTMLFormElement, words: string): void {
  const place = form.querySelector("[data-kept]");
  if (place) place.textContent = words;
}

function leaving(): void {
  const form = composer();
  if (!form || !timer) return;
  clearTimeout(timer);
  timer = since = 0;
  const body = bodyOf(form);
  const small = new Blob([form.querySelector("textarea")!.value]).size < LARGEST_ON_LEAVING;
  fetch(form.dataset.draftUrl!, { method: "POST", body, headers: { "X-CSRFToken": tokenOf(form) }, keepalive: small }).catch(() => {});
}

function keyOf(form: HTMLFormElement): string {
  return `fanal.draft.${form.dataset.interaction}`;
}

/** In this tab, until the server has it: what was typed while the server was away survives a reload. */
function backUp(form: HTMLFormElement): string {
  const typed = form.querySelector("textarea")!.value;
  sessionStorage.setItem(keyOf(form), typed);
  return typed;
}

function restore(): void {
  const form = composer();
  const typed = form && sessionStorage.getItem(keyOf(form));
  const box = form?.querySelector("textarea");
  if (!form || !box || !typed || box.value === typed) return;
  if (box === document.activeElement && box.value) return;
  box.value = typed;
  touched(form);
}

function forgetWhenSaid(event: Event): void {
  const { requestConfig, xhr } = (event as CustomEvent).detail;
  const form = requestConfig?.elt as HTMLFormElement | undefined;
  if (form?.id === "composer" && xhr.status < 300) sessionStorage.removeItem(keyOf(form));
}
