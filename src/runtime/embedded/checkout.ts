/** The way to the bank: the payment is created before anything is told of it. */
import type { Command } from "../../../machines/events.js";
import { moneyHeld, type OrderStatus, unheardTries } from "../../../machines/facts.js";
import { linkLifetimeMinutes, type Settings } from "../../../machines/settings.js";
import { quoted } from "../../../machines/text.js";
import { mayHold } from "../../core/others.js";
import type { OrderRecord } from "../../core/record.js";
import type { CreatedPayment, Gateway } from "../../ports/gateway.js";
import { type Log, redacted } from "../../ports/log.js";
import { notSold } from "../../ports/money.js";
import type { CheckoutOutcome, CheckoutUrls } from "../../ports/runtime.js";
import { thrownText } from "../../ports/thrown.js";
import { type Receipt, type SubmitOptions, UnknownOrder } from "./receipt.js";

type Opened = Extract<CreatedPayment, { kind: "ok" }>;
type Failed = Extract<CreatedPayment, { kind: "failed" }>;
/** The adapter, or a rule of the host's, broke off; the order's note does not say with what. */
class Thrown {
  constructor(readonly answer: { kind: "failed"; detail: string }) {}
}

/** What it needs of the engine. */
export interface CheckoutEngine {
  readonly log: Log;
  readonly settings: Settings;
  read(orderId: string): Promise<OrderRecord | null>;
  submit(orderId: string, event: Command, options?: SubmitOptions): Promise<Receipt>;
}

const BROKE_OFF = "the checkout broke off";
/** A customer waits for it. */
const READ_MS = 10_000;
/** The Merchant API's word, and every gateway's here. */
const UNPAID = "TASK_REDIRECTION_REQUIRED";
const PAYING = new Set<OrderStatus>(["processing", "completed", "on-hold"]);

/**
 * Reads what the order has at the bank before another payment is opened: the order as it is then, or what is answered
 * instead. A customer who chose another bank is not kept from paying by one that does not answer: what it holds is let go
 * when it does.
 */
const askedFirst = async (
  engine: CheckoutEngine,
  gateway: Gateway,
  before: OrderRecord,
  successUrl: string,
): Promise<CheckoutOutcome | OrderRecord> => {
  const { orderId, facts } = before;
  const { payment, others } = facts;
  const open = [...(payment.id === null ? [] : [payment]), ...others.filter(mayHold)];
  if (open.length === 0) return before;
  const told = await engine.submit(orderId, { type: "checkout.asked" }, { wait: "settled", timeoutMs: READ_MS });
  const after = (await engine.read(orderId)) ?? before;
  if (moneyHeld(after.facts.payment) > 0 && PAYING.has(after.facts.order.status))
    return { kind: "already-paid", paymentId: after.facts.payment.id ?? "", redirectUrl: successUrl };
  if (told.final || open.every((one) => one.gateway !== gateway.name)) return after;
  return { kind: "failed", detail: "the bank does not say what became of the payment before; try again in a minute" };
};

/** What the gateway says, or that it threw, which is written to the log with the order. */
const asking = async <T>(
  engine: CheckoutEngine,
  about: { orderId: string; type: string },
  ask: () => T | Promise<T>,
): Promise<T | Thrown> => {
  try {
    return await ask();
  } catch (error) {
    const thrown = thrownText(error);
    redacted(engine.log).error({ ...about, detail: thrown }, "the checkout threw");
    return new Thrown({ kind: "failed", detail: `${BROKE_OFF}: ${thrown}` });
  }
};

const createdEvent = (gateway: Gateway, attempt: string, { paymentId, meta }: Opened): Command => ({
  type: "payment.created",
  paymentId,
  gateway: gateway.name,
  tolerance: gateway.tolerance,
  attempt,
  meta,
});

const notCreatedEvent = (
  gateway: Gateway,
  attempt: string,
  total: number,
  { detail, paymentId, meta }: Failed,
): Command => ({
  type: "payment.notCreated",
  detail: quoted(detail, 500),
  attempt,
  gateway: gateway.name,
  ...(paymentId !== undefined && { paymentId, total }),
  meta,
});

/**
 * A try to pay whose answer nobody took in: the process that made it may be dead. What it made becomes the order's
 * payment, as it would have; null = it made nothing, as far as the bank says.
 */
const unheardOf = async (
  engine: CheckoutEngine,
  gateway: Gateway,
  { orderId, facts: { tries, order } }: OrderRecord,
  { successUrl, failUrl }: CheckoutUrls,
): Promise<Opened | Thrown | null> => {
  const latest = tries.at(-1);
  if (latest?.answer !== "awaited" || latest.gateway !== gateway.name) return null;
  const { attempt } = latest;
  const tried = { orderId: order.reference ?? orderId, attempt, successUrl, failUrl };
  const found = await asking(engine, { orderId, type: gateway.name }, () => gateway.findCreated?.(tried));
  if (found instanceof Thrown) return found;
  if (found?.kind !== "ok") return null;
  await engine.submit(orderId, createdEvent(gateway, attempt, found));
  return found;
};

