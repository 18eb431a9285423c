/**
 * Every yes/no question about one fact. They look at remembered facts, never at the event.
 * What is made of several facts stands in guards.ts.
 */
import {
  type Facts,
  type Operation,
  type OrderStatus,
  type PaymentStatus,
  type PossibleAction,
  waitsForCustomer,
} from "./facts.js";
import type { Flow } from "./flow.js";
import { dueAt } from "./hold.js";
import type { Settings } from "./settings.js";
import type { CommandPayload } from "./waiting.js";

/** The facts of the order at this moment, with what is being asked for. */
export interface GuardContext extends Omit<Facts, "tries"> {
  now: number;
  settings: Settings;
  flow: Flow;
  /** What the event in hand wishes for; null where it wishes for nothing. */
  wish: CommandPayload | null;
  /** The status named by `order.placed` and `order.seen`. */
  seen: OrderStatus | null;
}

type Args = { context: GuardContext };
const fact =
  (test: (c: GuardContext) => boolean) =>
  ({ context }: Args) =>
    test(context);

const isOffered = (c: GuardContext, ...actions: PossibleAction[]) =>
  c.payment.exists && c.payment.hasOrder && actions.some((a) => c.payment.offers.includes(a));
const offers = (...actions: PossibleAction[]) => fact((c) => isOffered(c, ...actions));
const says = (status: PaymentStatus) => fact((c) => c.payment.exists && c.payment.status === status);
const was = (status: OrderStatus) => fact((c) => c.order.status === status);
const sees = (status: OrderStatus) => fact((c) => c.seen === status);

/** A customer may be paying it now: at the bank, or on his way back. */
export const isAtCheckout = ({ status }: Pick<GuardContext["order"], "status">): boolean =>
  ["checkout-draft", "pending", "failed"].includes(status);

const heldNow = (c: GuardContext) => c.waiting.filter((w) => w.held && w.readingId === null);

/** When the first held callback becomes due; endless, where none is held. */
export const nextDueAt = (c: GuardContext): number => Math.min(...heldNow(c).map((waiting) => dueAt(c, waiting)));

const refundable = (c: GuardContext) => c.payment.captured - c.payment.refunded;
const within = (c: GuardContext, a: number, b: number) => Math.abs(a - b) <= c.payment.tolerance;
const wishedAmount = (c: GuardContext) => c.wish?.amount ?? 0;
const wishedTotal = (c: GuardContext) => c.wish?.total ?? c.order.total;

/** `total > 0` keeps an order of zero from reading as cancelled. */
const isLetGo = ({ payment }: GuardContext) =>
  payment.hasOrder && payment.total > 0 && payment.authorized === 0 && payment.canceled === payment.total;
/** All of it is refunded, or on its way. */
const isGivenBack = ({ payment }: GuardContext) =>
  payment.hasOrder && payment.authorized === 0 && payment.captured > 0 && payment.captured === payment.refunded;

