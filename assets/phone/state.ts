/** What a phone is at a moment, as every tab of the browser shows it. */

export type Connection = "connecting" | "ready" | "away" | "elsewhere" | "desk" | "off";

export type Call = {
  /** The offer that rings, and the contact, as the PBX names them; empty where it names none. */
  offer: string;
  interaction: string;
  who: string;
  ringing: boolean;
  /** ISO, by the server's clock: since when it rings or is talked. */
  since: string;
  muted: boolean;
  held: boolean;
  /** The other side has a page: there may be pictures. */
  pictured: boolean;
  own: "" | "camera" | "screen";
};

export type Sound = { mos: number; loss: number; jitter: number; roundTrip: number };
export type Standing = { connection: Connection; call?: Call; sound?: Sound; problem?: string };

/** What a person asks of the phone, in whatever tab they are. */
export type Deed =
  | { do: "answer"; offer?: string; interaction?: string }
  | { do: "hang-up" | "mute" | "hold" | "take" | "camera" | "screen" }
  | { do: "tone"; tone: string };
