/** Timers from the server's clock: `<time data-since="ISO">`, `<time data-until="ISO">`, and rings that empty. */

import { meta } from "./strings.ts";

const SERVER = Date.parse(meta("server-time")) || Date.now();
const DAY = 86400;
const offset = SERVER - Date.now();

export function serverNow(): number {
  return Date.now() + offset;
}

export function runClocks(): void {
  const beat = () => {
    tick(document);
    setTimeout(beat, 1000 - (serverNow() % 1000));
  };
  beat();
  document.addEventListener("htmx:load", (event) => tick(event.target as Element));
  document.addEventListener("visibilitychange", () => tick(document));
}

function tick(room: ParentNode): void {
  if (document.hidden || !room.querySelectorAll) return;
  for (const element of room.querySelectorAll<HTMLElement>("[data-since], [data-until], [data-ago]")) show(element);
}

function show(element: HTMLElement): void {
  const { since, until, ago, over, span } = element.dataset;
  if (ago) {
    write(element, inWords((serverNow() - Date.parse(ago)) / 1000));
  } else if (since) {
    const seconds = Math.max(0, (serverNow() - Date.parse(since)) / 1000);
    write(element, asClock(seconds));
    if (over) element.classList.toggle("late", seconds > Number(over));
  } else if (until) {
    const left = (Date.parse(until) - serverNow()) / 1000;
    if (span) {
      // A ring: it empties over `span` seconds; the sheet glides from one second to the next.
      element.style.setProperty("--p", String(Math.max(0, Math.min(100, (100 * (left - 1)) / Number(span)))));
      write(element, String(Math.max(0, Math.ceil(left))));
      element.closest(".offer")?.classList.toggle("ending", left < 5);
    } else {
      const far = Math.abs(left) >= DAY;
      write(element, (left < 0 ? "−" : "") + (far ? inWords(Math.abs(left)) : asClock(Math.abs(left))));
      element.classList.toggle("late", left < 0);
    }
    if (left <= 0 && !element.dataset.over) {
      element.dataset.over = "yes";
      element.dispatchEvent(new CustomEvent("fanal:over", { bubbles: true }));
    }
  }
}

function write(element: HTMLElement, words: string): void {
  if (element.textContent !== words) element.textContent = words;
}

/** 7 → 0:07, 3725 → 1:02:05; people read these as figures, so they stay left to right and Latin. */
export function asClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const two = (part: number) => String(part).padStart(2, "0");
  const hours = Math.floor(whole / 3600);
  const rest = `${hours ? two(Math.floor(whole / 60) % 60) : Math.floor(whole / 60)}:${two(whole % 60)}`;
  return hours ? `${hours}:${rest}` : rest;
}

function inWords(seconds: number): string {
  const [size, unit] = seconds < 3600 ? [60, "minute"] : seconds < 86400 ? [3600, "hour"] : [86400, "day"];
  const amount = Math.max(0, Math.floor(seconds / (size as number)));
  const locale = `${document.documentElement.lang || "en"}-u-nu-latn`;
  if (seconds < 60) return new Intl.RelativeTimeFormat(locale, { numeric: "auto" }).format(0, "second");
  return new Intl.NumberFormat(locale, { style: "unit", unit: unit as string, unitDisplay: "short" }).format(amount);
}