/** One fact each. */
export const singleFacts = {
  // what the gateway says
  isAccepted: says("ACCEPTED"),
  isRejected: says("REJECTED"),
  isFrozen: says("FROZEN"),
  isInInspection: says("INSPECTION"),
  /** The bank froze it, and does not offer to let it go. */
  isFrozenShut: fact((c) => c.payment.exists && c.payment.status === "FROZEN" && !isOffered(c, "CANCEL")),
  isSupplementing: says("SUPPLEMENTING_REQUIRED"),
  /** The customer is still at the bank; nothing is sent there meanwhile. */
  isAwaitingCustomer: fact((c) => waitsForCustomer(c.payment)),
  isAtTheBank: says("TASK_REDIRECTION_REQUIRED"),
  isMissing: fact((c) => !c.payment.exists),
  /** tasks/status, the `completed` flag, where the shop goes by it. An unreadable one counts as the shop chose. */
  taskIsCompleted: fact(({ payment: { taskCompleted }, settings: { choices } }) => {
    if (choices.rejected === "cancelled") return false;
    return taskCompleted === "unavailable" ? choices.taskStatusUnavailable === "failed" : taskCompleted === true;
  }),

  // what the payment holds
  hasPayment: fact((c) => c.payment.id !== null && c.payment.exists && c.payment.hasOrder),
  hasNoPayment: fact((c) => c.payment.id === null),
  /** ACCEPTED, and the money is neither refunded, if only as pending, nor let go; of an order that costs nothing, too. */
  holdsMoney: fact((c) => c.payment.exists && c.payment.status === "ACCEPTED" && !isGivenBack(c) && !isLetGo(c)),
  /** The order waits for a payment, nothing of its money is at the bank, and nobody there looks at the payment. */
  isUnpaid: fact(
    ({ order, payment }) =>
      isAtCheckout(order) &&
      (payment.id === null ||
        !payment.exists ||
        (payment.authorized === 0 &&
          payment.captured === 0 &&
          (["UNREAD", "REJECTED"].includes(payment.status) || waitsForCustomer(payment)))),
  ),
  isCapturedInFull: fact(
    (c) =>
      c.payment.hasOrder &&
      c.payment.authorized === 0 &&
      c.payment.captured > 0 &&
      c.payment.captured !== c.payment.refunded,
  ),
  isPartlyCaptured: fact((c) => c.payment.captured > 0 && c.payment.authorized > 0),
  hasCaptured: fact((c) => c.payment.captured > 0),
  isRefundedInFull: fact((c) => isGivenBack(c) && (c.payment.pendingRefund ?? 0) === 0),
  /** The merchant asked for everything back, and the bank called it pending then. */
  awaitsRefund: fact((c) => c.payment.awaitsRefund === true),
  /** All of it was asked for here, and the bank has carried it out. */
  refundWasAskedFor: fact(
    (c) => c.payment.intended.refunded !== null && c.payment.intended.refunded >= c.payment.captured,
  ),
  isPartlyRefunded: fact((c) => c.payment.refunded > 0 && c.payment.refunded < c.payment.captured),
  isCancelledInFull: fact((c) => isLetGo(c)),
  captureWasRefused: fact((c) => c.payment.captureFailed),
  offersCapture: fact((c) => c.payment.authorized > 0 && isOffered(c, "CAPTURE", "PARTIAL_CAPTURE")),
  offersCancel: offers("CANCEL", "PARTIAL_CANCEL"),
  offersRefund: offers("REFUND", "PARTIAL_REFUND"),
  hasSomethingToRefund: fact((c) => refundable(c) > 0),
  hasCreditLimit: fact((c) => (c.payment.creditLimit ?? 0) > 0),
  amountsMatch: fact(
    (c) =>
      c.settings.choices.amountMismatch === "capture" ||
      within(c, c.payment.authorized + c.payment.captured, c.order.total),
  ),

  isInAnotherCurrency: fact((c) => c.payment.foreign === "currency"),

  // what the order is
  isGone: fact((c) => c.order.gone === true),
  isPaidOtherwise: fact((c) => c.order.paidOtherwise === true),
  needsProcessing: fact((c) => c.order.needsProcessing),
  isFree: fact((c) => c.order.total === 0),
  heldByHand: fact((c) => c.order.heldByHand === true),
  wasPending: was("pending"),
  wasProcessing: was("processing"),
  wasOnHold: was("on-hold"),
  wasFailed: was("failed"),

  // what the merchant wishes
  asksForPart: fact((c) => c.wish?.amount != null && c.wish.amount !== refundable(c)),
  asksForLines: fact((c) => c.wish?.lines != null),
  refundFits: fact((c) => wishedAmount(c) > 0 && wishedAmount(c) <= refundable(c)),
  staysWithinCreditLimit: fact((c) => wishedTotal(c) <= (c.payment.creditLimit ?? c.payment.total)),
  addsItems: fact((c) => c.wish?.adds === true),
  /** Seed 003, "Order Line Handling": "Orders can only be reduced in value after authorization, not increased." */
  staysWithinReservation: fact(
    (c) =>
      c.settings.choices.raisedTotal !== "refuse" ||
      wishedTotal(c) <= c.payment.authorized + c.payment.captured + c.payment.tolerance,
  ),
  leavesSomething: fact((c) => (c.operation?.amount ?? 0) > 0),
  /** What was asked for at first may no longer be possible when it is asked for again. */
  stillWithinCreditLimit: fact((c) => (c.operation?.amount ?? 0) <= (c.payment.creditLimit ?? c.payment.total)),
  stillLeftToRefund: fact((c) => (c.operation?.amount ?? 0) <= refundable(c)),
  /** "if the sum total for the changed order are equal … no call will be made" */
  totalIsOnThePayment: fact((c) => {
    const { id, exists, hasOrder, authorized, captured } = c.payment;
    if (hasOrder) return authorized + captured === wishedTotal(c);
    return (id === null || exists) && wishedTotal(c) === c.order.total;
  }),

  // what the shop has switched off
  captureIsOff: fact((c) => !c.settings.enableCapture),
  cancelIsOff: fact((c) => !c.settings.enableCancel),
  refundIsOff: fact((c) => !c.settings.enableRefund),
  modifyIsOff: fact((c) => !c.settings.enableModify),

  // what is special about this way of paying
  unpaidStaysPending: fact((c) => c.flow.unpaidStaysPending),
  comparesAmounts: fact((c) => c.flow.comparesAmounts),
  recreatesLines: fact((c) => c.flow.recreatesLines),
  booksWhenSigned: fact((c) => c.flow.booksWhenSigned),
  totalsAgree: fact((c) => within(c, c.payment.authorized + c.payment.captured, c.order.total)),

  // what the shop has chosen where the documents disagree
  choosesToStayPending: fact((c) => c.settings.choices.pendingWhileCustomerIsAway === "stay"),
  choosesToRevive: fact((c) => c.settings.choices.cancelledThenAccepted === "revive"),
  givesBackLate: fact((c) => c.settings.choices.cancelledThenAccepted === "give-back" && c.payment.endAsked === true),
  choosesToStayOnHold: fact((c) => c.settings.choices.onHoldThenAborted === "stay"),
  choosesToKeepProcessing: fact((c) => c.settings.choices.processingThenRejected === "stay"),
  releaseWasEnded: fact((c) => c.payment.releaseEnded === true),
  choosesToRelease: fact((c) => c.settings.choices.surplusPayment === "release"),
  choosesToRebuild: fact((c) => c.settings.choices.modifyWhenFullyCancelled === "rebuild"),

  // the cooldown
  cooldownIsOver: fact((c) => c.now >= nextDueAt(c)),
  callbacksWait: fact((c) => heldNow(c).length > 0),
  moneyIsUnderWay: fact((c) => c.operation !== null),
  someoneAskedSince: fact((c) => c.waiting.some((w) => !w.held && w.readingId === null)),

  // the end of a call whose answer was lost
  captureTookEffect: fact((c) => tookEffect(c, "captured")),
  cancelTookEffect: fact((c) => tookEffect(c, "canceled")),
  refundTookEffect: fact((c) => tookEffect(c, "refunded")),
  linesTookEffect: fact((c) => newLinesStand(c)),
  mayRepeat: fact((c) => isRepeatable(c)),
  mayStillTakeEffect: fact((c) => readingBegan(c) < settledAt(c)),
  /** An earlier try of this call got no answer. */
  answerWasLost: fact((c) => c.operation !== null && c.operation.lostAt !== null),
  repeatWasRefused: fact((c) => c.operation !== null && c.operation.refused !== null),
  /** What comes of an earlier attempt says nothing of the newer one, which he may still pay. */
  customerAsked: fact(
    (c) => c.operation?.askedType.startsWith("customer.") === true && c.operation.insteadOf === undefined,
  ),
  completesTheOrder: fact((c) => c.operation?.leadsTo === "completed"),

  // what another hand wrote
  seesPending: sees("pending"),
  seesProcessing: sees("processing"),
  seesOnHold: sees("on-hold"),
  seesFailed: sees("failed"),
  seesCancelled: sees("cancelled"),
  seesCompleted: sees("completed"),
  seesRefunded: sees("refunded"),
};

