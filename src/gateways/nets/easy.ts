/** Nets Easy (Nexi Checkout) as a gateway. Every trouble is a value that says what it means for the money. */

import { noSuchPayment } from "../../../machines/facts.js";
import { quoted, wrongIn } from "../../../machines/text.js";
import { asking, ownError } from "../../http-client/exchange.js";
import { requireHeaderValues } from "../../http-client/header-values.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import type { CreatedPayment, Gateway, GatewayAnswer, ReadAnswer } from "../../ports/gateway.js";
import { type Log, redacted } from "../../ports/log.js";
import { requireLongSecrets } from "../../ports/secrets.js";
import { failureOf, LONGEST_DETAIL, type NetsFailure, refusal, troubleOf } from "./failure.js";
import { readingOf } from "./reading.js";
import {
  type Cart,
  createBody,
  embeddedBody,
  idempotencyKey,
  LONGEST_URL,
  type NetsWebhook,
  type NewEmbeddedCheckout,
  orderItemsBody,
  partItems,
  refundParts,
  type Slice,
} from "./requests.js";
import { Created, Moved, NetsPayment, Opened, OwnError } from "./schema.js";

export type { NewEmbeddedCheckout } from "./requests.js";

export type OpenedEmbedded = { kind: "ok"; paymentId: string } | { kind: "failed"; detail: string };

export interface NetsGateway extends Gateway {
  /** Opens the session that the shop's checkout page shows; the order comes when the customer presses Pay. */
  openCheckout(checkout: NewEmbeddedCheckout): Promise<OpenedEmbedded>;
  /**
   * The customer identified himself and the cart was calculated anew (seed 004): Nets is told what is to be paid now.
   * Sent again it says the same. `refused` once it is paid or given up: open another session.
   */
  updateCheckout(cart: Cart & { paymentId: string }): Promise<GatewayAnswer>;
}

export interface NetsEasyOptions {
  /** `https://api.dibspayment.eu`, or `https://test.api.dibspayment.eu`; the version is put behind it. */
  baseUrl: string;
  secretKey: string;
  /** Default: the computer's own. */
  clock?: Clock | undefined;
  timeoutMs?: number | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  name?: string | undefined;
  /** Where Nets reports a completed checkout; left out: it does not. */
  webhook?: NetsWebhook | undefined;
  /** The shop's terms, which Nets shows; left out: the front page of the shop. */
  termsUrl?: string | undefined;
  /** Told what Nets cannot be told. */
  log?: Log | undefined;
  /** A payment is opened for the page at its `frameUrl`, which shows Nets's checkout; left out: for Nets's own page. */
  embedded?: boolean | undefined;
}

type Called =
  | { kind: "done"; body: unknown }
  | { kind: "failed"; failure: NetsFailure; code: string | null; notFound: boolean };

/** What plugins for Nets Easy offer; amounts are in minor units, as ours are. */
const CURRENCIES = ["DKK", "EUR", "NOK", "SEK", "GBP", "USD", "CHF", "PLN"];
/** Nets's own plugin: up to so many minor units are rounding. */
export const ROUNDING = 30;
const UNHEARD = `the callback's address is longer than the ${LONGEST_URL} characters that Nets takes, so Nets reports nothing: the payment is read when its customer comes back`;

/** These say that it was done before, perhaps by a call of ours whose answer was lost: the payment decides. */
const DONE_BEFORE = { charges: "1008", cancels: "1019", refunds: "1023" };

/** Where Nets has the script of the checkout that a page shows, by the address of its API. */
export const checkoutScriptAt = (baseUrl: string): string => {
  const url = new URL("/v1/checkout.js?v=1", baseUrl);
  url.hostname = url.hostname.replace(/\bapi\.dibspayment\.eu$/, "checkout.dibspayment.eu");
  return url.href;
};

/** An id may come from a webhook; it must not be able to lead to another path. */
const pathOf = (paymentId: string): string | null =>
  /^[\w-]{1,64}$/.test(paymentId) ? `v1/payments/${paymentId}` : null;

