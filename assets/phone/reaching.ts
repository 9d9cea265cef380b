/** The ways in which a browser can be reached, and how long they are waited for. */

export type Relay = { urls: string[]; username: string; credential: string };

const QUIET_AFTER = 150; // ms without another way: those that there are suffice
const RELAYED_AFTER = 700; // a relay is asked first, which takes a few turns on a slow network

/** Not all ways are waited for: the first ones come at once, others after seconds or never. */
export function untilQuiet(relays: Relay[]): (event: { ready: () => void }) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return ({ ready }) => {
    clearTimeout(timer);
    timer = setTimeout(ready, relays.length ? RELAYED_AFTER : QUIET_AFTER);
  };
}
