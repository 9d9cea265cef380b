/** The talk in the middle stays marked in my work, also when a list that was asked for before the talk opened comes late. */

export function markWhereOneIs(): void {
  document.addEventListener("htmx:afterSettle", mark);
  document.addEventListener("htmx:pushedIntoHistory", mark);
}

function mark(): void {
  const links = [...document.querySelectorAll<HTMLAnchorElement>("#work a.item-title")];
  if (!links.some(isHere)) return;
  for (const link of links) {
    if (isHere(link)) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

function isHere(link: HTMLAnchorElement): boolean {
  return link.pathname === location.pathname;
}
