/** One call: it rings, is answered with the chosen microphone, is heard, and ends; the PBX says whose offer it is. */

import JsSIP from "./sip.ts";
import { serverNow } from "../behaviour/clock.ts";
import { ring } from "./bell.ts";
import { microphone, playOn, stop, whyNone } from "./devices.ts";
import { measureLevel } from "./level.ts";
import { Listening } from "./listening.ts";
import { type Own, type Pictures, Showing } from "./pictures.ts";
import { type Relay, untilQuiet } from "./reaching.ts";
import type { Call as Shown, Sound } from "./state.ts";
import { word } from "./words.ts";

export type Signs = {
  changed: () => void;
  level: (level: number) => void;
  sound: (sound: Sound) => void;
  pictures: (pictures: Pictures) => void;
  noCamera: () => void;
  noMicrophone: (why: "no_device" | "no_microphone") => void;
  over: () => void;
};

/** What a PBX calls somebody who withholds the number is no name. */
function called(name: string): string {
  return /^(anonymous|unknown|restricted|)$/i.test(name) ? word("withheld") : name;
}

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
  #showing: Showing;

  constructor(
    readonly session: any, // deno-lint-ignore no-explicit-any
    readonly signs: Signs,
    readonly qualityUrl: (offer: string) => string,
    readonly relays: Relay[],
  ) {
    const said = (name: string) => String(session._request?.getHeader(name) ?? "").replace(/\D/g, "");
    this.lifts = Boolean(said("X-Fanal-Lifts"));
    const { display_name, uri } = session.remote_identity;
    this.shown = {
      offer: said("X-Fanal-Offer"), interaction: said("X-Fanal-Interaction"), who: called(display_name || uri.user),
      ringing: true, since: now(), muted: false, held: Boolean(said("X-Fanal-Held")), pictured: Boolean(said("X-Fanal-Pictures")), own: "",
    };
    this.#showing = new Showing(session, (pictures) => {
      this.shown.own = pictures.own;
      signs.pictures(pictures);
      signs.changed();
    });
    this.#showing.hold(this.shown.held);
    this.#silence = ring();
    session.on("peerconnection", ({ peerconnection }: { peerconnection: RTCPeerConnection }) => this.#hear(peerconnection));
    session.on("icecandidate", untilQuiet(relays));
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
    } catch (fault) {
      this.#answering = false;
      return this.signs.noMicrophone(whyNone(fault));
    }
    if (this.session.isEnded()) return stop(this.#own);
    this.session.answer({ mediaStream: this.#own, pcConfig: { iceServers: this.relays } });
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

  /** The camera or the screen, on or, where it is shown already, off. */
  async picture(kind: Own): Promise<void> {
    if (this.shown.ringing || !this.shown.pictured) return;
    try {
      await this.#showing.show(kind === this.shown.own ? "" : kind);
    } catch {
      if (kind === "camera") this.signs.noCamera();
    }
  }

  hold(held: boolean): void {
    this.shown.held = held;
    this.#showing.hold(held);
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
      if (track.kind !== "audio") return;
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
    this.#showing.end();
    this.signs.pictures({ own: "", mine: undefined, theirs: undefined });
    stop(this.#own);
    this.#heard.srcObject = null;
    this.signs.over();
  }
}

function now(): string {
  return new Date(serverNow()).toISOString();
}
