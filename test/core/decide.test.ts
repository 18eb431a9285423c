/**
 * What the order becomes, as tables written out from seed 003 ("Status::update Process", "Order Management")
 * and the decisions of the fact sheet, section E. Nothing here is computed from the machines.
 */
import { beforeAll, describe, expect, test } from "vitest";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import { Choices } from "../../machines/settings.js";
import { decide } from "../../src/core/decide.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, type PaymentName, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { frozen } from "./frozen.js";

/** The short words of the table. */
const short = {
  P: "pending",
  H: "on-hold",
  R: "processing",
  F: "failed",
  X: "cancelled",
  C: "completed",
  Z: "refunded",
  D: "checkout-draft",
} as const;
type Short = keyof typeof short;

const columns = [
  "at the bank",
  "supplementing",
  "inspection",
  "frozen",
  "accepted",
  "rejected, task done",
  "rejected, task open",
  "rejected, task silent",
  "rejected, task unreadable",
  "a new word",
  "missing",
] as const satisfies PaymentName[];

/**
 * Row: what the order reads. Column: what the payment reads at a callback after the cooldown.
 * "at the bank" … "missing" as above; a cell that repeats its row's letter means that nothing changes.
 */
const statusUpdate: [Short, string][] = [
  //     bank supp insp froz acc  done open silent unreadable new missing
  ["P", "H    H    H    H    R    F    X    X      F          H   P"],
  ["H", "H    H    H    H    R    F    X    X      F          H   H"],
  ["R", "R    R    R    R    R    F    X    X      F          R   R"],
  ["F", "F    F    F    F    R    F    F    F      F          F   F"],
  ["X", "X    X    X    X    X    X    X    X      X          X   X"],
  ["C", "C    C    C    C    C    C    C    C      C          C   C"],
  ["Z", "Z    Z    Z    Z    Z    Z    Z    Z      Z          Z   Z"],
  ["D", "D    D    D    D    D    D    D    D      D          D   D"],
];

interface Cell {
  from: OrderStatus;
  payment: PaymentName;
  to: OrderStatus;
}
const cells: Cell[] = statusUpdate.flatMap(([row, line]) =>
  line.split(/\s+/).map((letter, i) => ({
    from: short[row],
    payment: columns[i] as PaymentName,
    to: short[letter as Short],
  })),
);

/** Where the payment can still be worked with, the order follows it further ("validatePaymentAction"). */
const validated: Cell[] = [
  { from: "processing", payment: "in inspection, still offered", to: "on-hold" },
  { from: "processing", payment: "frozen, still offered", to: "processing" },
  { from: "failed", payment: "in inspection, still offered", to: "on-hold" },
  { from: "failed", payment: "frozen, still offered", to: "failed" },
  { from: "failed", payment: "released after the task", to: "cancelled" },
  // Money that was refunded or released pays for nothing.
  { from: "on-hold", payment: "cancelled", to: "on-hold" },
  { from: "on-hold", payment: "refunded", to: "on-hold" },
  { from: "failed", payment: "cancelled", to: "failed" },
  { from: "failed", payment: "refunded", to: "failed" },
  { from: "pending", payment: "captured", to: "processing" },
];

const afterCallback = ({ from, payment }: Pick<Cell, "from" | "payment">, settings: object = {}) => {
  const life = new Life(anOrder({ status: from }), rulesWith(settings));
  const answer = life.settle(callback(), payments[payment]);
  return { life, answer };
};

describe("the status that a callback leads to", () => {
  test.each([...cells, ...validated])("$from, the payment $payment: $to", (cell) => {
    const { life, answer } = afterCallback(cell);
    expect(life.status).toBe(cell.to);
    expect(answer.outcome).toBe(cell.to === cell.from ? "ignored" : "moved");
    // The shop is told of a change, once, and of nothing else.
    const told = life.effects.filter((e) => "to" in e.effect).map((e) => e.effect);
    expect(told).toHaveLength(cell.to === cell.from ? 0 : 1);
    if (cell.to !== cell.from) expect(told[0]).toMatchObject({ from: cell.from, to: cell.to });
  });

  test("the table names every status and every word that a payment can read", () => {
    expect(cells).toHaveLength(8 * 11);
    expect(new Set(cells.map((c) => c.from)).size).toBe(8);
  });

  test.each([
    ["pending", "accepted", "moved", null],
    ["pending", "missing", "ignored", "payment-missing"],
    ["processing", "accepted", "ignored", "no-change"],
    ["completed", "rejected, task done", "ignored", "terminal-status"],
    ["refunded", "accepted", "ignored", "terminal-status"],
    ["cancelled", "accepted", "ignored", "terminal-status"],
  ] as const)("%s, the payment %s: %s (%s)", (from, payment, outcome, reason) => {
    expect(afterCallback({ from, payment }).answer).toMatchObject({ outcome, reason });
  });

  test.each([
    ["cancelled", "accepted", ["discrepancy:paid-but-cancelled"]],
    ["failed", "captured", []],
    ["completed", "accepted", ["discrepancy:completed-not-captured"]],
    ["completed", "rejected, task done", ["discrepancy:rejected-at-gateway"]],
    ["refunded", "captured", ["discrepancy:refunded-not-credited"]],
    ["processing", "at the bank", ["discrepancy:processing-but-unpaid"]],
    ["processing", "frozen", ["discrepancy:frozen-at-gateway"]],
    ["processing", "cancelled", ["discrepancy:payment-cancelled-order-active"]],
    ["pending", "too little", ["discrepancy:amount-mismatch"]],
    ["pending", "accepted", []],
    ["pending", "at the bank", []],
  ] as const)("%s, the payment %s: a person is shown %j", (from, payment, flags) => {
    expect(afterCallback({ from, payment }).life.raised).toEqual(flags);
  });

  test.each([
    [
      "nothing to process, paid: captured first, completed when that is confirmed",
      { needsProcessing: false },
      "accepted",
      "pending",
    ],
    ["nothing to process, already captured: completed", { needsProcessing: false }, "captured", "completed"],
    ["nothing to process, nothing to pay: completed", { needsProcessing: false, total: 0 }, "no offers", "completed"],
    ["nothing to process, no capture offered: processing", { needsProcessing: false }, "no offers", "processing"],
    ["nothing to process, too little reserved: processing", { needsProcessing: false }, "too little", "processing"],
  ] as const)("%s", (_sentence, order, payment, status) => {
    const life = new Life(anOrder(order));
    life.settle(callback(), payments[payment]);
    expect(life.status).toBe(status);
    expect(life.types.includes("capturePayment")).toBe(status === "pending");
  });
});

