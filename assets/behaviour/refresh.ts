/** Parts that reload when something happened: `data-refresh-on="kind1 kind2"`, `data-refresh-if="interaction=7"`. */

import { htmx } from "./htmx.ts";

type Happened = { id: string; kind: string; data: Record<string, unknown> };

const waiting = new Set<Element>();
let timer = 0;

/** Each matching element gets the htmx trigger `refresh`, at most once in 50 ms however much happened. */
export function listenForRefresh(): void {
  document.addEventListener("fanal:event", (event) => {
    const { kind, data } = (event as CustomEvent<Happened>).detail;
    for (const element of document.querySelectorAll<HTMLElement>("[data-refresh-on]")) {
      if (concerns(element, kind, data)) later(element);
    }
  });
  document.addEventListener("fanal:resync", () => document.querySelectorAll("[data-refresh-on]").forEach(later));
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
