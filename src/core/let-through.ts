/** Whoever waited for the reading is let through to the order. */
import { statusWantedBy } from "../../machines/events.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import { answerAboutOther, calledAs, holdStockIsOver, isAboutOther, isForgotten } from "./asking.js";
import type { DecisionBuilder } from "./builder.js";
import { endRelease } from "./end-release.js";
import { handles } from "./explain.js";
import { exchange, holdsMoney, isOwnTimer, otherNamed } from "./others.js";
import { notOurs, refuse } from "./refuse.js";
import { SIGNED_EARLIER } from "./remember.js";
import { bookEarlier } from "./signed-earlier.js";
import { isLaterLook, isOfAMachine, LINK } from "./timer-names.js";

/** Shown to the order under another name than they waited under. */
const SHOWN: Record<string, string> = { [SIGNED_EARLIER]: "customer.unproven", "order.updated": "payment.read" };

/** A call that is under way comes to its end, whoever the order is paid with by then. */
export const isLeftToTheShop = ({ facts: { order, operation } }: DecisionBuilder): boolean =>
  order.paidOtherwise === true && operation === null;

/**
 * The order was followed when it was seen; the flags say what the payment has against it. A pending one asks its customer
 * to pay, and WooCommerce's stock job gives it up: where the bank has the money, it is processing again.
 */
const seen = (builder: DecisionBuilder, { eventId, type }: WaitingEvent): void => {
  const { order } = builder.facts;
  const asksToPay = order.status === "pending" && holdsMoney(builder) && !isLeftToTheShop(builder);
  // A plugin that sets it to pending each time is not fought with: it is flagged.
  if (!asksToPay || order.restored === true) return;
  builder.facts = { ...builder.facts, order: { ...order, restored: true } };
  builder.show({ eventId, type: "reconcile.asked", called: type });
};

/** The order had no payment, and the bank knows the one that a person named: the order follows it. */
const takeOn = (builder: DecisionBuilder, { eventId, type }: WaitingEvent, paymentId: string): void => {
  exchange(builder, paymentId, null);
  if (isLeftToTheShop(builder)) return notOurs(builder, { eventId, type });
  builder.show({ eventId, type: "payment.read", called: type });
};

export const letThrough = (builder: DecisionBuilder, waiting: WaitingEvent): void => {
  if (waiting.type === "order.seen" || waiting.type === "shop.conflicted") return seen(builder, waiting);
  if (isOwnTimer(waiting)) {
    return builder.answer({ eventId: waiting.eventId, type: "timer.fired" }, "ignored", { reason: "no-change" });
  }
  if (endRelease(builder, waiting) || bookEarlier(builder, waiting) || isForgotten(builder, waiting)) return;
  if (waiting.type === "payment.attached" && builder.facts.payment.id === null && waiting.paymentId !== null) {
    const named = otherNamed(builder.facts, waiting.paymentId);
    if (named !== undefined && named.foreign == null) return takeOn(builder, waiting, waiting.paymentId);
  }
  if (isAboutOther(waiting)) return answerAboutOther(builder, waiting);
  // None of those that it had read became the order's.
  if (builder.facts.payment.id === null) {
    const asked = { eventId: waiting.eventId, type: waiting.type, called: calledAs(waiting.type) };
    return builder.answer(asked, "ignored", { reason: "no-payment" });
  }
  // Its time has begun anew since: the customer has a new link, or the order was written.
  if (waiting.type.startsWith(LINK) && waiting.type in builder.timers) {
    const stale = { rule: "ttl/restarted", reason: "stale-timer" } as const;
    return builder.answer({ eventId: waiting.eventId, type: "timer.fired" }, "ignored", stale);
  }
  if (waiting.type === "shop.holdStockDue" && builder.facts.order.status === "pending" && !holdStockIsOver(builder)) {
    const early = { rule: "ttl/not-due", reason: "not-due" } as const;
    return builder.answer({ eventId: waiting.eventId, type: waiting.type }, "ignored", early);
  }
  if (waiting.overtaken === true) return refuse(builder, waiting, "order-changed", builder.facts.order.status);
  const isMerchant = waiting.type.startsWith("merchant.");
  const { eventId } = waiting;
  if (isLeftToTheShop(builder)) {
    if (!isMerchant) return notOurs(builder, { eventId, type: waiting.type, called: calledAs(waiting.type) });
    // He asked while it was paid here.
    if (waiting.type in statusWantedBy) return refuse(builder, waiting, "not-ours", builder.facts.order.status);
  }
  const { order } = builder.rules.registry;
  const shownAs = SHOWN[waiting.type] ?? waiting.type;
  const ownName = isMerchant || isOfAMachine(waiting.type) || waiting.type === "shop.holdStockDue";
  // A look long after the event, or after an edit, leaves a customer who is at the bank in peace.
  const isLook =
    (isLaterLook(waiting.type) || waiting.type === "order.updated") &&
    handles(order, builder.states.order, "reconcile.asked");
  const type = isLook
    ? "reconcile.asked"
    : ownName || handles(order, builder.states.order, shownAs)
      ? shownAs
      : "payment.read";
  const { child, wish } = waiting;
  builder.show({ eventId, type, wish, child, called: calledAs(waiting.type) });
};
