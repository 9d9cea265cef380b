/** Asks the server for the line of this sign-in: its name and its secret, which stay in this tab's memory. */

import { csrfToken } from "../behaviour/csrf.ts";

import type { Relay } from "./reaching.ts";

export type Line = { line: number; name: string; secret: string; url: string; relays: Relay[] };
export type None = { code: "elsewhere" | "desk" | "rights" | "off" };

/** Undefined where the server cannot be reached. */
export async function askForLine(url: string, take: boolean): Promise<Line | None | undefined> {
  const body = new URLSearchParams(take ? { take: "1" } : {});
  try {
    const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, cache: "no-store" });
    if (answer.redirected || !(answer.ok || answer.status === 409)) return undefined;
    return await answer.json() as Line | None;
  } catch {
    return undefined;
  }
}
