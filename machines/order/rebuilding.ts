/** A change of order lines: seed 003, "Enable Modify". Everything is cancelled, then the rest is reserved anew. */
import { home, lookingFor, underWay, waitsOrEnds } from "./bank-calls.js";
import { note, orderSetup, outcome, rule } from "./setup.js";

const done = { target: home, actions: note("modify-success") } as const;
const gaveUp = { target: home, actions: note("modify-failed") } as const;
const addTheRest = { target: "adding", actions: "addOrderLines" } as const;

/** How a reading shows that the old lines are gone, and what follows. */
const oldLinesGone = [
  { guard: "cancelTookEffectAndRestCanBeAdded", ...addTheRest, ...rule("modify/read-back") },
  { ...gaveUp, guard: "cancelTookEffectAndLeavesSomething", ...outcome("failed", "modify/given-up") },
  { guard: "cancelTookEffect", ...done, ...rule("modify/read-back") },
] as const;
const cancelLooked = [
  ...oldLinesGone,
  { guard: "mayTryCancelAgain", target: "cancelling", actions: "cancelPayment", ...outcome("again", "modify/again") },
  ...waitsOrEnds("modify", "cancelUnknown", gaveUp),
] as const;

const newLinesSeen = { guard: "linesTookEffect", ...done, ...rule("modify/read-back") } as const;
const addLooked = [
  newLinesSeen,
  { guard: "mayTryRebuildAgain", ...addTheRest, ...outcome("again", "modify/again") },
  ...waitsOrEnds("modify", "addUnknown", gaveUp),
] as const;

const otherOrder = { target: home, ...outcome("order-changed", "shop/differs") } as const;
const endedByPerson = { ...gaveUp, ...outcome("not-confirmed", "modify/ended-by-person") } as const;
const cancelReadBack = { target: "cancelUnknown", actions: "readBack" } as const;
const addReadBack = { target: "addUnknown", actions: "readBack" } as const;

export const rebuilding = orderSetup.createStateConfig({
  meta: { says: "The payment is being changed to the new lines" },
  initial: "cancelling",
  states: {
    cancelling: {
      on: {
        "cancel.confirmed": [
          { guard: "cancelTookEffectAndRestCanBeAdded", ...addTheRest, ...rule("modify/recreate") },
          { guard: "cancelTookEffectAndLeavesSomething", ...gaveUp, ...outcome("failed", "modify/given-up") },
          { guard: "cancelTookEffect", ...done, ...rule("modify/confirmed") },
          /** What is cancelled after the new lines are there lets them go as well. */
          { ...cancelReadBack, ...rule("modify/unknown") },
        ],
        "cancel.refused": [
          { guard: "answerWasLost", ...cancelReadBack, ...rule("modify/refused-after-loss") },
          { ...gaveUp, ...outcome("failed", "modify/refused") },
        ],
        "cancel.unknown": { ...cancelReadBack, ...rule("modify/unknown") },
        "merchant.endedWait": { ...cancelReadBack, ...rule("modify/unknown", "outcome-unknown") },
        "shop.differs": [
          { guard: "answerWasLost", ...cancelReadBack, ...rule("modify/refused-after-loss") },
          otherOrder,
        ],
      },
    },
    cancelUnknown: lookingFor(oldLinesGone, cancelLooked, endedByPerson),
    adding: {
      on: {
        "rebuild.confirmed": [
          { guard: "linesTookEffect", ...done, ...rule("modify/confirmed") },
          /** The bank's yes may come without the payment. */
          { ...addReadBack, ...rule("modify/unknown") },
        ],
        "rebuild.refused": [
          { guard: "answerWasLost", ...addReadBack, ...rule("modify/refused-after-loss") },
          { ...gaveUp, ...outcome("failed", "modify/refused") },
        ],
        "rebuild.unknown": { ...addReadBack, ...rule("modify/unknown") },
        "merchant.endedWait": { ...addReadBack, ...rule("modify/unknown", "outcome-unknown") },
        "shop.differs": [{ guard: "answerWasLost", ...addReadBack, ...rule("modify/refused-after-loss") }, otherOrder],
      },
    },
    addUnknown: lookingFor([newLinesSeen], addLooked, endedByPerson),
  },
  on: { "payment.read": underWay },
});
