/** The ringing tone, made here: two soft notes, a pause; on the device that was chosen for ringing. */

import { playOn } from "./devices.ts";

const NOTES = [659.3, 523.3]; // Hz: e″, c″
const NOTE = 0.32; // seconds
const ROUND = 2.4;

/** Rings until what it returns is called. */
export function ring(): () => void {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  const element = new Audio();
  element.srcObject = out.stream;
  void playOn(element, "bell").then(() => element.play()).catch(() => {}); // a page nobody touched yet may not sound
  const once = () => NOTES.forEach((pitch, place) => note(context, out, pitch, context.currentTime + 0.05 + place * NOTE));
  once();
  const timer = setInterval(once, ROUND * 1000);
  return () => {
    clearInterval(timer);
    element.pause();
    element.srcObject = null;
    void context.close();
  };
}

function note(context: AudioContext, out: AudioNode, pitch: number, at: number): void {
  const tone = new OscillatorNode(context, { frequency: pitch, type: "triangle" });
  const loud = new GainNode(context, { gain: 0 });
  loud.gain.setValueAtTime(0, at);
  loud.gain.linearRampToValueAtTime(0.25, at + 0.02);
  loud.gain.exponentialRampToValueAtTime(0.001, at + NOTE * 1.6);
  tone.connect(loud).connect(out);
  tone.start(at);
  tone.stop(at + NOTE * 1.7);
}
