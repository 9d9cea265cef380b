/** What stands in the middle of the desk: a contact of mine, one that is done or only read, or nothing. */

const CONTACT = /^\/interactions\/\d+\/$/;

/** A contact is there, mine or not. */
export function contactIsThere(): boolean {
  return CONTACT.test(location.pathname);
}

/** Nothing is there that I talk in or have to wrap up: what comes may take the place. */
export function nothingIsOpen(): boolean {
  return location.pathname === "/" || (contactIsThere() && !document.querySelector("#work [aria-current]"));
}
