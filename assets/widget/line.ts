/** One call from the page: let in once, heard, seen where both like, and over. */

import JsSIP from "../phone/sip.ts";
import { type Own, type Pictures, Showing } from "../phone/pictures.ts";
import { type Relay, untilQuiet } from "../phone/reaching.ts";

export type LetIn = { url: string; name: string; secret: string; entry: string; relays: Relay[]; pictures: boolean };
export type Signs = { heard: (sound: MediaStream) => void; pictures: (pictures: Pictures) => void; there: () => void; cut: (cut: boolean) => void; over: (how: How) => void };
/** It ended; it could not begin; or the way that the sound takes was cut and stayed so. */
export type How = "ended" | "failed" | "lost";
export type Line = {
  mute: (on: boolean) => void;
  show: (kind: Own) => Promise<void>;
  hold: (on: boolean) => void;
  hangUp: () => void;
  /** It is over on the other side, which could not be told here. */
  lose: () => void;
};

const KNOWN_WITHIN = 6_000; // ms until the exchange knows whom it is to let in
const TRIED_EVERY = 250;

/** Calls with this microphone; `over` comes once, however it ends; `cut` while nothing is heard on either side. */
export function begin(letIn: LetIn, microphone: MediaStream, signs: Signs): Line {
  const began = Date.now();
  const host = new URL(letIn.url).hostname;
  const agent = new JsSIP.UA({
    sockets: [new JsSIP.WebSocketInterface(letIn.url)],
    uri: `sip:${letIn.name}@${host}`,
    authorization_user: letIn.name,
    password: letIn.secret,
    register: false,
    session_timers: false,
    connection_recovery_min_interval: 1,
    connection_recovery_max_interval: 4,
    user_agent: "fanal",
  });
  let session: any; // deno-lint-ignore no-explicit-any -- JsSIP's own
  let showing: Showing | undefined;
  let ended = false;

  const over = (how: How) => {
    if (ended) return;
    ended = true;
    showing?.end();
    for (const track of microphone.getTracks()) track.stop();
    signs.over(how);
    setTimeout(() => agent.stop(), 500); // what was said last goes out first
  };
  const call = () => {
    if (ended) return;
    session = agent.call(`sip:${letIn.entry}@${host}`, {
      mediaStream: microphone,
      pcConfig: { iceServers: letIn.relays },
      eventHandlers: {
        icecandidate: untilQuiet(letIn.relays),
        confirmed: () => signs.there(),
        ended: () => over("ended"),
        failed: ({ cause }: { cause: string }) => {
          const early = cause === JsSIP.C.causes.AUTHENTICATION_ERROR && Date.now() - began < KNOWN_WITHIN;
          if (early) setTimeout(call, TRIED_EVERY);
          else over(cause === JsSIP.C.causes.CANCELED ? "ended" : "failed");
        },
      },
    });
    session.connection.addEventListener("track", ({ track, streams }: RTCTrackEvent) => {
      if (track.kind === "audio") signs.heard(streams[0] ?? new MediaStream([track]));
    });
    session.connection.addEventListener("connectionstatechange", () => {
      const state = session.connection.connectionState;
      if (state === "failed") over("lost");
      else if (state === "disconnected" || state === "connected") signs.cut(state === "disconnected");
    });
    showing = new Showing(session, signs.pictures);
  };
  let called = false;
  agent.on("connected", () => {
    if (!called) call();
    called = true;
  });
  agent.on("disconnected", () => Date.now() - began > KNOWN_WITHIN && !session?.isEstablished() && over("failed"));
  agent.start();

  return {
    mute: (on) => on ? session?.mute({ audio: true }) : session?.unmute({ audio: true }),
    show: async (kind) => await showing?.show(kind),
    hold: (on) => showing?.hold(on),
    hangUp: () => session && !session.isEnded() ? session.terminate() : over("ended"),
    lose: () => {
      over("lost");
      if (session && !session.isEnded()) session.terminate();
    },
  };
}
