/** How far the visitor's window has got, and its reader has seen, what we said: told to the server, and to the host page. */

import { ask } from "./api.ts";
import { tellHost } from "./host.ts";
import { lastFromUs } from "./talk.ts";

let marked = { delivered: 0, read: 0 };

export function forgetMarks(): void {
  marked = { delivered: 0, read: 0 };
}

/** `open`: whether the conversation is unfolded, so that what came is seen when the page is. */
export async function tellMarks(open: boolean): Promise<void> {
  const delivered = lastFromUs();
  const seen = open && document.visibilityState === "visible";
  const unread = delivered > marked.read && !seen;
  tellHost({ fanal: "unread", count: unread ? countUnread() : 0 });
  const read = seen ? delivered : marked.read;
  if (delivered <= marked.delivered && read <= marked.read) return;
  try {
    await ask("POST", "/marks", { delivered_up_to: delivered, read_up_to: read });
    marked = { delivered, read };
  } catch {
    // told with the next news
  }
}

function countUnread(): number {
  return [...document.querySelectorAll<HTMLElement>("#messages [data-id]:not(.us)")].filter((one) => Number(one.dataset.id) > marked.read).length;
}
