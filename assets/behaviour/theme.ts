/** Light, dark or as the system has it; kept in this browser, set before the first paint. */

const KEY = "fanal.theme";
const DENSITY = "fanal.density";

export function applyTheme(): void {
  set("theme", localStorage.getItem(KEY));
  set("density", localStorage.getItem(DENSITY));
}

/** `<button data-theme-choice="dark|light|auto">` and `<button data-density-choice="dense|calm">` anywhere on the page. */
export function listenForTheme(): void {
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-theme-choice], [data-density-choice]");
    if (!button) return;
    const { themeChoice, densityChoice } = button.dataset;
    if (themeChoice) keep(KEY, themeChoice === "auto" ? null : themeChoice);
    if (densityChoice) keep(DENSITY, densityChoice === "calm" ? null : densityChoice);
    applyTheme();
    mark();
  });
  addEventListener("storage", () => (applyTheme(), mark()));
  mark();
}

function mark(): void {
  const { theme = "auto", density = "calm" } = document.documentElement.dataset;
  for (const button of document.querySelectorAll<HTMLElement>("[data-theme-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.themeChoice === theme));
  }
  for (const button of document.querySelectorAll<HTMLElement>("[data-density-choice]")) {
    button.setAttribute("aria-pressed", String(button.dataset.densityChoice === density));
  }
}

function set(name: string, value: string | null): void {
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
}

function keep(key: string, value: string | null): void {
  if (value) localStorage.setItem(key, value);
  else localStorage.removeItem(key);
}
