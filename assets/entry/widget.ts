/** The conversation in the frame: what is typed is kept first, then sent; what is shown is what the server says. */

import { text } from "../behaviour/strings.ts";
import { Stream, type StreamEvent } from "../behaviour/stream.ts";
import { listenForMailWish } from "../widget/by-mail.ts";
import { ask, enter, identifyBy, Refused, type Standing, token } from "../widget/api.ts";
import { call, inCall, listenForCalls, offerCall } from "../widget/calling.ts";
import { anyFiles, filesSettled, listenForFiles, takeFiles } from "../widget/files.ts";
import { type Filled, listenForForm, prefill } from "../widget/form.ts";
import { type Hello, listenToHost, tellHost } from "../widget/host.ts";
import { forget, keep, kept, keepWithHost } from "../widget/keep.ts";
import { messagesOf, MOST } from "../widget/length.ts";
import { forgetMarks, tellMarks } from "../widget/marks.ts";
import { drop, type Entry, flush, put, waiting } from "../widget/outbox.ts";
import { filled, part, prefix, settings } from "../widget/settings.ts";
import { showLine, showStanding } from "../widget/standing.ts";
import { clear, mark, type Marks, type Message, show, showWaiting, toEnd } from "../widget/talk.ts";
import { showTyping, stopTyping, tellTyping, typedAll } from "../widget/typing.ts";

type Conversation = Marks & { cursor: string; interaction: number | null; state: Standing; messages: Message[] };

const composer = part<HTMLFormElement>("composer");
const box = part<HTMLTextAreaElement>("text");
const draft = `${prefix}draft`;
const QUEUE_LOOK = 20_000;
const whole = new Intl.NumberFormat(settings.language);

let hello: Hello = { identity: "", page: "", given: {}, open: true, kept: null };
let open = false;
let interaction = 0;
let lastMessage = 0;
let phase: Standing["phase"] = "none";
let agent = "";
let anew = false;
let callPossible = false;
let contextSent = false;
let accepted: Entry[] = [];
let stream: Stream | undefined;
let lineState: "open" | "cut" | "connecting" = "connecting";
let fetching: Promise<void> | undefined;
let fetchAgain = false;

listenToHost({ hello: begin, opened, closed });
listenForForm(start, ({ given, consent }) => void call({ given: { ...hello.given, ...given }, consent, page: hello.page, language: settings.language }));
listenForCalls(() => ({ given: hello.given, consent: false, page: hello.page, language: settings.language }), arrange);
listenForFiles(problem);
listenForMailWish(send);
if (parent === self) begin(hello);

addEventListener("online", hurry);
addEventListener("offline", () => showLine(lineState));
addEventListener("storage", (event) => event.key?.startsWith(prefix) && event.key !== draft && showOwn());
document.addEventListener("visibilitychange", () => void tellMarks(open));
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape" || event.isComposing) return;
  if (!part("sure").hidden) sure(false);
  else tellHost({ fanal: "close" });
});
part("close").addEventListener("click", () => tellHost({ fanal: "close" }));
part("end").addEventListener("click", () => sure(true));
part("end-no").addEventListener("click", () => sure(false));
part("end-yes").addEventListener("click", () => void leave());
part("again").addEventListener("click", again);
composer.addEventListener("submit", (event) => {
  event.preventDefault();
  void say();
});
box.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
    event.preventDefault();
    void say();
  }
});
box.addEventListener("input", () => {
  keep(draft, box.value);
  if (phase === "talking" && box.value) tellTyping();
});
setInterval(() => phase === "waiting" && void look(), QUEUE_LOOK);

function begin(from: Hello): void {
  hello = from;
  open = from.open;
  const lasting = keepWithHost(from.kept, (key, value) => tellHost({ fanal: "keep", key, value }));
  box.value ||= kept(draft);
  if (!lasting) problem(text("not_kept"));
  identifyBy(from.identity);
  prefill(from.given);
  showLine("connecting");
  void comeIn();
}

