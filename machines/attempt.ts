/**
 * A payment of the order that does not pay it: an earlier attempt, or a later one beside the one that pays. It is read
 * whenever a message names it, and before the order is given up. What it holds is let go: nothing is paid twice.
 *
 * `surplus.found` arrives only with a reading of the current payment taken just before.
 */
import type { GuardContext } from "./guards.js";
import { bankCall } from "./order/bank-calls.js";
import { note, orderSetup, rule } from "./order/setup.js";

const whenRead = [
  { guard: "holdsMoney", target: "#attempt.surplus", ...rule("attempt/holds-money") },
  { guard: "isOver", target: "#attempt.closed", ...rule("attempt/closed") },
  { target: "#attempt.open", ...rule("attempt/open") },
] as const;

export const attemptMachine = orderSetup.createMachine({
  id: "attempt",
  initial: "open",
  context: {} as GuardContext,
  states: {
    open: { meta: { says: "not paid; the customer may still pay it" }, on: { "payment.read": whenRead } },
    surplus: {
      meta: { says: "holds money that the order does not need" },
      on: {
        "payment.read": whenRead,
        "surplus.found": {
          guard: "canLetGo",
          target: "releasing",
          actions: "cancelPayment",
          ...rule("attempt/let-go"),
        },
      },
    },
    releasing: bankCall({
      home: "#attempt.surplus",
      says: "being released",
      family: "cancel",
      seen: [{ guard: "cancelTookEffect", target: "#attempt.closed", actions: note("surplus-released") }],
      again: { guard: "mayTryCancelAgain", actions: "cancelPayment" },
      failed: note("surplus-not-released"),
    }),
    closed: { meta: { says: "closed, holds no money" }, on: { "payment.read": whenRead } },
  },
});
