/** One call: it rings, is answered with the chosen microphone, is heard, and ends; the PBX says whose offer it is. */

import JsSIP from "./sip.ts";
import { serverNow } from "../behaviour/clock.ts";
import { ring } from "./bell.ts";
import { microphone, playOn, stop } from "./devices.ts";
import { measureLevel } from "./level.ts";
import { Listening } from "./listening.ts";
import type { Call as Shown, Sound } from "./state.ts";

const QUIET_AFTER = 150; // ms without another way to be reached: those that there are suffice

export type Signs = {
  changed: () => void;
  level: (level: number) => void;
  sound: (sound: Sound) => void;
  noMicrophone: () => void;
  over: () => void;
};

export class Call {
  readonly shown: Shown;
  #silence: (() => void) | undefined;
  #unmeasure: (() => void) | undefined;
  #own: MediaStream | undefined;
  #heard = new Audio();
  #listening: Listening | undefined;
  #answering = false;
  /** Whoever has this phone asked for the call: it lifts by itself. */
  readonly lifts: boolean;

  constructor(readonly session: any, readonly signs: Signs, readonly qualityUrl: (offer: string) => string) { // deno-lint-ignore no-explicit-any
    const said = (name: string) => String(session._request?.getHeader(name) ?? "").replace(/\D/g, "");
    this.lifts = Boolean(said("X-Fanal-Lifts"));
    const { display_name, uri } = session.remote_identity;
    this.shown = {
      offer: said("X-Fanal-Offer"), interaction: said("X-Fanal-Interaction"), who: display_name || uri.user,
      ringing: true, since: now(), muted: false, held: false,
    };
    this.#silence = ring();
    session.on("peerconnection", ({ peerconnection }: { peerconnection: RTCPeerConnection }) => this.#hear(peerconnection));
    session.on("icecandidate", untilQuiet());
    session.on("confirmed", () => this.#begun());
    session.on("ended", () => this.#over());
    session.on("failed", () => this.#over());
  }

  async answer(): Promise<void> {
    if (this.#answering || !this.shown.ringing) return;
    this.#answering = true;
    this.#hush();
    try {
      this.#own = await microphone();
    } catch {
      this.#answering = false;
      return this.signs.noMicrophone();
    }
    if (this.session.isEnded()) return stop(this.#own);
    this.session.answer({ mediaStream: this.#own, pcConfig: { iceServers: [] } });
  }

  hangUp(): void {
    if (!this.session.isEnded()) this.session.terminate(this.shown.ringing ? { status_code: 480 } : {});
  }

  mute(): void {
    if (this.shown.ringing) return;
    this.shown.muted = !this.shown.muted;
    if (this.shown.muted) this.session.mute({ audio: true });
    else this.session.unmute({ audio: true });
    this.signs.changed();
  }

  tone(tone: string): void {
    if (!this.shown.ringing && /^[0-9*#]$/.test(tone)) {
      this.session.sendDTMF(tone, { transportType: JsSIP.C.DTMF_TRANSPORT.RFC2833, duration: 160, interToneGap: 100 });
    }
  }

  #hush(): void {
    this.#silence?.();
    this.#silence = undefined;
  }

  #hear(connection: RTCPeerConnection): void {
    connection.addEventListener("track", ({ track, streams }) => {
      this.#heard.srcObject = streams[0] ?? new MediaStream([track]);
      void playOn(this.#heard, "speaker").then(() => this.#heard.play()).catch(() => {});
    });
  }

  #begun(): void {
    this.#hush();
    Object.assign(this.shown, { ringing: false, since: now() });
    if (this.#own) this.#unmeasure = measureLevel(this.#own, this.signs.level);
    this.#listening = new Listening(this.session.connection, this.shown.offer && this.qualityUrl(this.shown.offer), this.signs.sound);
    this.signs.changed();
  }

  #over(): void {
    this.#hush();
    this.#listening?.end();
    this.#unmeasure?.();
    this.#unmeasure = undefined;
    stop(this.#own);
    this.#heard.srcObject = null;
    this.signs.over();
  }
}

function now(): string {
  return new Date(serverNow()).toISOString();
}

/** Not all ways of being reached are waited for: the first ones come at once, others after seconds or never. */
function untilQuiet(): (event: { ready: () => void }) => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  return ({ ready }) => {
    clearTimeout(timer);
    timer = setTimeout(ready, QUIET_AFTER);
  };
}
