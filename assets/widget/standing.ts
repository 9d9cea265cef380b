/** How it stands, said honestly: connected or not, open or not, how long, who is there, or that it is over. */

import { text } from "../behaviour/strings.ts";
import type { Standing } from "./api.ts";
import { showByMail } from "./by-mail.ts";
import { line } from "./talk.ts";
import { filled, part, settings } from "./settings.ts";
import { waiting } from "./waits.ts";

let before: Standing | undefined;

export function showStanding(now: Standing): void {
  const element = part("standing");
  const said = sentence(now);
  if (element.textContent !== said) element.textContent = said;
  document.body.dataset.phase = now.phase;
  if (before && now.phase === "talking" && now.agent && (before.phase !== "talking" || before.agent !== now.agent)) {
    line(filled(text("joined"), { name: now.agent }));
  }
  if (before?.phase === "talking" && now.phase === "waiting") line(filled(text("left_queue"), { name: before.agent }));
  part("end").hidden = now.phase !== "waiting" && now.phase !== "talking";
  part("ended").hidden = now.phase !== "ended";
  if (now.phase === "ended") part("ended-text").textContent = ended(now);
  showByMail(now);
  before = now;
}

/** The line's own state, above the conversation; nothing when all is well. */
export function showLine(state: "open" | "cut" | "connecting"): void {
  const element = part("line");
  const said = !navigator.onLine ? text("offline") : state === "cut" ? text("reconnecting") : state === "connecting" ? text("connecting") : "";
  element.hidden = !said;
  if (element.textContent !== said) element.textContent = said;
}

function sentence(now: Standing): string {
  if (now.blocked_until) return filled(text("blocked"), { when: moment(now.blocked_until) });
  switch (now.phase) {
    case "talking":
      return filled(text("talking"), { name: now.agent });
    case "ended":
      return ended(now);
    case "waiting":
      return now.open ? waitingSentence(now) : closed(now);
    case "none":
      return !now.open ? closed(now) : now.available ? "" : text("nobody");
  }
}

function waitingSentence(now: Standing): string {
  return !now.available && now.estimate_seconds === null ? text("nobody") : waiting(now);
}

function closed(now: Standing): string {
  return now.opens_at ? filled(text("closed_until"), { when: moment(now.opens_at) }) : text("closed");
}

function ended(now: Standing): string {
  const reasons: Record<string, string> = { customer: "ended_customer", abandoned: "ended_customer", closed: "ended_closed", timeout: "ended_timeout", blocked: "ended_blocked" };
  return text(reasons[now.end_reason] ?? "ended_agent");
}

function moment(at: string): string {
  const date = new Date(at);
  const today = date.toDateString() === new Date().toDateString();
  const form: Intl.DateTimeFormatOptions = today ? { timeStyle: "short" } : { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(settings.language, form).format(date);
}
