/** The loader behind the one script tag on a site: a button, and a frame of ours that holds the conversation. */

type Words = { open: string; close: string; title: string; unread: string };

const GIVEN = { name: "name", email: "email", phone: "phone", order: "order", topic: "topic", accountNumber: "account" };
const LOOK = `
:host{all:initial;position:fixed;z-index:2147483000;inset-block-end:20px;inset-inline-end:20px;color-scheme:light dark;font:600 15px/1.3 system-ui,sans-serif}
:host([data-position="start"]){inset-inline:20px auto}
button{all:unset;box-sizing:border-box;cursor:pointer;display:flex;align-items:center;gap:10px;min-block-size:52px;padding:0 20px;border-radius:99px;background:#1d2129;color:#fff;box-shadow:0 2px 6px #0003,0 10px 30px #0004}
button:focus-visible{outline:3px solid #ffb44d;outline-offset:3px}
svg{inline-size:22px;block-size:22px;fill:none;stroke:#ffb44d;stroke-width:1.9;stroke-linecap:round;stroke-linejoin:round}
b{min-inline-size:20px;text-align:center;border-radius:99px;background:#ffb44d;color:#1b1203;font-size:12px;line-height:20px}
[hidden]{display:none!important}
iframe{position:fixed;inset-block-end:20px;inset-inline-end:20px;inline-size:min(390px,calc(100vw - 40px));block-size:min(640px,calc(100dvh - 40px));border:0;border-radius:14px;background:light-dark(#fff,#191c24);box-shadow:0 2px 6px #0003,0 18px 48px #0005}
:host([data-position="start"]) iframe{inset-inline:20px auto}
@media(max-width:480px){iframe,:host([data-position="start"]) iframe{inset:0;inline-size:100vw;block-size:100dvh;border-radius:0}}
@media print{:host{display:none}}`;

const tag = document.currentScript as HTMLScriptElement | null;
if (tag?.dataset.account && !document.querySelector("fanal-chat")) {
  if (document.body) start(tag);
  else addEventListener("DOMContentLoaded", () => start(tag), { once: true });
}

function start(tag: HTMLScriptElement): void {
  const home = new URL(tag.src).origin;
  const options = tag.dataset;
  const account = options.account!;
  const words: Record<string, Words> = JSON.parse("__FANAL_WORDS__");
  const language = (options.language || document.documentElement.lang || navigator.language).toLowerCase().split("-")[0]!;
  const say = words[language] ?? words.en!;

  const host = document.createElement("fanal-chat");
  if (options.position === "start") host.dataset.position = "start";
  host.dir = language === "ar" ? "rtl" : "ltr";
  host.lang = words[language] ? language : "en";
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(LOOK);
  root.adoptedStyleSheets = [sheet];

  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-expanded", "false");
  button.setAttribute("aria-haspopup", "dialog");
  const picture = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  picture.setAttribute("viewBox", "0 0 24 24");
  picture.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", "M4 5h16v11H9l-5 4z");
  picture.append(path);
  const label = document.createElement("span");
  label.textContent = say.open;
  const count = document.createElement("b");
  count.hidden = true;
  button.append(picture, label, count);
  root.append(button);
  document.body.append(host);

  let frame: HTMLIFrameElement | undefined;
  let open = false;

  button.onclick = () => show(true);
  addEventListener("message", (event) => {
    if (event.origin !== home || !frame || event.source !== frame.contentWindow) return;
    switch (event.data?.fanal) {
      case "ready":
        tell({ fanal: "hello", identity: options.identity ?? "", page: location.href.slice(0, 500), given: given(), open, kept: keptHere() });
        break;
      case "keep":
        keepHere(String(event.data.key), event.data.value);
        break;
      case "close":
        show(false);
        break;
      case "unread":
        unread(Number(event.data.count) || 0);
        break;
      case "active":
        remember("active", Boolean(event.data.on));
        break;
    }
  });
  // A talk that runs goes on across the site's pages: its news must reach the button, or the open window.
  if (recall("open")) show(true, false);
  else if (recall("active")) load();

  function load(): void {
    if (frame) return;
    frame = document.createElement("iframe");
    const query = new URLSearchParams({ account, language, origin: location.origin });
    frame.src = `${home}/widget/frame/?${query}`;
    frame.title = say.title;
    frame.hidden = true;
    frame.allow = "clipboard-write; autoplay; microphone; camera; display-capture";
    root.append(frame);
  }

  function show(on: boolean, focus = true): void {
    load();
    open = on;
    frame!.hidden = !on;
    button.hidden = on;
    button.setAttribute("aria-expanded", String(on));
    remember("open", on);
    if (on) {
      unread(0);
      if (focus) frame!.focus();
    } else button.focus();
    tell({ fanal: on ? "opened" : "closed", focus });
  }

  function unread(number: number): void {
    count.hidden = !number || open;
    count.textContent = String(number);
    button.setAttribute("aria-label", number && !open ? `${say.open}. ${say.unread.replace("{count}", String(number))}` : say.open);
  }

  function tell(message: unknown): void {
    frame?.contentWindow?.postMessage(message, home);
  }

  function given(): Record<string, string> {
    const found: Record<string, string> = {};
    for (const [option, name] of Object.entries(GIVEN)) if (options[option]) found[name] = options[option]!.slice(0, 200);
    return found;
  }

  /** Browsers that block a frame's storage let the site keep it instead: the frame's own keys, and no others. */
  function keptHere(): Record<string, string> | null {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(`fanal.${account}.`));
      return Object.fromEntries(keys.map((key) => [key, localStorage.getItem(key)!]));
    } catch {
      return null;
    }
  }

  function keepHere(key: string, value: unknown): void {
    if (!key.startsWith(`fanal.${account}.`)) return;
    try {
      if (typeof value === "string") localStorage.setItem(key, value);
      else localStorage.removeItem(key);
    } catch {
      // the frame has said so
    }
  }

  function remember(what: string, on: boolean): void {
    try {
      if (on) sessionStorage.setItem(`fanal.${account}.${what}`, "1");
      else sessionStorage.removeItem(`fanal.${account}.${what}`);
    } catch {
      // a site or browser without storage: the window only closes with the page
    }
  }

  function recall(what: string): boolean {
    try {
      return sessionStorage.getItem(`fanal.${account}.${what}`) === "1";
    } catch {
      return false;
    }
  }
}
