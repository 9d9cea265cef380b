/** The phone as it is shown in the top bar of every page, and its buttons. */

import { toast, untoast } from "../behaviour/toast.ts";
import { canShareScreen } from "./pictures.ts";
import type { Deed, Standing } from "./state.ts";
import { word } from "./words.ts";

const DOTS = { ready: "go", connecting: "lamp", away: "stop", elsewhere: "sea", desk: "sea", off: "" };

export class Corner {
  #problem = "";

  constructor(readonly root: HTMLElement, readonly ask: (deed: Deed) => void) {
    document.addEventListener("click", (event) => this.#clicked(event.target as Element));
    document.addEventListener("keydown", (event) => {
      const keypad = (event.target as Element).closest?.("#phone-keypad");
      if (keypad && /^[0-9*#]$/.test(event.key)) ask({ do: "tone", tone: event.key });
    });
    // the offer that rings may come into the page after its call, or go before it
    document.addEventListener("htmx:afterSettle", () => this.#standing && this.show(this.#standing));
  }

  #standing: Standing | undefined;

  show(standing: Standing): void {
    this.#standing = standing;
    const { connection, call, sound, problem = "" } = standing;
    const state = call ? (call.ringing ? "ringing" : "talking") : connection;
    this.root.dataset.state = state;
    const says = word(call?.held ? "held" : call?.muted ? "muted" : state);
    write(this.#part(".phone-says"), says);
    write(this.#part(".phone-who"), call?.who ?? "");
    write(document.querySelector(".phone-says-more"), says);
    this.#part(".dot")!.className = `dot ${call ? "lamp" : DOTS[connection]}`;
    const time = this.#part<HTMLTimeElement>(".phone-time")!;
    if (call && !call.ringing) time.dataset.since = call.since;
    else delete time.dataset.since, write(time, "");
    this.#showSound(standing);
    this.#button("answer", Boolean(call?.ringing) && !document.querySelector(`[data-offer="${call?.offer || "-"}"]`));
    this.#button("mute", state === "talking", call?.muted);
    this.#button("hold", state === "talking" && Boolean(call?.interaction && this.root.dataset.holdUrl), call?.held);
    this.#button("camera", state === "talking" && call?.pictured === true, call?.own === "camera");
    this.#button("screen", state === "talking" && call?.pictured === true && canShareScreen(), call?.own === "screen");
    this.#button("keypad", state === "talking");
    this.#button("hang-up", Boolean(call));
    this.#button("take", connection === "elsewhere");
    if (state !== "talking") document.querySelector<HTMLElement>("#phone-keypad:popover-open")?.hidePopover();
    if (this.#problem && problem !== this.#problem) untoast(word(this.#problem));
    if (problem && problem !== this.#problem) toast({ text: word(problem), kind: "stop" });
    this.#problem = problem;
  }

  level(level: number): void {
    this.#part<HTMLMeterElement>(".phone-level")!.value = level;
  }

  #showSound({ sound }: Standing): void {
    const line = document.querySelector<HTMLElement>(".phone-sounds");
    if (!line) return;
    line.hidden = !sound;
    this.root.dataset.sound = !sound ? "" : sound.mos >= 4 ? "good" : sound.mos >= 3.6 ? "fair" : "bad";
    if (!sound) return;
    write(line, word("sounds", {
      score: sound.mos.toFixed(1), loss: `${(100 * sound.loss).toFixed(1)} %`, jitter: (1000 * sound.jitter).toFixed(0),
    }));
  }

  #button(name: string, shown: boolean, pressed?: boolean): void {
    const button = document.querySelector<HTMLButtonElement>(`[data-phone="${name}"]`);
    if (!button) return;
    button.hidden = !shown;
    if (pressed !== undefined) button.setAttribute("aria-pressed", String(pressed));
  }

  #clicked(target: Element): void {
    const tone = target.closest<HTMLElement>("[data-tone]")?.dataset.tone;
    if (tone) return this.ask({ do: "tone", tone });
    const deed = target.closest<HTMLElement>("[data-phone]")?.dataset.phone;
    if (deed && deed !== "keypad") this.ask({ do: deed } as Deed);
  }

  #part<Part extends HTMLElement = HTMLElement>(selector: string): Part | null {
    return this.root.querySelector<Part>(selector);
  }
}

function write(element: Element | null, words: string): void {
  if (element && element.textContent !== words) element.textContent = words;
}