describe("a customer's return and the end of the link", () => {
  test.each([
    ["success", "accepted", "processing"],
    ["success", "at the bank", "on-hold"],
    ["signing-landing", "accepted", "processing"],
    ["signing-cancelled", "rejected, task open", "cancelled"],
    ["fail", "at the bank", "cancelled"],
    ["fail", "missing", "cancelled"],
    ["fail", "rejected, task done", "cancelled"],
    ["fail", "frozen", "on-hold"],
    // The page says no, the bank says paid: the bank is believed.
    ["fail", "accepted", "processing"],
  ] as const)("page %s, the payment %s: %s", (page, payment, status) => {
    const life = new Life();
    life.settle({ type: "customer.returned", page }, payments[payment]);
    expect(life.status).toBe(status);
  });

  test.each([
    ["success", "at the bank", "pending"],
    ["success", "supplementing", "pending"],
    ["success", "accepted", "processing"],
    ["fail", "at the bank", "pending"],
    ["fail", "rejected, task done", "failed"],
  ] as const)("page %s under an address that proves nothing, the payment %s: %s", (page, payment, status) => {
    const life = new Life();
    life.settle({ type: "customer.returned", page, attempt: null }, payments[payment]);
    expect(life.status).toBe(status);
  });

  test.each(["rejected, task done", "rejected, task unreadable"] as const)(
    "the fail page cancels an order that a callback had made failed: %s",
    (payment) => {
      const life = new Life();
      life.settle(callback(), payments[payment]);
      expect(life.status).toBe("failed");
      life.settle({ type: "customer.returned", page: "fail" }, payments[payment]);
      expect(life.status).toBe("cancelled");
    },
  );

  test.each(Object.keys(payments) as PaymentName[])(
    "at the fail page a failed order becomes what a pending one would: %s",
    (payment) => {
      const [failed, pending] = (["failed", "pending"] as const).map((status) => {
        const life = new Life(anOrder({ status }));
        life.settle({ type: "customer.returned", page: "fail" }, payments[payment]);
        return [life.status, life.raised];
      });
      expect(failed).toEqual(pending);
    },
  );

  test("who is back before the bank has accepted finds his order on hold, and the callback pays it", () => {
    const life = new Life();
    life.settle({ type: "customer.returned", page: "success" }, payments["at the bank"]);
    expect(life.status).toBe("on-hold");
    life.settle(callback(), payments.accepted);
    life.wait(2 * MINUTE, payments.accepted);
    expect(life.status).toBe("processing");
  });

  test("a return is never held, not even in the first second", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    expect(life.settle({ type: "customer.returned", page: "success" })).toMatchObject({
      outcome: "moved",
      to: "processing",
    });
  });

  const LINK = "xstate.after.linkLifetime.order.pending";
  test.each([
    ["at the bank", "cancelled"],
    ["missing", "cancelled"],
    ["accepted", "processing"],
    ["frozen", "on-hold"],
    ["supplementing", "cancelled"],
    ["rejected, task done", "failed"],
  ] as const)("the link runs out, the payment %s: %s", (payment, status) => {
    const life = new Life();
    const timer = life.record.timers[LINK];
    life.now = timer?.at ?? 0;
    expect(life.now).toBe(T0 + 110 * MINUTE);
    life.settle({ type: "timer.fired", timer: LINK, generation: timer?.generation ?? 0 }, payments[payment]);
    expect(life.status).toBe(status);
    // The customer may have paid in the last second, the bank may accept a frozen one, and the callback may be lost.
    const looks = ["look.again.unheard.20", "look.again.unheard.120", "look.again.unheard.1440"];
    const expected = { cancelled: looks, "on-hold": looks, failed: [], processing: [] }[status];
    expect(Object.keys(life.record.timers)).toEqual(expected);
  });

  test.each([
    ["stock is held and the minutes are over", { stockManagement: true, holdStockMinutes: 10 }, "cancelled"],
    ["one minute is left", { stockManagement: true, holdStockMinutes: 11 }, "pending"],
    ["stock is not held at all", { stockManagement: false, holdStockMinutes: 10 }, "pending"],
    ["no minutes are set", { stockManagement: true, holdStockMinutes: null }, "pending"],
  ] as const)("WooCommerce's job wants the order and %s: %s", (_when, settings, status) => {
    const life = new Life(anOrder(), rulesWith(settings));
    const answer = life.settle({ type: "shop.holdStockDue" }, payments["at the bank"]);
    expect(life.status).toBe(status);
    if (status === "pending") expect(answer).toMatchObject({ outcome: "ignored", reason: "not-due" });
  });
});

