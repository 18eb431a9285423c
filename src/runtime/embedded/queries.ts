/** Looking at an order without changing it. */
import type { OrderEvent } from "../../../machines/events.js";
import type { Reading } from "../../../machines/facts.js";
import { cooldownEndsAt } from "../../../machines/hold.js";
import type { Registry } from "../../../machines/index.js";
import { type Explanation, explanations } from "../../../machines/reasons.js";
import type { Statuses } from "../../../machines/statuses.js";
import { notAhead } from "../../core/ahead.js";
import type { Rules } from "../../core/builder.js";
import { migrate } from "../../core/migrate.js";
import { preview } from "../../core/preview.js";
import type { Answer, OrderRecord } from "../../core/record.js";
import { type Why, why } from "../../core/why.js";
import { isWithdrawn } from "../../core/withdrawn.js";
import type { Clock } from "../../ports/clock.js";
import { parseCommand } from "../../ports/command.js";
import type { Gateway } from "../../ports/gateway.js";
import { historyBack } from "../../ports/history-back.js";
import { type PaymentView, type Queries, UnknownOrder } from "../../ports/runtime.js";
import { ASKED_ANEW, type Loaded, type Store, StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import { countOf, filterOf, knownId } from "./asked.js";
import { type Gateways, gatewayNamed } from "./context.js";
import { deadLettersIn } from "./dead-letters.js";
import { type Preview, type Receipt, receiptFor, sourceOf } from "./receipt.js";

/** Entries that are read at a time. */
const PAGE = 200;

/** @throws StoreError where there is a record that cannot be read */
const recordIn = (loaded: Loaded | undefined): OrderRecord | null => {
  if (loaded?.record == null && loaded?.parked != null) throw new StoreError("corrupt", loaded.parked);
  return loaded?.record ?? null;
};

/**
 * Reads records as today's machines read them; one that they do not know comes as it is stored. All that are asked
 * for in one turn are read together: effects are claimed by the dozen, and each asks whose bank it is for.
 */
export const recordReader = (store: Store, registry: Registry, clock: Pick<Clock, "now"> = { now: Date.now }) => {
  let asked: string[] = [];
  let answers: Promise<Loaded[]> | null = null;
  const together = async (): Promise<Loaded[]> => {
    await null;
    const orders = asked.map((orderId) => ({ orderId, eventIds: [] }));
    asked = [];
    answers = null;
    return store.load(orders);
  };
  return async (orderId: string): Promise<OrderRecord | null> => {
    const at = asked.push(knownId(orderId, "orderId")) - 1;
    answers ??= together();
    const record = recordIn((await answers)[at]);
    if (record === null) return null;
    const migrated = migrate(record, registry);
    return "record" in migrated ? notAhead(migrated.record, clock.now()) : record;
  };
};

/** What today's machines say of it comes before what was written down. */
const parkedBecause = ({ record, parked }: Loaded, registry: Registry): string | null => {
  const migrated = record === null ? null : migrate(record, registry);
  return migrated !== null && "parked" in migrated ? migrated.parked : parked;
};

export const whyOf = async (store: Store, registry: Registry, orderId: string): Promise<Why | null> => {
  const [loaded] = await store.load([{ orderId, eventIds: [] }]);
  const record = recordIn(loaded);
  if (loaded === undefined || record === null) return null;
  const history = await historyBack(record.version, (after, limit) => store.history(orderId, after, limit));
  const parked = parkedBecause(loaded, registry);
  // What somebody asked for anew is on its way again, whatever it failed with.
  const open = (await store.effectsOf(orderId))
    .filter(({ effect }) => !isWithdrawn(record, effect))
    .map((one) => (one.error === ASKED_ANEW ? { ...one, error: null } : one));
  return why(record, history, open, parked, registry);
};

/** @param reading the payment as it is to be taken; null = as it was last read */
export const verdictOn = (
  record: OrderRecord,
  event: OrderEvent,
  now: number,
  rules: Rules,
  reading: Reading | null = null,
): Preview => {
  const { orderId } = record;
  const readAt = reading === null ? record.facts.payment.readAt : now;
  if ("parked" in migrate(record, rules.registry)) {
    const nothing = { effects: [], flags: [], readAt };
    return { allowed: false, outcome: "deferred", reason: "parked", rule: null, to: null, ...nothing };
  }
  const envelope = { id: crypto.randomUUID(), orderId, at: now, source: sourceOf(event.type), event };
  // One that was never read may be anything.
  const { answer, effects, flags } = preview(
    record,
    envelope,
    now,
    rules,
    reading ?? (readAt === null ? null : undefined),
  );
  const { outcome, reason, rule, to } = answer;
  // What is merely noted moves nothing; a difference that is settled by it was worth the click.
  const settles =
    reason === "recorded" && record.flags.some(({ flag, clearedAt }) => clearedAt === null && !flags.includes(flag));
  // A person who ends a wait has the payment looked at first.
  const looks = effects.some(({ effect }) => effect.type === "readBack");
  const allowed = outcome === "moved" || outcome === "deferred" || settles || looks;
  const asked = effects.map(({ effect }) => effect);
  // As every decision: whatever does not move has a reason.
  return { allowed, outcome, reason, rule, to, effects: asked, flags, readAt } as Preview;
};

/** null = there is no payment, or the bank does not say. */
export const readingOf = async (record: OrderRecord, gateway: Gateway): Promise<Reading | null> => {
  const { id } = record.facts.payment;
  const answer = id === null ? null : await gateway.readPayment(id);
  return answer?.kind === "ok" ? answer.reading : null;
};

const NAMED = 20;

/** Rows come by their order, and an order may have any number of them. */
const damagedOrders = async (store: Store): Promise<string[]> => {
  for (let limit = NAMED * 10; ; limit *= 10) {
    const rows = await store.damaged(limit);
    const orders = new Set(rows.map(({ orderId }) => orderId));
    if (orders.size >= NAMED || rows.length < limit) return [...orders].slice(0, NAMED);
  }
};

export interface QueryOptions {
  store: Store;
  rules: Rules;
  /** The shop's own. */
  statuses?: Statuses;
  clock: Clock;
  /** Whom to ask for a payment; null = nobody is asked. */
  gatewayOf: (record: OrderRecord) => Gateway | null;
}

/** Everything that can be seen of the orders of a store, from beside a running engine as well. */
export const queriesOf = ({ store, rules, statuses, clock, gatewayOf }: QueryOptions): Queries<string> => {
  const read = recordReader(store, rules.registry, clock);
  return {
    clock,
    read,
    async can(orderId, event, { fresh = false } = {}) {
      const record = await read(orderId);
      if (record === null) throw new UnknownOrder(orderId);
      const parsed = parseCommand(event, statuses);
      const { id, readAt } = record.facts.payment;
      const isAsked = fresh === "unread" ? id !== null && readAt === null : fresh;
      const gateway = isAsked ? gatewayOf(record) : null;
      const reading = gateway === null ? null : await readingOf(record, gateway);
      return verdictOn(record, parsed, clock.now(), rules, reading);
    },
    async parked(orderId) {
      const [loaded] = await store.load([{ orderId: knownId(orderId, "orderId"), eventIds: [] }]);
      return loaded?.record == null ? null : parkedBecause(loaded, rules.registry);
    },
    why: async (orderId) => whyOf(store, rules.registry, knownId(orderId, "orderId")),
    history: async (orderId, after = 0, limit = 500) =>
      store.history(knownId(orderId, "orderId"), countOf(after, "after"), countOf(limit, "limit")),
    effectsOf: async (orderId) => store.effectsOf(knownId(orderId, "orderId")),
    findByPayment: async (paymentId) => store.findByPayment(knownId(paymentId, "paymentId")),
    async cooldownEndsAt(orderId) {
      const record = await read(orderId);
      return record === null ? null : cooldownEndsAt({ order: record.facts.order, settings: rules.settings });
    },
    async health() {
      try {
        const counts = await store.counts();
        const damaged = counts.damaged > 0 ? await damagedOrders(store) : [];
        return { ok: true, trouble: null, counts, damaged, undetermined: [] };
      } catch (error) {
        const trouble = thrownText(error);
        return { ok: false, trouble, counts: null, damaged: [], undetermined: [] };
      }
    },
    list: async (filter) => store.list(filterOf(filter)),
    deadLetters: async (limit, after) => deadLettersIn(store, countOf(limit, "limit"), after),
    async unfinished(limit) {
      countOf(limit, "limit");
      const [deadEffects, deadEvents, openEffects, waitingEvents, overdueTimers] = await Promise.all([
        store.deadEffects(limit),
        store.deadEvents(limit),
        store.openEffects(limit),
        store.dueEvents(Number.MAX_SAFE_INTEGER, limit),
        store.dueTimers(clock.now(), limit),
      ]);
      return { deadEffects, deadEvents, openEffects, waitingEvents, overdueTimers };
    },
  };
};

/** The answer that an event id got when it was decided; null = it never was. */
export const answerGiven = async (store: Store, orderId: string, eventId: string): Promise<Answer | null> => {
  const mine: Answer[] = [];
  for (let after = 0; ; ) {
    const entries = await store.history(orderId, after, PAGE);
    mine.push(...entries.flatMap((entry) => entry.answers).filter((answer) => answer.eventId === eventId));
    const last = entries.at(-1);
    if (last === undefined || entries.length < PAGE) break;
    after = last.seq;
  }
  return mine.find((answer) => answer.outcome !== "deferred") ?? mine.at(-1) ?? null;
};

/** The same id gets the same answer: the one that was given the first time. null = it was not decided yet. */
export const receiptGiven = async (store: Store, orderId: string, eventId: string): Promise<Receipt | null> => {
  const answer = await answerGiven(store, orderId, eventId);
  return answer && { ...receiptFor(orderId, answer), repeated: true };
};

/** @throws UnknownGateway where the order has a payment at a gateway that is not set up here */
export const paymentOf = async ({ facts }: OrderRecord, gateways: Gateways): Promise<PaymentView> => {
  const { id: paymentId } = facts.payment;
  const { rejections } = facts.order;
  const without = (explanation: Explanation): PaymentView => {
    return { paymentId, reading: null, explanation, says: explanations[explanation], rejections };
  };
  if (paymentId === null) return without("no-payment-begun");
  const answer = await gatewayNamed(gateways, facts.payment.gateway).readPayment(paymentId);
  if (answer.kind !== "ok") return without("payment-unreadable");
  if (answer.reading.exists) return { paymentId, reading: answer.reading, explanation: null, says: null, rejections };
  // Seed 002, "Payment failures": "will be replaced by a closer explanation why Resurs has no purchase registered".
  return without(rejections.length > 0 ? "customer-failed-payment-at-least-once" : "payment-does-not-exist");
};
