/** The button that turns the chat into a call; the telephone behind it is fetched when it is pressed. */

import { text } from "../behaviour/strings.ts";
import { ask, Refused } from "./api.ts";
import { part, settings } from "./settings.ts";

export type Wish = { given: Record<string, string>; consent: boolean; page: string; language: string };
export type With = { ask: typeof ask; said: (fault: unknown) => string; ended: () => void };
type Call = (wish: Wish, within: With) => Promise<void>;

let calling = false;
let changed = (): void => {};

/** `wish` says what goes along; `arrange` is told whenever a call begins or ends. */
export function listenForCalls(wish: () => Wish, arrange: () => void): void {
  changed = arrange;
  part("call-start").addEventListener("click", () => void call(wish()));
}

export const inCall = (): boolean => calling;

/** The buttons are there while a call is possible. */
export function offerCall(possible: boolean, asksFirst: boolean): void {
  part("call-start").hidden = !possible || calling || asksFirst;
  part("form-call").hidden = !possible || calling;
}

export async function call(wish: Wish): Promise<void> {
  if (calling) return;
  calling = true;
  changed();
  const ended = () => ((calling = false), changed());
  try {
    await (await telephone())(wish, { ask, ended, said: (fault) => fault instanceof Refused ? fault.message : "" });
  } catch {
    part("call").hidden = false;
    part("call-says").textContent = text("call_failed");
    ended();
  }
}

async function telephone(): Promise<Call> {
  const there = globalThis as unknown as { fanalCall?: Call };
  if (!there.fanalCall) {
    const script = document.createElement("script");
    script.src = settings.call_script;
    document.head.append(script);
    await new Promise((done, failed) => ((script.onload = done), (script.onerror = failed)));
  }
  return there.fanalCall!;
}
