/** Giftwell as a gateway. Every trouble is a value that says what it means for the money. */
import type { Clock, CreatedPayment, Gateway, GatewayAnswer, ReadAnswer } from "order-status-engine";
import { asking, type Exchange, ownError } from "order-status-engine/http-client";
import { noSuchPayment, type PossibleAction, type Reading } from "order-status-engine/machines";
import { z } from "zod";

export interface GiftwellOptions {
  baseUrl: string;
  apiKey: string;
  clock: Clock;
  timeoutMs?: number;
  fetch?: typeof globalThis.fetch;
}

type Failure = Exclude<GatewayAnswer, { kind: "ok" }>;

/** Giftwell writes amounts as text with two decimals; they become minor units here and nowhere else. */
const amount = z
  .string()
  .regex(/^\d{1,9}\.\d{2}$/)
  .transform((text) => Number(text.replace(".", "")));
const textOf = (minor: number): string => (minor / 100).toFixed(2);

const Hold = z.object({
  id: z.string(),
  word: z.string().max(40),
  total: amount,
  held: amount,
  spent: amount,
  returned: amount,
  released: amount,
  returning: amount,
  failed: amount,
});
type Hold = z.infer<typeof Hold>;

const Offer = z.object({ id: z.string().min(1).max(64), page: z.url({ protocol: /^https?$/ }).max(4000) });
const Trouble = z.object({ why: z.string() });

/** Their words in ours. A word that is new to us is kept: to the machines it is one that nobody knows. */
const statuses: Record<string, string> = {
  offered: "TASK_REDIRECTION_REQUIRED",
  held: "ACCEPTED",
  blocked: "FROZEN",
  declined: "REJECTED",
};

const offersOf = ({ word, held, spent, returned }: Hold): PossibleAction[] => [
  ...(word === "held" && held > 0 ? (["CAPTURE", "CANCEL"] as const) : []),
  ...(word === "held" && spent > returned ? (["REFUND", "PARTIAL_REFUND"] as const) : []),
];

const readingOf = (hold: Hold): Reading => ({
  paymentId: hold.id,
  exists: true,
  status: statuses[hold.word] ?? hold.word,
  rejectedReason: null,
  hasOrder: true,
  total: hold.total,
  authorized: hold.held,
  captured: hold.spent,
  canceled: hold.released,
  refunded: hold.returned,
  pendingRefund: hold.returning,
  failedRefund: hold.failed,
  offers: offersOf(hold),
  creditLimit: null,
  taskCompleted: null,
  transactionIds: [],
});

const refusal = (detail: string): Failure => ({ kind: "refused", reason: "gateway-refused", detail });

/** What an answer that is no success means for the money. */
const failureOf = (exchange: Exchange): Failure => {
  if (exchange.kind === "not-sent") return { kind: "retry", afterMs: null, detail: exchange.detail, certain: true };
  if (exchange.kind === "lost") return { kind: "unknown", detail: exchange.detail };
  const { status, retryAfterMs } = exchange;
  // Without Giftwell's own error a proxy may have answered, and nobody knows what became of the request.
  const own = ownError(exchange, Trouble);
  const detail = `HTTP ${status}${own ? `: ${own.why.slice(0, 200)}` : ""}`;
  if (status === 429) return { kind: "retry", afterMs: retryAfterMs, detail, certain: own !== null };
  return own && status >= 400 && status < 500 && status !== 408 ? refusal(detail) : { kind: "unknown", detail };
};

/** An id comes from a callback, which anybody may send: it must not lead to another address. */
const pathOf = (id: string): string | null => (/^[\w-]{1,64}$/.test(id) ? `holds/${id}` : null);

export const giftwellGateway = (options: GiftwellOptions): Gateway => {
  const { baseUrl, apiKey, clock, timeoutMs = 30_000, fetch = globalThis.fetch } = options;
  const ask = asking({ baseUrl, clock, timeoutMs, fetch, secrets: [apiKey] });
  const headers = { authorization: `Bearer ${apiKey}`, "content-type": "application/json" };
  const post = (path: string, body: unknown) => ask(path, { method: "POST", headers, body: JSON.stringify(body) });

  const holdIn = (exchange: Exchange, id: string): { kind: "ok"; reading: Reading } | Failure => {
    if (exchange.kind !== "answer" || exchange.status !== 200) return failureOf(exchange);
    const hold = Hold.safeParse(exchange.body);
    return hold.success && hold.data.id === id
      ? { kind: "ok", reading: readingOf(hold.data) }
      : { kind: "unknown", detail: "unexpected answer" };
  };

  const readPayment = async (id: string): Promise<ReadAnswer> => {
    const path = pathOf(id);
    if (path === null) return refusal("this is no hold");
    const exchange = await ask(path, { headers });
    const isGone = exchange.kind === "answer" && exchange.status === 404 && ownError(exchange, Trouble) !== null;
    if (isGone) return { kind: "ok", reading: noSuchPayment(id) };
    return holdIn(exchange, id);
  };

  const move = async (
    how: "spend" | "release" | "giveBack",
    call: { paymentId: string; amount: number; key: string },
  ) => {
    const path = pathOf(call.paymentId);
    if (path === null) return refusal("this is no hold");
    return holdIn(await post(`${path}/${how}`, { amount: textOf(call.amount), key: call.key }), call.paymentId);
  };

  return {
    name: "giftwell",
    tolerance: 0,
    readPayment,
    capture: (call) => move("spend", call),
    cancel: (call) => move("release", call),
    refund: (call) => move("giveBack", call),
    addOrderLines: async () => refusal("what Giftwell has let go it does not hold again"),
    async createPayment({ total, successUrl, failUrl, callbackUrl }): Promise<CreatedPayment> {
      const exchange = await post("holds", { amount: textOf(total), successUrl, failUrl, callbackUrl });
      if (exchange.kind !== "answer" || exchange.status !== 200) {
        return { kind: "failed", detail: failureOf(exchange).detail };
      }
      const offer = Offer.safeParse(exchange.body);
      if (!offer.success) return { kind: "failed", detail: "unexpected answer" };
      return {
        kind: "ok",
        paymentId: offer.data.id,
        status: "TASK_REDIRECTION_REQUIRED",
        redirectUrl: offer.data.page,
      };
    },
  };
};
