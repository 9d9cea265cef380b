/** A look at what rings, beside whatever else is open: it goes when that rings no more. */

export function closePeeks(): void {
  document.addEventListener("htmx:afterSettle", () => {
    const peek = document.querySelector<HTMLElement>("#peek:popover-open");
    const offer = peek?.querySelector<HTMLElement>("[data-pop]")?.dataset.pop;
    if (offer && !document.querySelector(`[data-offer="${CSS.escape(offer)}"]`)) peek!.hidePopover();
  });
}