/** All that was ever reserved: what is captured or let go since, here or at the bank, was reserved before. */
const everReserved = ({ authorized, captured, canceled }: Record<"authorized" | "captured" | "canceled", number>) =>
  authorized + captured + canceled;

/** Letting the old lines go reserves nothing, so what was reserved since are the new ones. */
const newLinesStand = ({ operation, payment }: GuardContext): boolean =>
  operation !== null && everReserved(payment) - everReserved(operation.before) >= operation.amount;

/** A payment is read for the effect of a call whose answer was lost so many seconds after the loss. */
const LOOKS = [2, 5, 15, 30, 60, 120];
/** After these it is read every so many seconds; no two looks lie further apart. */
const EVERY_SECONDS = 120;
export const LONGEST_LOOK_MS = EVERY_SECONDS * 1000;
/** A call that the bank carries out once only is repeated after the looks up to here. */
const SHORT_SECONDS = 15;

/** From then on a call that a reading does not show never took effect: the gateway's settle window is over. */
const settledAt = ({ operation, flow }: GuardContext): number =>
  operation?.lostAt == null ? 0 : operation.lostAt + flow.settleSeconds * 1000;

/** A reading shows what the bank had when it was begun, however late its answer is decided on. */
const readingBegan = ({ payment }: GuardContext): number => payment.readAt ?? 0;

