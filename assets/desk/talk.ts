/** Following the talk: the newest line stays in sight, and somebody writing on the other side is shown. */

const SHOWN_FOR = 5000;
let hide = 0;
let atEnd = true;

export function followTalk(): void {
  document.addEventListener("scroll", (event) => {
    const lines = event.target as HTMLElement;
    if (lines.id === "lines") atEnd = lines.scrollHeight - lines.scrollTop - lines.clientHeight < 80;
  }, true);
  document.addEventListener("htmx:afterSettle", (event) => {
    const target = (event as CustomEvent).detail.target as HTMLElement;
    if (target.id === "talk") atEnd = true;
    if (target.id === "talk" || (target.id === "lines" && atEnd)) toEnd();
  });
  document.addEventListener("fanal:typing", (event) => showTyping((event as CustomEvent).detail));
  toEnd();
}

function toEnd(): void {
  const lines = document.getElementById("lines");
  if (lines) lines.scrollTop = lines.scrollHeight;
}

function showTyping({ data }: { data: { interaction?: number; author?: string; on?: boolean } }): void {
  const composer = document.querySelector<HTMLElement>("#composer");
  const place = document.getElementById("typing");
  if (!place || data.author === "agent" || composer?.dataset.interaction !== String(data.interaction)) return;
  clearTimeout(hide);
  if (data.on === false) return stopTyping(place);
  if (!place.firstChild) {
    place.className = "message typing";
    place.append(...[1, 2, 3].map(() => document.createElement("i")));
    if (atEnd) toEnd();
  }
  hide = setTimeout(() => stopTyping(place), SHOWN_FOR);
}

function stopTyping(place: HTMLElement): void {
  place.className = "";
  place.replaceChildren();
}
