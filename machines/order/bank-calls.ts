/**
 * Money moves first, status follows. Every call to the bank is asked, and then confirmed, refused or unknown. After an
 * unknown the payment is read again and again, until it shows the call, the call may go out again, or it is given up.
 */
import type { ActionName } from "../effects.js";
import type { GuardName } from "../guards.js";
import { note, type orderSetup, outcome, rule, status } from "./setup.js";

type Noted = ReturnType<typeof note> | ReturnType<typeof status>;
type Family = "capture" | "refund" | "cancel";

interface BankCall {
  /** Where it leads when it came to nothing. */
  home: string;
  says: string;
  /** The first word of its events and of its rules. */
  family: Family;
  /** The merchant's wish that is under way already. */
  wish?: "merchant.completed" | "merchant.refunded" | "merchant.cancelled" | "merchant.released";
  /** How a reading shows that it took effect, and what becomes of the order then. `part`: it has a rule of its own. */
  seen: { guard: GuardName; target: string; actions: Noted | [ActionName, Noted]; part?: true }[];
  again: { guard: GuardName; actions: ActionName };
  failed: Noted | [ActionName, Noted];
  /** The shop is read before it is sent. */
  readsShop?: true;
}

/** The order goes back to the status that it has. */
export const home = "#order.returning";
export const lost = "The bank's answer was lost; the payment is read until it shows what became of the call";
export const underWay = outcome("under-way", "money/under-way");

/** Nothing of a call goes out again before the bank can no longer act on it. */
export const staysOpen = <const T extends string>(target: T) =>
  ({ guard: "mayStillTakeEffect", target, reenter: true }) as const;

/** What comes of a look that shows nothing of the call, when it may not go out again now: it waits on, or is given up. */
export const waitsOrEnds = <const T extends string, const G extends object>(
  family: Family | "modify",
  waiting: T,
  gaveUp: G,
) =>
  [
    { ...staysOpen(waiting), ...rule(`${family}/waits`, "outcome-unknown") },
    { ...gaveUp, guard: "repeatWasRefused", ...outcome("failed", `${family}/refused`) },
    { ...gaveUp, ...outcome("not-confirmed", `${family}/given-up`) },
  ] as const;

/**
 * The state in which the payment is read for a call whose answer was lost.
 *
 * @param seen the branches of a reading that shows its effect
 * @param looked all branches of a look
 * @param ended the branch of a person who ends the wait
 */
export const lookingFor = <
  const S extends readonly object[],
  const L extends readonly object[],
  const E extends object,
>(
  seen: S,
  looked: L,
  ended: E,
) =>
  ({
    meta: { says: lost },
    after: { nextLook: looked },
    on: {
      "payment.readBack": looked,
      "payment.read": [...seen, underWay],
      "merchant.endedWait": [...seen, ended],
    },
  }) as const;

/** What one call to the bank may lead to. */
export const bankCall = ({ home, says, family, wish, seen, again, failed, readsShop }: BankCall) => {
  const readBack = { target: "unknown", actions: "readBack" };
  const gaveUp = { target: home, actions: failed };
  const confirmed = seen.map(({ part, ...branch }) =>
    part === undefined
      ? { ...branch, ...rule(`${family}/confirmed`) }
      : { ...branch, ...rule("refund/confirmed-part") },
  );
  const shown = seen.map(({ part: _, ...branch }) => ({ ...branch, ...rule(`${family}/read-back`) }));
  const looked = [
    ...shown,
    { guard: again.guard, target: "asked", actions: again.actions, ...outcome("again", `${family}/again`) },
    ...waitsOrEnds(family, "unknown", gaveUp),
  ];
  return {
    meta: { says },
    initial: "asked",
    states: {
      asked: {
        on: {
          [`${family}.confirmed`]: [...confirmed, { ...readBack, ...rule(`${family}/unknown`) }],
          [`${family}.refused`]: [
            { guard: "answerWasLost", ...readBack, ...rule(`${family}/refused-after-loss`) },
            { ...gaveUp, ...outcome("failed", `${family}/refused`) },
          ],
          [`${family}.unknown`]: { ...readBack, ...rule(`${family}/unknown`) },
          // It may be on its way, or wait for a shop or a bank that does not answer: it is looked for, and not sent again.
          "merchant.endedWait": { ...readBack, ...rule(`${family}/unknown`, "outcome-unknown") },
          ...(readsShop && {
            "shop.differs": [
              { guard: "answerWasLost", ...readBack, ...rule(`${family}/refused-after-loss`) },
              { target: home, ...outcome("order-changed", "shop/differs") },
            ],
          }),
        },
      },
      unknown: lookingFor(shown, looked, { ...gaveUp, ...outcome("not-confirmed", `${family}/ended-by-person`) }),
    },
    on: { "payment.read": underWay, ...(wish && { [wish]: underWay }) },
    // XState's types know no event whose name is put together.
  } as unknown as Parameters<typeof orderSetup.createStateConfig>[0];
};

export const capturing = bankCall({
  home,
  says: "The payment is being captured",
  family: "capture",
  wish: "merchant.completed",
  seen: [
    { guard: "wasAskedToComplete", target: "#order.completed", actions: status("capture-success") },
    { guard: "captureTookEffect", target: home, actions: note("capture-success") },
  ],
  again: { guard: "mayTryCaptureAgain", actions: "capturePayment" },
  failed: ["rememberFailedCapture", note("capture-failed")],
  readsShop: true,
});

export const refunding = bankCall({
  home,
  says: "The payment is being refunded",
  family: "refund",
  wish: "merchant.refunded",
  seen: [
    { guard: "isRefundedInFull", target: "#order.refunded", actions: status("refund-success") },
    { guard: "refundTookEffect", target: home, actions: ["recordRefund", note("refund-success")], part: true },
  ],
  again: { guard: "mayTryRefundAgain", actions: "refundPayment" },
  failed: note("refund-failed"),
  readsShop: true,
});

export const cancelling = bankCall({
  home,
  says: "The payment is being cancelled",
  family: "cancel",
  wish: "merchant.cancelled",
  seen: [{ guard: "cancelTookEffect", target: "#order.cancelled", actions: status("cancel-success") }],
  again: { guard: "mayTryCancelAgain", actions: "cancelPayment" },
  failed: note("cancel-failed"),
});

export const releasing = bankCall({
  home,
  says: "What is left of the payment is being released",
  family: "cancel",
  wish: "merchant.released",
  seen: [{ guard: "cancelTookEffect", target: home, actions: note("rest-released") }],
  again: { guard: "mayTryReleaseAgain", actions: "cancelPayment" },
  failed: note("cancel-failed"),
});

/** What a customer paid after his order was cancelled unpaid; the order stays cancelled. */
export const lettingGo = bankCall({
  home: "#order.cancelled",
  says: "Money that came after the order was cancelled is being released",
  family: "cancel",
  seen: [{ guard: "cancelTookEffect", target: "#order.cancelled", actions: note("late-released") }],
  again: { guard: "mayTryCancelAgain", actions: "cancelPayment" },
  failed: note("cancel-failed"),
});

/** The shop never counted it as paid, so it records no refund. */
export const givingBack = bankCall({
  home: "#order.cancelled",
  says: "Money that came after the order was cancelled is being refunded",
  family: "refund",
  seen: [{ guard: "refundTookEffect", target: "#order.cancelled", actions: note("late-refunded") }],
  again: { guard: "mayTryRefundAgain", actions: "refundPayment" },
  failed: note("refund-failed"),
  readsShop: true,
});
