/** The conversation on the screen: the server's messages in the server's order, then what still waits to be sent. */

import { icon, text } from "../behaviour/strings.ts";
import { raw } from "./api.ts";
import type { Entry } from "./outbox.ts";
import { filled, part, settings } from "./settings.ts";

export type FileInfo = { id: number; name: string; media_type: string; size: number };
export type Message = {
  id: number;
  client_id: string;
  author: "customer" | "agent" | "bot" | "system";
  name: string;
  text: string;
  at: string;
  attachments: FileInfo[];
};
export type Marks = { delivered_up_to: number; read_up_to: number };

const clock = new Intl.DateTimeFormat(settings.language, { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat(settings.language, { weekday: "long", day: "numeric", month: "long" });
const log = part("messages");
const shown = new Map<string, HTMLElement>();
let lastDay = "";

export function clear(): void {
  for (const child of [...log.children]) if (!(child as HTMLElement).dataset.greeting && child.tagName !== "P") child.remove();
  for (const day of log.querySelectorAll(".day, .joined")) day.remove();
  shown.clear();
  lastDay = "";
}

export function show(messages: Message[]): void {
  const near = atEnd();
  for (const message of messages) {
    const key = message.client_id || `#${message.id}`;
    const known = shown.get(key);
    if (known?.dataset.id) continue;
    known?.remove();
    day(message.at);
    const own = message.author === "customer";
    const element = bubble(own ? text("you") : message.name || text("us"), message.text, own);
    element.dataset.id = String(message.id);
    if (message.author === "bot" || message.author === "system") element.classList.add("bot");
    for (const file of message.attachments) element.insertBefore(attachment(file), element.lastChild);
    const time = document.createElement("time");
    time.dateTime = message.at;
    time.textContent = clock.format(new Date(message.at));
    time.className = "num";
    element.querySelector(".meta")!.prepend(own || !message.name ? "" : `${message.name} · `, time);
    shown.set(key, element);
    log.insertBefore(element, log.querySelector("[data-waiting]"));
  }
  if (near) toEnd();
}

/** Entries that the server has not confirmed, after everything it has. */
export function showWaiting(entries: Entry[], accepted: Entry[], online: boolean, remove: (id: string) => void): void {
  const near = atEnd();
  const wanted = new Set([...accepted, ...entries].map((entry) => entry.id));
  for (const [key, element] of shown) {
    if ("waiting" in element.dataset && !wanted.has(key)) {
      element.remove();
      shown.delete(key);
    }
  }
  for (const entry of [...accepted, ...entries]) {
    if (entry.path !== "/messages" || shown.get(entry.id)?.dataset.id) continue;
    const element = shown.get(entry.id) ?? bubble(text("you"), String(entry.body.text ?? ""), true);
    if (!shown.has(entry.id)) {
      for (const name of entry.names) element.insertBefore(named(name), element.lastChild);
      element.dataset.waiting = "";
      shown.set(entry.id, element);
      log.append(element);
    }
    const done = accepted.includes(entry);
    element.classList.toggle("failed", Boolean(entry.refused));
    element.classList.toggle("pending", !done && !entry.refused);
    const state = entry.refused ? `${text("failed")}: ${entry.refused}` : text(done ? "sent" : online ? "sending" : "kept");
    const meta = element.querySelector(".meta")!;
    if (meta.textContent !== state) meta.textContent = state;
    if (entry.refused) {
      const away = document.createElement("button");
      away.type = "button";
      away.className = "link";
      away.textContent = text("remove");
      away.onclick = () => remove(entry.id);
      meta.append(" ", away);
    }
  }
  if (near) toEnd();
}

export function mark(marks: Marks): void {
  for (const element of log.querySelectorAll<HTMLElement>(".us[data-id]")) {
    const id = Number(element.dataset.id);
    const word = text(id <= marks.read_up_to ? "read" : id <= marks.delivered_up_to ? "delivered" : "sent");
    const meta = element.querySelector(".meta")!;
    let said = meta.querySelector<HTMLElement>(".mark");
    if (!said) {
      said = document.createElement("span");
      said.className = "mark";
      meta.append(" · ", said);
    }
    if (said.textContent !== word) said.textContent = word;
  }
}

/** A line of the program between the messages: somebody joined, the chat ended. */
export function line(said: string): void {
  const near = atEnd();
  const element = document.createElement("p");
  element.className = "day joined";
  element.textContent = said;
  log.insertBefore(element, log.querySelector("[data-waiting]"));
  if (near) toEnd();
}

export function lastFromUs(): number {
  const ids = [...log.querySelectorAll<HTMLElement>("[data-id]:not(.us)")].map((element) => Number(element.dataset.id));
  return Math.max(0, ...ids);
}

export function toEnd(): void {
  log.scrollTop = log.scrollHeight;
}

function atEnd(): boolean {
  return log.scrollHeight - log.scrollTop - log.clientHeight < 80;
}

function day(at: string): void {
  const date = new Date(at);
  const key = date.toDateString();
  if (key === lastDay) return;
  lastDay = key;
  const yesterday = new Date(Date.now() - 86_400_000).toDateString();
  const element = document.createElement("p");
  element.className = "day";
  element.textContent = key === new Date().toDateString() ? text("today") : key === yesterday ? text("yesterday") : calendar.format(date);
  log.insertBefore(element, log.querySelector("[data-waiting]"));
}

function bubble(who: string, said: string, own: boolean): HTMLElement {
  const element = document.createElement("div");
  element.className = own ? "message us" : "message";
  const name = document.createElement("span");
  name.className = "hidden-visually";
  name.textContent = `${who}: `;
  element.append(name);
  if (said) {
    const words = document.createElement("p");
    words.dir = "auto";
    words.textContent = said;
    element.append(words);
  }
  const meta = document.createElement("span");
  meta.className = "meta";
  element.append(meta);
  return element;
}

function named(name: string): HTMLElement {
  const element = document.createElement("span");
  element.className = "attachment";
  const words = document.createElement("bdi");
  words.className = "clip";
  words.textContent = name;
  element.append(icon("attach"), words);
  return element;
}

/** A file is fetched with the token, never by a bare address that somebody else could follow. */
function attachment(file: FileInfo): HTMLElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "attachment";
  button.setAttribute("aria-label", filled(text("download"), { name: file.name }));
  const words = document.createElement("bdi");
  words.className = "clip";
  words.textContent = file.name;
  const size = document.createElement("span");
  size.className = "num";
  size.textContent = sized(file.size);
  button.append(icon("download"), words, size);
  button.onclick = async () => {
    const content = await raw("GET", `/attachments/${file.id}`).then((response) => response.blob()).catch(() => undefined);
    if (!content) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(content);
    link.download = file.name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  };
  return button;
}

export function sized(bytes: number): string {
  const number = (value: number) => new Intl.NumberFormat(settings.language, { maximumFractionDigits: 1 }).format(value);
  const large = bytes >= 1_048_576;
  return filled(text(large ? "megabytes" : "kilobytes"), { size: number(large ? bytes / 1_048_576 : Math.max(0.1, bytes / 1024)) });
}
