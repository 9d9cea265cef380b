/** The check before the first call: a microphone that hears something, a phone that can be rung, sound that plays. */

import { playTone } from "./tone.ts";

export type Checked = { microphone: boolean; exchange: boolean; sound: boolean };

const LISTENS_FOR = 3000;
const HEARD = 15; // of 100: a voice beside a quiet room

export async function check(heard: { given: boolean; loudest: () => number }): Promise<Checked> {
  const sound = await playTone();
  await new Promise((then) => setTimeout(then, LISTENS_FOR));
  const state = document.getElementById("phone")?.dataset.state ?? "";
  return { microphone: heard.given && heard.loudest() >= HEARD, exchange: ["ready", "ringing", "talking"].includes(state), sound };
}
