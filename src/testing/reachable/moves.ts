/** Everything that can happen to a folded order: each kind of event, with all the facts that a guard tells apart. */
import { type EventType, OrderEvent, PlacedOrder } from "../../../machines/events.js";
import { noSuchPayment, OrderStatus, type Reading } from "../../../machines/facts.js";
import type { Settings } from "../../../machines/settings.js";
import type { OrderRecord } from "../../core/record.js";
import { LINK_TIMER } from "../../core/timer-names.js";
import { CALL, CAPTURED, EARLIER_PAYMENT, LONG_AGO, NOW, PAYMENT, READING } from "./fold.js";

export interface ReachableMove {
  /** What happens, in words. */
  name: string;
  event: OrderEvent;
}

interface PartialEvent {
  type: EventType;
  [more: string]: unknown;
}
/** Read by the schema, as everything from outside is. */
const movesOf = (told: [string, PartialEvent][]): ReachableMove[] =>
  told.map(([name, event]) => ({ name, event: OrderEvent.parse(event) }));

/** Minor units: the order costs WHOLE; PART is refunded or left over. */
const [PART, WHOLE] = CAPTURED;
const REST = WHOLE - PART;

const toTake: Reading["offers"] = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"];
const toGiveBack: Reading["offers"] = ["REFUND", "PARTIAL_REFUND"];

/** WHOLE, accepted and reserved, unless something else is said. */
const payment = (says: Partial<Reading> = {}): Reading => ({
  paymentId: PAYMENT,
  exists: true,
  status: "ACCEPTED",
  rejectedReason: null,
  hasOrder: true,
  total: WHOLE,
  authorized: WHOLE,
  captured: 0,
  canceled: 0,
  refunded: 0,
  offers: toTake,
  creditLimit: WHOLE,
  taskCompleted: null,
  transactionIds: [],
  ...says,
});
const nothing = { authorized: 0, offers: [] };

/** What a bank may say of the payment: any of it at any time, for nobody can be sure of a bank. */
export const readings: Record<string, Reading> = {
  missing: noSuchPayment(PAYMENT),
  "at the bank": payment({ status: "TASK_REDIRECTION_REQUIRED", ...nothing }),
  supplementing: payment({ status: "SUPPLEMENTING_REQUIRED", ...nothing }),
  inspection: payment({ status: "INSPECTION", ...nothing, authorized: WHOLE }),
  "in inspection, still offered": payment({ status: "INSPECTION" }),
  frozen: payment({ status: "FROZEN", ...nothing, authorized: WHOLE }),
  "frozen, still offered": payment({ status: "FROZEN" }),
  "a new word": payment({ status: "SOMETHING_NEW", ...nothing }),
  "rejected, task done": payment({ status: "REJECTED", taskCompleted: true, ...nothing }),
  "rejected, task open": payment({ status: "REJECTED", taskCompleted: false, ...nothing }),
  "rejected, task unreadable": payment({ status: "REJECTED", taskCompleted: "unavailable", ...nothing }),
  "rejected and let go": payment({ status: "REJECTED", taskCompleted: false, ...nothing, canceled: WHOLE }),
  accepted: payment(),
  "accepted, nothing offered": payment({ offers: [] }),
  "accepted, no order lines": payment({ hasOrder: false }),
  "accepted, too little": payment({ total: REST, authorized: REST }),
  captured: payment({ authorized: 0, captured: WHOLE, offers: toGiveBack }),
  "captured, as our log says": payment({
    authorized: 0,
    captured: WHOLE,
    offers: toGiveBack,
    transactionIds: [CALL],
  }),
  "partly captured": payment({ authorized: REST, captured: PART, offers: [...toTake, ...toGiveBack] }),
  "partly refunded": payment({ authorized: 0, captured: WHOLE, refunded: PART, offers: toGiveBack }),
  refunded: payment({ authorized: 0, captured: WHOLE, refunded: WHOLE, offers: [] }),
  "refunded, and the bank has not carried it out yet": payment({
    authorized: 0,
    captured: WHOLE,
    refunded: WHOLE,
    pendingRefund: WHOLE,
    offers: [],
  }),
  cancelled: payment({ ...nothing, canceled: WHOLE }),
  "cancelled, and new lines reserved": payment({ total: 2 * WHOLE, canceled: WHOLE }),
  "cancelled, no credit left": payment({ ...nothing, canceled: WHOLE, creditLimit: 0 }),
};

