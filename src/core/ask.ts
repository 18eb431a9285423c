/** From the name of an action to the effect it asks for, filled in from the facts. */
import type { Effect } from "../../machines/effects.js";
import { type EffectParams, notes } from "../../machines/effects.js";
import { statusWantedBy } from "../../machines/events.js";
import type { OrderAsExpected } from "../../machines/expected.js";
import type { Facts, Operation, OrderStatus } from "../../machines/facts.js";
import { MOST_TRIES } from "../../machines/guards.js";
import { type Line, linesFor } from "../../machines/lines.js";
import { withChild } from "../../machines/statuses.js";
import type { CommandPayload } from "../../machines/waiting.js";
import { backoffMs } from "./backoff.js";
import { refundsAfter } from "./intended.js";
import { decimal } from "./money.js";
import type { RequestedAction } from "./step.js";

export interface EffectContext {
  facts: Facts;
  now: number;
  /** The status before and after the transition that asks. */
  from: OrderStatus;
  to: OrderStatus;
  /** The order's total before that transition, which the shop may still have. */
  totalBefore: number;
  wish: CommandPayload | null;
  /** The shop's own word for the status that the event asks for. */
  child?: string | undefined;
  /** Id of the event that is being decided. */
  eventId: string;
  eventType: string;
  /** The call that is under way goes out once more. */
  goesAgain: boolean;
  /** The bank's name, for the note. */
  bank: string;
  /** Why a call failed, for the note. */
  detail: string;
  /** The id that the effect will have. */
  effectId: string;
}

