/** htmx under a strict content policy: no eval, no inline styles, a CSRF header, faults in words, focus kept. */

import library from "htmx.org";
import { csrfToken } from "./csrf.ts";
import { keepWhatIsHalfWritten } from "./half-written.ts";
import type { Htmx } from "./htmx-types.ts";
import { meta, text } from "./strings.ts";
import { toast, untoast } from "./toast.ts";

const htmx = library as unknown as Htmx;

type Place = { id: string; name: string; key: string; start: number | null; end: number | null };

const SAID_AFTERWARDS = ["htmx:responseError", "htmx:sendError", "htmx:timeout", "fanal:toast", "fanal:close-dialog"];

export function startHtmx(): void {
  Object.assign(htmx.config, {
    allowEval: false,
    includeIndicatorStyles: false,
    allowScriptTags: false,
    selfRequestsOnly: true,
    historyCacheSize: 0,
    attributesToSettle: ["class"],
    refreshOnHistoryMiss: true,
    defaultSettleDelay: 0,
    scrollBehavior: "instant",
    timeout: 20_000,
    responseHandling: [
      { code: "204", swap: false },
      { code: "[23]..", swap: true },
      { code: "422", swap: true, error: false },
      { code: "[45]..", swap: false, error: true },
    ],
  });
  document.addEventListener("htmx:configRequest", (event) => {
    (event as CustomEvent).detail.headers["X-CSRFToken"] = csrfToken();
  });
  document.addEventListener("htmx:responseError", (event) => explain((event as CustomEvent).detail.xhr));
  document.addEventListener("htmx:sendError", () => toast({ text: text("no_network"), kind: "stop" }));
  document.addEventListener("htmx:beforeSwap", () => untoast(text("no_network")));
  document.addEventListener("htmx:timeout", () => toast({ text: text("too_slow"), kind: "stop" }));
  document.addEventListener("htmx:beforeSwap", (event) => leaveWhenSignedOut(event as CustomEvent));
  document.addEventListener("htmx:beforeSwap", (event) => keepRoomForDialogs(event as CustomEvent));
  document.addEventListener("htmx:beforeRequest", (event) => {
    for (const said of SAID_AFTERWARDS) (event as CustomEvent).detail.elt.addEventListener(said, sayForWhoIsGone);
  });
  keepFocus();
  keepWhatIsHalfWritten();
}

/** What came of a request is said by its own element; of one that was drawn anew meanwhile nobody would hear it. */
function sayForWhoIsGone(event: Event): void {
  const { type, detail, currentTarget } = event as CustomEvent;
  if (!(currentTarget as Element).isConnected) document.body.dispatchEvent(new CustomEvent(type, { detail, bubbles: true }));
}

/** The server's own sentence when it sent one (text/plain or {"detail": …}), otherwise ours for the code. */
function explain(xhr: XMLHttpRequest): void {
  if (xhr.status === 401) return goToSignIn();
  toast({ text: sentenceOf(xhr) || text(`fault_${xhr.status}`) || text("fault"), kind: "stop" });
}

function sentenceOf(xhr: XMLHttpRequest): string {
  const kind = xhr.getResponseHeader("Content-Type") ?? "";
  if (kind.startsWith("text/plain")) return xhr.responseText.trim().slice(0, 300);
  if (!kind.startsWith("application/json")) return "";
  try {
    const { detail } = JSON.parse(xhr.responseText) as { detail?: unknown };
    return typeof detail === "string" ? detail : "";
  } catch {
    return "";
  }
}

/** A fragment that was redirected to the sign-in page must not be pasted into the desk. */
function leaveWhenSignedOut(event: CustomEvent): void {
  const signIn = meta("sign-in-url");
  const answered = new URL(event.detail.xhr.responseURL || location.href, location.href).pathname;
  if (!signIn || answered !== signIn || location.pathname === signIn) return;
  event.detail.shouldSwap = false;
  goToSignIn();
}

/** Dialogs come into their room and never in its place, whatever their opener inherits from the part it stands in. */
function keepRoomForDialogs(event: CustomEvent): void {
  if (event.detail.target.id === "dialogs") event.detail.swapOverride = "innerHTML";
}

export function goToSignIn(): void {
  const signIn = meta("sign-in-url");
  if (signIn && location.pathname !== signIn) location.assign(`${signIn}?next=${encodeURIComponent(location.pathname + location.search)}`);
}

/** htmx keeps focus on elements with an id; we also find the same field, key or the new part itself again. */
function keepFocus(): void {
  let place: Place | undefined;
  document.addEventListener("htmx:beforeSwap", (event) => {
    const focused = document.activeElement as HTMLInputElement | null;
    const target = (event as CustomEvent).detail.target as Element;
    place = focused && focused !== document.body && target.contains(focused) ? placeOf(focused) : undefined;
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (!place || (document.activeElement && document.activeElement !== document.body)) return;
    const found = find(place) ?? (event.target as HTMLElement);
    if (!found.matches("a[href], button, input, select, textarea, [tabindex]")) found.tabIndex = -1;
    found.focus({ preventScroll: true });
    if (place.start !== null && found instanceof HTMLTextAreaElement) found.setSelectionRange(place.start, place.end);
    place = undefined;
  });
}

function placeOf(element: HTMLInputElement): Place {
  const text = element instanceof HTMLTextAreaElement;
  return {
    id: element.id,
    name: element.getAttribute("name") ?? "",
    key: element.dataset.key ?? element.getAttribute("href") ?? "",
    start: text ? element.selectionStart : null,
    end: text ? element.selectionEnd : null,
  };
}

function find({ id, name, key }: Place): HTMLElement | null {
  const by = (selector: string) => document.querySelector<HTMLElement>(selector);
  return (id && document.getElementById(id)) || (name && by(`[name="${CSS.escape(name)}"]`)) ||
    (key && by(`[data-key="${CSS.escape(key)}"], [href="${CSS.escape(key)}"]`)) || null;
}

export { csrfToken, htmx };
