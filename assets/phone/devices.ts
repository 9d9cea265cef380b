/** Which microphone, loudspeaker and bell: chosen by the person, kept in this browser, and for each call asked anew. */

export type Device = "microphone" | "speaker" | "bell";
export type Chosen = Record<Device, string> & { plain: boolean };

const KEY = "fanal.phone";

export function chosen(): Chosen {
  const standard: Chosen = { microphone: "", speaker: "", bell: "", plain: false };
  try {
    return { ...standard, ...JSON.parse(localStorage.getItem(KEY) ?? "{}") as Partial<Chosen> };
  } catch {
    return standard;
  }
}

export function choose(change: Partial<Chosen>): void {
  localStorage.setItem(KEY, JSON.stringify({ ...chosen(), ...change }));
}

/** The chosen microphone, or any other where that one is gone. `plain`: without echo, noise and loudness being mended. */
export function microphone(): Promise<MediaStream> {
  const { microphone: id, plain } = chosen();
  const mended = { echoCancellation: !plain, noiseSuppression: !plain, autoGainControl: !plain };
  return navigator.mediaDevices.getUserMedia({ audio: { ...mended, ...(id ? { deviceId: { ideal: id } } : {}) } });
}

/** Why there is no microphone: none is there, or the browser was not allowed to give one. */
export function whyNone(fault: unknown): "no_device" | "no_microphone" {
  return (fault as DOMException | undefined)?.name === "NotFoundError" ? "no_device" : "no_microphone";
}

export async function devices(kind: "audioinput" | "audiooutput"): Promise<MediaDeviceInfo[]> {
  const found = await navigator.mediaDevices.enumerateDevices();
  return found.filter((one) => one.kind === kind && one.deviceId && one.deviceId !== "default");
}

/** Sends an element's sound there; where the device is gone or the browser cannot, it comes from the usual one. */
export async function playOn(element: HTMLAudioElement, device: "speaker" | "bell"): Promise<void> {
  const id = chosen()[device];
  if ("setSinkId" in element) await element.setSinkId(id).catch(() => element.setSinkId(""));
}

export function stop(stream: MediaStream | undefined): void {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
