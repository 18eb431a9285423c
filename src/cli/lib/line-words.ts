/** The words of one line of `decide`, and what they say of the order and of the payment. Pure. */
import { subHours } from "date-fns/subHours";
import { z } from "zod";
import { PlacedOrder } from "../../../machines/events.js";
import { noSuchPayment, OrderStatus, type Reading } from "../../../machines/facts.js";
import { Currency, Id, Moment, Text, Word } from "../../../machines/text.js";
import { toMinor } from "../../core/money.js";
import { ROUNDING } from "../../gateways/nets/easy.js";
import { readingOf as netsReadingOf } from "../../gateways/nets/reading.js";
import { NetsPayment } from "../../gateways/nets/schema.js";
import { readingOf } from "../../gateways/resurs/reading.js";
import { ResursPayment } from "../../gateways/resurs/schema.js";
import { type Issue, issuesOf, linesIn, ScenarioLines } from "./event-words.js";

const When = z
  .union([z.iso.datetime({ offset: true }), z.number().int()], { error: "an ISO 8601 time or epoch milliseconds" })
  .transform((at) => (typeof at === "number" ? at : Date.parse(at)))
  .pipe(Moment);

const Order = z.strictObject({
  id: z.union([Id, z.int()]).default(1),
  status: OrderStatus,
  total: z.number().nonnegative().optional(),
  currency: Currency.default("SEK"),
  lines: ScenarioLines.default([]),
  needsProcessing: z.boolean().default(true),
  paymentMethod: Word().optional(),
  paymentId: Id.nullish(),
  previousPaymentIds: z.array(Id).max(100).default([]),
  createdAt: When.optional(),
  updatedAt: When.optional(),
  thankYouSeen: z.boolean().default(false),
  // Part of a scenario's order, and nothing that a decision looks at.
  datePaid: z.unknown().optional(),
  confirmationMailsSent: z.unknown().optional(),
  meta: z.unknown().optional(),
});

const action = z.union([z.string().transform((name) => ({ action: name })), z.looseObject({ action: z.string() })]);
const amount = z.number().default(0);

/** The bank does not answer: nothing is known of the payment. */
const UNAVAILABLE = "unavailable";

const BankPayment = z.looseObject({
  id: Id.optional(),
  status: Word(),
  rejectedReason: z.union([z.string().transform((category) => ({ category })), z.looseObject({})]).nullish(),
  order: z
    .looseObject({
      totalOrderAmount: amount,
      authorizedAmount: amount,
      capturedAmount: amount,
      canceledAmount: amount,
      refundedAmount: amount,
      possibleActions: z.array(action).default([]),
    })
    .nullish(),
});

export const DecideLine = z.strictObject({
  id: z.union([Text(100), z.int()]).optional(),
  order: Order,
  // The word is taken as a status, so that whatever is wrong with a payment is told by its field.
  payment: z.preprocess((given) => (given === UNAVAILABLE ? { status: given } : given), BankPayment.nullish()),
  netsPayment: z.looseObject({ paymentId: Id.optional(), paymentType: Word().optional() }).nullish(),
  taskStatus: z.union([z.looseObject({ completed: z.boolean() }), z.literal(UNAVAILABLE)]).nullish(),
  earlier: z
    .array(z.looseObject({ type: z.string(), at: When.optional() }))
    .max(100)
    .default([]),
  event: z.looseObject({ type: z.string() }),
  follow: z.enum(["confirmed", "refused", "unknown"]).optional(),
  settings: z.looseObject({}).optional(),
  now: When.optional(),
});
export type DecideLine = z.infer<typeof DecideLine>;

/** A line that says nothing we can decide; `issues` names each field and what it wants. */
export class BadLine extends Error {
  override name = "BadLine";
  constructor(readonly issues: Issue[]) {
    super(issues.map(({ path, message }) => `${path}: ${message}`).join("; "));
  }
}

/** A shop that names no payment id still means the payment it gives. */
const UNNAMED = "payment-1";

const idGiven = ({ payment, netsPayment }: DecideLine): string | undefined => payment?.id ?? netsPayment?.paymentId;

