/** Resurs Bank's Merchant API 2.0 as a gateway. Every trouble is a value that says what it means for the money. */
import { randomUUID } from "node:crypto";
import { noSuchPayment, type Reading } from "../../../machines/facts.js";
import { quoted, wrongIn } from "../../../machines/text.js";
import { asking, type Exchange, ownError, type SendRequest } from "../../http-client/exchange.js";
import { referenceOf } from "../../http-client/order-reference.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import type { CreatedPayment, Gateway, GatewayAnswer, NewPayment, ReadAnswer } from "../../ports/gateway.js";
import { methodsIn, storesIn } from "./methods.js";
import { readingOf } from "./reading.js";
import { CREATOR, createBody, MARK, orderLines } from "./requests.js";
import { Found, NewlyCreated, OwnError, ResursPayment, TaskStatus, TokenError, Trouble } from "./schema.js";
import { tokensOf } from "./token.js";

export interface ResursMapiOptions {
  baseUrl: string;
  clientId: string;
  clientSecret: string;
  /** What the token is asked for; default `merchant-api`. The bank's mock has `mock-merchant-api`. */
  scope?: string | undefined;
  storeId?: string | undefined;
  paymentMethodId?: string | undefined;
  /** Default: the computer's own. */
  clock?: Clock | undefined;
  timeoutMs?: number | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  name?: string | undefined;
}

type Failure = Exclude<GatewayAnswer, { kind: "ok" }>;
type Called = { kind: "done"; body: unknown } | { kind: "failed"; failure: Failure; exchange: Exchange };

/** What happened before the call itself, while fetching the token, cannot have moved money. */
type CallStage = "token" | "call";

/** Of the countries that the bank has stores in. Its calls name none, and have two decimals. */
const CURRENCIES = ["SEK", "NOK", "DKK", "EUR"];
const LONGEST_DETAIL = 300;
/** The bank answers by the page; as many on one as its documents ask for. */
const STORES = "v2/stores?size=2000";
/** The customer has waited for the payment already. */
const SEARCH_MS = 5_000;
/** An order has a payment for each of its tries; more under its reference are another shop's that numbers alike. */
const MOST_PAGES = 10;
const NOT_AMONG = `it is not on the first ${MOST_PAGES} pages of what has the order's reference`;

const refusal = (detail: string): Failure => ({
  kind: "refused",
  reason: "gateway-refused",
  detail: quoted(detail, LONGEST_DETAIL),
});
const unexpected = (what: string, wrong = ""): Failure => ({
  kind: "unknown",
  detail: quoted(`unexpected answer to ${what}${wrong && `: ${wrong}`}`, LONGEST_DETAIL),
});

const detailOf = (exchange: Exchange): string => {
  if (exchange.kind !== "answer") return exchange.detail;
  const { error, error_description: more } = TokenError.safeParse(exchange.body).data ?? {};
  const message = Trouble.safeParse(exchange.body).data?.message ?? [error, more].filter(Boolean).join(", ");
  return quoted(`HTTP ${exchange.status}${message ? `: ${message}` : ""}`, LONGEST_DETAIL);
};

/** The bank itself said it, and not what stands before it. */
const isOwn = (exchange: Exchange, stage: CallStage): boolean =>
  ownError(exchange, OwnError) !== null || (stage === "token" && ownError(exchange, TokenError) !== null);

const failureOf = (exchange: Exchange, stage: CallStage): Failure => {
  const detail = detailOf(exchange);
  // Without a token nothing was sent that moves money.
  const unsent: Failure = { kind: "retry", afterMs: null, detail, certain: true };
  if (exchange.kind === "not-sent") return unsent;
  if (exchange.kind === "answer") {
    const { status } = exchange;
    if (status === 429) {
      const certain = stage === "token" || isOwn(exchange, stage);
      return { kind: "retry", afterMs: exchange.retryAfterMs, detail, certain };
    }
    // Whoever turns our keys away, the request went no further.
    if (status === 401) return refusal(detail);
    // 408 is the one 4xx that says nothing about what became of the question.
    if (status >= 400 && status < 500 && status !== 408 && isOwn(exchange, stage)) return refusal(detail);
  }
  return stage === "token" ? unsent : { kind: "unknown", detail };
};

/** Where its customer goes. */
const opened = (
  { id, status, taskRedirectionUrls }: NewlyCreated,
  { successUrl, failUrl }: Pick<NewPayment, "successUrl" | "failUrl">,
): CreatedPayment => {
  // Accepted without anything to sign goes straight to the thank-you page; a rejected one goes back to the shop.
  const without = status === "ACCEPTED" ? successUrl : failUrl;
  return { kind: "ok", paymentId: id, status, redirectUrl: taskRedirectionUrls?.customerUrl ?? without };
};