/** Nets Easy, named `nets-easy`. It asks Nets nothing before it is used. */
export const netsEasy = (options: NetsEasyOptions): NetsGateway => {
  requireLongSecrets({ "webhook.authorization": options.webhook?.authorization });
  requireHeaderValues({ secretKey: options.secretKey, "webhook.authorization": options.webhook?.authorization });
  if (options.webhook && !/^[A-Za-z0-9]{8,64}$/.test(options.webhook.authorization)) {
    throw new TypeError("webhook.authorization: Nets takes 8 to 64 letters and digits, and nothing else");
  }
  const { length: ownLength = 0 } = options.webhook?.url ?? "";
  if (ownLength > LONGEST_URL) {
    throw new TypeError(`webhook.url: Nets takes at most ${LONGEST_URL} characters, and it has ${ownLength}`);
  }
  const clock = options.clock ?? systemClock();
  const ask = asking({
    baseUrl: options.baseUrl,
    clock,
    timeoutMs: options.timeoutMs ?? 30_000,
    fetch: options.fetch ?? globalThis.fetch,
  });

  const call = async (method: "GET" | "POST" | "PUT", path: string, body?: unknown, key?: string): Promise<Called> => {
    const exchange = await ask(path, {
      method,
      headers: {
        accept: "application/json",
        authorization: options.secretKey,
        ...(method === "GET" ? {} : { "content-type": "application/json" }),
        ...(key === undefined ? {} : { "idempotency-key": key }),
      },
      body: method === "GET" ? undefined : JSON.stringify(body ?? {}),
    });
    if (exchange.kind === "answer" && exchange.status >= 200 && exchange.status < 300) {
      return { kind: "done", body: exchange.body };
    }
    // Only Nets's own error says that there is no such payment: the 404 of a front speaks of the front.
    const notFound = exchange.kind === "answer" && exchange.status === 404 && ownError(exchange, OwnError) !== null;
    return { kind: "failed", failure: failureOf(exchange), code: troubleOf(exchange).code, notFound };
  };

  /** null = Nets knows no such payment. */
  const fetchPayment = async (paymentId: string): Promise<{ payment: NetsPayment | null } | NetsFailure> => {
    const path = pathOf(paymentId);
    if (!path) return refusal("this is no payment id");
    const answer = await call("GET", path);
    if (answer.kind === "failed") return answer.notFound ? { payment: null } : answer.failure;
    const told = NetsPayment.safeParse(answer.body);
    // The order knows its payment by the id that was asked for, whatever letters Nets writes it in.
    const unexpected = (wrong: string): NetsFailure => ({
      kind: "unknown",
      detail: quoted(`unexpected answer to the request for the payment: ${wrong}`, LONGEST_DETAIL),
    });
    if (!told.success) return unexpected(wrongIn(told.error));
    return told.data.payment.paymentId.toLowerCase() === paymentId.toLowerCase()
      ? { payment: { ...told.data.payment, paymentId } }
      : unexpected("payment.paymentId: it is another payment's");
  };

  const readPayment = async (paymentId: string): Promise<ReadAnswer> => {
    const answer = await fetchPayment(paymentId);
    if (!("payment" in answer)) return answer;
    return { kind: "ok", reading: answer.payment ? readingOf(answer.payment, clock.now()) : noSuchPayment(paymentId) };
  };

  /** A call that moves money, or why it may not have; null = it took effect. */
  const move = async (
    what: keyof typeof DONE_BEFORE,
    path: string,
    slice: Slice,
    key?: string,
  ): Promise<NetsFailure | null> => {
    const answer = await call("POST", path, slice, key);
    if (answer.kind === "done") {
      // Any page can be a 200: an answer that names nothing done is not Nets's. An empty one is no no.
      const named = answer.body === undefined || Moved[what].safeParse(answer.body).success;
      return named ? null : { kind: "unknown", detail: `unexpected answer to ${what}` };
    }
    const { code, failure } = answer;
    if (code === DONE_BEFORE[what]) return { kind: "unknown", detail: failure.detail };
    return failure;
  };

  /**
   * The payment that a call is about, whose amounts tell whether it takes all or a part. Nothing has been sent yet but a
   * question.
   */
  const lookedUp = async (paymentId: string): Promise<{ payment: NetsPayment } | NetsFailure> => {
    const found = await fetchPayment(paymentId);
    if (!("payment" in found)) {
      return found.kind === "unknown" ? { kind: "retry", afterMs: null, detail: found.detail, certain: true } : found;
    }
    return found.payment ? { payment: found.payment } : refusal("Nets knows no such payment");
  };

  /** Nets answers a call with its id and not with the payment. A failing look changes nothing about what was done. */
  const done = async (paymentId: string): Promise<GatewayAnswer> => {
    const answer = await readPayment(paymentId);
    return { kind: "ok", reading: answer.kind === "ok" && answer.reading.exists ? answer.reading : null };
  };

  /** A call that moves no money and is answered with nothing. */
  const change = async (
    paymentId: string,
    what: "terminate" | "orderitems",
    body?: unknown,
  ): Promise<GatewayAnswer> => {
    const path = pathOf(paymentId);
    if (!path) return refusal("this is no payment id");
    const answer = await call("PUT", `${path}/${what}`, body);
    return answer.kind === "done" ? { kind: "ok", reading: null } : answer.failure;
  };

  /** What is too long for Nets is left out, and whoever runs the shop is told. */
  const tellUnheard = (orderId: string, { length: count }: string): void => {
    const { webhook, log } = options;
    if (webhook === undefined || webhook.url !== undefined || count <= LONGEST_URL) return;
    if (log) redacted(log).warn({ orderId, count }, UNHEARD);
  };

  const openCheckout = async (checkout: NewEmbeddedCheckout): Promise<OpenedEmbedded> => {
    const { webhook, termsUrl } = options;
    const { length } = checkout.checkoutUrl;
    if (length > LONGEST_URL) {
      const detail = `the address of the page that shows the checkout has ${length} characters, and Nets takes at most ${LONGEST_URL}`;
      return { kind: "failed", detail };
    }
    tellUnheard(checkout.reference, checkout.callbackUrl);
    const answer = await call("POST", "v1/payments", embeddedBody(checkout, { webhook, termsUrl }, clock.now()));
    if (answer.kind === "failed") return { kind: "failed", detail: answer.failure.detail };
    const opened = Opened.safeParse(answer.body).data;
    if (opened === undefined) return { kind: "failed", detail: "unexpected answer to the opening of the checkout" };
    return { kind: "ok", paymentId: opened.paymentId };
  };

  return {
    name: options.name ?? "nets-easy",
    api: "nets-easy",
    tolerance: ROUNDING,
    currencies: CURRENCIES,
    readPayment,
    async capture({ paymentId, amount, lines, key }) {
      const found = await lookedUp(paymentId);
      if (!("payment" in found)) return found;
      const { total, authorized } = readingOf(found.payment, clock.now());
      const last = amount === authorized && amount !== total ? ({ finalCharge: true } as const) : {};
      const slice = { amount, ...last, ...partItems(amount, total, lines) };
      const path = `v1/payments/${paymentId}/charges`;
      return (await move("charges", path, slice, idempotencyKey(key, paymentId))) ?? done(paymentId);
    },
    /** Takes no key; its proof is the cancelled amount. */
    async cancel({ paymentId, amount, lines }) {
      const found = await lookedUp(paymentId);
      if (!("payment" in found)) return found;
      const slice = { amount, ...partItems(amount, readingOf(found.payment, clock.now()).total, lines) };
      return (await move("cancels", `v1/payments/${paymentId}/cancels`, slice)) ?? done(paymentId);
    },
    async refund({ paymentId, amount, lines, all, refundedBefore, key }) {
      const found = await lookedUp(paymentId);
      if (!("payment" in found)) return found;
      const parts = refundParts(found.payment, { amount, lines, all, refundedBefore });
      for (const [index, { path, ...slice }] of parts.entries()) {
        const own = idempotencyKey(parts.length === 1 ? key : `${key}:${index}`, paymentId);
        const failure = await move("refunds", path, slice, own);
        if (failure && index > 0) return { kind: "unknown", detail: `only a part was refunded: ${failure.detail}` };
        if (failure) return failure;
      }
      return done(paymentId);
    },
    /** A reservation that was let go does not come back without the customer. */
    addOrderLines: async () => refusal("Nets cannot reserve anything anew without the customer"),
    endPayment: ({ paymentId }) => change(paymentId, "terminate"),
    openCheckout,
    updateCheckout: ({ paymentId, ...cart }) => change(paymentId, "orderitems", orderItemsBody(cart)),
    async createPayment(payment): Promise<CreatedPayment> {
      const { webhook, termsUrl, embedded = false } = options;
      const status = "TASK_REDIRECTION_REQUIRED";
      if (embedded) {
        const { frameUrl: redirectUrl, orderId: reference } = payment;
        if (redirectUrl === undefined) return { kind: "failed", detail: "there is no page that shows the checkout" };
        const opened = await openCheckout({ ...payment, reference, checkoutUrl: redirectUrl });
        return opened.kind === "ok" ? { ...opened, status, redirectUrl } : opened;
      }
      tellUnheard(payment.orderId, payment.callbackUrl);
      const answer = await call("POST", "v1/payments", createBody(payment, { webhook, termsUrl }, clock.now()));
      if (answer.kind === "failed") return { kind: "failed", detail: answer.failure.detail };
      const created = Created.safeParse(answer.body);
      if (!created.success) return { kind: "failed", detail: "unexpected answer to createPayment" };
      const { paymentId, hostedPaymentPageUrl } = created.data;
      return { kind: "ok", paymentId, status, redirectUrl: hostedPaymentPageUrl };
    },
  };
};