const via = "api";
const merchants: Record<string, PartialEvent> = {
  "merchant completes": { type: "merchant.completed", via },
  "merchant cancels": { type: "merchant.cancelled", via },
  "merchant sets refunded": { type: "merchant.refunded", via, amount: null },
  "merchant sets refunded, for a part": { type: "merchant.refunded", via, amount: PART },
  "merchant sets failed": { type: "merchant.failed", via },
  "merchant sets on-hold": { type: "merchant.held", via },
  "merchant sets processing": { type: "merchant.processed", via },
  "merchant reopens": { type: "merchant.reopened", via },
  "merchant captures": { type: "merchant.captured", via, lines: null },
  "merchant captures some lines": { type: "merchant.captured", via, lines: [] },
  "merchant releases what is left": { type: "merchant.released", via },
  "merchant refunds a part": { type: "merchant.refundedAmount", via, amount: PART, lines: null },
  "merchant refunds the whole": { type: "merchant.refundedAmount", via, amount: WHOLE, lines: null },
  "merchant refunds too much": { type: "merchant.refundedAmount", via, amount: 9 * WHOLE, lines: null },
  "merchant takes a line out": { type: "merchant.editedLines", via, lines: [], total: REST, adds: false },
  "merchant takes all lines out": { type: "merchant.editedLines", via, lines: [], total: 0, adds: false },
  "merchant changes lines": { type: "merchant.editedLines", via, lines: [], total: WHOLE, adds: false },
  "merchant adds a line": { type: "merchant.editedLines", via, lines: [], total: WHOLE, adds: true },
  "merchant adds too much": { type: "merchant.editedLines", via, lines: [], total: 2 * WHOLE, adds: true },
  "merchant recalculates": { type: "merchant.recalculated", via },
  "merchant ends the wait": { type: "merchant.endedWait", via },
  "merchant has settled the difference": { type: "merchant.acknowledged", via },
};

const callback = (more: object): PartialEvent => {
  return { type: "callback.received", kind: "AUTHORIZATION", paymentId: PAYMENT, claims: null, content: null, ...more };
};

const others: Record<string, PartialEvent> = {
  ...merchants,
  "a callback": callback({}),
  "a callback about an earlier payment": callback({ paymentId: EARLIER_PAYMENT }),
  "a callback about nobody's payment": callback({ paymentId: "nobody's" }),
  "a test callback": callback({ kind: "TEST" }),
  "customer is back": { type: "customer.returned", page: "success" },
  "customer is on the fail page": { type: "customer.returned", page: "fail" },
  "customer has signed": { type: "customer.returned", page: "signing-landing" },
  "customer cancelled the signing": { type: "customer.returned", page: "signing-cancelled" },
  "a return page is opened without a proof": { type: "customer.returned", page: "fail", attempt: null },
  "the order is updated": { type: "order.updated", by: "plugin", change: "note" },
  "another payment is begun": { type: "payment.created", paymentId: "pay-2" },
  "the same payment is named": { type: "payment.created", paymentId: PAYMENT },
  "no payment is created": { type: "payment.notCreated", detail: "" },
  "the frame turns the customer away": { type: "checkout.rejected", rejection: "deny", message: null },
  "stock was held long enough": { type: "shop.holdStockDue" },
  "the customer presses Pay again": { type: "checkout.asked" },
  "a reconciliation asks": { type: "reconcile.asked" },
  "somebody is shown personal data": { type: "data.revealed", by: "support", why: "" },
  "a stale timer rings": { type: "timer.fired", timer: LINK_TIMER, generation: 0 },
  "a reading comes that nobody waits for": { type: "payment.read", effectId: "o:0:0", reading: payment() },
  ...Object.fromEntries(
    OrderStatus.options.flatMap((status): [string, PartialEvent][] => [
      [`the shop is seen to read ${status}`, { type: "order.seen", status }],
      [`the shop objects that it reads ${status}`, { type: "shop.conflicted", effectId: "o:0:0", status }],
    ]),
  ),
};
const always = movesOf(Object.entries(others));

