/** Puts a popover beside the button that opened it, moves through it with the arrows, and keeps it open and on the screen. */

export function listenForMenus(): void {
  document.addEventListener("toggle", (event) => {
    const menu = event.target as HTMLElement;
    if (!menu.matches?.(".menu[popover]")) return;
    const button = document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`);
    const open = (event as ToggleEvent).newState === "open";
    button?.setAttribute("aria-expanded", String(open));
    if (open && button) place(menu, button);
  }, true);
  document.addEventListener("keydown", (event) => {
    const menu = (event.target as Element).closest?.<HTMLElement>(".menu[popover]");
    if (!menu || !["ArrowDown", "ArrowUp", "Home", "End"].includes(event.key)) return;
    const items = [...menu.querySelectorAll<HTMLElement>("a[href], button:enabled")].filter((item) => item.checkVisibility());
    const here = items.indexOf(document.activeElement as HTMLElement);
    const next = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: items.length - 1 }[event.key]!;
    items.at(next % items.length)?.focus();
    event.preventDefault();
  });
  document.addEventListener("click", (event) => {
    const menu = (event.target as Element).closest<HTMLElement>(".menu[popover]");
    if (menu && (event.target as Element).closest("[data-closes], a[href]")) menu.hidePopover();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    (event.target as Element).closest<HTMLElement>(".menu[popover]:popover-open")?.hidePopover();
  });
  keepOpen();
}

/** A part that is drawn anew under an open menu brings the menu back, unless the answer is the menu's own doing. */
function keepOpen(): void {
  const open = new Set<string>();
  const remember = (event: Event) => {
    const { target, requestConfig } = (event as CustomEvent).detail;
    for (const menu of (target as Element).querySelectorAll?.(".menu[popover]:popover-open") ?? []) {
      if (menu.id && !menu.contains(requestConfig?.elt ?? null)) open.add(menu.id);
    }
  };
  document.addEventListener("htmx:beforeSwap", remember);
  document.addEventListener("htmx:oobBeforeSwap", remember);
  document.addEventListener("htmx:afterSettle", () => {
    for (const id of open) {
      const menu = document.getElementById(id);
      if (menu?.popover && !menu.matches(":popover-open")) menu.showPopover();
    }
    open.clear();
  });
}

/** Below the button, or above it where only there is room; a menu longer than that room scrolls. */
function place(menu: HTMLElement, button: HTMLElement): void {
  menu.style.removeProperty("max-height");
  const anchor = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = menu;
  const fromStart = (getComputedStyle(button).direction === "ltr") === (anchor.left + width <= innerWidth - 8);
  const left = fromStart ? anchor.left : anchor.right - width;
  const below = anchor.bottom + 6 + height <= innerHeight - 8 || anchor.top < height;
  menu.style.setProperty("left", `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`);
  menu.style.setProperty("max-height", `${below ? innerHeight - anchor.bottom - 14 : anchor.top - 14}px`);
  menu.style.setProperty("top", `${below ? anchor.bottom + 6 : anchor.top - height - 6}px`);
}