/** Get a token, then the conversation; what cannot be reached is tried again, and nothing typed meanwhile is lost. */
async function comeIn(tries = 0): Promise<void> {
  try {
    const entered = await enter();
    if (entered.fresh) startOver();
    if (entered.identity) problem(`${entered.identity.message} ${text("not_recognised")}`);
    await refresh();
    send();
    if (open) focusFirst();
  } catch (fault) {
    if (fault instanceof Refused && fault.code === "no_account") return switchedOff();
    if (fault instanceof Refused && !fault.passing) return problem(fault.message);
    setLine("cut");
    arrange();
    showOwn();
    setTimeout(() => void comeIn(tries + 1), Math.min(15_000, 500 * 2 ** tries) * (0.5 + Math.random()));
  }
}

/** The chat was taken out of service: said once and plainly; nothing more is asked of the server. */
function switchedOff(): void {
  stream?.stop();
  stream = undefined;
  phase = "none";
  document.body.dataset.phase = "off";
  for (const name of ["end", "call-start", "ended", "line", "typing", "form"]) part(name).hidden = true;
  part("standing").textContent = text("switched_off");
  composer.hidden = true;
  tellHost({ fanal: "active", on: false });
}

function startOver(): void {
  interaction = lastMessage = 0;
  forgetMarks();
  clear();
}

/** Fetch what is new; several wishes at once are one request, and one more if something came meanwhile. */
function refresh(): Promise<void> {
  if (fetching) {
    fetchAgain = true;
    return fetching;
  }
  fetching = fetchNew().finally(() => {
    fetching = undefined;
    if (fetchAgain) {
      fetchAgain = false;
      void look();
    }
  });
  return fetching;
}

/** Fetch what is new, and say so where the server cannot be reached; whatever comes next tries again. */
function look(): Promise<void> {
  return refresh().catch(() => setLine("cut"));
}

async function fetchNew(): Promise<void> {
  const found = await ask<Conversation>("GET", `/conversation?after=${lastMessage}&interaction=${interaction}`);
  if ((found.interaction ?? 0) !== interaction) {
    startOver();
    interaction = found.interaction ?? 0;
    if (interaction) anew = false;
  }
  const arrived = new Set(found.messages.map((message) => message.client_id));
  accepted = accepted.filter((entry) => !arrived.has(entry.id));
  phase = anew && found.state.phase === "ended" ? "none" : found.state.phase;
  agent = found.state.agent || agent;
  callPossible = found.state.call === "possible" && phase !== "ended" && !found.state.blocked_until;
  showStanding({ ...found.state, phase });
  if (!anew) show(found.messages);
  lastMessage = Math.max(lastMessage, ...found.messages.map((message) => message.id));
  mark(found);
  box.disabled = Boolean(found.state.blocked_until);
  if (found.messages.some((message) => message.author !== "customer")) stopTyping();
  tellHost({ fanal: "active", on: phase === "waiting" || phase === "talking" });
  arrange();
  showOwn();
  listen(found.cursor);
  setLine("open");
  if (found.messages.length >= 500) fetchAgain = true;
  await tellMarks(open);
}

/** Which parts are there: the form before the first message, the conversation, or its end. */
function arrange(): void {
  const beginning = phase === "none" && !waiting().length && !accepted.length;
  const asks = beginning && settings.form && !inCall();
  offerCall(callPossible, asks);
  part("form").hidden = !asks;
  part("messages").hidden = asks;
  composer.hidden = asks || phase === "ended";
}

function showOwn(): void {
  showWaiting(waiting(), accepted, navigator.onLine && lineState !== "cut", (id) => {
    drop(id);
    arrange();
    showOwn();
    box.focus();
  });
}

function start({ given, consent }: Filled): void {
  contextSent = true;
  put("/contacts", { given: { ...hello.given, ...given }, consent, page: hello.page, language: settings.language });
  if (given.message) put("/messages", { text: given.message, page: hello.page, language: settings.language });
  part("form").hidden = true;
  part("messages").hidden = false;
  composer.hidden = false;
  showOwn();
  send();
  box.focus();
}

