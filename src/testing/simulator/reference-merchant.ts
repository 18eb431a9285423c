/** The merchant's clicks, told straight: seed 003, "Order Management". Money first, status after it. */

import { statusWantedBy } from "../../../machines/events.js";
import type { OrderStatus, Reading } from "../../../machines/facts.js";
import type { ReferenceStory } from "./reference.js";
import { SECOND, type SubmittedEvent } from "./script.js";
import { isCapturable, waitsForCustomer } from "./table.js";

type Edited = Extract<SubmittedEvent, { type: "merchant.editedLines" }>;

const untouchable = ["FROZEN", "INSPECTION"];
const hasMoney = ({ status, total, authorized, captured, canceled, refunded }: Reading): boolean => {
  const isOver = authorized === 0 && (captured > 0 ? captured === refunded : total > 0 && canceled === total);
  return status === "ACCEPTED" && !isOver;
};

/** "Completed → performs a full capture", or nothing where there is nothing to capture. */
const completes = (story: ReferenceStory, now: number): void => {
  const { order, settings, payment } = story;
  const reading = payment?.reading();
  const frozen = reading?.status === "FROZEN";
  const taken =
    reading !== undefined && reading.authorized === 0 && reading.captured > 0 && reading.captured !== reading.refunded;
  if (taken && !frozen && reading.status !== "REJECTED") return story.becomes("completed", now);
  if (!frozen && (order.total === 0 || !settings.enableCapture)) return story.becomes("completed", now);
  if (reading === undefined || !isCapturable(story.known())) return;
  story.capture(now);
  story.becomes("completed", now);
};

/** "Cancelled → performs a full cancellation. Only possible if the order has not yet been captured." */
const cancels = (story: ReferenceStory, now: number): void => {
  const { settings, payment } = story;
  const reading = payment?.reading();
  if (!settings.enableCancel || payment === undefined || reading === undefined || !reading.exists)
    return story.becomes("cancelled", now);
  const { captured, authorized, status, total, canceled } = reading;
  const unpaid = waitsForCustomer(story.known()) || status === "REJECTED";
  if ((unpaid && captured === 0) || (total > 0 && authorized === 0 && canceled === total))
    return story.becomes("cancelled", now);
  if (captured > 0 || authorized === 0 || status !== "ACCEPTED") return;
  payment.execute("cancel", authorized, true, "naive", now);
  story.becomes("cancelled", now);
};

/** "Refunded → performs a full credit"; a part is refunded with the form. */
const refunds = (story: ReferenceStory, amount: number | null, closes: boolean, now: number): void => {
  const { settings, payment, order } = story;
  const reading = payment?.reading();
  const left = reading === undefined ? 0 : reading.captured - reading.refunded;
  const part = amount !== null && amount !== left;
  if (closes && reading !== undefined && reading.captured > 0 && left === 0 && reading.authorized === 0 && !part)
    return story.becomes("refunded", now);
  if (!settings.enableRefund) return closes && !part ? story.becomes("refunded", now) : undefined;
  if (payment === undefined || reading === undefined || untouchable.includes(reading.status) || (closes && part))
    return;
  const wanted = amount ?? left;
  if (left <= 0 || wanted <= 0 || wanted > left || reading.offers.every((offer) => !offer.endsWith("REFUND"))) return;
  // Two clicks of one instant are one.
  if (!closes && order.refunded?.amount === wanted && now - order.refunded.at < SECOND) return;
  if (!closes) order.refunded = { amount: wanted, at: now };
  order.askedBack = (order.askedBack ?? reading.refunded) + wanted;
  payment.execute("refund", wanted, wanted === left, "naive", now);
  const after = payment.reading();
  if (after.authorized === 0 && after.captured === after.refunded) story.becomes("refunded", now);
  else if (order.status === "pending") story.linkBegins();
};

