/** Measures a call, shows how it sounds every five seconds, and tells the server every ten and at the end. */

import { csrfToken } from "../behaviour/csrf.ts";
import { between, count, type Counted } from "./quality.ts";
import type { Sound } from "./state.ts";

// Once the other side has hung up the connection counts nothing any more, so it is looked at often.
const LOOKS_EVERY = 1000;
const SHOWS_AFTER = 4900;
const TELLS_AFTER = 9900;

export class Listening {
  #timer: ReturnType<typeof setInterval>;
  #latest: Counted | undefined;
  #shown: Counted | undefined;
  #told: Counted | undefined;

  /** `url` is empty where the PBX named no offer: then nothing is told. */
  constructor(readonly connection: RTCPeerConnection, readonly url: string, readonly show: (sound: Sound) => void) {
    void this.#look();
    this.#timer = setInterval(() => void this.#look(), LOOKS_EVERY);
  }

  /** The last stretch is told too; the request outlives the page. */
  end(): void {
    clearInterval(this.#timer);
    if (this.#latest) this.#tell(this.#latest);
  }

  async #look(): Promise<void> {
    const now = await count(this.connection).catch(() => undefined);
    if (!now || now.received < (this.#latest?.received ?? 0)) return;
    this.#latest = now;
    this.#shown ??= now;
    this.#told ??= now;
    if (now.at - this.#shown.at >= SHOWS_AFTER) {
      const sound = between(this.#shown, now);
      this.#shown = now;
      if (sound) this.show(sound);
    }
    if (now.at - this.#told.at >= TELLS_AFTER) this.#tell(now);
  }

  #tell(now: Counted): void {
    const sound = this.#told && between(this.#told, now);
    this.#told = now;
    if (!sound || sound.seconds <= 0 || !this.url) return;
    const body = new URLSearchParams({
      seconds: String(Math.min(60, sound.seconds)), loss: String(sound.loss), jitter: String(sound.jitter), round_trip: String(sound.roundTrip),
    });
    fetch(this.url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, keepalive: true }).catch(() => {});
  }
}
