/** Tabs inside one page: `role="tab"` with `aria-controls`; the arrows move, left and right as the script runs. */

export function listenForTabs(): void {
  for (const here of document.querySelectorAll(".tabs > [aria-current]")) here.scrollIntoView({ block: "nearest", inline: "center" });
  document.addEventListener("click", (event) => {
    const tab = (event.target as Element).closest<HTMLElement>('[role="tab"][aria-controls]');
    if (tab) select(tab);
  });
  document.addEventListener("keydown", (event) => {
    const tab = (event.target as Element).closest?.<HTMLElement>('[role="tab"]');
    if (!tab || !["ArrowLeft", "ArrowRight", "Home", "End"].includes(event.key)) return;
    const tabs = siblings(tab);
    const forward = (event.key === "ArrowRight") === (getComputedStyle(tab).direction === "ltr") ? 1 : -1;
    const next = event.key === "Home" ? 0 : event.key === "End" ? tabs.length - 1 : (tabs.indexOf(tab) + forward + tabs.length) % tabs.length;
    tabs[next]!.focus();
    tabs[next]!.click();
    event.preventDefault();
  });
}

function siblings(tab: HTMLElement): HTMLElement[] {
  return [...tab.closest('[role="tablist"]')!.querySelectorAll<HTMLElement>('[role="tab"]')];
}

function select(chosen: HTMLElement): void {
  for (const tab of siblings(chosen)) {
    const on = tab === chosen;
    tab.setAttribute("aria-selected", String(on));
    tab.tabIndex = on ? 0 : -1;
    const panel = document.getElementById(tab.getAttribute("aria-controls") ?? "");
    if (panel) panel.hidden = !on;
  }
}
