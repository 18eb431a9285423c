/** One HTTP question and its answer, within a time that the clock measures. Never throws. */
import type { z } from "zod";
import type { Clock } from "../ports/clock.js";
import { answerLimits, overLimits } from "../ports/json.js";
import { isError, thrownText } from "../ports/thrown.js";

export type Exchange =
  /** `body` is the JSON that came, undefined when nothing came, the text itself when it is no JSON or over `answerLimits`. */
  | {
      kind: "answer";
      status: number;
      retryAfterMs: number | null;
      /** Its content type says that it is JSON. */
      json: boolean;
      body: unknown;
    }
  /** No connection came about, so the question certainly did not arrive. */
  | { kind: "not-sent"; detail: string }
  | { kind: "lost"; detail: string };

export type SendRequest = (path: string, init: RequestInit) => Promise<Exchange>;

/** A payment with a long action log stays far below this; an endless answer must not fill the memory. */
const LONGEST_ANSWER_BYTES = 1024 * 1024;

const NEVER_CONNECTED = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

const codeOf = (error: unknown): string | null => {
  const cause = isError(error) ? error.cause : null;
  return isError(cause) && "code" in cause && typeof cause.code === "string" ? cause.code : null;
};

/** A word as short as this would take harmless words with it. */
const SHORTEST_SECRET = 4;

/** What this request carried that nobody else is to see. */
const secretsIn = (headers: Headers, secrets: string[]): string[] => {
  // The last word: what stands before it is the name of the scheme.
  const authorization = headers.get("authorization")?.split(" ").at(-1) ?? "";
  return [...secrets, authorization]
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .flatMap((secret) => [secret, encodeURIComponent(secret.replace(/\p{Cs}/gu, "\uFFFD"))]);
};

/** The request's headers; null = `fetch` would refuse the address, the method or a header. */
const headersOf = (url: string, { method, headers }: RequestInit): Headers | null => {
  try {
    return new Request(url, { method: method ?? "GET", headers: headers ?? {} }).headers;
  } catch {
    // Its message repeats the value, and that may be a secret.
    return null;
  }
};

/** A bank may repeat what it was sent, and the words of its errors end in order notes and logs. */
const without = (text: string, secrets: string[]): string =>
  secrets.reduce((left, secret) => left.replaceAll(secret, "***"), text);

const textOf = async (response: Response, longest: number): Promise<string> => {
  if (longest === 0) {
    await response.body?.cancel();
    return "";
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the stream, so nothing more is downloaded.
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > longest) throw new Error("the answer is too long");
    parts.push(part);
  }
  return Buffer.concat(parts).toString("utf8");
};

const jsonOf = (text: string): unknown => {
  if (text.trim() === "") return undefined;
  // A megabyte of brackets would keep every order waiting while it is parsed.
  if (overLimits(text, answerLimits) !== null) return text;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** A server that asks for more is asked again after this: a wrong header must not keep an order waiting for days. */
export const LONGEST_RETRY_AFTER_MS = 10 * 60_000;

/** Seconds or a date (RFC 9110, 10.2.3), in ms; null = no wish that can be read, or none to wait. */
const retryAfter = (headers: Headers, now: number): number | null => {
  const wish = headers.get("retry-after")?.trim() ?? "";
  if (/^\d+$/.test(wish)) return bounded(Number(wish) * 1000);
  // A date is one of the server's clock, which its answer tells.
  const sent = Date.parse(headers.get("date") ?? "");
  return /^[A-Z][a-z]+,? .*GMT$/.test(wish) ? bounded(Date.parse(wish) - (Number.isNaN(sent) ? now : sent)) : null;
};

const bounded = (ms: number): number | null => (ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : null);

/** A browser's `fetch` hides its status. */
const isRedirect = ({ status, type }: Response): boolean =>
  [301, 302, 303, 307, 308].includes(status) || type === "opaqueredirect";

const fetched = async (
  url: string,
  init: RequestInit,
  { fetch, clock, secrets = [], longestAnswerBytes = LONGEST_ANSWER_BYTES }: AskingOptions,
): Promise<Exchange> => {
  const headers = headersOf(url, init);
  if (headers === null) {
    return {
      kind: "not-sent",
      detail: "the request cannot be built: its address, a header or its method is not valid",
    };
  }
  const hidden = secretsIn(headers, secrets);
  try {
    // A redirect could carry the token or the money's key elsewhere.
    const response = await fetch(url, { ...init, redirect: "manual" });
    if (isRedirect(response)) {
      await response.body?.cancel();
      return { kind: "lost", detail: `HTTP ${response.status || "3xx"}: a redirect, which is not followed` };
    }
    const text = await textOf(response, longestAnswerBytes);
    return {
      kind: "answer",
      status: response.status,
      retryAfterMs: retryAfter(response.headers, clock.now()),
      json: /^application\/(?:[\w.-]+\+)?json\b/i.test(response.headers.get("content-type") ?? ""),
      // What succeeded may carry a new token.
      body: jsonOf(response.ok ? text : without(text, hidden)),
    };
  } catch (error) {
    const code = codeOf(error);
    const detail = `network: ${without(code ?? thrownText(error), hidden)}`;
    return { kind: code !== null && NEVER_CONNECTED.has(code) ? "not-sent" : "lost", detail };
  }
};

/**
 * Whose word an answer is. A proxy, a gateway or a load balancer in front of a bank or a shop answers 400, 403, 404, 405
 * and 410 too, in HTML, as text, with nothing, or in a JSON of its own. So an error is the API's own word only where it
 * comes as JSON in the API's own shape. null = the front may have said it, and nobody knows what became of the request.
 */
export const ownError = <T>(exchange: Exchange, shape: z.ZodType<T>): T | null =>
  exchange.kind === "answer" && exchange.json ? (shape.safeParse(exchange.body).data ?? null) : null;

export interface AskingOptions {
  baseUrl: string;
  clock: Clock;
  timeoutMs: number;
  fetch: typeof globalThis.fetch;
  /** Taken out of what is told of trouble, as the authorization header is anyway. */
  secrets?: string[] | undefined;
  /** A longer answer counts as lost. 0 = the body is not read, and the status alone counts. Default 1 MiB. */
  longestAnswerBytes?: number | undefined;
}

/** One HTTP exchange whose every end is a value: answered, not sent, or sent and lost. `init.signal` ends it. Throws nothing. */
export const asking =
  (options: AskingOptions): SendRequest =>
  async (path, init) => {
    const { clock, timeoutMs } = options;
    const url = `${options.baseUrl.replace(/\/+$/, "")}/${path}`;
    const call = new AbortController();
    const wait = new AbortController();
    const signal = init.signal ? AbortSignal.any([init.signal, call.signal]) : call.signal;
    const late = (): Exchange => ({ kind: "lost", detail: `no answer within ${timeoutMs} ms` });
    try {
      return await Promise.race([
        fetched(url, { ...init, signal }, options),
        clock.sleep(timeoutMs, wait.signal).then(late, late),
      ]);
    } finally {
      // Whichever came first: no timer and no connection is left over.
      wait.abort();
      call.abort();
    }
  };