const effectId = CALL;

/** Answers to a call: confirmed with any reading or none, refused, lost; and what a look at the payment shows then. */
const answersTo = (family: string): ReachableMove[] =>
  movesOf([
    [
      `${family} is refused`,
      { type: `${family}.refused` as EventType, effectId, reason: "gateway-refused", detail: "" },
    ],
    [`${family}'s answer is lost`, { type: `${family}.unknown` as EventType, effectId, detail: "" }],
    [`${family} is confirmed`, { type: `${family}.confirmed` as EventType, effectId, reading: null }],
    ...Object.entries(readings).flatMap(([name, reading]): [string, PartialEvent][] => [
      [`${family} is confirmed: ${name}`, { type: `${family}.confirmed` as EventType, effectId, reading }],
      [`the payment is read back: ${name}`, { type: "payment.readBack", effectId, reading }],
    ]),
  ]);
const shopReadFirst = movesOf([
  ["the shop has another order", { type: "shop.differs", effectId, order: { total: REST } }],
]);
const answers: Record<string, ReachableMove[]> = {
  book: answersTo("book"),
  capture: [...answersTo("capture"), ...shopReadFirst],
  cancel: answersTo("cancel"),
  refund: [...answersTo("refund"), ...shopReadFirst],
  // It cancels first, and then reserves anew.
  rebuild: [...answersTo("cancel"), ...answersTo("rebuild"), ...shopReadFirst],
};
const read = movesOf(
  Object.entries(readings).map(([name, reading]) => [
    `the payment is read: ${name}`,
    { type: "payment.read", effectId: READING, reading },
  ]),
);

/** Whatever the bank may say to somebody who asked for a reading. */
export const readingsOf = ({ facts }: OrderRecord): ReachableMove[] =>
  facts.waiting.some(({ readingId }) => readingId !== null) ? read : [];

const timersOf = ({ timers }: OrderRecord): ReachableMove[] =>
  Object.entries(timers).map(([timer, { generation }]) => ({
    name: `the ${timer.split(".")[2]} is over`,
    event: { type: "timer.fired", timer, generation },
  }));

const isBare = ({ event }: ReachableMove): boolean => !("reading" in event) || event.reading === null;

/** Answers to the call that is under way. */
const endsOf = ({ facts: { operation } }: OrderRecord): ReachableMove[] => answers[operation?.kind ?? ""] ?? [];

/** Those of them that say nothing of the payment. */
export const bareAnswersTo = (record: OrderRecord): ReachableMove[] => endsOf(record).filter(isBare);

export const movesFrom = (record: OrderRecord): ReachableMove[] => {
  const { operation, waiting } = record.facts;
  const ends = endsOf(record);
  // A callback waits for the end of a call: that end is what comes.
  if (operation !== null && waiting.length > 0) return [...ends, ...readingsOf(record), ...timersOf(record)];
  const called = ends.filter((move) => !isBare(move));
  return [...called, ...readingsOf(record), ...timersOf(record), ...always];
};

/** The orders that everything begins with: new ones of each kind, and one that is brought in with each status. */
export const beginnings = (gateway: string | null, { choices }: Settings): ReachableMove[] => {
  const order = { currency: "SEK", lines: [], gateway, previousPaymentIds: [EARLIER_PAYMENT] };
  // Where the last write counts, the creation alone does not.
  const createdAt = choices.cooldownFrom === "created" ? NOW : LONG_AGO;
  const made = (more: object): PartialEvent => {
    const whole = { ...order, total: WHOLE, createdAt, updatedAt: NOW, ...more };
    return { type: "order.placed", order: PlacedOrder.parse(whole) };
  };
  return movesOf([
    ["an order is placed", made({})],
    ["an order without goods is placed", made({ needsProcessing: false })],
    ["a free order is placed", made({ total: 0 })],
    ["a free order without goods is placed", made({ total: 0, needsProcessing: false })],
    ...OrderStatus.options.map((status): [string, PartialEvent] => [
      `an order is brought in, ${status}`,
      made({ status, paymentId: PAYMENT }),
    ]),
  ]);
};
