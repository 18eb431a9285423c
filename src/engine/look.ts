/** Looking at an order without changing it. */
import type { OrderEvent } from "../../machines/events.js";
import type { Registry } from "../../machines/index.js";
import { type Explanation, explanations } from "../../machines/reasons.js";
import type { Rules } from "../core/fold.js";
import { foresee } from "../core/foresee.js";
import { migrate } from "../core/migrate.js";
import type { Answer, OrderRecord } from "../core/record.js";
import { why } from "../core/why.js";
import type { Gateway } from "../ports/gateway.js";
import type { PaymentView } from "../ports/runtime.js";
import { type Loaded, type Store, StoreError } from "../ports/store.js";
import { sourceOf, type Verdict } from "./receipt.js";

const LATEST = 200;

/** @throws StoreError where there is a record that cannot be read */
const loadedOf = async (store: Store, orderId: string): Promise<(Loaded & { record: OrderRecord }) | null> => {
  const [loaded] = await store.load([{ orderId, eventIds: [] }]);
  if (loaded?.record == null && loaded?.parked != null) throw new StoreError("corrupt", loaded.parked);
  return loaded?.record == null ? null : { ...loaded, record: loaded.record };
};

/** The record as today's machines read it; one that they do not know comes as it is stored. */
export const readRecord = async (store: Store, registry: Registry, orderId: string): Promise<OrderRecord | null> => {
  const loaded = await loadedOf(store, orderId);
  if (loaded === null) return null;
  const migrated = migrate(loaded.record, registry);
  return "record" in migrated ? migrated.record : loaded.record;
};

export const whyOf = async (store: Store, registry: Registry, orderId: string): Promise<string[] | null> => {
  const loaded = await loadedOf(store, orderId);
  if (loaded === null) return null;
  const history = await store.history(orderId, Math.max(0, loaded.record.version - LATEST), LATEST);
  return why(loaded.record, history, await store.effectsOf(orderId), loaded.parked, registry);
};

/** What the order would answer, on the payment as it was last read. */
export const verdictOn = (record: OrderRecord, event: OrderEvent, now: number, rules: Rules): Verdict => {
  const { orderId } = record;
  const envelope = { id: crypto.randomUUID(), orderId, at: now, source: sourceOf(event.type), event };
  const { outcome, reason, rule, to } = foresee(record, envelope, now, rules).answer;
  return { allowed: outcome === "moved" || outcome === "deferred", outcome, reason, rule, to };
};

/** The answer that an event id got when it was decided; null = it never was. */
export const answerGiven = async (store: Store, orderId: string, eventId: string): Promise<Answer | null> => {
  const mine: Answer[] = [];
  for (let after = 0; ; ) {
    const entries = await store.history(orderId, after, LATEST);
    mine.push(...entries.flatMap((entry) => entry.answers).filter((answer) => answer.eventId === eventId));
    const last = entries.at(-1);
    if (last === undefined || entries.length < LATEST) break;
    after = last.seq;
  }
  return mine.find((answer) => answer.outcome !== "deferred") ?? mine.at(-1) ?? null;
};

/** @param gatewayOf finds the order's own, where it has a payment to ask about */
export const paymentOf = async ({ facts }: OrderRecord, gatewayOf: () => Gateway): Promise<PaymentView> => {
  const { id: paymentId } = facts.payment;
  const { rejections } = facts.order;
  const without = (explanation: Explanation): PaymentView => {
    return { paymentId, reading: null, explanation, says: explanations[explanation], rejections };
  };
  if (paymentId === null) return without("no-payment");
  const answer = await gatewayOf().readPayment(paymentId);
  if (answer.kind !== "ok") return without("payment-unreadable");
  if (answer.reading.exists) return { paymentId, reading: answer.reading, explanation: null, says: null, rejections };
  // Seed 002, "Payment failures": "will be replaced by a closer explanation why Resurs has no purchase registered".
  return without(rejections.length > 0 ? "customer-failed-payment-at-least-once" : "payment-does-not-exist");
};
