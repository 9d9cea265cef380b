/** The page around the frame: spoken to only under its own exact origin, which the server has checked. */

import { settings } from "./settings.ts";

export type Hello = { identity: string; page: string; given: Record<string, string>; open: boolean; kept: Record<string, string> | null };
type Signs = { hello: (hello: Hello) => void; opened: (focus: boolean) => void; closed: () => void };

export function listenToHost(signs: Signs): void {
  addEventListener("message", (event) => {
    if (event.origin !== settings.host || event.source !== parent) return;
    switch (event.data?.fanal) {
      case "hello":
        signs.hello({
          identity: String(event.data.identity ?? ""),
          page: String(event.data.page ?? ""),
          given: event.data.given ?? {},
          open: Boolean(event.data.open),
          kept: event.data.kept ?? null,
        });
        break;
      case "opened":
        signs.opened(event.data.focus !== false);
        break;
      case "closed":
        signs.closed();
        break;
    }
  });
  tellHost({ fanal: "ready" });
}

export function tellHost(message: Record<string, unknown>): void {
  if (parent !== self) parent.postMessage(message, settings.host);
}
