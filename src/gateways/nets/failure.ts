/** What Nets's trouble means for the money. */
import { quoted } from "../../../machines/text.js";
import { type Exchange, ownError } from "../../http-client/exchange.js";
import type { GatewayAnswer } from "../../ports/gateway.js";
import { CodedError, OwnRefusal, Trouble } from "./schema.js";

export type NetsFailure = Exclude<GatewayAnswer, { kind: "ok" }>;

export const LONGEST_DETAIL = 300;
const UNKNOWN_ERROR = "1000";

export const refusal = (detail: string): NetsFailure => ({
  kind: "refused",
  reason: "gateway-refused",
  detail: quoted(detail, LONGEST_DETAIL),
});

export const troubleOf = (exchange: Exchange): { code: string | null; detail: string } => {
  if (exchange.kind !== "answer") return { code: null, detail: exchange.detail };
  const told = Trouble.safeParse(exchange.body).data;
  const code = told?.code == null ? null : String(told.code);
  const words = told?.message ?? (told?.errors ? JSON.stringify(told.errors) : null);
  const detail = `HTTP ${exchange.status}${code ? ` (${code})` : ""}${words ? `: ${words}` : ""}`;
  return { code, detail: quoted(detail, LONGEST_DETAIL) };
};

export const failureOf = (exchange: Exchange): NetsFailure => {
  const { detail } = troubleOf(exchange);
  if (exchange.kind === "not-sent") return { kind: "retry", afterMs: null, detail, certain: true };
  if (exchange.kind === "answer") {
    const { status } = exchange;
    // Whoever turns our key away, the request went no further.
    if (status === 401) return refusal(detail);
    // 408 is the one 4xx that says nothing about what became of the question.
    const isOwn = ownError(exchange, OwnRefusal) !== null;
    if (status === 429) return { kind: "retry", afterMs: exchange.retryAfterMs, detail, certain: isOwn };
    if (status >= 400 && status < 500 && status !== 408 && isOwn) return refusal(detail);
    // Nets answers 500 with its code where it will not do a thing. 1000 stands for "unknown".
    const coded = ownError(exchange, CodedError);
    if (status === 500 && coded !== null && String(coded.code) !== UNKNOWN_ERROR) return refusal(detail);
  }
  return { kind: "unknown", detail };
};
