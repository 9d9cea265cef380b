/** The page where a person chooses microphone, loudspeaker and bell, sees how loud they are, and tries all of it. */

import { check, type Checked, unreached } from "../phone/checking.ts";
import { ring } from "../phone/bell.ts";
import { choose, chosen, type Device, devices, microphone, stop, whyNone } from "../phone/devices.ts";
import { measureLevel } from "../phone/level.ts";
import { playTone } from "../phone/tone.ts";
import { word } from "../phone/words.ts";

const RINGS_FOR = 1600;
const page = document.getElementById("phone-check")!;
const meter = document.querySelector<HTMLMeterElement>("#check-level")!;
let open: MediaStream | undefined;
let unmeasure: (() => void) | undefined;
let loudest = 0;

page.addEventListener("change", ({ target }) => {
  const field = target as HTMLSelectElement & HTMLInputElement;
  if (field.dataset.device) choose({ [field.dataset.device]: field.value });
  else if (field.id === "choose-plain") choose({ plain: field.checked });
  if (field.dataset.device === "microphone" || field.id === "choose-plain") void listen();
});
page.addEventListener("click", ({ target }) => {
  const play = (target as Element).closest<HTMLElement>("[data-play]")?.dataset.play;
  if (play === "bell") setTimeout(ring(), RINGS_FOR);
  else if (play) void playTone();
  if ((target as Element).closest("#check-now")) void run();
});
addEventListener("pagehide", () => stop(open));
navigator.mediaDevices.addEventListener("devicechange", () => void list());
document.querySelector<HTMLInputElement>("#choose-plain")!.checked = chosen().plain;
void listen().then(list);

/** Names of devices are told only to who was given the microphone, so it is asked for first. */
async function listen(): Promise<void> {
  unmeasure?.();
  stop(open);
  let why = "";
  open = await microphone().catch((fault) => ((why = whyNone(fault)), undefined));
  document.getElementById("no-microphone")!.hidden = why !== "no_microphone";
  document.getElementById("no-device")!.hidden = why !== "no_device";
  unmeasure = open && measureLevel(open, (level) => {
    meter.value = level;
    loudest = Math.max(loudest, level);
  });
}

async function list(): Promise<void> {
  for (const select of page.querySelectorAll<HTMLSelectElement>("[data-device]")) {
    const device = select.dataset.device as Device;
    const found = await devices(device === "microphone" ? "audioinput" : "audiooutput");
    const wanted = chosen()[device];
    select.replaceChildren(new Option(word("standard"), ""), ...found.map(({ label, deviceId }) => new Option(label, deviceId)));
    select.value = found.some(({ deviceId }) => deviceId === wanted) ? wanted : "";
    select.disabled = !found.length;
  }
}

async function run(): Promise<void> {
  loudest = 0;
  document.getElementById("check-now")!.setAttribute("aria-busy", "true");
  document.getElementById("check-note")!.textContent = "";
  for (const tag of page.querySelectorAll<HTMLElement>("[data-check] .tag")) mark(tag, undefined);
  if (!open) await listen();
  const checked = await check({ given: Boolean(open), loudest: () => loudest });
  for (const [name, works] of Object.entries(checked) as [keyof Checked, boolean | undefined][]) {
    const tag = page.querySelector<HTMLElement>(`[data-check="${name}"] .tag`);
    if (tag) mark(tag, works);
  }
  document.getElementById("check-note")!.textContent = noted(checked);
  document.getElementById("check-now")!.removeAttribute("aria-busy");
}

/** What to do, of the first thing that does not work. */
function noted(checked: Checked): string {
  if (!checked.exchange && unreached()) return word("unreached", { place: page.dataset.exchange ?? "" });
  if (checked.relay === false) return word("unrelayed");
  return open && !checked.microphone ? word("quiet") : "";
}

function mark(tag: HTMLElement, works: boolean | undefined): void {
  tag.className = `tag end ${works === undefined ? "" : works ? "go" : "stop"}`;
  tag.textContent = works === undefined ? "" : word(works ? "works" : "fails");
}
