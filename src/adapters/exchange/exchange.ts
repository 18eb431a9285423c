/** One HTTP question and its answer, within a time that the clock measures. Never throws. */
import type { Clock } from "../../ports/clock.js";

export type Exchange =
  /** `body` is the JSON that came, undefined when nothing came, the text itself when it is not JSON. */
  | { kind: "answer"; status: number; retryAfterMs: number | null; body: unknown }
  /** No connection came about, so the question certainly did not arrive. */
  | { kind: "not-sent"; detail: string }
  | { kind: "lost"; detail: string };

export type Ask = (path: string, init: RequestInit) => Promise<Exchange>;

/** A payment with a long action log stays far below this; an endless answer must not fill the memory. */
const LONGEST_ANSWER = 5_000_000;

const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const codeOf = (error: unknown): string | null => {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null;
};

/** A word as short as this would take harmless words with it. */
const SHORTEST_SECRET = 4;

/** What this request carried that nobody else is to see. */
const secretsIn = (init: RequestInit, secrets: string[]): string[] => {
  // The last word: what stands before it is the name of the scheme.
  const authorization = new Headers(init.headers).get("authorization")?.split(" ").at(-1) ?? "";
  return [...secrets, authorization]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret)]);
};

/** A bank may repeat what it was sent, and the words of its errors end in order notes and logs. */
const without = (text: string, secrets: string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, "***"), text);

const textOf = async (response: Response): Promise<string> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, so nothing more is downloaded.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LONGEST_ANSWER) throw new Error("the answer is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
};

const jsonOf = (text: string): unknown => {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** Seconds only; a date would have to be compared with a clock that is not ours. */
const retryAfter = (header: string | null): number | null =>
  header !== null && /^\d{1,5}$/.test(header.trim()) ? Number(header) * 1000 : null;

const fetched = async (
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
  secrets: string[],
): Promise<Exchange> => {
  try {
    // A redirect could carry the token or the money's key elsewhere.
    const response = await fetch(url, { ...init, redirect: "error" });
    const text = await textOf(response);
    return {
      kind: "answer",
      status: response.status,
      retryAfterMs: retryAfter(response.headers.get("retry-after")),
      // What succeeded may carry a new token.
      body: jsonOf(response.ok ? text : without(text, secretsIn(init, secrets))),
    };
  } catch (error) {
    const code = codeOf(error);
    const words = code ?? (error instanceof Error ? error.message : String(error));
    const detail = `network: ${without(words, secretsIn(init, secrets))}`;
    return { kind: code !== null && NEVER_CONNECTED.has(code) ? "not-sent" : "lost", detail };
  }
};

export interface AskingOptions {
  baseUrl: string;
  clock: Clock;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
  /** Taken out of what is told of trouble, as the authorization header is anyway. */
  secrets?: string[];
}

/** One HTTP exchange whose every end is a value: answered, not sent, or sent and lost. Throws nothing. */
export const asking =
  (options: AskingOptions): Ask =>
  async (path, init) => {
    const { clock, timeoutMs, secrets = [] } = options;
    const url = `${options.baseUrl.replace(/\/+$/, "")}/${path}`;
    const call = new AbortController();
    const wait = new AbortController();
    const late = (): Exchange => ({ kind: "lost", detail: `no answer within ${timeoutMs} ms` });
    try {
      return await Promise.race([
        fetched(options.fetch, url, { ...init, signal: call.signal }, secrets),
        clock.sleep(timeoutMs, wait.signal).then(late, late),
      ]);
    } finally {
      // Whichever came first: no timer and no connection is left over.
      wait.abort();
      call.abort();
    }
  };
