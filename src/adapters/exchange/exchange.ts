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

const bodyOf = async (response: Response): Promise<unknown> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, so nothing more is downloaded.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > LONGEST_ANSWER) throw new Error("the answer is too long");
    parts.push(part);
  }
  const text = Buffer.concat(parts).toString("utf8");
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

const fetched = async (fetch: typeof globalThis.fetch, url: string, init: RequestInit): Promise<Exchange> => {
  try {
    // A redirect could carry the token or the money's key elsewhere.
    const response = await fetch(url, { ...init, redirect: "error" });
    return {
      kind: "answer",
      status: response.status,
      retryAfterMs: retryAfter(response.headers.get("retry-after")),
      body: await bodyOf(response),
    };
  } catch (error) {
    const code = codeOf(error);
    const detail = `network: ${code ?? (error instanceof Error ? error.message : String(error))}`;
    return { kind: code !== null && NEVER_CONNECTED.has(code) ? "not-sent" : "lost", detail };
  }
};

export const asking =
  (options: { baseUrl: string; clock: Clock; timeoutMs: number; fetch: typeof globalThis.fetch }): Ask =>
  async (path, init) => {
    const { clock, timeoutMs } = options;
    const call = new AbortController();
    const wait = new AbortController();
    const late = (): Exchange => ({ kind: "lost", detail: `no answer within ${timeoutMs} ms` });
    try {
      return await Promise.race([
        fetched(options.fetch, `${options.baseUrl.replace(/\/+$/, "")}/${path}`, { ...init, signal: call.signal }),
        clock.sleep(timeoutMs, wait.signal).then(late, late),
      ]);
    } finally {
      // Whichever came first: no timer and no connection is left over.
      wait.abort();
      call.abort();
    }
  };
