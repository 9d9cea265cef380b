/** What happens, as it happens: every event becomes `fanal:event` and `fanal:<kind>` on the document. */

import { beating } from "./heartbeat.ts";
import { csrfToken, goToSignIn } from "./htmx.ts";
import { Stream, type StreamEvent } from "./stream.ts";
import { meta } from "./strings.ts";

const PATIENCE = 2000;
let banner = 0;

/** Through the shared worker, or by a connection of our own where there is none; only on pages that name `live-url`. */
export function startLive(): void {
  const url = meta("live-url");
  if (!url) return;
  const cursor = meta("live-cursor");
  if (typeof SharedWorker === "undefined" || !meta("live-worker")) return direct(url, cursor);
  try {
    throughWorker(url, cursor);
  } catch {
    direct(url, cursor);
  }
}

function throughWorker(url: string, cursor: string): void {
  let seen = cursor;
  const { port } = new SharedWorker(meta("live-worker"), { name: `fanal-live-${meta("live-user")}` });
  port.onmessage = ({ data }) => {
    if (data.type === "event") {
      if (data.event.id) seen = data.event.id;
      happened(data.event);
    } else if (data.type === "state") showState(data.state);
    else if (data.type === "resync") document.dispatchEvent(new CustomEvent("fanal:resync"));
    else if (data.type === "revoked") goToSignIn();
  };
  const heartbeat = meta("heartbeat-url");
  const join = () =>
    port.postMessage({
      type: "join",
      url: new URL(url, location.href).href,
      cursor: seen,
      heartbeat: heartbeat && new URL(heartbeat, location.href).href,
      token: csrfToken(),
    });
  join();
  addEventListener("pagehide", () => port.postMessage({ type: "leave" }));
  addEventListener("pageshow", (event) => event.persisted && join());
  addEventListener("online", () => port.postMessage({ type: "hurry" }));
}

function direct(url: string, cursor: string): void {
  const stream = new Stream(new URL(url, location.href).href, cursor, { happened, state: showState, revoked: goToSignIn });
  void stream.run();
  const beat = beating(() => ({ url: meta("heartbeat-url"), token: csrfToken() }));
  addEventListener("pagehide", () => beat.stop());
  addEventListener("online", () => stream.hurry());
  addEventListener("pagehide", () => stream.stop());
  addEventListener("pageshow", (event) => event.persisted && direct(url, stream.cursor));
}

function happened(event: StreamEvent): void {
  if (event.kind === "resync") {
    document.dispatchEvent(new CustomEvent("fanal:resync"));
    return;
  }
  document.dispatchEvent(new CustomEvent("fanal:event", { detail: event }));
  document.dispatchEvent(new CustomEvent(`fanal:${event.kind}`, { detail: event }));
}

/** The banner comes only after two seconds: a short cut is nobody's concern. */
function showState(state: "open" | "cut"): void {
  if (document.documentElement.dataset.live === state) return;
  document.documentElement.dataset.live = state;
  const element = document.getElementById("reconnecting");
  clearTimeout(banner);
  if (state === "open") element?.setAttribute("hidden", "");
  else banner = setTimeout(() => element?.removeAttribute("hidden"), PATIENCE);
}
