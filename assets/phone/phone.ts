/** The phone itself, in the one tab that has it: its registration, its call, and what people ask of it in any tab. */

import { csrfToken } from "../behaviour/csrf.ts";
import { Call } from "./call.ts";
import type { Pictures } from "./pictures.ts";
import { Registration } from "./registration.ts";
import type { Deed, Sound, Standing } from "./state.ts";

const ACCEPTED_FOR = 30_000; // an offer may be accepted before its call has reached this browser

export type Addresses = { line: string; quality: string; hold: string };

export class Phone {
  #registration: Registration;
  #call: Call | undefined;
  #sound: Sound | undefined;
  #problem = "";
  #accepted = new Map<string, { at: number; interaction?: string }>();

  constructor(readonly addresses: Addresses, readonly tell: (standing: Standing) => void, readonly level: (level: number) => void,
    readonly pictures: (pictures: Pictures) => void) {
    this.#registration = new Registration(addresses.line, () => this.ask(), (session) => this.#rings(session), () => Boolean(this.#call));
    this.ask();
    void this.#registration.begin();
  }

  get busy(): boolean {
    return Boolean(this.#call && !this.#call.shown.ringing);
  }

  /** Says how it stands. */
  ask(): void {
    const call = this.#call && { ...this.#call.shown };
    this.tell({ connection: this.#registration.connection, call, sound: call && this.#sound, problem: this.#problem });
  }

  deed(deed: Deed): void {
    switch (deed.do) {
      case "answer": return this.#answer(deed.offer, deed.interaction);
      case "hang-up": return this.#call?.hangUp();
      case "mute": return this.#call?.mute();
      case "tone": return this.#call?.tone(deed.tone);
      case "hold": return void this.#hold();
      case "camera":
      case "screen": return void this.#call?.picture(deed.do);
      case "take": return void this.#registration.begin(true);
    }
  }

  lineEnded(line: number): void {
    this.#registration.ended(line);
    this.#registration.freed();
  }

  lineLost(): void {
    this.#registration.freed();
  }

  /** The server says so, whoever asked for it. */
  held(interaction: string, held: boolean): void {
    if (this.#call?.shown.interaction !== interaction) return;
    this.#call.hold(held);
    this.ask();
  }

  /** The call that rings; of an offer only the call of this offer, now or as soon as it is here. */
  #answer(offer?: string, interaction?: string): void {
    if (offer) this.#accepted.set(offer, { at: Date.now(), interaction: interaction ?? this.#accepted.get(offer)?.interaction });
    const call = this.#call;
    if (!call || (offer && call.shown.offer !== offer)) return;
    if (interaction) call.shown.interaction = interaction;
    this.#problem = "";
    this.ask();
    void call.answer();
  }

  #rings(session: any): void { // deno-lint-ignore no-explicit-any
    if (this.#call) return session.terminate({ status_code: 486 });
    this.#problem = "";
    this.#sound = undefined;
    const call = this.#call = new Call(session, {
      changed: () => this.ask(),
      level: this.level,
      sound: (sound) => ((this.#sound = sound), this.ask()),
      pictures: this.pictures,
      noCamera: () => ((this.#problem = "no_camera"), this.ask()),
      noMicrophone: (why) => ((this.#problem = why), this.ask()),
      over: () => this.#over(call),
    }, (offer) => this.addresses.quality.replace("0", offer), this.#registration.relays);
    const accepted = call.shown.offer ? this.#accepted.get(call.shown.offer) : undefined;
    call.shown.interaction ||= accepted?.interaction ?? "";
    this.ask();
    if (call.lifts || (accepted && Date.now() - accepted.at < ACCEPTED_FOR)) void call.answer();
  }

  #over(call: Call): void {
    if (this.#call !== call) return;
    this.#call = undefined;
    this.ask();
    this.#registration.idle();
  }

  /** Hold is the PBX's: the server is asked, and the other side hears music. Where it cannot, there is no button. */
  async #hold(): Promise<void> {
    const call = this.#call;
    if (!call?.shown.interaction || !this.addresses.hold) return;
    const url = this.addresses.hold.replace("0", call.shown.interaction);
    const to = !call.shown.held;
    const answer = await fetch(url, { method: to ? "POST" : "DELETE", headers: { "X-CSRFToken": csrfToken() } }).catch(() => undefined);
    if (answer?.ok) this.held(call.shown.interaction, to);
  }
}
