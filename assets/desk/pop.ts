/** What rings is shown in the right room while nothing else is open there, and gives way to what was opened meanwhile. */

import { waitsToOpen } from "./lifted.ts";

let accepting = 0;
let withWork = false;

export function showWhatRings(): void {
  document.addEventListener("htmx:beforeSwap", (event) => withWork = (event as CustomEvent).detail.target.id === "work");
  document.addEventListener("htmx:oobBeforeSwap", (event) => keepWhatIsThere(event as CustomEvent));
  document.addEventListener("htmx:beforeRequest", (event) => accepting += Number(accepts(event)));
  document.addEventListener("htmx:afterRequest", (event) => accepting -= Number(accepts(event)));
}

/**
 * What comes beside my work never takes the place of a contact, and the same pop not that of itself; what is being
 * opened needs no empty room before.
 */
function keepWhatIsThere({ detail }: CustomEvent<{ target: Element; fragment: ParentNode; shouldSwap: boolean }>): void {
  const comes = offerIn(detail.fragment);
  if (!withWork || detail.target.id !== "about") return;
  const opening = !comes && (accepting > 0 || waitsToOpen());
  if (location.pathname !== "/" || opening || comes === offerIn(detail.target)) detail.shouldSwap = false;
}

/** The offer whose pop is shown in a part: empty where nothing rings, undefined where it shows a contact. */
function offerIn(part: ParentNode): string | undefined {
  return part.querySelector<HTMLElement>("[data-pop]")?.dataset.pop;
}

function accepts(event: Event): boolean {
  return /\/acceptance\/$/.test((event as CustomEvent).detail.pathInfo?.requestPath ?? "");
}
