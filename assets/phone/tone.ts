/** One soft tone on the loudspeaker that was chosen: that it plays at all, and where. */

import { playOn } from "./devices.ts";

const LASTS = 0.9; // seconds

/** Whether the browser plays it; that somebody hears it only they can say. */
export async function playTone(): Promise<boolean> {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const tone = new OscillatorNode(context, { frequency: 523.3 });
  const loud = new GainNode(context, { gain: 0.2 });
  tone.connect(loud).connect(out);
  loud.gain.setTargetAtTime(0, context.currentTime + 0.3, 0.15);
  const element = new Audio();
  element.srcObject = out.stream;
  try {
    await playOn(element, "speaker");
    await element.play();
    tone.start();
    await new Promise((then) => setTimeout(then, LASTS * 1000));
    return true;
  } catch {
    return false;
  } finally {
    element.srcObject = null;
    void context.close();
  }
}
