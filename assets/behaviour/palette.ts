/** The command palette (Ctrl or Cmd + K): everything that can be done on this page, found by typing. */

import { openDialog } from "./dialog.ts";
import { activate, keycaps, labelOf, register, usable } from "./shortcuts.ts";
import { icon, text } from "./strings.ts";

type Command = { label: string; group: string; note?: string; key?: string; icon: string; run: () => void };
type More = { commands: { label: string; group: string; note: string; url: string }[] };

let commands: Command[] = [];
let shown: Command[] = [];
let chosen = 0;

export function listenForPalette(): void {
  const dialog = document.getElementById("palette") as HTMLDialogElement | null;
  const input = dialog?.querySelector("input");
  if (!dialog || !input) return;
  register("mod+k", text("palette"), () => open(dialog, input));
  document.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-palette]")) open(dialog, input);
  });
  input.addEventListener("input", () => show(dialog, input));
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && shown.length) {
      event.preventDefault();
      choose(dialog, input, (chosen + step + shown.length) % shown.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      run(dialog, chosen);
    }
  });
  dialog.querySelector("[role=listbox]")!.addEventListener("click", (event) => {
    const option = (event.target as Element).closest<HTMLElement>("[role=option]");
    if (option) run(dialog, Number(option.dataset.place));
  });
}

function open(dialog: HTMLDialogElement, input: HTMLInputElement): void {
  if (document.querySelector("dialog:modal")) return;
  commands = collect();
  input.value = "";
  openDialog(dialog);
  show(dialog, input);
  void more().then((found) => {
    if (!dialog.open || !found.length) return;
    const before = chosen;
    commands = [...commands, ...found];
    show(dialog, input);
    choose(dialog, input, Math.max(0, Math.min(before, shown.length - 1)));
  });
}

/** What the server offers besides what the page shows: the views that this person keeps, with how many are in each. */
async function more(): Promise<Command[]> {
  const address = document.querySelector<HTMLElement>("[data-commands-url]")?.dataset.commandsUrl;
  if (!address) return [];
  const answer = await fetch(address, { headers: { Accept: "application/json" } }).catch(() => undefined);
  if (!answer?.ok) return [];
  const found = await answer.json() as More;
  return found.commands.map(({ label, group, note, url }) => ({ label, group, note, icon: "star", run: () => location.assign(url) }));
}

function collect(): Command[] {
  const found = new Map<string, Command>();
  for (const element of document.querySelectorAll<HTMLElement>("[data-command], [data-key], .rail a")) {
    if (element.closest("dialog") || (!usable(element) && !element.matches(".rail a, .menu *"))) continue;
    const label = labelOf(element);
    const group = element.closest(".rail") ? text("go_to") : "";
    const name = element.querySelector("use")?.getAttribute("href")?.split("#")[1] ?? "arrow";
    if (label) found.set(`${group}${label}`, { label, group, key: element.dataset.key, icon: name, run: () => activate(element) });
  }
  return [...found.values()];
}

function show(dialog: HTMLDialogElement, input: HTMLInputElement): void {
  const words = plain(input.value).split(/\s+/).filter(Boolean);
  shown = commands.filter(({ label, group }) => words.every((word) => plain(`${group} ${label}`).includes(word)));
  const list = dialog.querySelector("[role=listbox]")!;
  list.replaceChildren(...shown.map((command, place) => {
    const option = document.createElement("div");
    option.id = `palette-${place}`;
    option.dataset.place = String(place);
    option.setAttribute("role", "option");
    const label = document.createElement("span");
    label.textContent = command.label;
    label.dir = "auto";
    option.append(icon(command.icon), label);
    if (command.group) {
      const group = document.createElement("span");
      group.className = "group";
      group.textContent = command.note ? `${command.group} · ${command.note}` : command.group;
      option.append(group);
    }
    if (command.key) option.append(keycaps(command.key));
    return option;
  }));
  dialog.querySelector<HTMLElement>(".empty")!.hidden = shown.length > 0;
  choose(dialog, input, 0);
}

function choose(dialog: HTMLDialogElement, input: HTMLInputElement, place: number): void {
  chosen = place;
  dialog.querySelectorAll("[role=option]").forEach((option, index) => {
    option.setAttribute("aria-selected", String(index === place));
    if (index === place) option.scrollIntoView({ block: "nearest" });
  });
  if (shown.length) input.setAttribute("aria-activedescendant", `palette-${place}`);
  else input.removeAttribute("aria-activedescendant");
}

function run(dialog: HTMLDialogElement, place: number): void {
  const command = shown[place];
  dialog.close();
  command?.run();
}

function plain(words: string): string {
  return words.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
