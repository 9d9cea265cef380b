/** Leaving a page says so at once: the `data-leave-url` of whatever it showed gets a DELETE that outlives the page. */

import { csrfToken, htmx } from "./htmx.ts";

export function listenForLeaving(): void {
  const shown = () => document.querySelectorAll<HTMLElement>("[data-leave-url]");
  addEventListener("pagehide", () => {
    for (const { dataset } of shown()) {
      fetch(dataset.leaveUrl!, { method: "DELETE", headers: { "X-CSRFToken": csrfToken() }, keepalive: true }).catch(() => {});
    }
  });
  // back by the browser's button, with the page as it was left: say that we are here again
  addEventListener("pageshow", (event) => event.persisted && shown().forEach((one) => htmx.trigger(one, "refresh")));
}
