/** How a call sounds, from the browser's own counters, and the score of it by the E-model of ITU-T G.107. */

import type { Sound } from "./state.ts";

export type Counted = { at: number; received: number; lost: number; jitter: number; roundTrip: number };

/**
 * Pure: the mean opinion score of a line, 1 to 4.41; `loss` is a share, times are in seconds. R = 93.2 − Id − Ie,eff with
 * Id after Cole and Rosenbluth (2001), Ie,eff of G.711 with concealment (G.113, appendix I: Ie 0, Bpl 25.1), MOS after
 * G.107, annex B. What the server keeps is reckoned in the same way (`interactions/rules/quality.py`).
 */
export function mos({ loss, jitter, roundTrip }: Omit<Sound, "mos">): number {
  const delay = 1000 * (roundTrip / 2 + 2 * jitter + 0.02);
  const impaired = 0.024 * delay + 0.11 * Math.max(0, delay - 177.3);
  const lost = 100 * loss;
  const r = Math.min(100, Math.max(0, 93.2 - impaired - (95 * lost) / (lost + 25.1)));
  return Math.max(1, 1 + 0.035 * r + 7e-6 * r * (r - 60) * (100 - r));
}

/** Pure: how it sounded between two counts; undefined while nothing came. */
export function between(before: Counted, now: Counted): (Sound & { seconds: number }) | undefined {
  const received = now.received - before.received;
  const lost = Math.max(0, now.lost - before.lost);
  if (received + lost <= 0) return undefined;
  const measured = { loss: lost / (received + lost), jitter: now.jitter, roundTrip: now.roundTrip };
  return { ...measured, mos: mos(measured), seconds: (now.at - before.at) / 1000 };
}

export async function count(connection: RTCPeerConnection): Promise<Counted> {
  const counted: Counted = { at: Date.now(), received: 0, lost: 0, jitter: 0, roundTrip: 0 };
  // deno-lint-ignore no-explicit-any -- what is in a report differs from browser to browser
  (await connection.getStats()).forEach((one: any) => {
    if (one.type === "inbound-rtp" && one.kind === "audio") {
      counted.received += one.packetsReceived ?? 0;
      counted.lost += one.packetsLost ?? 0;
      counted.jitter = one.jitter ?? counted.jitter;
    } else if (one.type === "remote-inbound-rtp" && one.kind === "audio") {
      counted.roundTrip = one.roundTripTime ?? counted.roundTrip;
    } else if (one.type === "candidate-pair" && one.nominated && !counted.roundTrip) {
      counted.roundTrip = one.currentRoundTripTime ?? 0;
    }
  });
  return counted;
}
