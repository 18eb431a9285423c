/**
 * The abstraction under which the orders that can be reached are finitely many. Two orders that fold to the same
 * record answer every event alike, but for the times, ids and texts in their answers:
 *
 * - A moment is now, or so long ago that every delay is over. While a call is under way, all are long ago.
 * - Ids of events, effects and payments, versions and timer generations are numbered anew.
 * - Where a reading comes before any guard looks, because somebody waits for it or a call is under way, what was
 *   read last is forgotten.
 * - Attempts are some or the most. Of a call it is kept whether the customer asked for it, but not who else did.
 * - The last refund, which only tells two clicks in one instant apart, is forgotten; and when the shop last told of a
 *   change: what is read of it before a call is always newer.
 * - The looks at a payment long after a lost answer are forgotten: they read it as a reconciliation does.
 * - Order lines are one line or none; totals say what is in them. Texts and flags, which follow from the facts, are
 *   forgotten, and so is whether the customer has been on the thank-you page: no guard asks for any of them.
 */

import { unreadPayment } from "../../../machines/facts.js";
import { MOST_TRIES } from "../../../machines/guards.js";
import type { OrderRecord } from "../../core/record.js";

export const NOW = Date.parse("2026-11-20T12:00:00.000Z");
/** What a payment has captured in these spaces, in minor units. */
export const CAPTURED = [400, 1000] as const;
/** Longer than the cooldown, the bank's own delay and the time that stock is held. */
export const LONG_AGO = NOW - 100 * 24 * 3_600_000;

export const ORDER = "o";
export const PAYMENT = "pay-1";
export const EARLIER_PAYMENT = "pay-0";
/** The reading that is under way, and the call; a folded record has version 1. */
export const READING = "o:1:0";
export const CALL = "o:1:1";
const ASKED_BY = "asked";

const moment = (at: number): number => (at < NOW ? LONG_AGO : NOW);
const kept = (timers: OrderRecord["timers"]): string[] =>
  Object.keys(timers)
    .filter((timer) => !timer.startsWith("look.again"))
    .sort();
/** Of what was asked back only how much of the sums that are captured here it covers: a guard holds it against them. */
const askedBack = (refunded: number | null): number | null =>
  [...CAPTURED].reverse().find((sum) => sum <= (refunded ?? 0)) ?? null;
const counted = (tries: number): number => Math.max(tries, MOST_TRIES - 1);

export const folded = (record: OrderRecord): OrderRecord => {
  const { order, payment, waiting, operation } = record.facts;
  const { lastRefund: _, refundUndone: __, ...asRead } = payment;
  const { changedIn: ___, setBack: ____, restored: _____, ...asKnown } = order;
  const ours = operation !== null && payment.transactionIds.includes(operation.key);
  const timers = kept(record.timers);
  const renamed: OrderRecord = {
    ...record,
    version: 1,
    facts: {
      order: {
        ...asKnown,
        lines: [],
        createdAt: operation === null ? moment(order.createdAt) : LONG_AGO,
        updatedAt: operation === null ? moment(order.updatedAt) : LONG_AGO,
        customerReturnedAt: null,
        rejections: [],
      },
      payment: {
        ...asRead,
        id: payment.id === null ? null : PAYMENT,
        rejectedReason: null,
        readAt: payment.readAt === null ? null : LONG_AGO,
        transactionIds: ours ? [CALL] : [],
        intended: { captured: null, refunded: askedBack(payment.intended.refunded), reserved: null, at: null },
      },
      // The payments beside the current one are forgotten; test/exhaustive/attempts.test.ts walks them.
      others: [],
      waiting: waiting.map((one, i) => ({
        ...one,
        eventId: `w${i}`,
        at: one.held ? moment(one.at) : LONG_AGO,
        readingId: one.readingId === null ? null : READING,
        wish: one.wish === null ? null : { ...one.wish, lines: one.wish.lines === null ? null : [] },
      })),
      operation:
        operation === null
          ? null
          : {
              ...operation,
              askedBy: ASKED_BY,
              askedType: operation.askedType.startsWith("customer.") ? "customer.signed" : "merchant.completed",
              key: CALL,
              lines: operation.lines === null ? null : [],
              expects: undefined,
              tries: counted(operation.tries),
              lostAt: operation.lostAt === null ? null : moment(operation.lostAt),
              refused: operation.refused === null ? null : "",
              since: NOW,
            },
      tries: [],
    },
    flags: [],
    timers: Object.fromEntries(timers.map((timer, i) => [timer, { generation: i + 1, at: NOW }])),
    generation: timers.length,
  };
  return waiting.length > 0 && operation === null ? forgetful(renamed) : renamed;
};

