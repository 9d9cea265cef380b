/** Short notices at the edge: `toast({text, kind, action})`, the event `fanal:toast`, or Django's messages. */

import { icon, text } from "./strings.ts";

export type Toast = { text: string; kind?: "go" | "stop" | "lamp" | "sea"; action?: { label: string; run: () => void }; seconds?: number };

const ICONS = { go: "check", stop: "warning", lamp: "bell", sea: "info" };

export function listenForToasts(): void {
  document.addEventListener("fanal:toast", (event) => {
    const { text, kind } = (event as CustomEvent<Toast>).detail;
    toast({ text, kind });
  });
  for (const message of document.querySelectorAll<HTMLElement>("#messages li")) {
    toast({ text: message.textContent!.trim(), kind: (message.dataset.kind as Toast["kind"]) ?? "sea" });
  }
}

/** A failure stays until it is closed; everything else goes by itself unless the pointer or focus rests on it. */
export function toast({ text: words, kind = "sea", action, seconds = kind === "stop" ? 0 : 6 }: Toast): void {
  const room = document.getElementById("toasts");
  if (!room) return;
  const same = [...room.children].find((other) => other.querySelector("p")?.textContent === words);
  same?.remove();
  const box = document.createElement("div");
  box.className = `toast ${kind}`;
  if (kind === "stop") box.setAttribute("role", "alert");
  const line = document.createElement("p");
  line.textContent = words;
  line.dir = "auto";
  box.append(icon(ICONS[kind]), line);
  if (action) box.append(button(action.label, "button small", () => (box.remove(), action.run())));
  const close = button("", "button quiet square small", () => leave(room, box));
  close.setAttribute("aria-label", text("close"));
  close.append(icon("close"));
  box.append(close);
  room.append(box);
  raise(room);
  while (room.children.length > 4) room.firstElementChild!.remove();
  if (seconds) setTimeout(() => whenAtRest(box, () => leave(room, box)), seconds * 1000);
}

/** Takes back a notice that is no longer true. */
export function untoast(words: string): void {
  const room = document.getElementById("toasts");
  for (const box of [...room?.children ?? []] as HTMLElement[]) {
    if (box.querySelector("p")?.textContent === words) leave(room!, box);
  }
}

/** Above an open dialog too: a popover shown last lies on top. */
function raise(room: HTMLElement): void {
  if (room.matches(":popover-open")) room.hidePopover();
  room.showPopover();
}

function leave(room: HTMLElement, box: HTMLElement): void {
  box.remove();
  if (!room.children.length && room.matches(":popover-open")) room.hidePopover();
}

function whenAtRest(box: HTMLElement, then: () => void): void {
  if (box.matches(":hover, :focus-within")) setTimeout(() => whenAtRest(box, then), 2000);
  else then();
}

function button(label: string, name: string, run: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.className = name;
  element.textContent = label;
  element.addEventListener("click", run);
  return element;
}
