/** Whoever lifts the phone on the desk sees at once who calls: the call opens where nothing else is open. */

import { meta } from "../behaviour/strings.ts";
import { nothingIsOpen } from "./open.ts";

let lifted = "";

export function openWhatWasLifted(): void {
  document.addEventListener("fanal:offer.accepted", (event) => {
    const { data } = (event as CustomEvent<{ data: Record<string, unknown> }>).detail;
    if (data.channel === "voice" && String(data.agent) === meta("live-user").split("-")[0]) lifted = String(data.interaction);
  });
  document.addEventListener("htmx:afterSettle", open);
}

/** A call was lifted and is about to open here. */
export function waitsToOpen(): boolean {
  return lifted !== "" && nothingIsOpen();
}

function open(): void {
  if (!lifted) return;
  const path = `/interactions/${lifted}/`;
  const link = [...document.querySelectorAll<HTMLAnchorElement>("#work a.item-title")].find((one) => one.pathname === path);
  if (!link) return;
  lifted = "";
  if (nothingIsOpen()) link.click();
}
