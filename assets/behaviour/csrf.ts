/** The token that says a request is asked by our own page. */

import { meta } from "./strings.ts";

/** The cookie is newer than the page when somebody signed in again in another tab. */
export function csrfToken(): string {
  return document.cookie.match(/(?:^|; )(?:__Host-)?csrftoken=([^;]+)/)?.[1] ?? meta("csrf-token");
}