/** "Removing items: cancelling the entire order and then recreating it with the updated set of order lines." */
const edits = (story: ReferenceStory, event: Edited | null, now: number): void => {
  const { settings, payment, order, flow } = story;
  const total = event?.total ?? order.total;
  const write = () => {
    if (event === null) return;
    order.lines = event.lines;
    order.total = total;
    order.written = now;
  };
  const reading = payment?.reading();
  if (!settings.enableModify) return write();
  const holds = reading === undefined ? 0 : reading.authorized + reading.captured;
  const isOpen =
    reading === undefined || !reading.exists || reading.status === "REJECTED" || waitsForCustomer(story.known());
  const onPayment = reading?.hasOrder ? reading.authorized + reading.captured : order.total;
  if (onPayment === total) return write();
  // Nothing is paid yet: the next payment is made for the new lines.
  if (["pending", "failed"].includes(order.status) && holds === 0 && isOpen) return write();
  if (payment === undefined || reading === undefined || !flow.recreatesLines || !reading.hasOrder) return;
  const { authorized, captured, canceled, status, creditLimit } = reading;
  const fits = total <= (creditLimit ?? reading.total);
  const gone = reading.total > 0 && authorized === 0 && canceled === reading.total;
  if (["FROZEN", "REJECTED"].includes(status) || !fits) return;
  if (gone) {
    if (settings.choices.modifyWhenFullyCancelled === "refuse" || (creditLimit ?? 0) <= 0) return;
  } else {
    if (event?.adds || status !== "ACCEPTED" || captured > 0 || authorized === 0) return;
    if (settings.choices.raisedTotal === "refuse" && total > authorized) return;
    payment.execute("cancel", authorized, true, "naive", now);
  }
  write();
  if (total > 0) payment.execute("addOrderLines", total, false, "naive", now);
  if (order.status === "pending") story.linkBegins();
};

/** What each status lets a merchant ask for; nothing else comes of the rest. */
const may: Record<string, readonly string[]> = {
  pending: ["completed", "cancelled", "processed", "held", "failed", "editedLines", "recalculated"],
  "on-hold": [
    ..."completed cancelled refunded processed failed reopened".split(" "),
    ..."captured refundedAmount editedLines recalculated".split(" "),
  ],
  processing: [
    ..."completed cancelled refunded held failed reopened".split(" "),
    ..."captured refundedAmount editedLines recalculated".split(" "),
  ],
  failed: ["completed", "cancelled", "processed", "held", "reopened", "editedLines", "recalculated"],
  completed: ["captured", "refunded", "refundedAmount"],
};

export const clicked = (story: ReferenceStory, event: SubmittedEvent, now: number): void => {
  const { order, plan, payment } = story;
  const wanted = statusWantedBy[event.type] as OrderStatus | undefined;
  if (plan.gateway === null) {
    if (wanted !== undefined) order.status = wanted;
    return;
  }
  if (event.type === "order.updated") {
    order.written = Math.max(order.written, now);
    return story.linkBegins();
  }
  if (event.type === "checkout.rejected") return;
  // What others gave back is taken as asked for.
  if (event.type === "merchant.acknowledged" && order.askedBack !== undefined)
    order.askedBack = Math.max(order.askedBack, payment?.reading().refunded ?? 0);
  if (!may[order.status]?.includes(event.type.replace("merchant.", ""))) return;
  switch (event.type) {
    case "merchant.completed":
      return completes(story, now);
    case "merchant.cancelled":
      return cancels(story, now);
    case "merchant.refunded":
      return refunds(story, event.amount, true, now);
    case "merchant.refundedAmount":
      return refunds(story, event.amount, false, now);
    case "merchant.editedLines":
      return edits(story, event, now);
    case "merchant.recalculated":
      return edits(story, null, now);
    case "merchant.captured": {
      if (event.lines !== null || payment === undefined || !isCapturable(story.known())) return;
      return story.capture(now);
    }
    case "merchant.processed":
      if (payment !== undefined && payment.reading().status === "FROZEN") return;
      return story.becomes("processing", now);
    case "merchant.failed":
    case "merchant.reopened":
      if (payment !== undefined && (untouchable.includes(payment.reading().status) || hasMoney(payment.reading())))
        return;
      return story.becomes(wanted as OrderStatus, now);
    case "merchant.held": {
      const wasPaid = order.status === "processing";
      story.becomes("on-hold", now);
      order.heldByHand = wasPaid;
      return;
    }
    default:
      if (wanted !== undefined) story.becomes(wanted, now);
  }
};