describe("what a callback claims", () => {
  const claims = ["AUTHORIZED", "CAPTURED", "FROZEN", "REJECTED", "SHIPPED", null];
  test.each(claims.flatMap((claim) => columns.map((payment) => [claim, payment] as const)))(
    "a callback that says %s decides nothing; the payment reads %s and that counts",
    (claim, payment) => {
      const life = new Life();
      life.settle(callback({ claims: claim }), payments[payment]);
      expect(life.status).toBe(cells.find((c) => c.from === "pending" && c.payment === payment)?.to);
    },
  );

  test.each([
    ["a test callback", { kind: "TEST" }, "ignored", "test-callback"],
    ["one about a payment that is not this order's", { paymentId: "someone-elses" }, "refused", "unknown-payment"],
  ])("%s leaves the bank in peace", (_which, more, outcome, reason) => {
    const life = new Life(anOrder({ previousPaymentIds: ["pay-0"] }));
    expect(life.settle(callback(more))).toMatchObject({ outcome, reason });
    expect(life.types).toEqual([]);
  });

  test("one about an earlier attempt has the current payment read, and then that one", () => {
    const life = new Life(anOrder({ previousPaymentIds: ["pay-0"] }));
    const inMinute = life.settle(callback({ paymentId: "pay-0" }), payments["at the bank"]);
    expect(inMinute).toMatchObject({ outcome: "refused", reason: "stale-payment" });
    expect(life.effects.map(({ effect }) => effect)).toEqual([
      { type: "readPayment", paymentId: "pay-1" },
      { type: "readPayment", paymentId: "pay-0" },
    ]);
  });
});

describe("the minute that belongs to the customer", () => {
  const fresh = (settings: object = {}) =>
    new Life(anOrder({ createdAt: T0 - 30_000, updatedAt: T0 - 10_000 }), rulesWith(settings));

  test("a callback waits until a minute after the last write, then the payment is read once for all who wait", () => {
    const life = fresh();
    expect(life.settle(callback({ content: "a" }))).toMatchObject({
      outcome: "deferred",
      reason: "cooldown",
      until: T0 + 50_000,
    });
    life.settle(callback({ content: "b" }));
    expect(life.types).toEqual([]);
    const [timer, { generation, at }] = Object.entries(life.record.timers).find(([name]) =>
      name.includes("cooldown"),
    ) as [string, { generation: number; at: number }];
    expect(at).toBe(T0 + 50_000);
    life.now = at;
    life.settle({ type: "timer.fired", timer, generation });
    expect(life.types.filter((type) => type === "readPayment")).toHaveLength(1);
    expect(life.status).toBe("processing");
  });

  test("a write to the order gives the customer a whole minute again", () => {
    const life = fresh();
    life.settle(callback());
    life.now = T0 + 40_000;
    life.tell({ type: "order.updated", by: "customer", change: "address" });
    expect(Object.entries(life.record.timers).find(([name]) => name.includes("cooldown"))?.[1].at).toBe(T0 + 100_000);
  });

  test("a customer who comes back is served at once, and the callbacks after him have to wait", () => {
    const life = fresh();
    life.settle(callback());
    expect(life.settle({ type: "customer.returned", page: "success" })).toMatchObject({ outcome: "moved" });
    expect(life.status).toBe("processing");
    expect(life.record.facts.waiting).toHaveLength(1);
  });

  test("the same message, twice, waits once", () => {
    const life = fresh();
    life.settle(callback({ content: "same" }));
    expect(life.settle(callback({ content: "same" }))).toMatchObject({ outcome: "ignored", reason: "duplicate" });
    expect(life.record.facts.waiting).toHaveLength(1);
  });

  test("a reading that was not asked for, or for which nobody waits any more, changes nothing", () => {
    const life = new Life();
    life.tell({ type: "payment.read", effectId: "o:7:7", reading: reading() }, "stray");
    expect(life.answers.at(-1)).toMatchObject({ outcome: "ignored", reason: "superseded" });
    life.tell(callback());
    const asked = life.open.find((e) => e.effect.type === "readPayment");
    life.tell({ type: "payment.created", paymentId: "pay-2" });
    life.tell({ type: "payment.read", effectId: asked?.id ?? "", reading: reading() }, "late");
    expect(life.answers.findLast((a) => a.eventId === "late")).toMatchObject({
      outcome: "ignored",
      reason: "superseded",
    });
    expect(life.status).toBe("pending");
  });

  test("a callback that came before the answer to the checkout still waits for its minute", () => {
    const life = fresh();
    life.tell(callback());
    life.tell({ type: "payment.created", paymentId: "pay-1" });
    const [timer, { generation, at }] = Object.entries(life.record.timers).find(([name]) =>
      name.includes("cooldown"),
    ) as [string, { generation: number; at: number }];
    life.now = at;
    life.settle({ type: "timer.fired", timer, generation });
    expect(life.status).toBe("processing");
  });

  test("a callback about the payment before waits as long as one about this payment", () => {
    const life = fresh();
    life.tell(callback());
    life.tell({ type: "payment.created", paymentId: "pay-2" });
    expect(life.settle(callback({ paymentId: "pay-2" }))).toMatchObject({ outcome: "deferred", reason: "cooldown" });
    expect(Object.keys(life.record.timers).filter((name) => name.includes("cooldown"))).toHaveLength(1);
  });

  test.each(["another generation", "another timer"])("a timer of %s is stale and rings in vain", (which) => {
    const life = fresh();
    life.settle(callback());
    const [timer, { generation }] = Object.entries(life.record.timers)[0] as [string, { generation: number }];
    const before = life.record.facts;
    const ring = which === "another timer" ? { timer: "x", generation } : { timer, generation: generation + 1 };
    expect(life.settle({ type: "timer.fired", ...ring })).toMatchObject({ outcome: "ignored", reason: "stale-timer" });
    expect(life.record.facts).toEqual(before);
  });
});

