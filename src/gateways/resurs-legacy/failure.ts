/** What an answer that is no success means for the money. */
import { quoted } from "../../../machines/text.js";
import { type Exchange, ownError } from "../../http-client/exchange.js";
import type { GatewayAnswer } from "../../ports/gateway.js";
import { type ECommerceError, OwnError, Trouble } from "./schema.js";

export type Failure = Exclude<GatewayAnswer, { kind: "ok" }>;

export type Called =
  | { kind: "done"; body: unknown }
  /** `code`: the bank's errorTypeId or errorCode; null = what stands before the bank may have answered. */
  | { kind: "failed"; failure: Failure; code: string | null };

const LONGEST_DETAIL = 300;
/** INTERNAL_ERROR, "error server side" in the bank's own list: a no to nothing. */
const INTERNAL_ERROR = "3";

export const refusal = (detail: string, reason = "gateway-refused"): Failure => ({
  kind: "refused",
  reason,
  detail: quoted(detail, LONGEST_DETAIL),
});

export const unexpected = (what: string, wrong = ""): Failure => ({
  kind: "unknown",
  detail: quoted(`unexpected answer to ${what}${wrong && `: ${wrong}`}`, LONGEST_DETAIL),
});

/** @param own the bank's own error is in the answer; without it nobody knows who said no, nor what became of the request */
export const failureOf = (exchange: Exchange, own: boolean, words = ""): Failure => {
  if (exchange.kind === "not-sent") return { kind: "retry", afterMs: null, detail: exchange.detail, certain: true };
  if (exchange.kind === "lost") return { kind: "unknown", detail: exchange.detail };
  const { status, retryAfterMs } = exchange;
  const detail = quoted(`HTTP ${status}${words && `: ${words}`}`, LONGEST_DETAIL);
  if (status === 429) return { kind: "retry", afterMs: retryAfterMs, detail, certain: own };
  // Whoever turns our password away, the request went no further.
  if (status === 401) return refusal(detail);
  // 408 is the one 4xx that says nothing about what became of the question.
  if (status >= 400 && status < 500 && status !== 408 && own) return refusal(detail);
  return { kind: "unknown", detail };
};

/** A fault comes with HTTP 500, and is all the same a definite no once the bank has put its own error into it. */
export const faultFailure = (error: ECommerceError): Failure => {
  const { errorTypeId, errorTypeDescription, userErrorMessage } = error;
  const words = [errorTypeDescription, userErrorMessage].filter(Boolean).join(": ");
  const detail = quoted(`error ${errorTypeId}${words && ` ${words}`}`, LONGEST_DETAIL);
  return errorTypeId === INTERNAL_ERROR ? { kind: "unknown", detail } : refusal(detail);
};

/** A failed call to one of the JSON services. */
export const jsonFailure = (exchange: Exchange): Called => {
  const told = exchange.kind === "answer" ? Trouble.safeParse(exchange.body).data : undefined;
  const code = told?.errorCode == null ? null : String(told.errorCode);
  const words = [code, told?.description ?? told?.detailedMessage ?? told?.message].filter(Boolean).join(" ");
  const own = ownError(exchange, OwnError) !== null;
  return { kind: "failed", failure: failureOf(exchange, own, words), code };
};
