/** Who is typing: told to the other side now and then, and shown for some seconds after it was heard. */

import { text } from "../behaviour/strings.ts";
import { ask } from "./api.ts";
import { filled, part } from "./settings.ts";

const SHOWN = 6_000;
const TOLD = 3_000;

let until = 0;
let told = 0;

export function tellTyping(): void {
  if (Date.now() - told < TOLD) return;
  told = Date.now();
  ask("POST", "/typing", { on: true }).catch(() => {});
}

/** What was typed is sent: the next letter is news again. */
export function typedAll(): void {
  told = 0;
}

export function showTyping(agent: string): void {
  const element = part("typing");
  element.textContent = filled(text("typing"), { name: agent || text("us") });
  element.hidden = false;
  until = Date.now() + SHOWN;
  setTimeout(() => Date.now() >= until && stopTyping(), SHOWN + 50);
}

export function stopTyping(): void {
  part("typing").hidden = true;
}
