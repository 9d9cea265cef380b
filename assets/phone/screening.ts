/** Where the pictures of a call are shown at the desk: a window in the corner of the page that has the phone. */

import { type Pictures, put } from "./pictures.ts";

export function showPictures({ own, mine, theirs }: Pictures): void {
  const place = document.getElementById("phone-pictures");
  if (!place) return;
  place.hidden = !theirs && !mine;
  place.dataset.own = own;
  place.dataset.theirs = theirs ? "on" : "";
  put(place.querySelector<HTMLVideoElement>("[data-theirs]")!, theirs);
  put(place.querySelector<HTMLVideoElement>("[data-mine]")!, mine);
}

document.addEventListener("click", (event) => {
  const wide = (event.target as Element).closest<HTMLElement>("#phone-pictures [data-wide]");
  if (wide) wide.setAttribute("aria-pressed", String(wide.closest("#phone-pictures")!.toggleAttribute("data-large")));
});
