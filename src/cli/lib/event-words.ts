/** A scenario's event as our own event. Pure: everything it needs is the event and the order it happens to. */
import { z } from "zod";
import { merchantEventFor, OrderEvent, type PlacedOrder } from "../../../machines/events.js";
import { OrderStatus } from "../../../machines/facts.js";
import { Line, linesFor, sumOf } from "../../../machines/lines.js";
import { Id, shortened, Text, Word } from "../../../machines/text.js";
import { toMinor } from "../../core/money.js";

/** In major units; which minor ones these are, the order's currency says. */
const money = z.number();
/** Lines as a scenario writes them. */
export const ScenarioLines = z.array(Line.extend({ total: money }));

export const linesIn = (lines: z.infer<typeof ScenarioLines>, currency: string): Line[] =>
  lines.map((line) => ({ ...line, total: toMinor(line.total, currency) }));

type Ordered = Pick<PlacedOrder, "lines" | "paymentId" | "currency">;

const someText = z.unknown().transform((value) => (typeof value === "string" ? value : JSON.stringify(value ?? "")));
const wantedStatus = OrderStatus.exclude(["checkout-draft"]);
const via = z.enum(["dropdown", "list-button", "bulk", "erp"]).default("bulk");

/** What an event of a scenario says for the scenario alone. Any other word is misspelt. */
const aside = z.unknown().optional();
const told = { at: aside, orderId: aside, node: aside };

const callback = z.strictObject({
  ...told,
  deliveryId: aside,
  onlyIfNack: aside,
  query: aside,
  digestConfiguration: aside,
  type: z.literal("callback"),
  kind: Word(60),
  payload: z
    .looseObject({
      paymentId: Id.optional(),
      status: Word(60).nullish(),
      action: Word(60).nullish(),
    })
    .default({}),
});
const edit = z.strictObject({
  ...told,
  type: z.literal("admin.editLines"),
  remove: z.array(Text(100)).default([]),
  add: ScenarioLines.default([]),
  setQuantity: z.record(Text(100), z.number().nonnegative()).default({}),
  newTotal: money.optional(),
});

const EventLine = z.discriminatedUnion("type", [
  callback,
  z.strictObject({
    ...told,
    bookSignedPayment: aside,
    type: z.literal("customer.return"),
    page: z.enum(["success", "fail", "signing-landing", "signing-cancelled"]),
  }),
  z.strictObject({ ...told, type: z.literal("admin.setStatus"), to: wantedStatus, via, amount: money.optional() }),
  z.strictObject({ ...told, type: z.literal("admin.bulkSetStatus"), orderIds: aside, to: wantedStatus }),
  z.strictObject({ ...told, type: z.literal("admin.capture"), lines: ScenarioLines.nullish() }),
  z.strictObject({ ...told, type: z.literal("admin.refund"), amount: money, lines: ScenarioLines.nullish() }),
  edit,
  z.strictObject({ ...told, type: z.literal("admin.recalculate") }),
  z.strictObject({ ...told, type: z.literal("woo.holdStockCron") }),
  z.strictObject({ ...told, type: z.literal("order.updated"), by: someText, change: someText }),
  z.strictObject({ ...told, type: z.literal("reconcile.run") }),
  z.strictObject({ ...told, type: z.literal("external.directWrite"), status: OrderStatus }),
]);
type EventLine = z.infer<typeof EventLine>;

const scenarioTypes = new Set(EventLine.options.map((o) => String([...o.shape.type.values][0])));
const ownTypes = new Set(OrderEvent.options.map((o) => String([...o.shape.type.values][0])));

/** The lines and the total as they would be after the edit. */
const edited = ({ remove, add, setQuantity, newTotal }: z.infer<typeof edit>, order: Ordered) => {
  const kept = order.lines
    .filter((line) => !remove.includes(line.sku))
    .map((line) => {
      const quantity = setQuantity[line.sku] ?? line.quantity;
      return { ...line, quantity, total: Math.round((line.total / line.quantity) * quantity) };
    })
    .filter((line) => line.quantity > 0);
  const raised = order.lines.some((line) => (setQuantity[line.sku] ?? 0) > line.quantity);
  const lines = [...kept, ...linesIn(add, order.currency)];
  const total = newTotal === undefined ? sumOf(lines) : toMinor(newTotal, order.currency);
  // Another total than the lines make up says nothing of lines.
  return { lines: linesFor(lines, total) ?? [], total, adds: add.length > 0 || raised };
};

const translated = (event: EventLine, order: Ordered): unknown => {
  const { currency } = order;
  const linesOf = ({ lines }: { lines?: z.infer<typeof ScenarioLines> | null | undefined }) =>
    lines == null ? null : linesIn(lines, currency);
  switch (event.type) {
    case "callback": {
      const { paymentId = order.paymentId ?? "none", status, action } = event.payload;
      const claims = status ?? action ?? null;
      return { type: "callback.received", kind: event.kind, paymentId, claims, content: null };
    }
    case "customer.return":
      return { type: "customer.returned", page: event.page };
    case "admin.setStatus": {
      const type = merchantEventFor[event.to];
      const amount =
        type === "merchant.refunded" && event.amount !== undefined ? { amount: toMinor(event.amount, currency) } : {};
      return { type, via: event.via, ...amount };
    }
    case "admin.bulkSetStatus":
      return { type: merchantEventFor[event.to], via: "bulk" };
    case "admin.capture":
      return { type: "merchant.captured", lines: linesOf(event) };
    case "admin.refund":
      return { type: "merchant.refundedAmount", amount: toMinor(event.amount, currency), lines: linesOf(event) };
    case "admin.editLines":
      return { type: "merchant.editedLines", ...edited(event, order) };
    case "admin.recalculate":
      return { type: "merchant.recalculated" };
    case "woo.holdStockCron":
      return { type: "shop.holdStockDue" };
    case "order.updated":
      return { type: "order.updated", by: shortened(event.by, 100), change: shortened(event.change, 200) };
    case "reconcile.run":
      return { type: "reconcile.asked" };
    case "external.directWrite":
      return { type: "order.seen", status: event.status };
  }
};

export type Issue = { path: string; message: string };
export type Mapped = { event: OrderEvent } | { issues: Issue[] };

export const issuesOf = (error: z.ZodError, before: string): Issue[] =>
  error.issues.map(({ path, message }) => ({ path: [before, ...path].join("."), message }));

/** @param event in a scenario's words and major units, or one of our own, which counts in minor units */
export const ourEvent = (event: { type: string }, order: Ordered): Mapped => {
  if (!scenarioTypes.has(event.type) && !ownTypes.has(event.type)) {
    const message = `unknown event "${event.type}"; one of ${[...scenarioTypes].join(", ")}, or one of our own such as merchant.completed`;
    return { issues: [{ path: "event.type", message }] };
  }
  let own: unknown = event;
  if (scenarioTypes.has(event.type)) {
    const read = EventLine.safeParse(event);
    if (!read.success) return { issues: issuesOf(read.error, "event") };
    own = translated(read.data, order);
  }
  const parsed = OrderEvent.safeParse(own);
  return parsed.success ? { event: parsed.data } : { issues: issuesOf(parsed.error, "event") };
};
