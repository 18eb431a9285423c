/** The laws that every single decision keeps, whatever came before it and whatever the machines are. */
import { OrderStatus } from "../../../machines/facts.js";
import type { Settings } from "../../../machines/settings.js";
import type { Decision } from "../../core/decide.js";
import { type OrderRecord, paymentsOf } from "../../core/record.js";
import { SECOND } from "../simulator/script.js";

export interface DecidedStep {
  before: OrderRecord;
  decision: Decision;
  settings: Settings;
}

export interface DecisionLaw {
  name: string;
  says: string;
  /** The document, or the invariant of the fault model. */
  source: string;
  /** What broke it; nothing = it was kept. */
  broken(decided: DecidedStep): string[];
}

export interface BrokenLaw {
  law: string;
  says: string;
  detail: string;
}

type EffectOf = Decision["effects"][number]["effect"];

const ofType =
  <Type extends EffectOf["type"]>(
    type: Type,
    find: (effect: Extract<EffectOf, { type: Type }>, decided: DecidedStep) => string | null,
  ) =>
  (decided: DecidedStep): string[] =>
    decided.decision.effects.flatMap(({ effect }) => {
      const detail = effect.type === type ? find(effect as Extract<EffectOf, { type: Type }>, decided) : null;
      return detail === null ? [] : [detail];
    });

const unless = (kept: boolean, detail: () => string): string[] => (kept ? [] : [detail()]);

/** The changes that the shop is told of. */
const told = ({ decision }: DecidedStep) => decision.effects.flatMap(({ effect }) => ("to" in effect ? [effect] : []));

/** What the shop itself said. */
const saidByTheShop = new Set(["order.seen", "shop.conflicted"]);

const ends: Partial<Record<OrderStatus, OrderStatus[]>> = { cancelled: [], refunded: [], completed: ["refunded"] };

const cooldownEnd = ({ facts: { order } }: OrderRecord, { choices, cooldownSeconds }: Settings): number =>
  (choices.cooldownFrom === "created" ? order.createdAt : Math.max(order.createdAt, order.updatedAt)) +
  cooldownSeconds * SECOND;

const hearsOfEveryChange = (decided: DecidedStep): string[] => {
  const { before, decision } = decided;
  const changes = told(decided);
  const { type } = decision.entry.event;
  if (saidByTheShop.has(type)) return unless(changes.length === 0, () => `told of what it said itself by ${type}`);
  const { status } = decision.record.facts.order;
  // What another hand wrote during a call is followed once that has ended, and the shop needs not be told of it.
  const { operation } = before.facts;
  const isOver = decision.record.facts.operation?.key !== operation?.key;
  const isFollowed = isOver && operation?.seen !== undefined && operation.seen === (changes[0]?.from ?? status);
  // One reading may answer several who wait; the shop hears of each change in turn.
  const path = [isFollowed ? operation.seen : before.facts.order.status, ...changes.map(({ to }) => to)];
  return [
    ...unless(path.at(-1) === status, () => `told ${path.join(" -> ")}, decided ${status}`),
    ...changes.flatMap(({ from, to }, i) => unless(from === path[i] && to !== from, () => `told ${from} -> ${to}`)),
  ];
};

const captureAllowed = (_: EffectOf, { before, decision, settings }: DecidedStep): string | null => {
  const { payment } = decision.record.facts;
  if (!payment.exists || ["FROZEN", "INSPECTION", "REJECTED"].includes(payment.status))
    return `it is ${payment.status}`;
  if (!payment.offers.some((o) => o === "CAPTURE" || o === "PARTIAL_CAPTURE")) return "the bank offers none";
  if (payment.authorized <= 0) return "nothing is left to capture";
  const asked = decision.entry.event.type === "merchant.completed" && before.facts.operation === null;
  return asked && !settings.enableCapture ? "capture is switched off" : null;
};

/** An order that is written again and again keeps no callback for longer. */
const LONGEST_HOLD_MS = 600_000;

const customerFirst = ({ before, decision: { entry }, settings }: DecidedStep): string[] =>
  entry.answers.flatMap((answer) => {
    // What was let through and asked the bank for something is answered whenever the bank answers.
    if (answer.type !== "callback.received" || before.facts.operation?.askedBy === answer.eventId) return [];
    if (answer.outcome !== "moved" && answer.reason !== "awaiting-gateway") return [];
    const { at = entry.at } = before.facts.waiting.find(({ eventId }) => eventId === answer.eventId) ?? {};
    const longest = at + Math.max(LONGEST_HOLD_MS, settings.cooldownSeconds * 1000);
    const end = Math.min(cooldownEnd(before, settings), longest);
    return unless(entry.at >= end, () => `${answer.eventId} moved ${end - entry.at} ms too early`);
  });

