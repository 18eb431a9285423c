/**
 * The cooldown: a callback is held for the customer.
 *
 * Seed 003, "Order Status Flow": callbacks are not acted on until 60 seconds have passed since the order
 * was created or updated, so that the customer reaches the thank-you page first. Whatever waits for a
 * reading (`waitsForReading` in events.ts) passes here, waits for one that is taken after it arrived, and is let
 * through in the order of arrival. Callbacks that pile up become one reading.
 *
 * A callback is never answered while the order's money is on the move: what it tells would be judged by a status that
 * is about to change, and lost if the call comes to nothing. The payment is read for it at once, because the call may be
 * put off for long; then it waits for the end, and for a reading after that.
 */
import { setup } from "xstate";
import { actions } from "./effects.js";
import type { OrderEvent } from "./events.js";
import { type GuardContext, guards, nextDueAt } from "./guards.js";
import type { Meta } from "./meta.js";

const over = {
  guard: "heldCallbacksAreDue",
  target: "reading",
  actions: "readPayment",
  meta: { rule: "cooldown/over" },
} as const;
/** What it says is known at once, and the callback waits on for the end of the call. */
const underWay = {
  guard: "isDueDuringACall",
  target: "reading",
  actions: "readPayment",
  meta: { rule: "cooldown/under-way" },
} as const;
const queued = { meta: { rule: "cooldown/queued" } } as const;
const askNow = { target: "reading", actions: "readPayment", meta: { rule: "cooldown/never-held" } } as const;
const askNowToo = { meta: { rule: "cooldown/next-reading" } } as const;

/** Nobody asked meanwhile; callbacks may wait. */
const afterwards = [
  { ...underWay, reenter: true },
  { ...over, reenter: true },
  { guard: "callbacksWait", target: "holding", meta: { rule: "cooldown/held" } },
  { target: "idle" },
] as const;

export const cooldownMachine = setup({
  types: {
    context: {} as GuardContext,
    events: {} as OrderEvent | { type: "someone.asked" } | { type: "money.settled" },
    meta: {} as Meta,
  },
  guards,
  actions,
  delays: {
    cooldownRemaining: ({ context }) => nextDueAt(context) - context.now,
  },
}).createMachine({
  id: "cooldown",
  initial: "idle",
  context: {} as GuardContext,
  states: {
    idle: {
      meta: { says: "nothing is held" },
      on: {
        "callback.received": [
          underWay,
          { guard: "cooldownIsOver", target: "reading", actions: "readPayment", meta: { rule: "cooldown/over" } },
          { target: "holding", meta: { rule: "cooldown/held" } },
        ],
        /** A customer's return, a merchant, a timer or a reconciliation: never held. */
        "someone.asked": askNow,
      },
    },
    holding: {
      meta: { says: "callbacks are held for the customer's return" },
      after: {
        cooldownRemaining: [
          underWay,
          over,
          /** The order was written since, so the customer's minute began anew. */
          { target: "holding", reenter: true, meta: { rule: "cooldown/updated" } },
        ],
      },
      on: {
        /** A bank's own delay holds only those that came during the checkout, so a later one may be due sooner. */
        "callback.received": [underWay, over, { target: "holding", reenter: true, ...queued }],
        "someone.asked": askNow,
        "order.updated": { target: "holding", reenter: true, meta: { rule: "cooldown/updated" } },
        "money.settled": { target: "holding", reenter: true, meta: { rule: "cooldown/settled" } },
      },
    },
    reading: {
      meta: { says: "the bank is being asked" },
      on: {
        "callback.received": queued,
        "someone.asked": askNowToo,
        "payment.read": [
          {
            guard: "someoneAskedSince",
            target: "reading",
            reenter: true,
            actions: "readPayment",
            meta: { rule: "cooldown/next-reading" },
          },
          ...afterwards,
        ],
      },
    },
  },
});