/** The bank knows no such payment. Only its own error says so: the 404 of a front speaks of the front. */
const saysNotFound = (exchange: Exchange): boolean =>
  exchange.kind === "answer" && exchange.status === 404 && isOwn(exchange, "call");

/** An id may come from a callback; it must not be able to lead to another path. */
const pathOf = (paymentId: string): string | null =>
  /^[\w-]{1,64}$/.test(paymentId) ? `v2/payments/${paymentId}` : null;

/** Resurs Bank's Merchant API 2.0, named `resurs-mapi`. It asks the bank nothing before it is used. */
export const resursMapi = (options: ResursMapiOptions): Gateway => {
  const clock = options.clock ?? systemClock();
  const { timeoutMs = 30_000 } = options;
  const within = (timeoutMs: number): SendRequest =>
    asking({
      baseUrl: options.baseUrl,
      clock,
      timeoutMs,
      fetch: options.fetch ?? globalThis.fetch,
      secrets: [options.clientSecret],
    });
  const askInTime = within(timeoutMs);
  const askSoon = within(Math.min(timeoutMs, SEARCH_MS));
  const tokens = tokensOf({ ...options, clock, ask: askInTime });

  const call = async (method: "GET" | "POST", path: string, body?: unknown, ask = askInTime): Promise<Called> => {
    for (let attempt = 1; ; attempt += 1) {
      const token = await tokens.get();
      if (token.kind === "none") {
        // A 404 here speaks of the token's address and not of a payment.
        const failure = failureOf(token.exchange, "token");
        return { kind: "failed", failure, exchange: { kind: "not-sent", detail: failure.detail } };
      }
      const exchange = await ask(path, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${token.value}`,
          ...(method === "POST" ? { "content-type": "application/json" } : {}),
        },
        body: method === "POST" ? JSON.stringify(body ?? {}) : undefined,
      });
      const again = tokens.cameOf(token.value, exchange);
      if (exchange.kind === "answer" && exchange.status >= 200 && exchange.status < 300) {
        return { kind: "done", body: exchange.body };
      }
      // A token may have been withdrawn early; once is enough to find out. What moves money goes out again only where the
      // bank turned the token away: any other answer may be a front's, and the bank may have the call.
      const turnedAway = exchange.kind === "answer" && exchange.status === 401;
      if (again && attempt === 1 && (method === "GET" || turnedAway)) continue;
      return { kind: "failed", failure: failureOf(exchange, "call"), exchange };
    }
  };

  /** The payment, or what is wrong with the answer. */
  const paymentFrom = (body: unknown, paymentId: string): ResursPayment | string => {
    const payment = ResursPayment.safeParse(body);
    if (!payment.success) return wrongIn(payment.error);
    // The order knows its payment by the id that was asked for, whatever letters the bank writes it in.
    const own = payment.data.id.toLowerCase() === paymentId.toLowerCase();
    return own ? { ...payment.data, id: paymentId } : "id: it is another payment's";
  };

  /** Whether the customer's tasks were completed, which tells a denied payment from an abandoned one. */
  const taskCompleted = async (path: string): Promise<Reading["taskCompleted"]> => {
    const answer = await call("GET", `${path}/tasks/status`);
    if (answer.kind === "failed") {
      return saysNotFound(answer.exchange) ? null : "unavailable";
    }
    const tasks = TaskStatus.safeParse(answer.body);
    return tasks.success ? (tasks.data?.completed ?? null) : "unavailable";
  };

  const readPayment = async (paymentId: string): Promise<ReadAnswer> => {
    const path = pathOf(paymentId);
    if (!path) return refusal("this is no payment id");
    const answer = await call("GET", path);
    if (answer.kind === "failed") {
      return saysNotFound(answer.exchange) ? { kind: "ok", reading: noSuchPayment(paymentId) } : answer.failure;
    }
    const payment = paymentFrom(answer.body, paymentId);
    if (typeof payment === "string") return unexpected("getPayment", payment);
    const completed = payment.status === "REJECTED" ? await taskCompleted(path) : null;
    return { kind: "ok", reading: readingOf(payment, completed) };
  };

  /**
   * The payment that a call made whose answer never came: of all under the order's reference, the one with its mark. The
   * bank lists by the page; which page is asked for as for every list of its, which of this one is published nowhere.
   */
  const madeUnheard = async (orderId: string, mark: string): Promise<NewlyCreated | "too many" | undefined> => {
    const by = { orderReference: referenceOf(orderId), ...(options.storeId && { storeId: options.storeId }) };
    const until = clock.now() + SEARCH_MS;
    for (let page = 0; ; page += 1) {
      const left = until - clock.now();
      if (left <= 0) return undefined;
      if (page === MOST_PAGES) return "too many";
      const where = page === 0 ? "" : `?page=${page}`;
      const answer = await call("POST", `v2/payments/search${where}`, by, within(Math.min(timeoutMs, left)));
      const told = answer.kind === "done" ? Found.safeParse(answer.body).data : undefined;
      const own = told?.content.find(({ metadata }) =>
        metadata?.custom?.some(({ key, value }) => key === MARK && value === mark),
      );
      if (own !== undefined || told === undefined || told.content.length === 0) return own;
      if ((told.page?.totalPages ?? 0) <= page + 1) return undefined;
    }
  };

  const change = async (operation: string, paymentId: string, body: unknown): Promise<GatewayAnswer> => {
    const path = pathOf(paymentId);
    if (!path) return refusal("this is no payment id");
    const answer = await call("POST", `${path}/${operation}`, body);
    if (answer.kind === "failed") return answer.failure;
    const payment = paymentFrom(answer.body, paymentId);
    // An empty answer is no no, and adding lines is not documented to answer with the payment.
    if (typeof payment === "string") {
      return answer.body === undefined ? { kind: "ok", reading: null } : unexpected(operation, payment);
    }
    // Amounts that were left out are not amounts of zero.
    return { kind: "ok", reading: payment.order ? readingOf(payment) : null };
  };

  const methodsOf = async (storeId: string) => {
    const path = `v2/stores/${encodeURIComponent(storeId)}/payment_methods`;
    const [answer, stores] = await Promise.all([
      call("GET", path, undefined, askSoon),
      call("GET", STORES, undefined, askSoon),
    ]);
    if (answer.kind === "failed") return answer.failure;
    const methods = methodsIn(
      answer.body,
      stores.kind === "done" ? stores.body : null,
      storeId,
      options.paymentMethodId,
    );
    return methods === null ? unexpected("payment_methods") : { kind: "ok" as const, methods };
  };

  return {
    name: options.name ?? "resurs-mapi",
    api: "resurs-mapi",
    tolerance: 0,
    currencies: CURRENCIES,
    readPayment,
    capture: ({ paymentId, key }) => change("capture", paymentId, { creator: CREATOR, transactionId: key }),
    // The cancel call takes no transaction id; its proof is the cancelled amount.
    cancel: ({ paymentId }) => change("cancel", paymentId, { creator: CREATOR }),
    refund: ({ paymentId, amount, lines, all, key }) =>
      change("refund", paymentId, {
        creator: CREATOR,
        transactionId: key,
        ...(all ? {} : { orderLines: orderLines(lines, amount, "Refund") }),
      }),
    addOrderLines: ({ paymentId, amount, lines }) =>
      change("order", paymentId, { orderLines: orderLines(lines, amount, "Order") }),
    // Without its store the bank has no list of methods.
    ...(options.storeId !== undefined && { paymentMethods: () => methodsOf(options.storeId as string) }),
    async stores() {
      const answer = await call("GET", STORES, undefined, askSoon);
      if (answer.kind === "failed") return answer.failure;
      const stores = storesIn(answer.body);
      return stores === null ? unexpected("stores") : { kind: "ok", stores };
    },
    async createPayment(payment): Promise<CreatedPayment> {
      const { storeId } = options;
      const paymentMethodId = payment.method ?? options.paymentMethodId;
      const mark = payment.attempt ?? randomUUID();
      const answer = await call("POST", "v2/payments", createBody(payment, mark, { storeId, paymentMethodId }));
      const told = answer.kind === "done" ? NewlyCreated.safeParse(answer.body).data : undefined;
      // What is certainly not there need not be looked for.
      const certain = answer.kind === "failed" && answer.failure.kind !== "unknown";
      const created = told ?? (certain ? undefined : await madeUnheard(payment.orderId, mark));
      if (created !== undefined && created !== "too many") return opened(created, payment);
      const detail = answer.kind === "failed" ? answer.failure.detail : "unexpected answer to createPayment";
      return { kind: "failed", detail: created === undefined ? detail : `${detail}; ${NOT_AMONG}` };
    },
    async findCreated({ orderId, attempt, ...urls }) {
      const found = await madeUnheard(orderId, attempt);
      return found === undefined || found === "too many" ? null : opened(found, urls);
    },
  };
};
