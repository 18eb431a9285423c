/** Random orders, payments, events and settings, in small numbers so that they meet each other. */
import fc from "fast-check";
import { PlacedOrder } from "../../../machines/events.js";
import {
  OrderStatus,
  type OtherPayment,
  PaymentStatus,
  PossibleAction,
  type Reading,
} from "../../../machines/facts.js";
import type { GuardContext } from "../../../machines/guards.js";
import { merchantApi, netsEasy } from "../../../machines/index.js";
import { Choices, Settings } from "../../../machines/settings.js";
import { T0 } from "../simulator/script.js";
import type { EventInput } from "./life.js";
import { PAYMENT } from "./samples.js";
import { amount, lines, upTo } from "./some-lines.js";

const moment = fc.integer({ min: -200, max: 200 }).map((minutes) => T0 + minutes * 30_000);
const allOffers: PossibleAction[] = [...PossibleAction.options];
const offers = fc.oneof(fc.constant(allOffers), fc.subarray(allOffers)) as fc.Arbitrary<PossibleAction[]>;

/** Whatever a bank may say, its amounts without a law between them. */
export const anyReading = (paymentId: fc.Arbitrary<string> = fc.constant(PAYMENT)): fc.Arbitrary<Reading> =>
  fc.record({
    paymentId,
    exists: fc.constantFrom(true, true, true, false),
    status: fc.oneof(
      { weight: 3, arbitrary: fc.constant("ACCEPTED") },
      { weight: 4, arbitrary: fc.constantFrom(...PaymentStatus.options, "SOMETHING_NEW") },
    ),
    rejectedReason: fc.constantFrom(null, "DENIED"),
    hasOrder: fc.constantFrom(true, true, true, false),
    total: amount,
    authorized: amount,
    captured: amount,
    canceled: amount,
    refunded: amount,
    offers,
    creditLimit: fc.constantFrom(null, 0, 600, 1000),
    taskCompleted: fc.constantFrom(true, false, null, "unavailable" as const),
    transactionIds: fc.subarray(["o:1:0", "o:2:0", "o:3:0"]),
  });

const untilDecided = PaymentStatus.exclude(["ACCEPTED"]).options;