/** What was read last is forgotten: a reading is under way that takes its place. */
export const forgetful = (record: OrderRecord): OrderRecord => {
  const { gateway, id, tolerance, captureFailed, awaitsRefund, endAsked, intended } = record.facts.payment;
  const asked = { captureFailed, intended, ...(awaitsRefund && { awaitsRefund }), ...(endAsked && { endAsked }) };
  const payment = { ...unreadPayment(gateway, id, tolerance), ...asked };
  return { ...record, states: { ...record.states, payment: "UNREAD" }, facts: { ...record.facts, payment } };
};

/** So much time goes by that whatever had to wait has waited long enough. */
export const later = (record: OrderRecord): OrderRecord => {
  const { order, waiting, operation } = record.facts;
  return {
    ...record,
    facts: {
      ...record.facts,
      order: { ...order, createdAt: LONG_AGO, updatedAt: LONG_AGO },
      waiting: waiting.map((one) => ({ ...one, at: LONG_AGO })),
      operation: operation?.lostAt == null ? operation : { ...operation, lostAt: LONG_AGO },
    },
  };
};

/** Two orders are one state where their keys are equal: what `folded` keeps, and nothing of what it forgets. */
export const keyOf = ({ states, facts, timers }: OrderRecord): string => {
  const { order, payment: p, waiting, operation } = facts;
  const forgotten = waiting.length > 0 && operation === null;
  const { order: state, cooldown } = states;
  let key = `${typeof state === "string" ? state : JSON.stringify(state)} ${cooldown} ${order.status} ${order.total}`;
  key += ` ${order.needsProcessing} ${order.heldByHand === true}`;
  if (operation === null) key += ` ${order.createdAt < NOW} ${order.updatedAt < NOW}`;
  key += ` ${p.id === null} ${p.captureFailed} ${p.awaitsRefund === true} ${p.endAsked === true} ${askedBack(p.intended.refunded)}`;
  if (!forgotten) {
    key += ` ${p.exists} ${p.status} ${p.hasOrder} ${p.total} ${p.authorized} ${p.captured} ${p.canceled} ${p.refunded}`;
    key += ` ${p.pendingRefund ?? 0} ${p.offers} ${p.creditLimit} ${p.taskCompleted} ${p.readAt === null}`;
  }
  for (const { type, held, at, readingId, content, wish } of waiting) {
    key += ` ${type} ${held && at >= NOW} ${readingId !== null} ${content}`;
    if (wish !== null) key += ` ${wish.amount} ${wish.lines === null} ${wish.total} ${wish.adds}`;
  }
  if (operation !== null) {
    const {
      kind,
      amount,
      lines,
      leadsTo,
      tries,
      before,
      askedType,
      key: name,
      whole,
      lostAt,
      refused,
      seen,
    } = operation;
    key += ` ${kind} ${amount} ${lines === null} ${leadsTo} ${counted(tries)} ${askedType.startsWith("customer.")}`;
    key += ` ${before.authorized} ${before.captured} ${before.canceled} ${before.refunded}`;
    key += ` ${p.transactionIds.includes(name)} ${whole} ${lostAt === null ? "" : lostAt < NOW} ${refused !== null} ${seen ?? ""}`;
  }
  return `${key} ${kept(timers)}`;
};