async function say(): Promise<void> {
  if (!box.value.trim() && !anyFiles()) return;
  await filesSettled();
  const words = box.value.trim();
  if (!words && !anyFiles()) return;
  if (words.length > MOST) {
    const numbers = { number: whole.format(words.length), most: whole.format(MOST) };
    return problem(filled(text("too_long"), numbers));
  }
  const beginning = phase === "none" && !contextSent && !waiting().length;
  if (beginning && Object.keys(hello.given).length) {
    put("/contacts", { given: hello.given, page: hello.page, language: settings.language });
  }
  contextSent = true;
  const files = takeFiles();
  const parts = messagesOf(words);
  for (const [place, one] of parts.entries()) {
    const sent = place === parts.length - 1 ? files : [];
    const body = { text: one, attachments: sent.map((file) => file.id), page: hello.page, language: settings.language };
    put("/messages", body, sent.map((file) => file.name));
  }
  box.value = "";
  forget(draft);
  typedAll();
  problem("");
  arrange();
  showOwn();
  toEnd();
  send();
}

function send(): void {
  void flush(
    (entry) => {
      accepted.push(entry);
      showOwn();
      setLine("open");
      void look();
    },
    () => {
      if (waiting().some((entry) => !entry.refused)) setLine("cut");
      arrange();
      showOwn();
    },
  );
}

/** The stream wakes us; only while a talk runs, so that a site's idle visitors cost nothing. */
function listen(cursor: string): void {
  const wanted = phase === "waiting" || phase === "talking";
  if (!wanted) {
    stream?.stop();
    stream = undefined;
  } else if (!stream) {
    stream = new Stream(settings.live, cursor, { happened, state: cutOrOpen, revoked }, token);
    void stream.run();
  }
}

function happened(event: StreamEvent): void {
  if (event.kind === "ready") return;
  if (event.kind === "typing") {
    if (event.data.on === false) stopTyping();
    else showTyping(agent);
    return;
  }
  void look();
}

function cutOrOpen(state: "open" | "cut"): void {
  if (state === "open" && lineState !== "open") hurry();
  setLine(state);
}

function revoked(): void {
  stream = undefined;
  setTimeout(() => void comeIn(), 1000 * Math.random());
}

function hurry(): void {
  if (document.body.dataset.phase === "off") return;
  showLine(lineState);
  stream?.hurry();
  send();
  void look();
}

function setLine(state: "open" | "cut"): void {
  if (state !== lineState) {
    lineState = state;
    showOwn();
  }
  showLine(state);
}

function sure(on: boolean): void {
  part("sure").hidden = !on;
  (on ? part("end-no") : part("end").hidden ? box : part("end")).focus();
}

async function leave(): Promise<void> {
  part("sure").hidden = true;
  try {
    await ask("DELETE", "/contacts/current");
  } catch (fault) {
    if (!(fault instanceof Refused && fault.status === 404)) return problem(fault instanceof Refused ? fault.message : text("reconnecting"));
  }
  await look();
  part("again").focus();
}

/** A new chat with the same visitor; the old one stays with us, not on the screen. */
function again(): void {
  anew = true;
  phase = "none";
  contextSent = false;
  clear();
  document.body.dataset.phase = "none";
  part("ended").hidden = true;
  part("standing").textContent = "";
  arrange();
  focusFirst();
}

function opened(focus: boolean): void {
  open = true;
  void tellMarks(open);
  toEnd();
  if (focus) focusFirst();
}

function closed(): void {
  open = false;
}

function focusFirst(): void {
  const form = part("form");
  const first = form.hidden ? (composer.hidden ? part("again") : box) : form.querySelector<HTMLElement>("input, select, textarea, button");
  first?.focus();
}

function problem(said: string): void {
  const element = part(part("form").hidden ? "problem" : "form-problem");
  element.textContent = said;
  element.hidden = !said;
}