/** A payment of `total` minor units as a bank keeps it: what is captured, released, refunded and left adds up. */
export const anyPayment = (total = 1000, paymentId = PAYMENT): fc.Arbitrary<Reading> =>
  fc
    .record({
      status: fc.oneof(fc.constant("ACCEPTED" as const), fc.constantFrom(...untilDecided)),
      captured: fc.integer({ min: 0, max: total }),
      canceled: fc.integer({ min: 0, max: total }),
      refunded: fc.integer({ min: 0, max: total }),
      taskCompleted: fc.constantFrom(true, false, null),
    })
    .map(({ status, taskCompleted, ...moved }) => {
      const accepted = status === "ACCEPTED";
      const captured = accepted ? moved.captured : 0;
      const canceled = accepted ? Math.min(moved.canceled, total - captured) : 0;
      const refunded = Math.min(moved.refunded, captured);
      const authorized = accepted ? total - captured - canceled : 0;
      return {
        paymentId,
        exists: true,
        status,
        rejectedReason: status === "REJECTED" ? "CREDIT_DENIED" : null,
        hasOrder: true,
        total,
        authorized,
        captured,
        canceled,
        refunded,
        offers: [
          ...(authorized > 0 ? (["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] as const) : []),
          ...(captured > refunded ? (["REFUND", "PARTIAL_REFUND"] as const) : []),
        ],
        creditLimit: accepted ? total : null,
        taskCompleted: status === "REJECTED" ? taskCompleted : null,
        transactionIds: [],
      };
    });

const choices = fc.record(
  Object.fromEntries(
    Object.entries(Choices.shape).map(([name, one]) => [name, fc.constantFrom(...one.unwrap().options)]),
  ),
) as unknown as fc.Arbitrary<Choices>;

/** What a shop may have set, the named choices among it. */
export const anySettings: fc.Arbitrary<Settings> = fc
  .record({
    cooldownSeconds: fc.constantFrom(0, 60, 3600),
    enableCapture: fc.boolean(),
    enableCancel: fc.boolean(),
    enableRefund: fc.boolean(),
    enableModify: fc.boolean(),
    stockManagement: fc.boolean(),
    holdStockMinutes: fc.constantFrom(null, 0, 10, 60, 50_000),
    choices,
  } satisfies Record<keyof Settings, fc.Arbitrary<unknown>>)
  .map((settings) => Settings.parse({ ...settings, choices: Choices.parse(settings.choices) }));

const wish = fc.record({
  amount: fc.option(amount),
  lines: fc.option(lines),
  total: fc.option(amount),
  adds: fc.boolean(),
});

const anyStatus = fc.constantFrom(...OrderStatus.options);

/** Facts without a law between them: a guard has to answer whatever it is shown. */
export const anyFacts: fc.Arbitrary<GuardContext> = fc
  .record({
    order: fc.record({
      status: anyStatus,
      total: amount,
      currency: fc.constant("SEK"),
      lines,
      needsProcessing: fc.boolean(),
      createdAt: moment,
      updatedAt: moment,
      customerReturnedAt: fc.option(moment),
      rejections: fc.array(fc.record({ at: moment, type: fc.constantFrom("fail" as const, "deny" as const) }), {
        maxLength: 2,
      }),
    }),
    reading: anyReading(fc.constant("pay-1")),
    own: fc.record({
      gateway: fc.option(fc.constant("resurs-mapi")),
      id: fc.option(fc.constant("pay-1")),
      readAt: fc.option(moment),
      captureFailed: fc.boolean(),
      intended: fc.record({
        captured: fc.option(amount),
        refunded: fc.option(amount),
        reserved: fc.option(amount),
        at: fc.constant(null),
      }),
      tolerance: fc.constantFrom(0, 1),
    }),
    others: fc.constant<OtherPayment[]>([]),
    waiting: fc.array(
      fc.record({
        eventId: fc.constantFrom("e1", "e2"),
        type: fc.constantFrom("callback.received", "customer.returned", "merchant.completed"),
        at: moment,
        held: fc.boolean(),
        content: fc.option(fc.constant("c")),
        paymentId: fc.constant(null),
        readingId: fc.option(fc.constant("o:1:0")),
        wish: fc.option(wish),
      }),
      { maxLength: 2 },
    ),
    operation: fc.option(
      fc.record({
        kind: fc.constantFrom("capture" as const, "cancel" as const, "refund" as const, "rebuild" as const),
        askedBy: fc.constantFrom("e1", "e2"),
        askedType: fc.constant("merchant.completed"),
        key: fc.constantFrom("o:1:0", "o:9:0"),
        amount,
        lines: fc.option(lines),
        leadsTo: fc.option(anyStatus),
        tries: fc.integer({ min: 0, max: 7 }),
        whole: fc.boolean(),
        lostAt: fc.option(moment),
        refused: fc.option(fc.constant("not allowed")),
        before: fc.record({ authorized: amount, captured: amount, canceled: amount, refunded: amount }),
        since: moment,
      }),
    ),
    now: moment,
    settings: anySettings,
    flow: fc.constantFrom(merchantApi, netsEasy),
    wish: fc.option(wish),
    seen: fc.option(anyStatus),
  })
  .map(({ reading: { paymentId: _, ...says }, own, ...rest }) => ({ ...rest, payment: { ...says, ...own } }));

const via = fc.constantFrom("dropdown" as const, "bulk" as const, "api" as const);

/** Everything that the outside may send, in the schema's shape. */
export const anyEvent: fc.Arbitrary<EventInput> = fc.oneof(
  fc.constant({ type: "order.updated", by: "plugin", change: "note" }),
  fc.record({ type: fc.constant("order.seen"), status: anyStatus }),
  fc.record(
    {
      type: fc.constant("payment.created"),
      paymentId: fc.constantFrom("pay-1", "pay-2", "pay-3"),
      attempt: fc.constantFrom("try-1", "try-2"),
    },
    { requiredKeys: ["type", "paymentId"] },
  ),
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("callback.received"),
      kind: fc.constantFrom("AUTHORIZATION", "AUTHORIZATION", "MANAGEMENT", "TEST"),
      paymentId: fc.constantFrom("pay-1", "pay-1", "pay-1", "pay-2", "nobodys"),
      claims: fc.constantFrom(null, "AUTHORIZED", "REJECTED"),
      content: fc.constantFrom(null, "a", "b"),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record(
      {
        type: fc.constant("customer.returned"),
        page: fc.constantFrom("success", "fail", "signing-landing", "signing-cancelled"),
        attempt: fc.constantFrom(null, "try-1", "pay-1", "pay-2"),
      },
      { requiredKeys: ["type", "page"] },
    ),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constantFrom(
        "merchant.completed",
        "merchant.completed",
        "merchant.cancelled",
        "merchant.cancelled",
        "merchant.released",
        "merchant.failed",
        "merchant.held",
        "merchant.processed",
        "merchant.reopened",
        "merchant.recalculated",
      ),
      via,
    }),
  },
  fc.record({ type: fc.constant("merchant.captured"), via, lines: fc.option(lines) }),
  { weight: 2, arbitrary: fc.record({ type: fc.constant("merchant.refunded"), via, amount: fc.option(amount) }) },
  {
    weight: 2,
    arbitrary: fc
      .record({ type: fc.constant("merchant.refundedAmount"), via, amount, lines: fc.option(lines) })
      .map((one) => ({ ...one, lines: one.lines && upTo(one.lines, one.amount) })),
  },
  {
    weight: 4,
    arbitrary: fc
      .record({
        type: fc.constant("merchant.editedLines"),
        via,
        lines,
        total: amount,
        adds: fc.constantFrom(false, false, true),
      })
      .map((one) => ({ ...one, lines: upTo(one.lines, one.total) })),
  },
  fc.constant({ type: "payment.notCreated", detail: "no" }),
  fc.record({ type: fc.constant("checkout.rejected"), rejection: fc.constantFrom("fail", "deny") }),
  fc.record({ type: fc.constantFrom("shop.holdStockDue", "reconcile.asked", "checkout.asked") }),
  fc.record({ type: fc.constant("payment.attached"), paymentId: fc.constantFrom("pay-1", "pay-2", "pay-3") }),
  fc.record({
    type: fc.constant("order.updated"),
    by: fc.constant("shop"),
    change: fc.constant("edited"),
    order: fc.record({ total: amount, gateway: fc.constantFrom(null, "resurs-mapi") }, { requiredKeys: [] }),
  }),
);

/** An order as a shop places it, in any status and by any way of paying. */
export const anyOrder: fc.Arbitrary<PlacedOrder> = fc
  .record({
    status: fc.constantFrom("pending" as const, "pending" as const, ...OrderStatus.options),
    total: amount,
    currency: fc.constant("SEK"),
    lines,
    needsProcessing: fc.boolean(),
    gateway: fc.constantFrom(
      "resurs-mapi",
      "resurs-mapi",
      "resurs-mapi",
      "nets-easy",
      "resurs-simplified",
      "resurs-rco",
      null,
    ),
    paymentId: fc.constantFrom("pay-1", "pay-1", "pay-1", null),
    createdAt: moment,
    updatedAt: moment,
    customerReturned: fc.boolean(),
  })
  .map((order) => PlacedOrder.parse({ ...order, lines: upTo(order.lines, order.total) }));
