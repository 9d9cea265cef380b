/** During a call the tab with the phone stays where it is, for leaving it would cut the line: pages open beside it. */

import { toast } from "../behaviour/toast.ts";
import { word } from "./words.ts";

export function stayDuring(talking: () => boolean): void {
  addEventListener("beforeunload", (event) => {
    if (talking()) event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || !talking() || event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (link.target || link.matches("[hx-get], [data-hx-get], [download], [href^='#']") || link.origin !== location.origin) return;
    event.preventDefault();
    beside(link.href);
  }, true);
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const to = (event as CustomEvent).detail.xhr.getResponseHeader("HX-Redirect");
    if (!to || !talking()) return;
    event.preventDefault();
    beside(new URL(to, location.href).href);
  });
}

function beside(url: string): void {
  const opened = window.open(url, "_blank");
  const here = { label: word("open_talk"), run: () => void window.open(url, "_blank") };
  toast({ text: word("opens_beside"), kind: "sea", action: opened ? undefined : here });
}
