/** Parts that reload when something happened: `data-refresh-on="kind1 kind2"`, `data-refresh-if="interaction=7"`. */

import { htmx } from "./htmx.ts";

type Happened = { id: string; kind: string; data: Record<string, unknown> };

const KEPT = 200;
const waiting = new Set<Element>();
const recent: (Happened & { at: number })[] = [];
const opened = new WeakMap<Element, number>();
let timer = 0;
let begun = 0;
let answered = 0;

/** Each matching element gets the htmx trigger `refresh`, at most once in 50 ms however much happened. */
export function listenForRefresh(): void {
  document.addEventListener("fanal:event", (event) => {
    const { id, kind, data } = (event as CustomEvent<Happened>).detail;
    recent.push({ id, kind, data, at: performance.now() });
    recent.splice(0, recent.length - KEPT);
    for (const element of document.querySelectorAll<HTMLElement>("[data-refresh-on]")) {
      if (concerns(element, kind, data)) later(element);
    }
  });
  document.addEventListener("fanal:resync", () => document.querySelectorAll("[data-refresh-on]").forEach(later));
  document.addEventListener("htmx:configRequest", (event) => Object.assign((event as CustomEvent).detail, { begun: ++begun, begunAt: performance.now() }));
  document.addEventListener("htmx:afterSettle", (event) => catchUp(event as CustomEvent));
  document.addEventListener("htmx:beforeSwap", (event) => yieldToWhatWasOpened(event as CustomEvent));
  document.addEventListener("htmx:oobBeforeSwap", (event) => leaveWhatWasOpened(event as CustomEvent));
}

export function concerns({ dataset }: HTMLElement, kind: string, data: Record<string, unknown>): boolean {
  const kinds = dataset.refreshOn!.split(/\s+/);
  const group = `${kind.split(".")[0]}.*`;
  if (!kinds.includes(kind) && !kinds.includes(group) && !kinds.includes("*")) return false;
  const conditions = (dataset.refreshIf ?? "").split(/\s+/).filter(Boolean);
  return conditions.every((condition) => {
    const [name = "", wanted = ""] = condition.split("=");
    const given = [data[name]].flat().map(String);
    return wanted.split(",").some((value) => given.includes(value));
  });
}

function later(element: Element): void {
  waiting.add(element);
  timer ||= setTimeout(() => {
    timer = 0;
    const ready = [...waiting].filter((one) => one.isConnected);
    waiting.clear();
    for (const one of ready) htmx.trigger(one, "refresh");
  }, 50);
}

/**
 * A part that gave way to something else while it was asked for does not come back, and of two things that were chosen
 * the later one stays; what took its place asks anew.
 */
function yieldToWhatWasOpened({ detail }: CustomEvent): void {
  const { elt, triggeringEvent, begun, verb } = detail.requestConfig;
  answered = begun;
  if (triggeringEvent?.type === "refresh") {
    if (!elt.isConnected) stay(detail);
  } else if (verb === "get" && begun < (opened.get(detail.target) ?? 0)) stay(detail);
  else opened.set(detail.target, begun);
}

/** A part that comes into the page is as old as its question: what happened since then, and found no part here, is made up for. */
function catchUp({ target, detail }: CustomEvent): void {
  const since = recent.filter(({ at }) => at > (detail.requestConfig?.begunAt ?? Infinity));
  if (!since.length) return;
  const part = target as HTMLElement;
  for (const element of [part, ...part.querySelectorAll<HTMLElement>("[data-refresh-on]")]) {
    if (element.dataset.refreshOn && since.some(({ kind, data }) => concerns(element, kind, data))) later(element);
  }
}

/** What an answer brings beside its own part is older than what a person opened there after they had asked. */
function leaveWhatWasOpened({ detail }: CustomEvent): void {
  if (answered < (opened.get(detail.target) ?? 0)) stay(detail);
}

function stay(detail: { shouldSwap: boolean; target: Element }): void {
  detail.shouldSwap = false;
  detail.target.querySelectorAll("[data-refresh-on]").forEach(later);
}