export const decisionLaws: readonly DecisionLaw[] = [
  {
    name: "status-is-known",
    says: "the status is one of WooCommerce's words",
    source: "fault model I1",
    broken: ({ decision: { record } }) => {
      const { status } = record.facts.order;
      return unless(OrderStatus.safeParse(status).success, () => status);
    },
  },
  {
    name: "shop-hears",
    says: "the shop hears of every change once, in order, and of nothing else",
    source: "fault model I12; seed 003, External integrations",
    broken: hearsOfEveryChange,
  },
  {
    name: "legal-changes",
    says: "a closed order is changed only by somebody in the shop",
    source: "fault model I2; seed 003, Order Status Flow",
    broken: (decided) =>
      told(decided).flatMap(({ from, to }) => {
        const revives = decided.settings.choices.cancelledThenAccepted === "revive";
        const { order, payment } = decided.before.facts;
        const isNotOurs = payment.gateway === null || order.paidOtherwise === true;
        if (isNotOurs || (revives && from === "cancelled" && to === "processing")) return [];
        return unless(ends[from]?.includes(to) ?? true, () => `${from} -> ${to}`);
      }),
  },
  {
    name: "history-without-gaps",
    says: "every decision has the next number and says where it began and ended",
    source: "fault model I9",
    broken: ({ before, decision: { record, entry } }) => [
      ...unless(record.version === before.version + 1 && entry.seq === record.version, () => `number ${entry.seq}`),
      ...unless(
        entry.from === before.facts.order.status && entry.to === record.facts.order.status,
        () => `says ${entry.from} -> ${entry.to}`,
      ),
    ],
  },
  {
    name: "one-id-per-effect",
    says: "every effect has an id of its own, of its decision, and is for no earlier moment",
    source: "fault model I13",
    broken: ({ decision: { record, entry, effects } }) => [
      ...unless(new Set(effects.map(({ id }) => id)).size === effects.length, () => "two effects share an id"),
      ...effects.flatMap(({ id, notBefore }) =>
        unless(id.startsWith(`${record.orderId}:${record.version}:`) && notBefore >= entry.at, () => id),
      ),
    ],
  },
  {
    name: "captured-as-the-bank-allowed",
    says: "captured only what the bank, when last read, allowed to be captured",
    source: "seed 003, Conditions required for capturing payments; fault model I5",
    broken: ofType("capturePayment", captureAllowed),
  },
  {
    name: "booked-once",
    says: "a payment that is there is never booked again",
    source: "seed 002, Standard flow",
    broken: ofType("bookSignedPayment", (_, { decision }) =>
      decision.record.facts.payment.exists ? "it is there" : null,
    ),
  },
  {
    name: "cancelled-before-captured",
    says: "nothing is cancelled after a capture, unless what is left is released by itself",
    source: "seed 003, Enable Cancel",
    broken: ofType("cancelPayment", ({ paymentId }, { decision: { record } }) => {
      const { captured } = paymentsOf(record.facts).find(({ id }) => id === paymentId) ?? record.facts.payment;
      const { operation } = record.facts;
      const isRest = operation?.kind === "cancel" && operation.leadsTo === null;
      return captured === 0 || isRest ? null : `${captured} was captured`;
    }),
  },
  {
    name: "never-more-than-there-is",
    says: "never more is refunded than was captured, never more reserved than the bank authorised",
    source: "fault model I4",
    broken: (decided) => [
      ...ofType("refundPayment", ({ amount }, { decision }) => {
        const { captured, refunded } = decision.record.facts.payment;
        return amount > 0 && amount <= captured - refunded ? null : `refund of ${amount}, of ${captured - refunded}`;
      })(decided),
      ...ofType("addOrderLines", ({ amount }, { decision }) => {
        const { creditLimit, total } = decision.record.facts.payment;
        return amount <= (creditLimit ?? total) ? null : `${amount} reserved, of ${creditLimit ?? total}`;
      })(decided),
    ],
  },
  {
    name: "about-this-payment",
    says: "the bank is asked about this order's payments and about no other",
    source: "seed 003, Callbacks",
    broken: ({ decision: { record, effects } }) =>
      effects.flatMap(({ effect }) =>
        "paymentId" in effect
          ? unless(
              paymentsOf(record.facts).some(({ id }) => id === effect.paymentId),
              () => effect.paymentId,
            )
          : [],
      ),
  },
  {
    name: "customer-first",
    says: "no callback changes anything before the hold period has ended",
    source: "seed 003, Order Status Flow; fault model I7",
    broken: customerFirst,
  },
  {
    name: "every-no-says-why",
    says: "every event has an answer; whatever does not move has a reason, and only what waits has a moment",
    source: "fault model I8",
    broken: ({ decision: { entry } }) => [
      ...unless(entry.answers.length > 0, () => `${entry.event.type} has no answer`),
      ...entry.answers.flatMap(({ outcome, reason, until, type }) => [
        ...unless((outcome === "moved") === (reason === null), () => `${type} was ${outcome}: ${reason}`),
        ...unless(outcome === "deferred" || until === null, () => `${type} was ${outcome} until ${until}`),
      ]),
    ],
  },
  {
    name: "waits-for-a-reading",
    says: "while the bank is asked, someone waits for the answer",
    source: "fault model I8",
    broken: ({ decision: { record } }) =>
      unless(
        record.states.cooldown !== "reading" || record.facts.waiting.some(({ readingId }) => readingId !== null),
        () => `${record.facts.waiting.length} wait, and nobody for a reading`,
      ),
  },
  {
    name: "timers-of-their-generation",
    says: "a timer that is set is the one that the record knows",
    source: "docs/architecture.md, wake; fault model F17",
    broken: ({ decision: { record, timers } }) =>
      timers.set.flatMap(({ timer, generation }) =>
        unless(record.timers[timer]?.generation === generation, () => `${timer}, generation ${generation}`),
      ),
  },
  {
    name: "money-on-the-move",
    says: "a call that moves money is remembered exactly while the order stands in a state that waits for it",
    source: "docs/architecture.md, What decides",
    broken: ({ decision: { record } }) =>
      unless((record.facts.operation !== null) === (typeof record.states.order === "object"), () =>
        JSON.stringify(record.states.order),
      ),
  },
];

export const breachesOf = (decided: DecidedStep, laws: readonly DecisionLaw[] = decisionLaws): BrokenLaw[] =>
  laws.flatMap(({ name, says, broken }) => broken(decided).map((detail) => ({ law: name, says, detail })));