export interface EffectAndFacts {
  facts: Facts;
  effect: Effect | null;
  notBefore: number;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 5 * 60_000;

/** A call that did not happen goes out again after 2, 4, 8 … seconds. */
export const callAgainMs = (tries: number): number => backoffMs(tries, FIRST_WAIT_MS, LONGEST_WAIT_MS);

const money = (minor: number, currency: string): string => `${decimal(minor, currency)} ${currency}`;

/** The sentence of the order note, with its bank, amount and reason; the reason is the bank's own text, so it comes last. */
const sentence = (params: EffectParams | undefined, a: EffectContext): string => {
  const { payment, order, operation } = a.facts;
  const text = params?.note === undefined ? notes["payment-complete"] : notes[params.note];
  const filled = text
    .replace("{bank}", () => a.bank)
    .replace("{payment}", () => payment.id ?? "")
    .replace("{amount}", money(operation?.amount ?? 0, order.currency))
    .replace("{reason}", () => a.detail);
  return payment.status === "REJECTED" && payment.rejectedReason !== null && params?.note?.startsWith("payment-status")
    ? `${filled} Reason given by the bank: ${payment.rejectedReason}.`
    : filled;
};

const begin = (a: EffectContext, kind: Operation["kind"], amount: number, more: Partial<Operation> = {}): Operation => {
  const { authorized, captured, canceled, refunded, failedRefund, intended } = a.facts.payment;
  return {
    kind,
    // What follows from a booking was asked for by whoever signed.
    askedBy: a.facts.operation?.askedBy ?? a.eventId,
    askedType: a.facts.operation?.askedType ?? a.eventType,
    key: a.effectId,
    amount,
    lines: null,
    leadsTo: null,
    tries: 0,
    whole: false,
    lostAt: null,
    refused: null,
    // A reading may lag behind what was confirmed before.
    before: {
      authorized,
      captured: Math.max(captured, intended.captured ?? 0),
      canceled,
      refunded: Math.max(refunded, intended.refunded ?? 0),
      ...(failedRefund != null && { failedRefund }),
    },
    since: a.now,
    ...more,
    ...(more.leadsTo != null && more.leadsTo === statusWantedBy[a.eventType] && withChild(a.child)),
  };
};

/** A money law broken here is a bug in a guard, and a bug throws. */
const law = (holds: boolean, sentence: string): void => {
  if (!holds) throw new Error(`money law broken: ${sentence}`);
};

const refundIn = (of: { refund?: string | undefined } | null): { refund?: string } =>
  of?.refund === undefined ? {} : { refund: of.refund };

/** The call that is under way; a booking that has ended gives way to what follows from it. */
const current = ({ operation }: Facts): Operation | null => (operation?.kind === "book" ? null : operation);

/** The order was cancelled before the money came, and stays so. It is asked back once: a refusal is left to a person. */
const late = ({ order, payment }: Facts): boolean => order.status === "cancelled" && payment.endAsked === true;
const onlyOnce = (facts: Facts): Facts =>
  late(facts) ? { ...facts, payment: { ...facts.payment, endAsked: false } } : facts;

/** Of a call that was put off nothing is lost. */
const endedBy = ({ lostAt }: Operation): Partial<Operation> => ({
  tries: MOST_TRIES,
  ...(lostAt === null && { withdrawn: true }),
});

const idOf = (facts: Facts): string => {
  if (facts.payment.id === null) throw new Error("no payment to send anything to");
  return facts.payment.id;
};

/**
 * Tries count per call: a call of another kind within one operation starts anew. One that goes out again is for the order
 * that it was asked for, whatever the shop has told since.
 */
const sending = (
  a: EffectContext,
  operation: Operation,
  { whole = false, expects }: { whole?: boolean; expects?: OrderAsExpected | null },
  effect: (o: Operation) => Effect,
): EffectAndFacts => {
  const { expects: before, ...begun } = operation;
  const asked = a.goesAgain ? before : expects;
  const tried: Operation = {
    ...begun,
    ...(a.goesAgain ? { tries: operation.tries + 1 } : { tries: 1, whole, lostAt: null, refused: null }),
    ...(asked != null && { expects: asked }),
  };
  return {
    facts: { ...a.facts, operation: tried },
    effect: { ...effect(tried), ...(asked != null && { expects: asked }) },
    notBefore: a.goesAgain ? a.now + callAgainMs(operation.tries) : a.now,
  };
};

const at = (a: EffectContext, effect: Effect | null, facts = a.facts): EffectAndFacts => ({
  facts,
  effect,
  notBefore: a.now,
});

/** Where the shop has another order than this, nothing is sent. */
const expected = ({ facts: { order }, totalBefore }: EffectContext): OrderAsExpected => ({
  totals: [...new Set([totalBefore, order.total])],
  currency: order.currency,
  ...(order.gone === true && { gone: true }),
  ...(order.paidOtherwise === true && { paidOtherwise: true }),
});

/** The bank is told what a whole is of. */
const ofOrder = ({ facts }: EffectContext, amount: number): { lines?: Line[] } => {
  const lines = linesFor(facts.order.lines, amount);
  return lines === null ? {} : { lines };
};

export const ask = ({ type, params }: RequestedAction, a: EffectContext): EffectAndFacts => {
  const { facts, wish } = a;
  const { payment, order } = facts;
  switch (type) {
    case "readPayment":
      return at(a, { type, paymentId: idOf(facts) });
    case "readBack": {
      const { operation } = facts;
      const effect: Effect = { type, paymentId: idOf(facts) };
      if (operation === null) return at(a, effect);
      const refused = a.eventType.endsWith(".refused") || a.eventType === "shop.differs";
      const looked = refused
        ? {
            ...operation,
            refused: operation.lostAt === null ? null : a.detail,
            ...(a.eventType === "shop.differs" && { differs: true }),
          }
        : { ...operation, lostAt: a.now, ...(a.eventType === "merchant.endedWait" && endedBy(operation)) };
      return at(a, effect, { ...facts, operation: looked });
    }
    case "bookSignedPayment": {
      const operation = facts.operation ?? begin(a, "book", order.total);
      return sending(a, operation, { whole: true }, (o) => ({
        type,
        paymentId: idOf(facts),
        amount: o.amount,
        key: o.key,
      }));
    }
    case "capturePayment": {
      law(!["FROZEN", "INSPECTION", "REJECTED"].includes(payment.status), "nothing is captured from such a payment");
      law(payment.authorized > 0, "there must be something to capture");
      const leadsTo = a.eventType === "merchant.captured" ? null : "completed";
      const operation = current(facts) ?? begin(a, "capture", payment.authorized, { leadsTo });
      const call = { type, paymentId: idOf(facts) };
      const how = { whole: true, expects: expected(a) };
      return sending(a, operation, how, (o) => ({ ...call, amount: o.amount, key: o.key, ...ofOrder(a, o.amount) }));
    }
    case "cancelPayment": {
      const { operation: begun } = facts;
      const rest = a.eventType === "merchant.released" || (begun?.kind === "cancel" && begun.leadsTo === null);
      law(payment.captured === 0 || rest, "nothing is cancelled after a capture but the rest");
      const operation =
        current(facts) ??
        (wish !== null && wish.lines !== null
          ? begin(a, "rebuild", wish.total ?? 0, { lines: wish.lines })
          : begin(a, "cancel", payment.authorized, { leadsTo: rest || late(facts) ? null : "cancelled" }));
      // Before new lines it is a part: carried out late and twice, it would let the new lines go as well.
      const how = operation.kind === "cancel" ? { whole: true } : { expects: expected(a) };
      return sending({ ...a, facts: onlyOnce(facts) }, operation, how, (o) => ({
        type,
        paymentId: idOf(facts),
        amount: o.before.authorized,
        key: `${o.key}:cancel`,
        ...ofOrder(a, o.before.authorized),
      }));
    }
    case "refundPayment": {
      const left = payment.captured - payment.refunded;
      const amount = wish?.amount ?? left;
      const leadsTo = amount === left && payment.authorized === 0 && !late(facts) ? "refunded" : null;
      const operation =
        current(facts) ?? begin(a, "refund", amount, { lines: wish?.lines ?? null, ...refundIn(wish), leadsTo });
      law(operation.amount > 0 && operation.amount <= left, "never more is refunded than was captured");
      // With money still reserved more can be captured, and a refund carried out late would take of that.
      const isAll = operation.amount === left;
      const how = { whole: isAll && payment.authorized === 0, expects: isAll ? expected(a) : null };
      return sending({ ...a, facts: onlyOnce(facts) }, operation, how, (o) => ({
        type,
        paymentId: idOf(facts),
        amount: o.amount,
        lines: o.lines ?? linesFor(order.lines, o.amount),
        all: o.amount === left,
        refundedBefore: o.before.refunded,
        key: o.key,
      }));
    }
    case "addOrderLines": {
      const begun = current(facts);
      const operation = begun ?? begin(a, "rebuild", wish?.total ?? order.total, { lines: wish?.lines ?? order.lines });
      law(
        operation.amount <= (payment.creditLimit ?? payment.total),
        "never more is reserved than the bank authorised",
      );
      // Once the old lines are gone the new ones are reserved in any case.
      return sending(a, operation, { expects: begun === null ? expected(a) : null }, (o) => ({
        type,
        paymentId: idOf(facts),
        amount: o.amount,
        lines: o.lines ?? [],
        key: `${o.key}:lines`,
      }));
    }
    case "completePayment": {
      const change = { from: a.from, to: a.to, note: sentence(params, a) };
      // payment_complete() would make an order that needs no processing completed.
      const straight = a.to === "completed" || order.needsProcessing;
      return at(a, straight ? { type, ...change, transactionId: payment.id } : { type: "setOrderStatus", ...change });
    }
    case "setStatus": {
      const told = { from: a.from, to: a.to, ...withChild(a.from === a.to ? undefined : order.child) };
      return at(a, { type: "setOrderStatus", ...told, note: sentence(params, a) });
    }
    case "setOrderLines": {
      const lines = wish?.lines ?? order.lines;
      const total = wish?.total ?? order.total;
      const changed = { ...facts, order: { ...order, lines, total, updatedAt: a.now } };
      return at(a, { type, lines, total, expects: expected({ ...a, facts: changed }) }, changed);
    }
    case "addNote":
      return at(a, { type: "addOrderNote", note: sentence(params, a) });
    case "recordRefund": {
      const { operation } = facts;
      const of = operation ?? wish;
      const asked = of?.amount ?? 0;
      const { recorded = 0 } = payment;
      if (operation === null) {
        const effect = { type, amount: asked, lines: of?.lines ?? null, ...refundIn(of) };
        return at(a, effect, { ...facts, payment: { ...payment, recorded: recorded + asked } });
      }
      // A refund that failed at the bank stands in the shop already.
      const { intended, undone } = refundsAfter(payment, operation, true);
      const owed = (intended.refunded ?? 0) + undone - recorded;
      const amount = operation.refund === undefined ? Math.min(asked, Math.max(0, owed)) : asked;
      const lines = amount === asked ? operation.lines : null;
      const effect = amount === 0 ? null : { type, amount, lines, ...refundIn(operation) };
      return at(a, effect, { ...facts, payment: { ...payment, recorded: recorded + amount } });
    }
    case "rememberFailedCapture":
      return at(a, null, { ...facts, payment: { ...payment, captureFailed: true } });
  }
};
