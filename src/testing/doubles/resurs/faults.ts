import { type FrontPage, frontAnswer, frontPage } from "../front-page.js";
import type { HttpAnswer } from "./http.js";

/** Faults in a scenario's words: `kind`, or `kind:n` for the first n calls only. */
export type Fault = { first: number } & (
  | { kind: "http"; status: number; retryAfter: number | null }
  | { kind: "timeout"; applied: boolean }
  | { kind: "not-exist"; code: string }
  /** `front-404`, `front-403-plain`, `front-404-json-after-apply`: not the bank answers, but what stands before it. */
  | { kind: "front"; page: FrontPage }
);

const count = (word: string | undefined, text: string): number => {
  if (word === undefined) return Number.POSITIVE_INFINITY;
  if (!/^\d+$/.test(word)) throw new Error(`fault "${text}": "${word}" is no number of calls`);
  return Number(word);
};

/** A number after `not-exist` is the bank's error code and not a count, so `not-exist:8:2` has both. */
export const parseFault = (text: string): Fault => {
  const [kind = "", ...rest] = text.split(":");
  const tooMuch = (most: number): void => {
    if (rest.length > most) throw new Error(`fault "${text}": too many parts`);
  };
  if (kind === "timeout-before-apply" || kind === "timeout-after-apply") {
    tooMuch(1);
    return { kind: "timeout", applied: kind === "timeout-after-apply", first: count(rest[0], text) };
  }
  if (kind === "not-exist") {
    tooMuch(2);
    return { kind, code: String(count(rest[0] ?? "8", text)), first: count(rest[1], text) };
  }
  const page = kind.startsWith("front-") ? frontPage(kind.slice("front-".length)) : null;
  if (page) {
    tooMuch(1);
    return { kind: "front", page, first: count(rest[0], text) };
  }
  const status = /^http-([45]\d\d)$/.exec(kind)?.[1];
  if (!status) throw new Error(`fault "${text}": unknown kind "${kind}"`);
  const wait = /^retry-after=(\d+)$/.exec(rest[0] ?? "")?.[1];
  tooMuch(wait ? 2 : 1);
  return {
    kind: "http",
    status: Number(status),
    retryAfter: wait ? Number(wait) : null,
    first: count(rest[wait ? 1 : 0], text),
  };
};

/** The answer to a request that never came to the bank; null = none, ever; undefined = it came there. */
export const stopped = (fault: Fault | null): HttpAnswer | null | undefined => {
  if (fault?.kind === "timeout" && !fault.applied) return null;
  return fault?.kind === "front" && !fault.page.passedOn ? frontAnswer(fault.page) : undefined;
};

/** What is heard of the bank's answer; null = nothing, ever. */
export const heard = (fault: Fault | null, answer: HttpAnswer): HttpAnswer | null => {
  if (fault?.kind === "timeout") return null;
  return fault?.kind === "front" ? frontAnswer(fault.page) : answer;
};
