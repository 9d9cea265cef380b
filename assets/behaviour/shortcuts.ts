/** Single keys, declared in the page as `data-key="a"`; the `?` sheet lists what is there now. */

import { openDialog } from "./dialog.ts";
import { text } from "./strings.ts";

const OFF = "fanal.keys";
const own = new Map<string, { label: string; run: (event: KeyboardEvent) => void }>();

/** Registers a key that no element carries; `combo` is written as in HTML: "?", "Mod+K", "Escape". */
export function register(combo: string, label: string, run: (event: KeyboardEvent) => void): void {
  own.set(combo.toLowerCase(), { label, run });
}

export function keysAreOff(): boolean {
  return localStorage.getItem(OFF) === "off";
}

export function listenForKeys(): void {
  showSwitch();
  announce(document);
  document.addEventListener("htmx:load", (event) => announce(event.target as Element));
  document.addEventListener("keydown", onKey);
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (!box.matches("[data-keys-switch]")) return;
    if (box.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "off");
    showSwitch();
  });
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-keys-sheet]")) showSheet();
  });
  register("?", text("keys"), () => showSheet());
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.repeat) return;
  const withModifier = event.ctrlKey || event.metaKey || event.altKey;
  if (event.key === "Escape") leaveField(event.target);
  const single = !withModifier && event.key.length === 1;
  if (single && (isTyping(event.target) || keysAreOff())) return;
  for (const combo of combosOf(event)) {
    const element = elementFor(combo);
    if (element) {
      event.preventDefault();
      activate(element);
      return;
    }
    const command = own.get(combo);
    if (command && (!document.querySelector("dialog:modal") || withModifier)) {
      event.preventDefault();
      command.run(event);
      return;
    }
  }
}

/** First what the key writes, then where it lies: on a Russian or Arabic layout the letters are found by place. */
function combosOf(event: KeyboardEvent): string[] {
  const modifiers = (event.ctrlKey || event.metaKey ? "mod+" : "") + (event.altKey ? "alt+" : "");
  const key = event.key.toLowerCase();
  const combos = [modifiers + key];
  if (event.shiftKey && (event.key.length > 1 || modifiers)) combos.unshift(`${modifiers}shift+${key}`);
  const foreign = key.length === 1 && key > "\x7f";
  if (/^Key[A-Z]$/.test(event.code) && foreign) combos.push(modifiers + event.code.slice(3).toLowerCase());
  if (/^Digit\d$/.test(event.code) && !event.shiftKey && !/\d/.test(key)) combos.push(modifiers + event.code.slice(5));
  if (event.code === "Slash" && foreign) combos.push(modifiers + (event.shiftKey ? "?" : "/"));
  return combos;
}

/** Escape leaves a field that a key leads into, so that single keys work again without the mouse. */
function leaveField(target: EventTarget | null): void {
  if (target instanceof HTMLElement && target.matches("[data-key]") && isTyping(target) && !target.closest("dialog")) target.blur();
}

/** Of several with the same key the one in the topmost open dialog, otherwise the last visible one, answers; then what a closed menu holds. */
function elementFor(combo: string): HTMLElement | undefined {
  const room: ParentNode = [...document.querySelectorAll("dialog:modal")].at(-1) ?? document;
  const found = [...room.querySelectorAll<HTMLElement>("[data-key]")]
    .filter((element) => element.dataset.key!.toLowerCase() === combo);
  return found.filter(usable).at(-1) ?? found.filter(inMenu).at(-1);
}

export function usable(element: HTMLElement): boolean {
  return element.checkVisibility({ visibilityProperty: true }) && allowed(element);
}

/** In a closed menu whose button is there to be pressed. */
function inMenu(element: HTMLElement): boolean {
  const menu = element.closest<HTMLElement>(".menu[popover]:not(:popover-open)");
  const button = menu && document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`);
  return Boolean(button && usable(button)) && !element.closest("[hidden]") && allowed(element);
}

function allowed(element: HTMLElement): boolean {
  return !element.matches(":disabled, [aria-disabled='true'], [inert] *");
}

export function activate(element: HTMLElement): void {
  if (element.matches("input, textarea, select")) {
    element.focus();
    if (element instanceof HTMLInputElement) element.select();
  } else {
    element.click();
  }
}

/** What a button or field is called, without its key: `data-command`, its accessible name, its label, or its words. */
export function labelOf(element: HTMLElement): string {
  const label = (element as HTMLInputElement).labels?.[0]?.textContent?.trim();
  const given = element.dataset.command || element.getAttribute("aria-label") || label || element.getAttribute("placeholder");
  if (given) return given;
  const copy = element.cloneNode(true) as HTMLElement;
  copy.querySelectorAll("kbd, svg, .count, time").forEach((part) => part.remove());
  return (copy.textContent ?? "").replace(/\s+/g, " ").trim();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target.matches("textarea, select")) return true;
  return target.matches("input:not([type=checkbox], [type=radio], [type=button], [type=submit], [type=range])");
}

function announce(room: ParentNode): void {
  if (!room.querySelectorAll) return;
  for (const element of room.querySelectorAll<HTMLElement>("[data-key]:not([aria-keyshortcuts])")) {
    element.setAttribute("aria-keyshortcuts", element.dataset.key!.replace("Mod", "Control"));
  }
}

function showSwitch(): void {
  if (keysAreOff()) document.documentElement.dataset.keys = "off";
  else delete document.documentElement.dataset.keys;
  for (const box of document.querySelectorAll<HTMLInputElement>("[data-keys-switch]")) box.checked = !keysAreOff();
}

export function showSheet(): void {
  const dialog = document.getElementById("keys") as HTMLDialogElement | null;
  const list = dialog?.querySelector(".keys");
  if (!dialog || !list || dialog.open) return;
  const rows = new Map<string, string>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-key]")) {
    if (usable(element) || (inMenu(element) && !rows.has(element.dataset.key!))) rows.set(element.dataset.key!, labelOf(element));
  }
  for (const [combo, { label }] of own) if (label) rows.set(combo, label);
  list.replaceChildren(...[...rows].map(([combo, label]) => {
    const item = document.createElement("li");
    const name = document.createElement("span");
    name.textContent = label;
    name.dir = "auto";
    item.append(name, keycaps(combo));
    return item;
  }));
  openDialog(dialog);
}

export function keycaps(combo: string): HTMLElement {
  const kbd = document.createElement("kbd");
  const command = /Mac|iP/.test(navigator.platform) ? "⌘" : "Ctrl";
  kbd.textContent = combo.split("+").map((part) => (part.toLowerCase() === "mod" ? command : part.length === 1 ? part.toUpperCase() : part)).join(" ");
  return kbd;
}
