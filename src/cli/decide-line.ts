/** One line of `decide`: an order, its payment and an event in a scenario's words, and what would become of it. Pure. */
import { z } from "zod";
import type { Effect } from "../../machines/effects.js";
import { type Envelope, PlacedOrder } from "../../machines/events.js";
import { noSuchPayment, OrderStatus, type Reading } from "../../machines/facts.js";
import { type FlagName, flags } from "../../machines/flags.js";
import { flowOf, registry, Settings } from "../../machines/index.js";
import { readingOf } from "../adapters/resurs/reading.js";
import { Payment } from "../adapters/resurs/schema.js";
import { decide } from "../core/decide.js";
import type { Rules } from "../core/fold.js";
import { type Foreseen, foresee } from "../core/foresee.js";
import { sourceOf } from "../engine/receipt.js";
import { type Issue, issuesOf, minor, ourEvent, ScenarioLines } from "./event-words.js";

const DAY_MS = 86_400_000;

const Moment = z
  .union([z.iso.datetime({ offset: true }), z.number().int()], { error: "an ISO 8601 time or epoch milliseconds" })
  .transform((at) => (typeof at === "number" ? at : Date.parse(at)));

const Order = z.strictObject({
  id: z.union([z.string().min(1).max(100), z.number()]).default(1),
  status: OrderStatus,
  total: z.number().nonnegative().optional(),
  currency: z.string().length(3).default("SEK"),
  lines: ScenarioLines.default([]),
  needsProcessing: z.boolean().default(true),
  paymentMethod: z.string().default("resurs"),
  paymentId: z.string().max(100).nullish(),
  previousPaymentIds: z.array(z.string().max(100)).default([]),
  createdAt: Moment.optional(),
  updatedAt: Moment.optional(),
  thankYouSeen: z.boolean().default(false),
  // Part of a scenario's order, and nothing that a decision looks at.
  datePaid: z.unknown().optional(),
  confirmationMailsSent: z.unknown().optional(),
  meta: z.unknown().optional(),
});