/** The payment of the order; null = it has none. */
export const idOf = (line: DecideLine): string | null => {
  const { order, payment, netsPayment, event } = line;
  if (order.paymentId !== undefined) return order.paymentId;
  const told = (event.payload as { paymentId?: unknown } | undefined)?.paymentId;
  if (payment === undefined && netsPayment === undefined) return null;
  const isNone = payment == null && netsPayment == null;
  return idGiven(line) ?? (isNone && typeof told === "string" ? told : UNNAMED);
};

const gatewayOf = ({ order, netsPayment }: DecideLine): string | null => {
  const method = order.paymentMethod ?? (netsPayment == null ? "resurs" : "nets");
  if (/^nets(-easy)?$/.test(method)) return "nets-easy";
  return /^resurs(-mapi)?$/.test(method) ? "resurs-mapi" : null;
};

export const placedFrom = (
  line: DecideLine,
  paymentId: string | null,
  reading: PaymentAnswer,
  now: number,
): PlacedOrder => {
  const { order } = line;
  const createdAt = order.createdAt ?? order.updatedAt ?? subHours(now, 24).getTime();
  const gateway = gatewayOf(line);
  const placed = PlacedOrder.safeParse({
    status: order.status,
    total: order.total === undefined ? (reading?.total ?? 0) : toMinor(order.total, order.currency),
    currency: order.currency,
    lines: linesIn(order.lines, order.currency),
    needsProcessing: order.needsProcessing,
    gateway,
    paymentId,
    previousPaymentIds: order.previousPaymentIds,
    createdAt,
    updatedAt: order.updatedAt ?? createdAt,
    customerReturned: order.thankYouSeen,
    tolerance: gateway === "nets-easy" ? ROUNDING : 0,
  });
  if (!placed.success) throw new BadLine(issuesOf(placed.error, "order"));
  return placed.data;
};

/** The payment as the bank would answer now; undefined = there is none to ask about, null = the bank does not answer. */
export type PaymentAnswer = Reading | null | undefined;

export const readingFrom = (line: DecideLine, paymentId: string | null, now: number): PaymentAnswer => {
  const { payment, netsPayment, taskStatus, earlier } = line;
  if (payment?.status === UNAVAILABLE) return null;
  // An earlier event may have given the order the payment that the line speaks of.
  if (paymentId === null && earlier.length === 0) return undefined;
  const id = idGiven(line) ?? paymentId;
  if (payment == null && netsPayment == null) return id === null ? undefined : noSuchPayment(id);
  const named = id ?? UNNAMED;
  if (earlier.length === 0 && named.toLowerCase() !== paymentId?.toLowerCase()) {
    const path = payment == null ? "netsPayment.paymentId" : "payment.id";
    throw new BadLine([{ path, message: `the order's payment is ${paymentId}, so give that one` }]);
  }
  const ours = paymentId?.toLowerCase() === named.toLowerCase() ? (paymentId ?? named) : named;
  if (payment == null) return fromNets({ ...netsPayment, paymentId: ours }, now);
  const read = ResursPayment.safeParse({ ...payment, id: ours });
  if (!read.success) throw new BadLine(issuesOf(read.error, "payment"));
  // The bank is asked for the task only where the payment was rejected.
  const told = taskStatus === UNAVAILABLE ? taskStatus : (taskStatus?.completed ?? null);
  return readingOf(read.data, read.data.status === "REJECTED" ? told : null, line.order.currency);
};

/** As Nets answers it, with a scenario's short word for the payment type. */
const fromNets = ({ paymentType, ...payment }: NonNullable<DecideLine["netsPayment"]>, now: number): Reading => {
  const paymentDetails = payment.paymentDetails ?? (paymentType === undefined ? undefined : { paymentType });
  const read = NetsPayment.safeParse({ payment: { ...payment, paymentDetails } });
  if (read.success) return netsReadingOf(read.data.payment, now);
  const issues = issuesOf(read.error, "netsPayment");
  throw new BadLine(issues.map(({ path, message }) => ({ path: path.replace(".payment.", "."), message })));
};
