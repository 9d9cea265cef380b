/** The widget's requests: by token, renewed when it has run out; a refusal carries its code and its sentence. */

import { keep, kept } from "./keep.ts";
import { prefix, settings } from "./settings.ts";

export class Refused extends Error {
  constructor(readonly status: number, readonly code: string, message: string, readonly more: Record<string, unknown>) {
    super(message);
  }

  /** Trying the same again later may help. */
  get passing(): boolean {
    return this.status === 429 || this.status >= 500 || this.status === 408;
  }
}

/** How a conversation stands, as the server says it. */
export type Standing = {
  phase: "none" | "waiting" | "talking" | "ended";
  open: boolean;
  opens_at: string | null;
  available: boolean;
  estimate_seconds: number | null;
  position: number | null;
  agent: string;
  end_reason: string;
  blocked_until: string | null;
  by_mail: "" | "possible" | "asked";
  answer_to: string;
  call: "" | "possible";
};

type Entered = { token: string; fresh: boolean; signed_in: boolean; identity: { error: string; message: string } | null };

let identity = "";
let entering: Promise<Entered> | undefined;

export function token(): string {
  return kept(`${prefix}token`);
}

export function identifyBy(signed: string): void {
  identity = signed;
}

/** Start, or renew the token; several callers share one request. */
export function enter(): Promise<Entered> {
  entering ??= send<Entered>("POST", "/visitors", { account: settings.account, token: token(), identity })
    .then((entered) => {
      keep(`${prefix}token`, entered.token);
      return entered;
    })
    .finally(() => (entering = undefined));
  return entering;
}

/** One request as the visitor; a token that is not valid any more is renewed once. */
export async function ask<T>(method: string, path: string, body?: unknown): Promise<T> {
  if (!token()) await enter();
  try {
    return await send<T>(method, path, body, token());
  } catch (problem) {
    if (!(problem instanceof Refused) || problem.status !== 401) throw problem;
    await enter();
    return await send<T>(method, path, body, token());
  }
}

async function send<T>(method: string, path: string, body?: unknown, bearer = ""): Promise<T> {
  const response = await raw(method, path, body, bearer);
  return (response.status === 204 ? undefined : await response.json()) as T;
}

/** The bare answer; throws Refused, or TypeError when the server cannot be reached. */
export async function raw(method: string, path: string, body?: unknown, bearer = token()): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json", "Accept-Language": settings.language };
  if (bearer) headers.Authorization = `Bearer ${bearer}`;
  const form = body instanceof FormData;
  if (body !== undefined && !form) headers["Content-Type"] = "application/json";
  const response = await fetch(settings.api + path, {
    method,
    headers,
    body: body === undefined ? undefined : form ? body : JSON.stringify(body),
    credentials: "omit",
    cache: "no-store",
    signal: AbortSignal.timeout(form ? 120_000 : 20_000),
  });
  if (response.ok) return response;
  const said = await response.json().catch(() => ({})) as { error?: string; message?: string };
  throw new Refused(response.status, said.error ?? "", said.message ?? "", said);
}