const action = z.union([z.string().transform((name) => ({ action: name })), z.looseObject({ action: z.string() })]);
const amount = z.number().default(0);
const BankPayment = z.looseObject({
  id: z.string().max(100).optional(),
  status: z.string(),
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

const Line = z.strictObject({
  id: z.union([z.string(), z.number()]).optional(),
  order: Order,
  payment: BankPayment.nullish(),
  taskStatus: z.union([z.looseObject({ completed: z.boolean() }), z.literal("unavailable")]).nullish(),
  event: z.looseObject({ type: z.string() }),
  settings: z.looseObject({}).optional(),
  now: Moment.optional(),
});

/** A line that says nothing we can decide; `issues` names each field and what it wants. */
export class BadLine extends Error {
  override name = "BadLine";
  constructor(readonly issues: Issue[]) {
    super(issues.map(({ path, message }) => `${path}: ${message}`).join("; "));
  }
}

/** A shop that names no payment id still means the payment it gives. */
const UNNAMED = "payment-1";

const idOf = ({ order, payment, event }: z.infer<typeof Line>): string | null => {
  if (order.paymentId !== undefined) return order.paymentId;
  const told = (event.payload as { paymentId?: unknown } | undefined)?.paymentId;
  if (payment === undefined) return null;
  return payment?.id ?? (payment === null && typeof told === "string" ? told : UNNAMED);
};

const placedFrom = (line: z.infer<typeof Line>, paymentId: string | null, now: number): PlacedOrder => {
  const { order, payment } = line;
  const createdAt = order.createdAt ?? order.updatedAt ?? now - DAY_MS;
  const placed = PlacedOrder.safeParse({
    status: order.status,
    total: minor(order.total ?? payment?.order?.totalOrderAmount ?? 0),
    currency: order.currency,
    lines: order.lines,
    needsProcessing: order.needsProcessing,
    gateway: /^resurs(-mapi)?$/.test(order.paymentMethod) ? "resurs-mapi" : null,
    paymentId,
    previousPaymentIds: order.previousPaymentIds,
    createdAt,
    updatedAt: order.updatedAt ?? createdAt,
    customerReturned: order.thankYouSeen,
  });
  if (!placed.success) throw new BadLine(issuesOf(placed.error, "order"));
  return placed.data;
};

/** The payment as the bank would answer now; undefined = there is none to ask about. */
const readingFrom = ({ payment, taskStatus }: z.infer<typeof Line>, paymentId: string | null): Reading | undefined => {
  if (paymentId === null) return undefined;
  if (payment == null) return noSuchPayment(paymentId);
  const id = payment.id ?? paymentId;
  if (id.toLowerCase() !== paymentId.toLowerCase()) {
    throw new BadLine([{ path: "payment.id", message: `the order's payment is ${paymentId}, so give that one` }]);
  }
  const read = Payment.safeParse({ ...payment, id: paymentId });
  if (!read.success) throw new BadLine(issuesOf(read.error, "payment"));
  // The bank is asked for the task only where the payment was rejected.
  const told = taskStatus === "unavailable" ? taskStatus : (taskStatus?.completed ?? null);
  return readingOf(read.data, read.data.status === "REJECTED" ? told : null);
};

/** Whoever needs no reading is flagged by the payment given as well: the shop knows it, however long ago it was read. */
const flagsOf = (
  seen: Foreseen,
  reading: Reading | undefined,
  now: number,
  { settings, registry }: Rules,
): FlagName[] => {
  const { facts } = seen.record;
  if (reading === undefined || facts.payment.readAt !== null || seen.answer.outcome === "deferred") return seen.flags;
  const { paymentId: _, ...says } = reading;
  const considered = {
    ...facts,
    payment: { ...facts.payment, ...says, readAt: now },
    now,
    settings,
    flow: flowOf(registry, facts.payment.gateway),
  };
  return (Object.keys(flags) as FlagName[]).filter((name) =>
    flags[name].test({ ...considered, wish: null, seen: null }),
  );
};

const amounts = new Set(["amount", "total"]);
/** An effect in major units. Its key is made for this order's real history, which is not ours to know. */
const plain = (effect: Effect): Record<string, unknown> =>
  JSON.parse(JSON.stringify(effect), (name, value) => {
    if (name === "key") return undefined;
    return amounts.has(name) && typeof value === "number" ? value / 100 : value;
  });

/** What `decide` answers to a line, already parsed from JSON. */
export const decideLine = (json: unknown, settingsGiven: Record<string, unknown>, clock: () => number) => {
  const read = Line.safeParse(json);
  if (!read.success) {
    throw new BadLine(read.error.issues.map(({ path, message }) => ({ path: path.join(".") || "line", message })));
  }
  const line = read.data;
  const rules = rulesFrom({ ...settingsGiven, ...line.settings });
  const now = line.now ?? clock();
  const paymentId = idOf(line);
  const order = placedFrom(line, paymentId, now);
  const reading = readingFrom(line, paymentId);
  const mapped = ourEvent(line.event, order);
  if ("issues" in mapped) throw new BadLine(mapped.issues);
  const { event } = mapped;
  const orderId = String(line.order.id);
  const envelope = (id: string, one: Envelope["event"]): Envelope => {
    return { id, orderId, at: now, source: sourceOf(one.type), event: one };
  };
  const { record } = decide(null, envelope("placed", { type: "order.placed", order }), now, rules);
  const seen = foresee(record, envelope("event", event), now, rules, reading);
  const { outcome, from, to, reason, rule, until } = seen.answer;
  return {
    ...(line.id === undefined ? {} : { id: line.id }),
    outcome,
    from,
    to,
    reason,
    rule,
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
    effects: seen.effects.filter(({ effect }) => effect.type !== "readPayment").map(({ effect }) => plain(effect)),
    flags: flagsOf(seen, reading, now, rules),
  };
};

let known: { key: string; rules: Rules } | null = null;

/** Most lines share their settings. */
const rulesFrom = (given: Record<string, unknown>): Rules => {
  const key = JSON.stringify(given);
  if (known?.key === key) return known.rules;
  const settings = Settings.safeParse(given);
  if (!settings.success) throw new BadLine(issuesOf(settings.error, "settings"));
  known = { key, rules: { settings: settings.data, registry } };
  return known.rules;
};
