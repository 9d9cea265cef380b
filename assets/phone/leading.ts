/** One phone in a browser of many tabs: the tab that holds the lock has it, the others show it and steer it. */

import type { Deed, Standing } from "./state.ts";

type Said = { standing: Standing } | { level: number } | { deed: Deed } | { asks: true };
export type Steered = { deed: (deed: Deed) => void; ask: () => void };

/** `lead` is called once, in the tab whose turn it is; when that tab closes, the next one's turn comes. */
export class Tabs {
  #channel: BroadcastChannel;
  #phone: Steered | undefined;

  constructor(user: string, readonly show: (standing: Standing) => void, readonly level: (level: number) => void) {
    this.#channel = new BroadcastChannel(`fanal-phone-${user}`);
    this.#channel.onmessage = ({ data }: MessageEvent<Said>) => {
      if ("standing" in data) this.show(data.standing);
      else if ("level" in data) this.level(data.level);
      else if ("deed" in data) this.#phone?.deed(data.deed);
      else this.#phone?.ask();
    };
    this.#say({ asks: true });
  }

  get leads(): boolean {
    return this.#phone !== undefined;
  }

  wait(user: string, lead: () => Steered): void {
    void navigator.locks.request(`fanal-phone-${user}`, () => {
      this.#phone = lead();
      return new Promise(() => {}); // held as long as this tab lives
    });
  }

  do(deed: Deed): void {
    if (this.#phone) this.#phone.deed(deed);
    else this.#say({ deed });
  }

  tell(standing: Standing): void {
    this.show(standing);
    this.#say({ standing });
  }

  tellLevel(level: number): void {
    this.level(level);
    this.#say({ level });
  }

  #say(said: Said): void {
    this.#channel.postMessage(said);
  }
}
