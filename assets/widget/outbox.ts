/** What the visitor sent and the server has not yet confirmed: survives reload and cuts, goes out in order, once. */

import { ask, Refused } from "./api.ts";
import { forget, keep, keysFrom, kept } from "./keep.ts";
import { prefix } from "./settings.ts";

export type Entry = {
  id: string;
  order: number;
  path: "/messages" | "/contacts" | "/answers-by-mail";
  body: Record<string, unknown>;
  names: string[];
  refused?: string;
};

const place = `${prefix}out.`;
let last = 0;
let flushing: Promise<void> | undefined;
let retry = 0;
let tries = 0;

export function waiting(): Entry[] {
  const entries = keysFrom(place).map((key) => parsed(kept(key))).filter((entry) => entry !== undefined);
  return entries.sort((one, other) => one.order - other.order);
}

/** Keep an entry first, then it may be sent. */
export function put(path: Entry["path"], body: Record<string, unknown>, names: string[] = []): Entry {
  last = Math.max(last + 1, Date.now() * 1000);
  const entry: Entry = { id: crypto.randomUUID?.() ?? random(), order: last, path, body, names };
  keep(place + entry.id, JSON.stringify(entry));
  return entry;
}

export function drop(id: string): void {
  forget(place + id);
}

/** Send what waits, one after the other; one tab of this browser at a time. */
export function flush(sent: (entry: Entry) => void, changed: () => void): Promise<void> {
  clearTimeout(retry);
  flushing ??= alone(() => sendAll(sent, changed)).finally(() => (flushing = undefined));
  return flushing;
}

async function sendAll(sent: (entry: Entry) => void, changed: () => void): Promise<void> {
  for (;;) {
    const entry = waiting().find((one) => !one.refused);
    if (!entry) return;
    try {
      await ask("POST", entry.path, { id: entry.id, ...entry.body });
      tries = 0;
      drop(entry.id);
      sent(entry);
    } catch (problem) {
      if (problem instanceof Refused && !problem.passing && problem.status !== 401) {
        keep(place + entry.id, JSON.stringify({ ...entry, refused: problem.message || "?" }));
        changed();
        continue;
      }
      const asked = problem instanceof Refused ? Number(problem.more.retry_after) * 1000 : 0;
      const pause = Math.max(asked || 0, Math.min(15_000, 500 * 2 ** tries++) * (0.5 + Math.random()));
      retry = setTimeout(() => void flush(sent, changed), pause);
      changed();
      return;
    }
  }
}

/** Where locks are denied (a frame without storage rights) a repeat is still harmless: the server knows the id. */
async function alone(work: () => Promise<void>): Promise<void> {
  let begun = false;
  const once = () => (begun = true, work());
  try {
    await navigator.locks.request(`${place}sending`, once);
  } catch (fault) {
    if (begun) throw fault;
    await work();
  }
}

function parsed(text: string): Entry | undefined {
  try {
    const entry = JSON.parse(text) as Entry;
    return entry.id && entry.body ? entry : undefined;
  } catch {
    return undefined;
  }
}

function random(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