/** The bank has it, and no money will come of it. */
const isOver = (payment: OrderRecord["facts"]["payment"]): boolean =>
  payment.exists && (payment.status === "REJECTED" || (payment.status === "ACCEPTED" && moneyHeld(payment) === 0));

/** Whether it is still to be paid, and for what the order is now. */
const isPayable = ({ facts: { payment, order } }: OrderRecord, { paymentId }: Opened): boolean =>
  payment.id === paymentId && payment.status === UNPAID && payment.total === order.total && !payment.foreign;

/** @throws UnknownOrder */
export const checkout = async (
  engine: CheckoutEngine,
  gateway: Gateway,
  orderId: string,
  urls: CheckoutUrls,
): Promise<CheckoutOutcome> => {
  const before = await engine.read(orderId);
  if (before === null) throw new UnknownOrder(orderId);
  const isNotSold = notSold(gateway, before.facts.order.currency);
  if (isNotSold !== null) return { kind: "failed", detail: `the currency ${isNotSold}` };
  const unheard = await unheardOf(engine, gateway, before, urls);
  if (unheard instanceof Thrown) return unheard.answer;
  const known = unheard === null ? before : ((await engine.read(orderId)) ?? before);
  const asked = await askedFirst(engine, gateway, known, urls.successUrl);
  if ("kind" in asked) return asked;
  if (unheard !== null && isPayable(asked, unheard)) return unheard;
  const { order, payment, others } = asked.facts;
  const { attempt = crypto.randomUUID(), ...addresses } = urls;
  // Another bank's id is no id of this one's.
  const preferredId = payment.gateway === gateway.name ? payment.id : null;
  const ended = [payment, ...others].filter((one) => one.gateway === gateway.name && isOver(one));
  const endedIds = ended.flatMap(({ id }) => id ?? []);
  const about = { orderId, type: gateway.name };
  const named = { orderId: order.reference ?? orderId, preferredId, endedIds };
  const paymentId = await asking(engine, about, () => gateway.idOf?.(named));
  if (paymentId instanceof Thrown) return paymentId.answer;
  const began = await engine.submit(orderId, {
    type: "checkout.began",
    attempt,
    gateway: gateway.name,
    total: order.total,
    ...(paymentId !== undefined && { paymentId }),
  });
  if (began.outcome === "refused")
    return { kind: "failed", detail: `the order takes no payment now (${began.reason})` };
  const asks = {
    attempt,
    ...named,
    ...(named.orderId !== orderId && { shopOrderId: orderId }),
    total: order.total,
    currency: order.currency,
    lines: order.lines,
    linkLifetimeMinutes: linkLifetimeMinutes(engine.settings),
    triedBefore: unheardTries(asked.facts.tries).some(
      (one) => one.paymentId === paymentId && one.gateway === gateway.name,
    ),
    ...addresses,
  };
  const came = await asking(engine, about, () => gateway.createPayment(asks));
  // The bank may have been asked by then: it is read under its id, and one without stays awaited, so that it is searched for.
  if (came instanceof Thrown && paymentId === undefined) return came.answer;
  const created: CreatedPayment = came instanceof Thrown ? { kind: "failed", detail: BROKE_OFF, paymentId } : came;
  if (created.kind === "failed" && created === came)
    redacted(engine.log).warn({ ...about, detail: created.detail }, "the bank created no payment");
  const told = await engine.submit(
    orderId,
    created.kind === "ok"
      ? createdEvent(gateway, attempt, created)
      : notCreatedEvent(gateway, attempt, order.total, created),
  );
  // Another order has that payment: what is left to say is that there is none for this one.
  if (created.kind === "failed" && told.outcome === "refused")
    await engine.submit(
      orderId,
      notCreatedEvent(gateway, attempt, order.total, { ...created, paymentId: undefined, meta: undefined }),
    );
  // Nobody is sent to a payment that the order does not take: two open pages are two payments.
  if (created.kind === "ok" && told.outcome === "refused")
    return { kind: "failed", detail: `the order takes this payment no more (${told.reason})` };
  return came instanceof Thrown ? came.answer : created;
};

/** Those between the click and the bank's answer being written down, on this node. */
export class Checkouts {
  private readonly open = new Map<string, Promise<CheckoutOutcome>>();

  get underWay(): boolean {
    return this.open.size > 0;
  }

  /** Whoever presses Pay again while the bank is still opening the payment is sent to the same page. */
  once(engine: CheckoutEngine, gateway: Gateway, orderId: string, urls: CheckoutUrls): Promise<CheckoutOutcome> {
    const key = JSON.stringify([orderId, gateway.name]);
    const open = this.open.get(key);
    if (open !== undefined) return open;
    const opened = checkout(engine, gateway, orderId, urls).finally(() => this.open.delete(key));
    this.open.set(key, opened);
    return opened;
  }
}
