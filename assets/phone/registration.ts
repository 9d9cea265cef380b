/** The browser at the PBX: signed in under the line that the server gave, and again whenever that came to an end. */

import JsSIP from "./sip.ts";
import { askForLine, type Line } from "./line.ts";
import type { Relay } from "./reaching.ts";
import type { Connection } from "./state.ts";

const SOONEST = 250; // a line that was just issued is at the PBX within some milliseconds
const LATEST = 8000;
const FREE_AFTER = 3000; // a browser whose line was lost for a moment has its phone again
const EXPIRES = 120; // seconds
const RELAYS_FOR = 12 * 3_600_000;

export type Rings = (session: any) => void; // deno-lint-ignore no-explicit-any -- JsSIP's own

export class Registration {
  #agent: any; // deno-lint-ignore no-explicit-any
  #line: Line | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #outdated = false;
  connection: Connection = "connecting";
  /** As the server gave them last; they are good for a day, and asked for anew each half of it. */
  relays: Relay[] = [];

  constructor(readonly url: string, readonly changed: () => void, readonly rings: Rings, readonly busy: () => boolean) {
    addEventListener("online", () => this.#agent || this.begin());
    setInterval(() => this.relays.length && void this.begin(), RELAYS_FOR);
  }

  /** Asks for the line, the same one while it holds; `take` also when another browser has the phone. */
  async begin(take = false): Promise<void> {
    clearTimeout(this.#timer);
    const found = await askForLine(this.url, take);
    if (!found) return this.#again("away");
    if ("code" in found) {
      this.#stop();
      return this.#become(found.code === "rights" ? "off" : found.code);
    }
    this.relays = found.relays;
    if (this.#line?.name === found.name && this.#agent) this.#agent.register();
    else this.#start(found);
  }

  /** The server ended a line. A call that it carries goes on; afterwards, or at once, another one is asked for. */
  ended(line: number): void {
    if (this.#line?.line !== line) return;
    this.#outdated = true;
    this.idle();
  }

  /** Another phone of this person is gone for longer than a moment: where somebody looks, theirs is here from now on. */
  freed(): void {
    if (this.connection !== "elsewhere") return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.connection === "elsewhere" && document.visibilityState === "visible" && void this.begin(), FREE_AFTER);
  }

  /** No call is there any more: what waited for that is done. */
  idle(): void {
    if (!this.#outdated || this.busy()) return;
    this.#outdated = false;
    this.#stop();
    this.#again("connecting");
  }

  #start(line: Line): void {
    this.#stop();
    this.#line = line;
    const socket = new JsSIP.WebSocketInterface(line.url);
    const agent = this.#agent = new JsSIP.UA({
      sockets: [socket],
      uri: `sip:${line.name}@${new URL(line.url).hostname}`,
      authorization_user: line.name,
      password: line.secret,
      register_expires: EXPIRES,
      session_timers: false,
      connection_recovery_min_interval: 1,
      connection_recovery_max_interval: 8,
      user_agent: "fanal",
    });
    const mine = (then: () => void) => () => agent === this.#agent && then();
    agent.on("registered", mine(() => ((this.#tries = 0), this.#become("ready"))));
    agent.on("unregistered", mine(() => this.#become("connecting")));
    agent.on("disconnected", mine(() => this.#become("away")));
    agent.on("registrationFailed", mine(() => this.#again("away")));
    agent.on("newRTCSession", ({ originator, session }: { originator: string; session: any }) => { // deno-lint-ignore no-explicit-any
      if (originator === "remote") this.rings(session);
    });
    agent.start();
  }

  #stop(): void {
    clearTimeout(this.#timer);
    const agent = this.#agent;
    this.#agent = this.#line = undefined;
    agent?.stop();
  }

  /** Soon at first, then later each time; what is shown changes only once it takes longer than a moment. */
  #again(connection: Connection): void {
    if (this.#tries > 3) this.#become(connection);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.begin(), Math.min(LATEST, SOONEST * 2 ** this.#tries++));
  }

  #become(connection: Connection): void {
    this.connection = connection;
    this.changed();
  }
}
