/** Events, outcomes and reasons in words for a person. Pure. */
import type { OrderEvent } from "../../../machines/events.js";
import { reasonInWords } from "../../../machines/reasons.js";
import { rules } from "../../../machines/rules.js";
import type { Answer } from "../../core/record.js";

export const money = (minor: number, currency: string): string => `${(minor / 100).toFixed(2)} ${currency}`;

const merchantDoes: Record<string, string> = {
  "merchant.completed": "sets completed",
  "merchant.cancelled": "sets cancelled",
  "merchant.refunded": "sets refunded",
  "merchant.failed": "sets failed",
  "merchant.held": "sets on-hold",
  "merchant.processed": "sets processing",
  "merchant.reopened": "sets pending",
  "merchant.captured": "captures",
  "merchant.released": "releases what is left",
  "merchant.refundedAmount": "refunds a part",
  "merchant.editedLines": "edits the lines",
  "merchant.recalculated": "presses Recalculate",
  "merchant.endedWait": "ends the wait for the bank's answer",
  "merchant.acknowledged": "has settled the difference",
};

const others: Record<string, string> = {
  "order.placed": "the shop places the order",
  "order.updated": "the shop writes the order",
  "order.seen": "another hand writes the status",
  "payment.created": "the payment is created",
  "payment.attached": "another payment is named",
  "checkout.asked": "the customer presses Pay",
  "callback.received": "a callback arrives",
  "customer.returned": "the customer returns",
  "shop.holdStockDue": "held stock is to be freed",
  "shop.conflicted": "the shop reads another status",
  "shop.differs": "the shop has another order",
  "reconcile.asked": "a reconciliation asks",
  "timer.fired": "a timer rings",
  "payment.read": "the bank tells the payment",
  "payment.readBack": "the payment is read back",
};

const ends: Record<string, string> = {
  confirmed: "confirmed by the bank",
  refused: "refused by the bank",
  unknown: "answer lost",
};

export const eventInWords = (type: string, event?: OrderEvent): string => {
  if (event?.type === "callback.received") return `callback ${event.kind} ${event.claims ?? ""}`.trimEnd();
  if (event?.type === "customer.returned") return `the customer returns (${event.page})`;
  const does = merchantDoes[type];
  if (does !== undefined) return `the merchant ${does}`;
  const [what = "", end = ""] = type.split(".");
  return others[type] ?? (ends[end] === undefined ? type : `${what} ${ends[end]}`);
};

/** The rule that decided and the reason that was given, as one text. */
export const becauseOf = ({ rule, reason }: Pick<Answer, "rule" | "reason">): string => {
  const because = rules[rule ?? ""]?.rule;
  const given = reason === null ? undefined : reasonInWords(reason);
  const text = because ?? given ?? "";
  const marks = [rule, reason].filter((mark) => mark !== null && mark !== undefined).join(", ");
  return marks === "" ? text : `${text} [${marks}]`;
};
