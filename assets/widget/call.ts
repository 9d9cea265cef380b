/** The call in the chat's window, once somebody calls: the microphone, then how it stands, and its buttons. */

import { text } from "../behaviour/strings.ts";
import { type Own, type Pictures, put } from "../phone/pictures.ts";
import type { Wish, With } from "./calling.ts";
import { begin, type How, type LetIn, type Line } from "./line.ts";
import { filled, part } from "./settings.ts";
import { waiting } from "./waits.ts";

type State = { phase: "none" | "waiting" | "talking" | "held" | "ended"; agent: string; position: number | null; estimate_seconds: number | null };

const LOOKS_EVERY = 2_500;
const SAID_FOR = 6_000;
const WHY: Record<How, string> = { ended: "call_over", failed: "call_failed", lost: "call_lost" };

let line: Line | undefined;
let calling = false;
let since = 0;
let muted = false;
let own: Own = "";
let seen = false;
let cut = false;
let timer: ReturnType<typeof setInterval> | undefined;
let chat: With;

/** Calls; where that cannot be, it is said. `chat` is the window that it happens in, with the visitor's own requests. */
export async function call(wish: Wish, within: With): Promise<void> {
  chat = within;
  calling = true;
  muted = false;
  since = 0;
  seen = cut = false;
  part("call").hidden = false;
  part("call-buttons").hidden = true;
  say("connecting", text("call_connecting"));
  try {
    const microphone = await theMicrophone();
    const letIn = await chat.ask<LetIn>("POST", "/calls", wish).catch((fault) => {
      for (const track of microphone.getTracks()) track.stop();
      throw fault;
    });
    line = begin(letIn, microphone, { heard, pictures, there, cut: isCut, over: (how) => over(text(WHY[how])) });
    part("call-camera").hidden = !letIn.pictures;
    part("call-screen").hidden = !letIn.pictures || !navigator.mediaDevices?.getDisplayMedia;
    part("call-buttons").hidden = false;
    part("call-end").focus();
  } catch (fault) {
    over(fault instanceof DOMException ? text(fault.name === "NotFoundError" ? "call_no_device" : "call_no_microphone") : chat.said(fault) || text("call_failed"));
  }
}

async function theMicrophone(): Promise<MediaStream> {
  if (!navigator.mediaDevices) throw new DOMException("no secure page", "NotAllowedError");
  const plain = sessionStorageSays("fanal.plain");
  const mended = { echoCancellation: !plain, noiseSuppression: !plain, autoGainControl: !plain };
  return await navigator.mediaDevices.getUserMedia({ audio: mended });
}

function heard(sound: MediaStream): void {
  const element = part<HTMLAudioElement>("call-sound");
  element.srcObject = sound;
  void element.play().catch(() => {});
}

function there(): void {
  since = Date.now();
  clearInterval(timer);
  timer = setInterval(() => void look(), LOOKS_EVERY);
  void look();
}

async function look(): Promise<void> {
  const state = await chat.ask<State>("GET", "/calls/current").catch(() => undefined);
  if (!state || !calling || cut) return;
  if (seen && (state.phase === "ended" || state.phase === "none")) return line?.lose();
  seen ||= state.phase === "waiting" || state.phase === "talking" || state.phase === "held";
  line?.hold(state.phase === "held");
  part("call").dataset.phase = state.phase;
  switch (state.phase) {
    case "talking": return say("talking", filled(text("call_talking"), { name: state.agent }));
    case "held": return say("held", text("call_held"));
    case "waiting":
      return say("waiting", waiting(state));
  }
}

function isCut(now: boolean): void {
  if (!calling || cut === now) return;
  cut = now;
  if (cut) say("cut", text("call_cut"));
  else void look();
}

function tick(): void {
  const element = part<HTMLTimeElement>("call-time");
  if (!calling || !since) return void (element.textContent = "");
  const seconds = Math.floor((Date.now() - since) / 1000);
  element.textContent = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

function say(state: string, words: string): void {
  part("call").dataset.state = state;
  const element = part("call-says");
  if (element.textContent !== words) element.textContent = words;
}

function mute(on: boolean): void {
  muted = on;
  line?.mute(on);
  part("call-mute").setAttribute("aria-pressed", String(on));
}

/** The camera or the screen, on or, where it is shown already, off. */
async function picture(kind: Own): Promise<void> {
  try {
    await line?.show(kind === own ? "" : kind);
  } catch {
    if (kind === "camera") said(text("call_no_camera"));
  }
}

function pictures(now: Pictures): void {
  own = now.own;
  part("call-camera").setAttribute("aria-pressed", String(own === "camera"));
  part("call-screen").setAttribute("aria-pressed", String(own === "screen"));
  const place = part("call-pictures");
  place.hidden = !now.theirs && !now.mine;
  place.dataset.own = own;
  place.dataset.theirs = now.theirs ? "on" : "";
  put(part<HTMLVideoElement>("call-theirs"), now.theirs);
  put(part<HTMLVideoElement>("call-mine"), now.mine);
}

function over(why: string): void {
  clearInterval(timer);
  line = undefined;
  calling = false;
  own = "";
  pictures({ own: "", mine: undefined, theirs: undefined });
  part<HTMLAudioElement>("call-sound").srcObject = null;
  part("call-buttons").hidden = true;
  part("call-mute").setAttribute("aria-pressed", "false");
  since = 0;
  tick();
  say("over", "");
  said(why || text("call_over"));
  chat.ended();
}

/** What was said last stands for a moment, then the strip goes, unless another call began. */
function said(words: string): void {
  say(part("call").dataset.state ?? "", words);
  if (!calling) setTimeout(() => !calling && (part("call").hidden = true), SAID_FOR);
}

function sessionStorageSays(key: string): boolean {
  try {
    return sessionStorage.getItem(key) === "1";
  } catch {
    return false;
  }
}

setInterval(tick, 1000);
part("call-end").addEventListener("click", () => line?.hangUp());
part("call-mute").addEventListener("click", () => mute(!muted));
part("call-camera").addEventListener("click", () => void picture("camera"));
part("call-screen").addEventListener("click", () => void picture("screen"));
addEventListener("pagehide", () => line?.hangUp());
addEventListener("beforeunload", (event) => calling && event.preventDefault());