/** What a merchant asks of a processing order, against what the payment allows: "yes" or the reason class. */
const asks = {
  complete: { type: "merchant.completed", via: "dropdown" },
  capture: { type: "merchant.captured", via: "api" },
  "capture lines": { type: "merchant.captured", via: "api", lines: [{ sku: "a", quantity: 1, total: 60_000 }] },
  cancel: { type: "merchant.cancelled", via: "dropdown" },
  refund: { type: "merchant.refunded", via: "dropdown" },
  "refund 400": { type: "merchant.refundedAmount", via: "api", amount: 40_000 },
  "refund 5000": { type: "merchant.refundedAmount", via: "api", amount: 500_000 },
  "remove a line": {
    type: "merchant.editedLines",
    via: "api",
    lines: [{ sku: "a", quantity: 1, total: 60_000 }],
    total: 60_000,
    adds: false,
  },
  "add a line": {
    type: "merchant.editedLines",
    via: "api",
    lines: [{ sku: "a", quantity: 2, total: 99_000 }],
    total: 99_000,
    adds: true,
  },
  "raise above the limit": {
    type: "merchant.editedLines",
    via: "api",
    lines: [{ sku: "a", quantity: 9, total: 540_000 }],
    total: 540_000,
    adds: false,
  },
} satisfies Record<string, EventInput>;
type Ask = keyof typeof asks;

