/** One resumable stream of Server-Sent Events, read with fetch so that we see its status and every kind of event. */

export type StreamEvent = { id: string; kind: string; data: Record<string, unknown> };
export type StreamSigns = { happened: (event: StreamEvent) => void; state: (state: "open" | "cut") => void; revoked: () => void };

const SILENCE = 40_000; // the server says something every 15 s; after more than two missed beats the line is dead
const LONGEST_WAIT = 15_000;

/** Reads until stopped; after a cut it comes back with the last cursor, later each time and never all at once. */
export class Stream {
  #abort: AbortController | undefined;
  #stopped = false;
  #tries = 0;
  #wake: (() => void) | undefined;

  /** With `token` it is a visitor's stream, without a cookie. */
  constructor(readonly url: string, public cursor: string, readonly signs: StreamSigns, readonly token?: () => string) {}

  async run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#connect();
      } catch {
        // a cut line: said below, and tried again
      }
      if (this.#stopped) return;
      this.signs.state("cut");
      await this.#pause(Math.min(LONGEST_WAIT, 400 * 2 ** this.#tries++) * (0.5 + Math.random()));
    }
  }

  stop(): void {
    this.#stopped = true;
    this.#abort?.abort();
    this.#wake?.();
  }

  /** The network is back, or a tab came to the front: do not wait out the pause. */
  hurry(): void {
    this.#wake?.();
  }

  async #connect(): Promise<void> {
    this.#abort = new AbortController();
    const url = new URL(this.url);
    if (this.cursor) url.searchParams.set("after", this.cursor);
    let silence = setTimeout(() => this.#abort?.abort(), SILENCE);
    try {
      const headers: Record<string, string> = { Accept: "text/event-stream" };
      if (this.token) headers.Authorization = `Bearer ${this.token()}`;
      const credentials = this.token ? "omit" : "include";
      const response = await fetch(url, { credentials, headers, signal: this.#abort.signal, cache: "no-store" });
      if (response.status === 401 || response.status === 403) return this.#end();
      if (response.status === 400 || response.status === 409) return this.#beginAnew();
      if (!response.ok || !response.body) throw new Error(String(response.status));
      this.#tries = 0;
      this.signs.state("open");
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parse = parser((event) => this.#take(event));
      for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        clearTimeout(silence);
        silence = setTimeout(() => this.#abort?.abort(), SILENCE);
        parse(value);
      }
    } finally {
      clearTimeout(silence);
    }
  }

  #take(event: StreamEvent): void {
    if (event.id) this.cursor = event.id;
    if (event.kind === "revoked") return this.#end();
    this.signs.happened(event);
  }

  /** The server does not know our place: what we show may be old. */
  #beginAnew(): void {
    this.cursor = "";
    this.signs.happened({ id: "", kind: "resync", data: {} });
  }

  #end(): void {
    this.stop();
    this.signs.revoked();
  }

  #pause(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#wake = () => (clearTimeout(timer), resolve());
    });
  }
}

/** Cuts the text of a stream into events; lines that start with a colon are heartbeats. */
export function parser(take: (event: StreamEvent) => void): (chunk: string) => void {
  let rest = "";
  let id = "", kind = "", data = "";
  return (chunk) => {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) {
      if (line === "") {
        if (kind || data) take({ id, kind: kind || "message", data: parsed(data) });
        id = kind = data = ""; // a hint has no id, and must not seem to be the event before it again
        continue;
      }
      const colon = line.indexOf(":");
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "id") id = value;
      else if (field === "event") kind = value;
      else if (field === "data") data += (data ? "\n" : "") + value;
    }
  };
}

function parsed(data: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(data || "{}");
    return value && typeof value === "object" ? value as Record<string, unknown> : { value };
  } catch {
    return { value: data };
  }
}

/** Cursors grow: they are compared number by number ("812" < "1004", "7-12" < "7-31"). */
export function isAfter(one: string, other: string): boolean {
  const [a, b] = [one, other].map((cursor) => cursor.split(/\D+/).filter(Boolean).map(BigInt));
  for (let place = 0; place < Math.max(a!.length, b!.length); place++) {
    const difference = (a![place] ?? 0n) - (b![place] ?? 0n);
    if (difference !== 0n) return difference > 0n;
  }
  return false;
}