/**
 * A call for all that is left can take effect once only, because the bank refuses the second; so can one whose key
 * the bank remembers. A part could be booked twice, so it waits until the first can no longer be booked.
 */
const isRepeatable = (c: GuardContext): boolean => {
  const { operation, flow } = c;
  if (operation === null || operation.refused !== null || operation.tries >= MOST_TRIES) return false;
  const once = operation.whole || flow.repeatableByKey.includes(operation.kind);
  const from = once ? Math.min(settledAt(c), (operation.lostAt ?? 0) + SHORT_SECONDS * 1000) : settledAt(c);
  return readingBegan(c) >= from;
};

/** Milliseconds until the payment is read again for a lost call's effect; endless where no answer was lost. */
export const nextLookIn = (c: GuardContext): number => {
  const lostAt = c.operation?.lostAt;
  if (lostAt == null) return Number.POSITIVE_INFINITY;
  const passed = (c.now - lostAt) / 1000;
  const next = LOOKS.find((seconds) => seconds > passed) ?? passed + EVERY_SECONDS;
  const end = (settledAt(c) - lostAt) / 1000;
  return Math.round((passed < end ? Math.min(next, end) : next) * 1000 - passed * 1000);
};

/** After this many attempts whose outcome was "it did not happen", a person is asked. */
export const MOST_TRIES = 6;

/** What failed of earlier refunds while a call is under way; nothing where the bank did not say what had failed before. */
export const failedMeanwhile = ({ before }: Operation, { failedRefund }: Facts["payment"]): number =>
  before.failedRefund === undefined ? 0 : Math.max(0, (failedRefund ?? 0) - before.failedRefund);

/**
 * The transaction id in the payment's action log is proof; without a log the amount must have grown by
 * what was asked for.
 */
const tookEffect = (c: GuardContext, amount: "captured" | "canceled" | "refunded"): boolean => {
  const { operation, payment } = c;
  if (operation === null) return false;
  if (amount !== "canceled" && payment.transactionIds.includes(operation.key)) return true;
  const asked = operation.kind === "rebuild" ? operation.before.authorized : operation.amount;
  if (asked <= 0) return false;
  // A refund that failed meanwhile takes nothing from what this one has added.
  const failed = amount === "refunded" ? failedMeanwhile(operation, payment) : 0;
  const grown = payment[amount] + failed - operation.before[amount];
  // Where a part was captured or cancelled at the bank meanwhile, the rest was taken and nothing is left.
  const takesTheRest = amount !== "refunded" && operation.whole && payment.authorized === 0 && grown > 0;
  return takesTheRest || grown >= asked;
};
