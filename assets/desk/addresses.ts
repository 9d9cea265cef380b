/** Addresses of a mail as chips: typed and kept by Enter, comma or leaving; Backspace takes the last one, arrows go along them. */

import { text } from "../behaviour/strings.ts";
import { tokenOf } from "./token.ts";

const ENDS = new Set(["Enter", ",", ";", " "]);

export function takeAddresses(): void {
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusout", (event) => {
    const input = event.target as HTMLInputElement;
    if (fieldOf(input) && input.matches("input") && input.value.trim()) void add(input, input.value);
  });
  document.addEventListener("paste", (event) => {
    const input = event.target as HTMLInputElement;
    const pasted = event.clipboardData?.getData("text") ?? "";
    if (!fieldOf(input) || !/[,;\s]/.test(pasted.trim())) return;
    event.preventDefault();
    void addAll(input, pasted);
  });
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    const away = target.closest<HTMLElement>("[data-away]");
    if (away) takeAway(away.closest<HTMLElement>("[data-address]")!);
    if (target.closest("[data-copies]")) showCopies(target.closest<HTMLElement>("[data-copies]")!);
    const elsewhere = target.closest<HTMLElement>("[data-write-to]");
    if (elsewhere) writeTo(elsewhere.dataset.writeTo!);
    else if (fieldOf(target) === target) inputOf(target as HTMLElement).focus();
  });
}

function fieldOf(target: Element | null): HTMLElement | null {
  return target?.closest?.<HTMLElement>("[data-addresses]") ?? null;
}

function onKey(event: KeyboardEvent): void {
  const target = event.target as HTMLInputElement;
  const field = fieldOf(target);
  if (!field || event.isComposing) return;
  const chips = [...field.querySelectorAll<HTMLElement>("[data-address]")];
  if (target.matches("[data-away]")) {
    const at = chips.indexOf(target.closest<HTMLElement>("[data-address]")!);
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key] ?? 0;
    if (event.key === "Backspace" || event.key === "Delete") takeAway(chips[at]!);
    else if (step) go(field, chips, at + (document.dir === "rtl" ? -step : step));
    else return;
    event.preventDefault();
  } else if (ENDS.has(event.key) && target.value.trim()) {
    event.preventDefault();
    void add(target, target.value);
  } else if (event.key === "Enter") {
    event.preventDefault(); // an empty line of addresses sends nothing
  } else if (event.key === "Backspace" && !target.value && chips.length) {
    event.preventDefault();
    chips.at(-1)!.querySelector<HTMLElement>("[data-away]")!.focus();
  }
}

function go(field: HTMLElement, chips: HTMLElement[], at: number): void {
  const next = chips[at]?.querySelector<HTMLElement>("[data-away]") ?? (at >= chips.length ? inputOf(field) : null);
  next?.focus();
}

function inputOf(field: HTMLElement): HTMLInputElement {
  return field.querySelector<HTMLInputElement>("input:not([type=hidden])")!;
}

async function addAll(input: HTMLInputElement, words: string): Promise<void> {
  for (const one of words.split(/[,;\s]+/)) if (one.includes("@")) await add(input, one);
}

/** The server judges each address: it becomes a chip, or a sentence says why not and it stays to be mended. */
async function add(input: HTMLInputElement, words: string): Promise<void> {
  const field = fieldOf(input)!;
  const body = new FormData();
  body.append("address", words.trim());
  body.append("part", field.dataset.addresses!);
  input.value = "";
  const answer = await fetch(field.dataset.url!, { method: "POST", body, headers: { "X-CSRFToken": tokenOf(field.closest("form")!) } }).catch(() => undefined);
  const said = await answer?.text() ?? text("no_network");
  if (!answer?.ok) {
    input.value = words;
    document.dispatchEvent(new CustomEvent("fanal:toast", { detail: { text: said, kind: "stop" } }));
    return;
  }
  const chip = new DOMParser().parseFromString(said, "text/html").body.firstElementChild as HTMLElement;
  const address = chip.querySelector<HTMLInputElement>("input")!.value;
  for (const same of document.querySelectorAll<HTMLInputElement>("[data-addresses] input[type=hidden]")) {
    if (same.value === address) same.closest("[data-address]")!.remove();
  }
  input.before(chip);
  changed(field);
}

function takeAway(chip: HTMLElement): void {
  const field = fieldOf(chip)!;
  chip.remove();
  inputOf(field).focus();
  changed(field);
}

function showCopies(button: HTMLElement): void {
  for (const field of document.querySelectorAll<HTMLElement>("[data-addresses]")) field.hidden = false;
  button.hidden = true;
  inputOf(document.querySelector<HTMLElement>('[data-addresses="cc"]')!).focus();
}

/** Where the answer was asked to go, in the place of whom it would go to. */
function writeTo(address: string): void {
  const field = document.querySelector<HTMLElement>('[data-addresses="to"]')!;
  for (const chip of field.querySelectorAll("[data-address]")) chip.remove();
  void add(inputOf(field), address);
}

function changed(field: HTMLElement): void {
  field.dispatchEvent(new Event("input", { bubbles: true }));
}
