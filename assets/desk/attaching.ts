/** Files for the next message: uploaded when chosen, shown as chips, taken away again by their cross. */

import { text } from "../behaviour/strings.ts";
import { draftChanged } from "./drafts.ts";
import { tokenOf } from "./token.ts";

export function attachFiles(): void {
  document.addEventListener("change", (event) => chosen(event.target as HTMLInputElement));
  document.addEventListener("click", stayWithDialog);
  document.addEventListener("click", (event) => {
    const chip = (event.target as Element).closest("[data-detach]")?.closest(".chip");
    chip?.remove();
    if (chip) draftChanged();
  });
}

/** The place of writing may be drawn anew while the system's file dialog is open: what is chosen then comes to the old field. */
function stayWithDialog(event: Event): void {
  const input = event.target as HTMLInputElement;
  if (input.matches("[data-attach]")) input.addEventListener("change", () => chosen(input), { once: true });
}

function chosen(input: HTMLInputElement): void {
  if (input.matches("[data-attach]")) void upload(input);
}

/** What is written may be drawn anew while the file is on its way: its chip belongs to the same talk, wherever that is. */
async function upload(input: HTMLInputElement): Promise<void> {
  const file = input.files?.[0];
  const url = input.dataset.attach!;
  input.value = "";
  if (!file) return;
  const body = new FormData();
  body.append("file", file);
  const token = tokenOf(document.getElementById("composer")!);
  const answer = await fetch(url, { method: "POST", body, headers: { "X-CSRFToken": token } }).catch(() => undefined);
  const said = await answer?.text() ?? text("no_network");
  if (answer?.ok) {
    const chip = new DOMParser().parseFromString(said, "text/html").body.firstElementChild;
    const still = document.querySelector(`#composer:has([data-attach="${CSS.escape(url)}"])`);
    if (chip) still?.querySelector("#attached")?.append(chip);
    draftChanged();
  } else {
    // By its name: that the network was away is no more true when it is back, that this file is missing is.
    document.dispatchEvent(new CustomEvent("fanal:toast", { detail: { text: `${file.name}: ${said}`, kind: "stop" } }));
  }
}
