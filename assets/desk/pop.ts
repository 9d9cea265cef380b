/**
 * What rings is shown in the right room while no contact of mine is open, and gives way to what was opened meanwhile; a
 * contact that is done or only read gives way to it, and comes back when it rings no more.
 */

import { waitsToOpen } from "./lifted.ts";
import { contactIsThere } from "./open.ts";

let accepting = 0;
let withWork = false;
let askedAt = "";

export function showWhatRings(): void {
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { target, requestConfig } = (event as CustomEvent).detail;
    withWork = target.id === "work";
    askedAt = requestConfig?.headers?.["HX-Current-URL"] ?? "";
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => keepWhatIsThere(event as CustomEvent));
  document.addEventListener("htmx:beforeRequest", (event) => accepting += Number(accepts(event)));
  document.addEventListener("htmx:afterRequest", (event) => accepting -= Number(accepts(event)));
  document.addEventListener("htmx:afterSettle", bringBackWhatWasRead);
}

/**
 * The server says where a pop may stand; it stands nowhere if the page has moved on since it was asked, nor in its own
 * place again, and what is being opened needs no empty room before.
 */
function keepWhatIsThere({ detail }: CustomEvent<{ target: Element; fragment: ParentNode; shouldSwap: boolean }>): void {
  const comes = offerIn(detail.fragment);
  if (!withWork || detail.target.id !== "about") return;
  const opening = !comes && (accepting > 0 || waitsToOpen());
  if (askedAt !== location.href || opening || comes === offerIn(detail.target)) detail.shouldSwap = false;
}

/** The pop knows what it took the place of. */
function bringBackWhatWasRead(): void {
  const pop = document.querySelector<HTMLElement>("#about > [data-pop][hx-get]");
  if (!pop || !contactIsThere() || accepting > 0 || waitsToOpen()) return;
  if (!document.querySelector(`#work [data-offer="${CSS.escape(pop.dataset.pop!)}"]`)) pop.dispatchEvent(new Event("fanal:rings-no-more"));
}

/** The offer whose pop is shown in a part: empty where nothing rings, undefined where it shows a contact. */
function offerIn(part: ParentNode): string | undefined {
  return part.querySelector<HTMLElement>("[data-pop]")?.dataset.pop;
}

function accepts(event: Event): boolean {
  return /\/acceptance\/$/.test((event as CustomEvent).detail.pathInfo?.requestPath ?? "");
}
