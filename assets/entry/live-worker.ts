/** The shared worker: one stream for all tabs of a browser; each tab gets what came after its own cursor, once. */

import { beating, type Heart } from "../behaviour/heartbeat.ts";
import { isAfter, Stream, type StreamEvent } from "../behaviour/stream.ts";

type Tab = { port: MessagePort; cursor: string };

const KEPT = 1000;
const LINGER = 5000; // going from page to page must not cost a new connection
const tabs = new Set<Tab>();
let recent: StreamEvent[] = [];
let stream: Stream | undefined;
let state: "open" | "cut" = "cut";
let beginning = "";
let lingering = 0;
let heart: Heart | undefined;
let pulse: ReturnType<typeof beating> | undefined;

(globalThis as unknown as { onconnect: (event: MessageEvent) => void }).onconnect = (event) => {
  const port = event.ports[0]!;
  const tab: Tab = { port, cursor: "" };
  port.onmessage = ({ data }) => {
    if (data.type === "join") {
      heart = { url: data.heartbeat, token: data.token };
      join(tab, data.url, data.cursor);
      pulse ??= beating(() => (tabs.size ? heart : undefined));
    }
    else if (data.type === "leave") leave(tab);
    else if (data.type === "hurry") stream?.hurry();
  };
};

function join(tab: Tab, url: string, cursor: string): void {
  tab.cursor = cursor;
  tabs.add(tab);
  if (!stream) {
    beginning = cursor;
    stream = new Stream(url, cursor, { happened: share, state: tell, revoked: end });
    void stream.run();
    return;
  }
  tab.port.postMessage({ type: "state", state });
  if (beginning && cursor && isAfter(beginning, cursor)) tab.port.postMessage({ type: "resync" });
  for (const event of recent) give(tab, event);
}

function share(event: StreamEvent): void {
  if (event.id) recent.push(event);
  if (recent.length > KEPT) beginning = recent[recent.length - KEPT - 1]!.id;
  recent = recent.slice(-KEPT);
  for (const tab of tabs) give(tab, event);
}

function give(tab: Tab, event: StreamEvent): void {
  if (event.id && tab.cursor && !isAfter(event.id, tab.cursor)) return;
  if (event.id) tab.cursor = event.id;
  tab.port.postMessage({ type: "event", event });
}

function tell(now: "open" | "cut"): void {
  state = now;
  for (const { port } of tabs) port.postMessage({ type: "state", state });
}

function end(): void {
  for (const { port } of tabs) port.postMessage({ type: "revoked" });
  tabs.clear();
  forget();
}

function leave(tab: Tab): void {
  tabs.delete(tab);
  clearTimeout(lingering);
  lingering = setTimeout(() => tabs.size || (stream?.stop(), forget()), LINGER);
}

function forget(): void {
  pulse?.stop();
  pulse = undefined;
  stream = undefined;
  recent = [];
  beginning = "";
  state = "cut";
}
