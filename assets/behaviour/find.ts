/** The search box in the top bar: the arrows walk through what was found, Enter opens it, Escape puts it away. */

export function listenForFind(): void {
  const box = document.querySelector<HTMLElement>("search.find");
  const input = box?.querySelector<HTMLInputElement>("input");
  const results = box?.querySelector<HTMLElement>(".find-results");
  if (!box || !input || !results) return;
  input.addEventListener("keydown", (event) => {
    const found = optionsIn(results);
    const here = found.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if ((event.key === "ArrowDown" || event.key === "ArrowUp") && found.length) {
      const step = event.key === "ArrowDown" ? 1 : -1;
      mark(input, found, here < 0 && step < 0 ? found.length - 1 : (here + step + found.length) % found.length);
      event.preventDefault();
    } else if (event.key === "Enter" && found.length) {
      found[Math.max(here, 0)]!.click();
      event.preventDefault();
    } else if (event.key === "Escape") {
      if (found.length) results.replaceChildren();
      else input.blur();
      input.value = "";
      expand(input, results);
    }
  });
  new MutationObserver(() => {
    optionsIn(results).forEach((option, place) => (option.id ||= `found-${place}`));
    input.removeAttribute("aria-activedescendant");
    expand(input, results);
  }).observe(results, { childList: true });
  document.addEventListener("pointerdown", (event) => {
    if (!box.contains(event.target as Node)) results.replaceChildren();
  });
}

function optionsIn(results: HTMLElement): HTMLElement[] {
  return [...results.querySelectorAll<HTMLElement>('[role="option"]')];
}

function mark(input: HTMLInputElement, found: HTMLElement[], place: number): void {
  found.forEach((option, index) => option.setAttribute("aria-selected", String(index === place)));
  input.setAttribute("aria-activedescendant", found[place]!.id);
  found[place]!.scrollIntoView({ block: "nearest" });
}

function expand(input: HTMLInputElement, results: HTMLElement): void {
  input.setAttribute("aria-expanded", String(results.childElementCount > 0));
}