const wishes: [PaymentName, Record<Ask, string>][] = [
  [
    "accepted",
    {
      complete: "yes",
      capture: "yes",
      "capture lines": "partial-capture-not-supported",
      cancel: "yes",
      refund: "refund-not-possible",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      "remove a line": "yes",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "frozen",
    {
      complete: "unable-to-capture-frozen-order",
      capture: "unable-to-capture-frozen-order",
      "capture lines": "partial-capture-not-supported",
      cancel: "payment-frozen",
      refund: "payment-frozen",
      "refund 400": "payment-frozen",
      "refund 5000": "payment-frozen",
      "remove a line": "payment-frozen",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "inspection",
    {
      complete: "payment-in-inspection",
      capture: "payment-in-inspection",
      "capture lines": "partial-capture-not-supported",
      cancel: "payment-in-inspection",
      refund: "payment-in-inspection",
      "refund 400": "payment-in-inspection",
      "refund 5000": "payment-in-inspection",
      "remove a line": "payment-in-inspection",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "rejected, task done",
    {
      complete: "payment-rejected",
      capture: "payment-rejected",
      "capture lines": "partial-capture-not-supported",
      // Nothing is reserved, so the order may simply be cancelled.
      cancel: "yes",
      refund: "refund-not-possible",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      "remove a line": "not-editable",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "captured",
    {
      // Captured in the portal: the order may follow without another capture.
      complete: "yes",
      capture: "already-captured",
      "capture lines": "partial-capture-not-supported",
      cancel: "cannot-cancel-captured",
      refund: "yes",
      "refund 400": "yes",
      "refund 5000": "refund-too-large",
      "remove a line": "not-editable",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "partly captured",
    {
      complete: "yes",
      capture: "yes",
      "capture lines": "partial-capture-not-supported",
      cancel: "cannot-cancel-captured",
      refund: "yes",
      "refund 400": "yes",
      "refund 5000": "refund-too-large",
      "remove a line": "not-editable",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "partly refunded",
    {
      complete: "yes",
      capture: "already-captured",
      "capture lines": "partial-capture-not-supported",
      cancel: "cannot-cancel-captured",
      refund: "yes",
      "refund 400": "yes",
      "refund 5000": "refund-too-large",
      "remove a line": "not-editable",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "refunded",
    {
      complete: "capture-not-possible",
      capture: "capture-not-possible",
      "capture lines": "partial-capture-not-supported",
      cancel: "cannot-cancel-captured",
      refund: "yes",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      "remove a line": "not-editable",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "cancelled",
    {
      complete: "capture-not-possible",
      capture: "capture-not-possible",
      "capture lines": "partial-capture-not-supported",
      cancel: "yes",
      refund: "refund-not-possible",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      "remove a line": "yes",
      "add a line": "yes",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "partly cancelled",
    {
      complete: "amount-mismatch",
      capture: "amount-mismatch",
      "capture lines": "partial-capture-not-supported",
      cancel: "yes",
      refund: "refund-not-possible",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      // 600.00 is what is reserved already: "if the sum total is equal no call will be made".
      "remove a line": "same-total",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "no offers",
    {
      complete: "capture-not-possible",
      capture: "capture-not-possible",
      "capture lines": "partial-capture-not-supported",
      cancel: "cancel-not-possible",
      refund: "refund-not-possible",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      "remove a line": "not-editable",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "too little",
    {
      complete: "amount-mismatch",
      capture: "amount-mismatch",
      "capture lines": "partial-capture-not-supported",
      cancel: "yes",
      refund: "refund-not-possible",
      "refund 400": "refund-not-possible",
      "refund 5000": "refund-not-possible",
      "remove a line": "yes",
      "add a line": "adding-items-not-supported",
      "raise above the limit": "exceeds-credit-limit",
    },
  ],
  [
    "no order",
    {
      complete: "no-payment",
      capture: "no-payment",
      "capture lines": "partial-capture-not-supported",
      cancel: "cancel-not-possible",
      refund: "no-payment",
      "refund 400": "no-payment",
      "refund 5000": "no-payment",
      "remove a line": "no-payment",
      "add a line": "no-payment",
      "raise above the limit": "no-payment",
    },
  ],
  [
    "missing",
    {
      complete: "no-payment",
      capture: "no-payment",
      "capture lines": "partial-capture-not-supported",
      // There is nothing that could be cancelled.
      cancel: "yes",
      refund: "no-payment",
      "refund 400": "no-payment",
      "refund 5000": "no-payment",
      "remove a line": "no-payment",
      "add a line": "no-payment",
      "raise above the limit": "no-payment",
    },
  ],
];
const merchantCells = wishes.flatMap(([payment, row]) =>
  Object.entries(row).map(([ask, expected]) => ({ payment, ask: ask as Ask, expected })),
);

const asked = (ask: Ask, payment: PaymentName, settings: object = {}, from: OrderStatus = "processing") => {
  const life = new Life(anOrder({ status: from }), rulesWith(settings));
  const answer = life.settle(asks[ask], payments[payment]);
  const word = answer.outcome === "refused" || answer.outcome === "ignored" ? answer.reason : "yes";
  return { life, answer, word };
};

describe("what a merchant may do, and the reason when not", () => {
  test.each(merchantCells)("$ask, the payment $payment: $expected", ({ ask, payment, expected }) => {
    const { life, word, answer } = asked(ask, payment);
    expect(word).toBe(expected);
    const money = life.types.filter((type) => !["readPayment", "addOrderNote"].includes(type));
    if (answer.outcome === "refused") {
      // Nothing is sent, nothing changes, and the order's notes say why.
      expect(money).toEqual([]);
      expect(life.status).toBe("processing");
      expect(life.types).toContain("addOrderNote");
      expect(answer.rule).toBe(`refused/${expected}`);
    }
  });

  test.each([
    ["cancel", "completed", "terminal-status"],
    ["complete", "cancelled", "terminal-status"],
    ["refund", "cancelled", "terminal-status"],
    ["complete", "refunded", "terminal-status"],
    ["cancel", "refunded", "terminal-status"],
    ["capture", "cancelled", "terminal-status"],
    ["capture", "refunded", "terminal-status"],
    ["remove a line", "completed", "not-editable"],
    ["remove a line", "cancelled", "not-editable"],
    ["remove a line", "refunded", "not-editable"],
  ] as const)("%s is refused of an order that is %s (%s): an end cannot be reverted", (ask, from, reason) => {
    const { answer, life } = asked(ask, "accepted", {}, from);
    expect(answer).toMatchObject({ outcome: "refused", reason });
    expect(life.status).toBe(from);
    expect(life.types.filter((type) => !["readPayment", "addOrderNote"].includes(type))).toEqual([]);
  });

  test.each(
    (["merchant.processed", "merchant.held", "merchant.failed", "merchant.reopened"] as const).flatMap((type) =>
      (["completed", "cancelled", "refunded"] as const).map((from) => [type, from] as const),
    ),
  )("%s is refused of an order that is %s: nothing leads back", (type, from) => {
    for (const pays of [payments.accepted, payments["at the bank"], payments.missing]) {
      const life = new Life(anOrder({ status: from }));
      const answer = life.settle({ type, via: "dropdown" }, pays);
      expect(answer).toMatchObject({ outcome: "refused", reason: "terminal-status" });
      expect(life.status).toBe(from);
    }
  });

  test.each(["CAPTURE", "PARTIAL_CAPTURE"] as const)("%s alone is enough for a capture", (offered) => {
    const life = new Life(anOrder({ status: "processing" }));
    life.settle(asks.complete, reading({ offers: [offered] }));
    expect(life.types).toContain("capturePayment");
  });

  test.each([
    ["complete", "completed"],
    ["cancel", "cancelled"],
    ["refund", "refunded"],
  ] as const)("%s of an order that is %s already is needless, and no offence", (ask, from) => {
    expect(asked(ask, "accepted", {}, from).answer).toMatchObject({ outcome: "ignored", reason: "same-status" });
  });

  test.each([
    ["merchant.held", "processing", "on-hold"],
    ["merchant.processed", "on-hold", "processing"],
    ["merchant.processed", "pending", "processing"],
    ["merchant.held", "failed", "on-hold"],
  ] as const)("%s of an order that is %s: %s, as WooCommerce lets him", (type, from, to) => {
    const life = new Life(anOrder({ status: from }));
    expect(life.settle({ type, via: "dropdown" })).toMatchObject({ outcome: "moved", to });
  });

  test.each([
    ["merchant.failed", "processing", "failed"],
    ["merchant.failed", "on-hold", "failed"],
    ["merchant.reopened", "on-hold", "pending"],
    ["merchant.reopened", "processing", "pending"],
  ] as const)("%s of an order that is %s: only where the bank has no money, and looks at none", (type, from, to) => {
    const ask = (pays: Reading) => {
      const life = new Life(anOrder({ status: from }));
      return life.settle({ type, via: "dropdown" }, pays);
    };
    for (const pays of [payments["at the bank"], payments.missing, payments.refunded])
      expect(ask(pays)).toMatchObject({ outcome: "moved", to });
    const free = reading({ total: 0, authorized: 0, offers: [] });
    for (const pays of [payments.accepted, payments.captured, payments["partly refunded"], free])
      expect(ask(pays)).toMatchObject({ outcome: "refused", reason: "is-paid" });
    expect(ask(payments.frozen)).toMatchObject({ outcome: "refused", reason: "payment-frozen" });
    expect(ask(payments.inspection)).toMatchObject({ outcome: "refused", reason: "payment-in-inspection" });
  });

  describe("a hold by hand of a paid order", () => {
    const held = (event: EventInput = { type: "merchant.held", via: "dropdown" }) => {
      const life = new Life(anOrder({ status: "processing" }));
      life.settle({ type: "reconcile.asked" });
      life.settle(event);
      expect(life.status).toBe("on-hold");
      return life;
    };

    test.each([
      ["a reconciliation", { type: "reconcile.asked" }],
      ["a late callback", callback({ content: "late" })],
      ["the customer's browser", { type: "customer.returned", page: "success" }],
      ["an edit in the shop", { type: "order.updated", by: "shop", change: "address" }],
    ] as const)("is not lifted by %s", (_, event) => {
      for (const life of [held(), held({ type: "order.seen", status: "on-hold" })]) {
        life.settle(event);
        life.wait(5 * MINUTE);
        expect([life.status, life.types.filter((type) => type === "completePayment")]).toEqual(["on-hold", []]);
      }
    });

    test.each([
      ["failed", { type: "merchant.held", via: "dropdown" }],
      ["failed", { type: "order.seen", status: "on-hold" }],
      ["cancelled", { type: "order.seen", status: "on-hold" }],
      ["cancelled", { type: "shop.conflicted", effectId: "o:1:0", status: "on-hold" }],
      ["refunded", { type: "order.seen", status: "on-hold" }],
    ] as const)("stays, also from %s, once the bank was seen to have the money: %j", (status, event) => {
      for (const gateway of ["resurs-mapi", "nets-easy", "resurs-simplified", "resurs-hosted", "resurs-rco"]) {
        const life = new Life(anOrder({ status: "processing", gateway }));
        life.settle({ type: "reconcile.asked" });
        life.settle({ type: "order.seen", status });
        life.settle(event);
        expect(life.status).toBe("on-hold");
        life.settle(callback({ content: "late" }));
        life.wait(5 * MINUTE);
        life.settle({ type: "reconcile.asked" });
        expect([gateway, life.status, life.types.filter((type) => type === "completePayment")]).toEqual([
          gateway,
          "on-hold",
          [],
        ]);
        expect(life.settle({ type: "merchant.processed", via: "dropdown" })).toMatchObject({ to: "processing" });
      }
    });

    test("of a pending order that a plugin sets to pending again and again stays, for it is paid", () => {
      const life = new Life(anOrder({ status: "processing" }));
      for (let i = 0; i < 2; i += 1) life.settle({ type: "order.seen", status: "pending" });
      expect(life.status).toBe("pending");
      life.settle({ type: "merchant.held", via: "dropdown" });
      life.settle({ type: "reconcile.asked" });
      expect(life.status).toBe("on-hold");
    });

    test.each([
      ["failed", payments["rejected, task done"]],
      ["failed", payments.refunded],
      ["cancelled", payments.cancelled],
    ] as const)("from %s, where the bank had no money then, ends with the payment", (status, then) => {
      const life = new Life(anOrder({ status: "processing" }));
      life.settle({ type: "order.seen", status }, then);
      life.settle({ type: "order.seen", status: "on-hold" }, then);
      expect(life.status).toBe("on-hold");
      life.settle({ type: "reconcile.asked" });
      expect(life.status).toBe("processing");
    });

    test("is none where the checkout itself put its draft on hold", () => {
      const life = new Life(anOrder({ status: "checkout-draft" }));
      life.settle({ type: "reconcile.asked" });
      life.settle({ type: "order.seen", status: "on-hold" });
      life.settle({ type: "reconcile.asked" });
      expect(life.status).toBe("processing");
    });

    test("is lifted by a person, and a later one of the bank's is lifted by the bank", () => {
      const life = held();
      expect(life.settle({ type: "merchant.processed", via: "dropdown" })).toMatchObject({ to: "processing" });
      life.settle(callback({ content: "a review" }), reading({ status: "INSPECTION" }));
      life.wait(5 * MINUTE, reading({ status: "INSPECTION" }));
      expect(life.status).toBe("on-hold");
      life.settle({ type: "reconcile.asked" });
      expect(life.status).toBe("processing");
    });

    test("ends where the bank rejects the payment", () => {
      const life = held();
      life.settle({ type: "reconcile.asked" }, payments["rejected, task done"]);
      expect(life.status).toBe("failed");
    });

    test("of an order that is not paid yet ends with the payment", () => {
      const life = new Life();
      life.settle({ type: "merchant.held", via: "dropdown" }, payments["at the bank"]);
      life.settle({ type: "reconcile.asked" });
      expect(life.status).toBe("processing");
    });
  });

  test("a failed order whose payment the bank has frozen gets no second payment", () => {
    const life = new Life(anOrder({ status: "processing" }));
    life.settle({ type: "order.seen", status: "failed" }, payments.frozen);
    expect(life.status).toBe("failed");
    life.settle({ type: "checkout.asked" }, payments.frozen);
    expect(life.status).toBe("on-hold");
    life.tell({ type: "checkout.began", attempt: "second" });
    expect(life.answers.at(-1)).toMatchObject({ outcome: "refused", reason: "not-awaiting-payment" });
  });

  test.each(
    (["pending", "failed"] as const).flatMap((from) =>
      (["cancelled", "refunded", "released after the task", "rejected, task open", "missing"] as const).map(
        (payment) => [from, payment] as const,
      ),
    ),
  )("%s, the payment %s: its customer may pay again", (from, payment) => {
    const life = new Life(anOrder({ status: from }));
    life.settle({ type: "checkout.asked" }, payments[payment]);
    expect(life.status).toBe(from);
    life.tell({ type: "checkout.began", attempt: "second" });
    expect(life.answers.at(-1)).toMatchObject({ outcome: "ignored", reason: "recorded" });
    life.tell({ type: "payment.created", paymentId: "pay-2", gateway: "resurs-mapi", attempt: "second" });
    life.read(payments[payment]);
    expect(life.status).toBe("pending");
    life.settle({ type: "customer.returned", page: "success" }, reading({ paymentId: "pay-2" }), {
      "pay-1": payments[payment],
    });
    expect([life.status, life.raised]).toEqual(["processing", []]);
  });

  test("processing may be set by hand before anything is paid, and a person is shown that", () => {
    const life = new Life();
    const answer = life.settle({ type: "merchant.processed", via: "dropdown" }, payments["at the bank"]);
    expect(answer).toMatchObject({ outcome: "moved", to: "processing" });
    expect(life.raised).toEqual(["discrepancy:processing-but-unpaid"]);
  });

  test.each(["merchant.processed", "merchant.completed"] as const)(
    "%s of an order that costs nothing shows nobody that its payment is open",
    (type) => {
      const life = new Life(anOrder({ total: 0 }));
      expect(life.settle({ type, via: "dropdown" }, payments["at the bank"])).toMatchObject({ outcome: "moved" });
      expect(life.raised).toEqual([]);
    },
  );

  test.each([
    [true, { outcome: "refused", reason: "capture-not-possible" }, "pending", []],
    [false, { outcome: "moved", to: "completed" }, "completed", ["discrepancy:processing-but-unpaid"]],
  ] as const)(
    "completed by hand while nothing is reserved, with capturing %s: %j, and the order is %s",
    (enableCapture, says, status, flagged) => {
      const life = new Life(anOrder(), rulesWith({ enableCapture }));
      expect(life.settle(asks.complete, payments["at the bank"])).toMatchObject(says);
      expect([life.status, life.raised]).toEqual([status, flagged]);
    },
  );

  test.each([
    ["on", {}, "refused", "amount-mismatch"],
    ["on, of whatever there is,", { choices: { amountMismatch: "capture" } }, "deferred", "awaiting-gateway"],
    ["off", { enableCapture: false }, "moved", null],
  ] as const)(
    "with capturing %s, Completed of a payment that holds too little: %s",
    (_on, settings, outcome, reason) => {
      for (const payment of ["too little", "partly cancelled"] as const) {
        const { life, answer } = asked("complete", payment, settings);
        expect(answer).toMatchObject({ outcome, reason });
        if (outcome !== "deferred") expect(life.raised).toContain("discrepancy:amount-mismatch");
      }
    },
  );

  test.each([
    ["on", {}, "refused", "capture-not-possible"],
    ["off", { enableCapture: false }, "moved", null],
  ] as const)(
    "with capturing %s, Completed of a payment that was refunded in full: %s",
    (_on, settings, outcome, reason) => {
      const { life, answer } = asked("complete", "refunded", settings);
      expect(answer).toMatchObject({ outcome, reason });
      expect(life.types).not.toContain("capturePayment");
    },
  );

  test("processing is refused while the payment is frozen: nobody is to ship that", () => {
    const life = new Life();
    expect(life.settle({ type: "merchant.processed", via: "dropdown" }, payments.frozen)).toMatchObject({
      outcome: "refused",
      reason: "payment-frozen",
    });
  });

  test.each([
    ["complete", "accepted", { enableCapture: false }, "completed", "capturePayment"],
    ["cancel", "accepted", { enableCancel: false }, "cancelled", "cancelPayment"],
    ["refund", "captured", { enableRefund: false }, "refunded", "refundPayment"],
    ["remove a line", "accepted", { enableModify: false }, "processing", "cancelPayment"],
  ] as const)(
    "%s with the payment %s and the feature switched off (%j): %s, and the bank hears nothing",
    (ask, payment, settings, status, call) => {
      const { life } = asked(ask, payment, settings);
      expect(life.status).toBe(status);
      expect(life.types).not.toContain(call);
    },
  );

  test.each(
    (["pending", "on-hold", "processing", "failed"] as const).flatMap((status) =>
      (["frozen", "frozen, still offered"] as const).flatMap((payment) =>
        [true, false].map((enableCapture) => [status, payment, enableCapture] as const),
      ),
    ),
  )("a free order that is %s is not completed while its payment is %s, with capturing %s", (status, payment, on) => {
    const life = new Life(anOrder({ status, total: 0 }), rulesWith({ enableCapture: on }));
    const refused = { outcome: "refused", reason: "unable-to-capture-frozen-order" };
    expect(life.settle(asks.complete, payments[payment])).toMatchObject(refused);
    expect(life.status).toBe(status);
    // Once the bank lets it go, there is nothing to capture.
    expect(life.settle(asks.complete)).toMatchObject({ outcome: "moved", to: "completed" });
    expect(life.types).not.toContain("capturePayment");
  });

  test.each(
    (["pending", "on-hold", "processing", "failed"] as const)
      .flatMap((status) =>
        (["complete", "capture"] as const).flatMap((ask) => [true, false].map((on) => [status, ask, on] as const)),
      )
      .filter(([status, ask]) => ask === "complete" || !["pending", "failed"].includes(status)),
  )(
    "an order that is %s has its frozen payment named, though it has no order lines: %s, with capturing %s",
    (status, ask, on) => {
      const life = new Life(anOrder({ status }), rulesWith({ enableCapture: on }));
      const bare = reading({ status: "FROZEN", hasOrder: false, total: 0, authorized: 0, offers: [] });
      expect(life.settle(asks[ask], bare)).toMatchObject({
        outcome: "refused",
        reason: "unable-to-capture-frozen-order",
        to: status,
      });
      expect(life.types).not.toContain("capturePayment");
    },
  );

  test("only cancelling is switched off: a change of lines cancels the old ones all the same", () => {
    const { life } = asked("remove a line", "accepted", { enableCancel: false });
    expect(life.types).toContain("cancelPayment");
  });

  test("cancelling is switched off: a captured order is cancelled in the shop and flagged, a completed one is not", () => {
    const { life, answer } = asked("cancel", "captured", { enableCancel: false });
    expect([answer.outcome, life.status, life.raised]).toEqual([
      "moved",
      "cancelled",
      ["discrepancy:paid-but-cancelled"],
    ]);
    expect(life.types).not.toContain("cancelPayment");
    expect(asked("cancel", "refunded", { enableCancel: false }).life.raised).toEqual([]);
    const closed = asked("cancel", "captured", { enableCancel: false }, "completed");
    expect(closed.answer).toMatchObject({ outcome: "refused", reason: "terminal-status" });
  });

  test("while money is on the move other wishes are told to wait, and the same wish that it is under way", () => {
    const { life } = asked("complete", "accepted");
    expect(life.settle(asks.cancel)).toMatchObject({ outcome: "refused", reason: "operation-in-flight" });
    expect(life.settle(asks.complete)).toMatchObject({ outcome: "ignored", reason: "already-asked" });
    expect(life.types.filter((type) => type === "capturePayment")).toHaveLength(1);
  });

  test("an order paid another way is the merchant's alone", () => {
    const life = new Life(anOrder({ gateway: null, paymentId: null }));
    expect(life.settle(asks.complete)).toMatchObject({ outcome: "moved", to: "completed", rule: "order/not-ours" });
    expect(life.settle(callback())).toMatchObject({ outcome: "ignored", reason: "not-ours" });
    expect(life.types).toEqual(["setOrderStatus"]);
  });
});

/** Each named choice, turned away from its default, changes these cells and no other. */
const turned: Record<keyof Choices, { value: string; changes: Record<string, string> }> = {
  pendingWhileCustomerIsAway: {
    value: "stay",
    changes: { "pending/at the bank": "pending", "pending/supplementing": "pending" },
  },
  cancelledThenAccepted: {
    value: "revive",
    // Captured money is held just as well.
    changes: {
      "cancelled/accepted": "processing",
      "cancelled/captured": "processing",
      "cancelled/too little": "processing",
    },
  },
  onHoldThenAborted: {
    value: "stay",
    changes: {
      "on-hold/rejected, task open": "on-hold",
      "on-hold/rejected, task silent": "on-hold",
      "on-hold/released after the task": "on-hold",
    },
  },
  processingThenRejected: {
    value: "stay",
    changes: {
      "processing/rejected, task done": "processing",
      "processing/rejected, task open": "processing",
      "processing/rejected, task silent": "processing",
      "processing/rejected, task unreadable": "processing",
      "processing/released after the task": "processing",
    },
  },
  rejected: {
    value: "cancelled",
    changes: Object.fromEntries(
      ["pending", "on-hold", "processing"].flatMap((status) => [
        [`${status}/rejected, task done`, "cancelled"],
        [`${status}/rejected, task unreadable`, "cancelled"],
      ]),
    ),
  },
  taskStatusUnavailable: {
    value: "cancelled",
    changes: {
      "pending/rejected, task unreadable": "cancelled",
      "on-hold/rejected, task unreadable": "cancelled",
      "processing/rejected, task unreadable": "cancelled",
    },
  },
  modifyWhenFullyCancelled: {
    value: "refuse",
    changes: { "remove a line/cancelled": "not-editable", "add a line/cancelled": "adding-items-not-supported" },
  },
  // Only where an edit costs more: test/core/raised-total.test.ts.
  raisedTotal: { value: "up-to-credit-limit", changes: {} },
  cooldownFrom: { value: "created", changes: { "cooldown ends": String(T0 + 30_000) } },
  // Only where an order has two payments: test/core/attempts.test.ts.
  surplusPayment: { value: "flag", changes: {} },
  amountMismatch: {
    value: "capture",
    changes: {
      "complete/too little": "yes",
      "complete/partly cancelled": "yes",
      "capture/too little": "yes",
      "capture/partly cancelled": "yes",
    },
  },
};

describe("where the documents disagree, the shop chooses", () => {
  const everything = (settings: object): Map<string, string> => {
    const shown = new Map<string, string>();
    const names = [
      ...columns,
      "captured",
      "too little",
      "released after the task",
      "in inspection, still offered",
    ] as const;
    for (const from of Object.values(short)) {
      for (const payment of names)
        shown.set(`${from}/${payment}`, afterCallback({ from, payment }, settings).life.status);
    }
    for (const { ask, payment } of merchantCells)
      shown.set(`${ask}/${payment}`, asked(ask, payment, settings).word ?? "");
    const life = new Life(anOrder({ createdAt: T0 - 30_000, updatedAt: T0 - 10_000 }), rulesWith(settings));
    shown.set("cooldown ends", String(life.settle(callback()).until));
    return shown;
  };
  let usual: ReturnType<typeof everything>;
  beforeAll(() => {
    usual = everything({});
  });

  test.each(Object.entries(turned))(
    "%s, turned the other way, changes exactly its rows",
    (choice, { value, changes }) => {
      const other = everything({ choices: { [choice]: value } });
      const different = Object.fromEntries([...other].filter(([cell, word]) => usual.get(cell) !== word));
      expect(different).toEqual(changes);
    },
  );

  test("every choice of the settings is turned here", () => {
    expect(Object.keys(turned).sort()).toEqual(Object.keys(Choices.shape).sort());
  });
});

describe("a decision is a function of what it is given", () => {
  test("the same order and the same event give the same decision, and neither is touched", () => {
    const life = new Life();
    for (const ask of [callback(), ...Object.values(asks)]) {
      const record = frozen(structuredClone(life.record));
      const envelope = frozen({
        id: "e",
        orderId: "o",
        at: T0,
        source: "callback" as const,
        event: structuredClone(ask) as never,
      });
      const before = JSON.stringify(record);
      const first = decide(record, envelope, T0, rulesWith());
      const second = decide(record, envelope, T0, rulesWith());
      expect(JSON.stringify(second)).toBe(JSON.stringify(first));
      expect(JSON.stringify(record)).toBe(before);
      life.settle(ask);
    }
  });

  test("an event for an order that nobody placed is a mistake of the caller", () => {
    const envelope = { id: "e", orderId: "o", at: T0, source: "callback" as const, event: callback() as never };
    expect(() => decide(null, envelope, T0)).toThrow(/order\.placed/);
  });

  test("an order placed twice is known already", () => {
    const life = new Life();
    expect(life.settle({ type: "order.placed", order: anOrder({ total: 1 }) })).toMatchObject({
      outcome: "ignored",
      reason: "already-placed",
    });
    expect(life.record.facts.order.total).toBe(100_000);
  });

  test("a status that another hand wrote is followed, and one that the order already reads is not news", () => {
    const life = new Life();
    expect(life.settle({ type: "order.seen", status: "completed" })).toMatchObject({
      outcome: "moved",
      to: "completed",
      rule: "shop/seen",
    });
    expect(life.settle({ type: "order.seen", status: "completed" })).toMatchObject({
      outcome: "ignored",
      reason: "same-status",
    });
    // No effect goes back to the shop: it is the shop that said so. The payment is read, for the flags.
    expect(life.types).toEqual(["readPayment"]);
  });

  test("a draft that the shop shows again changes nothing, and the answer says that", () => {
    const life = new Life();
    expect(life.settle({ type: "order.seen", status: "checkout-draft" })).toMatchObject({ outcome: "ignored" });
    expect(life.status).toBe("pending");
  });
});
