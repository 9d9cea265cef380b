/** The check before the first call: a microphone that hears something, a phone that can be rung, sound that plays, a relay. */

import { askForLine } from "./line.ts";
import { playTone } from "./tone.ts";

/** `relay` is undefined where there is none to try. */
export type Checked = { microphone: boolean; exchange: boolean; sound: boolean; relay?: boolean };

const LISTENS_FOR = 3000;
const HEARD = 15; // of 100: a voice beside a quiet room
const RELAYED_WITHIN = 5000;

export async function check(heard: { given: boolean; loudest: () => number }): Promise<Checked> {
  const relay = relayed();
  const sound = await playTone();
  await new Promise((then) => setTimeout(then, LISTENS_FOR));
  const state = standing();
  const exchange = ["ready", "ringing", "talking"].includes(state);
  return { microphone: heard.given && heard.loudest() >= HEARD, exchange, sound, relay: await relay };
}

/** Whether nothing comes of it though this browser is to be rung: a browser does not say why, for instance of a certificate. */
export function unreached(): boolean {
  return ["away", "connecting"].includes(standing());
}

function standing(): string {
  return document.getElementById("phone")?.dataset.state ?? "";
}

/** Whether a relay gives this browser a way, as it would for a call. */
async function relayed(): Promise<boolean | undefined> {
  const line = await askForLine(document.getElementById("phone")?.dataset.lineUrl ?? "", false);
  if (!line || "code" in line || !line.relays.length) return undefined;
  const connection = new RTCPeerConnection({ iceServers: line.relays, iceTransportPolicy: "relay" });
  const found = new Promise<boolean>((then) => {
    connection.addEventListener("icecandidate", ({ candidate }) => candidate?.candidate ? then(true) : candidate || then(false));
    setTimeout(() => then(false), RELAYED_WITHIN);
  });
  connection.createDataChannel("");
  await connection.setLocalDescription();
  return await found.finally(() => connection.close());
}
