/** The answer can come by mail: offered where nobody answers here, asked for with an address, and said when it was. */

import { text } from "../behaviour/strings.ts";
import type { Standing } from "./api.ts";
import { put } from "./outbox.ts";
import { filled, part } from "./settings.ts";

const DOTS = "••••";
let typed = ""; // in this window: whoever opens it later is not shown the whole address
let before: Standing["by_mail"] | undefined;

/** The address goes the way of everything that is typed: kept first, then sent. */
export function listenForMailWish(send: () => void): void {
  part<HTMLFormElement>("by-mail").addEventListener("submit", (event) => {
    event.preventDefault();
    const input = part<HTMLInputElement>("by-mail-address");
    const fine = input.value.trim() !== "" && input.checkValidity();
    const said = part("by-mail-said");
    said.hidden = fine;
    said.textContent = fine ? "" : text("bad_address");
    if (fine) {
      typed = input.value.trim().toLowerCase();
      put("/answers-by-mail", { email: input.value.trim() });
      send();
    } else {
      input.setAttribute("aria-invalid", "true");
      input.focus();
    }
  });
}

export function showByMail(now: Standing): void {
  const unanswered = now.phase === "ended" || (now.phase === "waiting" && (!now.available || !now.open));
  part("by-mail").hidden = !(now.by_mail === "possible" && unanswered);
  const said = part("by-mail-said");
  if (now.by_mail === "asked") said.textContent = filled(text("mail_asked"), { address: shown(now.answer_to) });
  else if (before !== now.by_mail) said.textContent = "";
  said.hidden = !said.textContent || now.phase === "none";
  before = now.by_mail;
}

/** The server says the address without most of its letters; what was typed here is known here. It reads left to right. */
function shown(address: string): string {
  const [first = "", domain] = address.split(`${DOTS}@`);
  const theirs = domain && typed.startsWith(first) && typed.endsWith(`@${domain}`);
  return `\u2066${theirs ? typed : address}\u2069`;
}
