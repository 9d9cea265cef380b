/** How long one waits. */

import { text } from "../behaviour/strings.ts";
import { filled } from "./settings.ts";

/** Which place, and how long it may take: said alike in a chat and in a call. */
export function waiting(now: { position: number | null; estimate_seconds: number | null }): string {
  const place = now.position && now.position > 1 ? filled(text("waiting_place"), { place: now.position }) : text("waiting");
  const seconds = now.estimate_seconds;
  const time = seconds === null
    ? text("waiting_unknown")
    : seconds < 60
    ? text("waiting_soon")
    : filled(text("waiting_time"), { minutes: Math.ceil(seconds / 60) });
  return `${place} ${time}`;
}
