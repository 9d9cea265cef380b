/** The pictures of a call: one's own camera or screen, on and off while one talks, and the other side's as it comes. */

export type Own = "" | "camera" | "screen";
export type Pictures = { own: Own; theirs: MediaStreamTrack | undefined; mine: MediaStreamTrack | undefined };

const TRIES = 6;
const TRIED_AGAIN = 250; // ms; twice as much at most, by chance, so that both sides do not ask at once again
const SIZE = { width: { ideal: 640 }, height: { ideal: 480 }, frameRate: { ideal: 15, max: 24 } };

export const canShareScreen = (): boolean => Boolean(navigator.mediaDevices?.getDisplayMedia);

export class Showing {
  #own: MediaStreamTrack | undefined;
  #kind: Own = "";
  #busy = false;
  #held = false;

  // deno-lint-ignore no-explicit-any -- JsSIP's own
  constructor(readonly session: any, readonly changed: (pictures: Pictures) => void) {
    const watch = (connection: RTCPeerConnection) => {
      const tell = () => connection.signalingState === "stable" && this.#tell();
      connection.addEventListener("signalingstatechange", tell);
      connection.addEventListener("track", ({ track }) => track.addEventListener("unmute", () => this.#tell()));
    };
    if (session.connection) watch(session.connection);
    else session.on("peerconnection", ({ peerconnection }: { peerconnection: RTCPeerConnection }) => watch(peerconnection));
  }

  get own(): Own {
    return this.#kind;
  }

  /** Another picture of one's own, or none. What the browser refuses (no camera, or it is not allowed) is thrown. */
  async show(kind: Own): Promise<void> {
    if (this.#busy || kind === this.#kind || this.session.isEnded()) return;
    this.#busy = true;
    try {
      if (kind) await this.#begin(kind, await taken(kind));
      else await this.#stop();
    } finally {
      this.#busy = false;
      this.#tell();
    }
  }

  /** Who holds or is held shows nothing meanwhile and sees nothing: of theirs there would be the last thing only. */
  hold(held: boolean): void {
    if (held === this.#held) return;
    this.#held = held;
    if (this.#own) this.#own.enabled = !held;
    this.#tell();
  }

  end(): void {
    this.#own?.stop();
    this.#own = undefined;
    this.#kind = "";
  }

  async #begin(kind: Own, track: MediaStreamTrack): Promise<void> {
    const before = this.#own;
    if (this.session.isEnded()) return track.stop();
    this.#own = track;
    this.#kind = kind;
    track.enabled = !this.#held;
    track.addEventListener("ended", () => track === this.#own && void this.show(""));
    const place = this.#place();
    if (place) await place.sender.replaceTrack(track);
    if (before) return before.stop(); // another picture on the same way: nothing has to be agreed on
    if (!place) this.session.connection.addTransceiver(track, { direction: "sendrecv" });
    else place.direction = "sendrecv";
    await this.#agree();
  }

  async #stop(): Promise<void> {
    const place = this.#place();
    this.end();
    if (!place) return;
    await place.sender.replaceTrack(null);
    place.direction = "recvonly";
    await this.#agree();
  }

  #place(): RTCRtpTransceiver | undefined {
    const all = (this.session.connection as RTCPeerConnection).getTransceivers();
    return all.find((one) => one.receiver.track.kind === "video" && one.direction !== "stopped");
  }

  /** Both sides may ask at the same moment: then neither is answered, and it is asked once more. */
  async #agree(): Promise<void> {
    for (let tries = 0; tries < TRIES && !this.session.isEnded(); tries++) {
      if (this.session.isReadyToReOffer() && await this.#ask()) return;
      await new Promise((then) => setTimeout(then, TRIED_AGAIN * (1 + Math.random())));
    }
  }

  /** `renegotiate()` would end the call where the other side says «not now». */
  #ask(): Promise<boolean> {
    return new Promise((done) => {
      this.session._sendReinvite({
        eventHandlers: {
          succeeded: () => done(true),
          failed: () => {
            const connection = this.session.connection as RTCPeerConnection | undefined;
            if (connection?.signalingState !== "have-local-offer") return done(false);
            connection.setLocalDescription({ type: "rollback" }).then(() => done(false), () => done(false));
          },
        },
      });
    });
  }

  #tell(): void {
    if (!this.session.connection || this.session.isEnded()) return;
    const place = this.#place();
    const comes = place?.currentDirection === "sendrecv" || place?.currentDirection === "recvonly";
    this.changed({ own: this.#kind, mine: this.#own, theirs: comes && !this.#held ? place!.receiver.track : undefined });
  }
}

async function taken(kind: Own): Promise<MediaStreamTrack> {
  const devices = navigator.mediaDevices;
  const stream = kind === "screen" ? await devices.getDisplayMedia({ video: true }) : await devices.getUserMedia({ video: SIZE });
  return stream.getVideoTracks()[0]!;
}

/** Puts a picture into its place; without one the place is hidden, for it would keep the last thing that it showed. */
export function put(element: HTMLVideoElement, track: MediaStreamTrack | undefined): void {
  element.hidden = !track;
  const shown = (element.srcObject as MediaStream | null)?.getVideoTracks()[0];
  if (shown === track) return;
  element.srcObject = track ? new MediaStream([track]) : null;
  if (track) void element.play().catch(() => {});
}
