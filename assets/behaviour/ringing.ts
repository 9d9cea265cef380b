/** An offer while the window is behind: a desktop notification (asked for once, by a click) and the title. */

let title = document.title;

/** On every page of somebody at whom contacts ring. */
export function listenForRinging(): void {
  if (!document.querySelector("#work, #ringing")) return;
  document.addEventListener("click", ask, { once: true });
  document.addEventListener("htmx:afterSettle", ring);
  ring();
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.title = title;
  });
}

function ask(): void {
  if ("Notification" in window && Notification.permission === "default") void Notification.requestPermission();
}

const rung = new Set<string>();

function ring(): void {
  for (const offer of document.querySelectorAll<HTMLElement>("[data-offer]")) {
    const id = offer.dataset.offer!;
    if (rung.has(id)) continue;
    rung.add(id);
    const who = offer.querySelector(".who")?.textContent?.trim() ?? "";
    if (!document.hidden) continue;
    title = document.title;
    document.title = `● ${who}`;
    if ("Notification" in window && Notification.permission === "granted") {
      const shown = new Notification(who, { body: offer.querySelector(".why")?.textContent?.trim(), tag: `offer-${id}` });
      shown.onclick = () => {
        window.focus();
        shown.close();
      };
    }
  }
}
