/** The payment at Giftwell, a bank of gift cards: a statechart of its own, and what is special about paying there. */
import { type Flow, type GuardContext, guards, type Meta, type OrderEvent } from "order-status-engine/machines";
import { setup } from "xstate";

export const giftwellMachine = setup({
  types: { context: {} as GuardContext, events: {} as OrderEvent, meta: {} as Meta },
  guards,
}).createMachine({
  id: "giftwell",
  initial: "unasked",
  context: {} as GuardContext,
  states: {
    unasked: { meta: { says: "nobody has asked Giftwell yet" } },
    offered: { meta: { says: "Giftwell waits for the customer's card" } },
    held: { meta: { says: "Giftwell holds the amount on the card" } },
    blocked: { meta: { says: "Giftwell has blocked the card" } },
    declined: { meta: { says: "Giftwell declined the card" } },
    spent: { meta: { says: "the amount was spent from the card" } },
    returned: { meta: { says: "the amount is back on the card" } },
    released: { meta: { says: "Giftwell let the amount go" } },
    unheardOf: { meta: { says: "Giftwell says a word that nobody here knows" } },
    missing: { meta: { says: "Giftwell knows no such hold" } },
  },
  on: {
    "payment.read": [
      { guard: "isMissing", target: ".missing" },
      { guard: "isFrozen", target: ".blocked" },
      { guard: "isRejected", target: ".declined" },
      { guard: "isAcceptedAndRefunded", target: ".returned" },
      { guard: "isAcceptedAndCaptured", target: ".spent" },
      { guard: "isAcceptedAndCancelled", target: ".released" },
      { guard: "isAccepted", target: ".held" },
      { guard: "isAtTheBank", target: ".offered" },
      { target: ".unheardOf" },
    ],
  },
});

export const giftwell: Flow = {
  bank: "Giftwell",
  payment: giftwellMachine,
  callbackDelaySeconds: 0,
  unpaidStaysPending: true,
  comparesAmounts: true,
  recreatesLines: false,
  linkExpires: false,
  booksWhenSigned: false,
  endsUnpaid: false,
  settleSeconds: 600,
  repeatableByKey: [],
};
