/** `decide`: one answer a line, whatever the line is. */
import { describe, expect, it } from "vitest";
import { cli } from "./run.js";

const accepted = {
  id: "p-1",
  status: "ACCEPTED",
  order: { totalOrderAmount: 100, authorizedAmount: 100, possibleActions: ["CAPTURE", "CANCEL"] },
};
const frozen = { ...accepted, status: "FROZEN", order: { ...accepted.order, possibleActions: [] } };
const rejected = { id: "p-1", status: "REJECTED", rejectedReason: { category: "CREDIT_DENIED" }, order: null };

const decided = async (lines: unknown[], args: string[] = []) => {
  const input = lines.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");
  const { code, out, err } = await cli(["decide", ...args], { input });
  return {
    code,
    err,
    answers: out
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line)),
  };
};

describe("decide", () => {
  it("answers good lines in order, with the id of the line", async () => {
    const { code, answers } = await decided([
      { id: "a", order: { status: "pending" }, payment: accepted, event: { type: "customer.return", page: "success" } },
      {
        id: 2,
        order: { status: "processing" },
        payment: accepted,
        event: { type: "admin.setStatus", to: "completed" },
      },
      { order: { status: "processing" }, payment: accepted, event: { type: "merchant.completed" } },
    ]);
    expect(code).toBe(0);
    expect(answers).toEqual([
      {
        id: "a",
        outcome: "moved",
        from: "pending",
        to: "processing",
        reason: null,
        rule: "status-update/accepted",
        effects: [
          { type: "addOrderNote", note: "Customer returned from external source." },
          {
            type: "completePayment",
            from: "pending",
            to: "processing",
            note: "Payment complete.",
            transactionId: "p-1",
          },
        ],
        flags: [],
      },
      expect.objectContaining({
        id: 2,
        outcome: "deferred",
        to: "completed",
        reason: "awaiting-gateway",
        effects: [{ type: "capturePayment", paymentId: "p-1", amount: 100 }],
      }),
      expect.objectContaining({ outcome: "deferred", to: "completed" }),
    ]);
  });

  it.each([
    ["SEK", 1500.5, 500.25, "Successfully refunded 500.25 SEK"],
    ["JPY", 1500, 500, "Successfully refunded 500 JPY"],
    ["KWD", 12.345, 2.505, "Successfully refunded 2.505 KWD"],
  ])("counts in major units of %s", async (currency, total, part, note) => {
    const order = { status: "completed", currency, total, lines: [{ sku: "a", quantity: 1, total }] };
    const is = { totalOrderAmount: total, capturedAmount: total, possibleActions: ["REFUND", "PARTIAL_REFUND"] };
    const payment = { id: "p-1", status: "ACCEPTED", order: is };
    const refund = { type: "admin.refund", amount: part };
    const { answers } = await decided([{ order, payment, event: refund, follow: "confirmed" }]);
    expect(answers[0]).toMatchObject({ effects: [{ type: "refundPayment", amount: part }], flags: [] });
    expect(answers[0].end.effects).toContainEqual({ type: "addOrderNote", note: expect.stringContaining(note) });
  });

  it("refuses with the reason class, and raises the flag", async () => {
    const { answers } = await decided([
      { order: { status: "processing" }, payment: frozen, event: { type: "admin.setStatus", to: "completed" } },
    ]);
    expect(answers).toEqual([
      expect.objectContaining({
        outcome: "refused",
        reason: "unable-to-capture-frozen-order",
        to: "processing",
        flags: ["discrepancy:frozen-at-gateway"],
      }),
    ]);
  });

  it("defers a callback inside the cooldown until its end", async () => {
    const order = { status: "pending", createdAt: "2026-03-01T10:00:00.000Z" };
    const event = { type: "callback", kind: "AUTHORIZATION", payload: { paymentId: "p-1", status: "AUTHORIZED" } };
    const inside = { order, payment: accepted, event, now: "2026-03-01T10:00:59.999Z" };
    const after = { ...inside, now: Date.parse("2026-03-01T10:01:00.000Z") };
    const { answers } = await decided([inside, after, { ...inside, settings: { cooldownSeconds: 0 } }]);
    expect(answers[0]).toMatchObject({ outcome: "deferred", reason: "cooldown", until: "2026-03-01T10:01:00.000Z" });
    expect(answers[1]).toMatchObject({ outcome: "moved", to: "processing" });
    expect(answers[2]).toMatchObject({ outcome: "moved", to: "processing" });
  });

  it("tells a denied payment from an abandoned one by its task", async () => {
    const line = { order: { status: "pending" }, payment: rejected, event: { type: "reconcile.run" } };
    const { answers } = await decided([
      { ...line, taskStatus: { completed: true } },
      { ...line, taskStatus: { completed: false } },
      { ...line, taskStatus: "unavailable" },
    ]);
    expect(answers.map((a) => a.to)).toEqual(["failed", "cancelled", "failed"]);
  });

  it("knows a missing payment, another gateway and a stale payment", async () => {
    const callback = { type: "callback", kind: "AUTHORIZATION", payload: { paymentId: "p-0" } };
    const { code, answers } = await decided([
      { order: { status: "pending" }, payment: null, event: { type: "reconcile.run" } },
      { order: { status: "processing", paymentMethod: "bacs" }, event: { type: "admin.setStatus", to: "completed" } },
      { order: { status: "pending", previousPaymentIds: ["p-0"] }, payment: accepted, event: callback },
    ]);
    expect(code).toBe(0);
    expect(answers.map((a) => [a.outcome, a.rule])).toEqual([
      ["ignored", "status-update/no-such-payment"],
      ["moved", "order/not-ours"],
      ["refused", "callback/stale-payment"],
    ]);
  });

  const reserved = { paymentId: "n-1", summary: { reservedAmount: 10_000 } };
  const complete = { type: "admin.setStatus", to: "completed" };

  it("follows a call to the bank's answer", async () => {
    const line = { order: { status: "processing" }, netsPayment: reserved, event: complete };
    const { code, answers } = await decided([
      line,
      ...["confirmed", "refused", "unknown"].map((follow) => ({ ...line, follow })),
      { ...line, follow: "confirmed", order: { status: "processing", total: 100.31 } },
    ]);
    expect(code).toBe(0);
    const asked = { outcome: "deferred", effects: [{ type: "capturePayment", paymentId: "n-1", amount: 100 }] };
    for (const answer of answers.slice(0, 4)) expect(answer).toMatchObject(asked);
    expect(answers.map(({ end }) => end && [end.outcome, end.to, end.reason])).toEqual([
      undefined,
      ["moved", "completed", null],
      ["refused", "processing", "gateway-refused"],
      ["deferred", "processing", "outcome-unknown"],
      // Nothing was asked of the bank, so there is nothing to follow.
      ["refused", "processing", "amount-mismatch"],
    ]);
    expect(answers[1].end.effects).toEqual([
      expect.objectContaining({ type: "setOrderStatus", from: "processing", to: "completed" }),
    ]);
  });

  it("follows every call of a change of lines", async () => {
    const lines = [
      { sku: "A", quantity: 1, total: 60 },
      { sku: "B", quantity: 1, total: 40 },
    ];
    const payment = { ...accepted, application: { approvedCreditLimit: 100 } };
    const event = { type: "admin.editLines", remove: ["B"] };
    const { answers } = await decided([
      { order: { status: "processing", lines }, payment, event, follow: "confirmed" },
      { order: { status: "processing", lines }, payment, event, follow: "refused" },
    ]);
    expect(answers.map(({ end }) => [end.outcome, end.rule])).toEqual([
      ["moved", "modify/confirmed"],
      ["refused", "modify/refused"],
    ]);
    expect(answers[0].end.effects).toContainEqual(expect.objectContaining({ type: "addOrderLines", amount: 60 }));
  });

  it("follows a held callback to the end of its wait", async () => {
    const placed = "2026-03-01T10:00:00.000Z";
    const line = {
      order: { status: "pending", createdAt: placed },
      event: { type: "callback", kind: "AUTHORIZATION" },
      now: "2026-03-01T10:00:10.000Z",
      follow: "confirmed",
    };
    const { answers } = await decided([
      { ...line, payment: accepted },
      { ...line, payment: "unavailable" },
      { ...line, netsPayment: reserved },
    ]);
    expect(answers[0]).toMatchObject({
      outcome: "deferred",
      reason: "cooldown",
      to: "pending",
      end: { outcome: "moved", to: "processing", at: "2026-03-01T10:01:00.000Z" },
    });
    expect(answers[1].end).toMatchObject({ outcome: "deferred", to: "pending", reason: "reading-payment" });
    // Nets's webhook waits two minutes, whatever the cooldown says.
    expect(answers[2]).toMatchObject({ end: { to: "processing", at: "2026-03-01T10:02:10.000Z" } });
  });

  it("knows a bank that does not answer, and what Nets answers", async () => {
    const order = { status: "pending" };
    const event = { type: "customer.return", page: "success" };
    const { code, answers } = await decided([
      { order, payment: "unavailable", event },
      { order, netsPayment: reserved, event },
      { order, netsPayment: { ...reserved, paymentType: "A2A" }, event: complete },
      { order, netsPayment: null, event },
      { order, netsPayment: { summary: { reservedAmount: -1 } }, event },
    ]);
    expect(code).toBe(3);
    expect(answers.slice(0, 4).map(({ outcome, to, reason }) => [outcome, to, reason])).toEqual([
      ["deferred", "pending", "reading-payment"],
      ["moved", "processing", null],
      ["moved", "completed", null],
      ["ignored", "pending", "payment-missing"],
    ]);
    expect(answers[4].error.issues[0].path).toBe("netsPayment.summary.reservedAmount");
  });

  it("takes what happened before, and says when the customer's link runs out", async () => {
    const placed = "2026-03-01T10:00:00.000Z";
    const order = { status: "failed", paymentId: null, createdAt: placed };
    const attempts = ["p-1", "p-2"].map((paymentId, minute) => ({
      type: "payment.created",
      paymentId,
      at: `2026-03-01T10:0${minute + 1}:00.000Z`,
    }));
    const about = (paymentId: string) => ({
      order,
      earlier: attempts,
      payment: { ...accepted, id: "p-2" },
      event: { type: "callback", kind: "AUTHORIZATION", payload: { paymentId } },
      now: "2026-03-01T10:10:00.000Z",
    });
    const { answers } = await decided([
      about("p-1"),
      about("p-2"),
      { order, event: { type: "payment.created", paymentId: "p-1" }, now: "2026-03-01T10:10:00.000Z" },
      { ...about("p-2"), earlier: [{ type: "no.such" }] },
    ]);
    // The current payment is read first, and holds the money.
    expect(answers[0]).toMatchObject({ outcome: "refused", reason: "stale-payment", to: "processing" });
    expect(answers[0].expires).toBeUndefined();
    expect(answers[1]).toMatchObject({ outcome: "moved", from: "pending", to: "processing" });
    expect(answers[1].expires).toBeUndefined();
    expect(answers[2]).toMatchObject({ to: "pending", expires: "2026-03-01T12:10:00.000Z" });
    expect(answers[3].error.issues[0].path).toBe("earlier.0.type");
  });

  it("answers bad lines among good ones and ends with 3", async () => {
    const good = { order: { status: "pending" }, payment: accepted, event: { type: "reconcile.run" } };
    const { code, answers } = await decided([
      good,
      "no json",
      { ...good, order: { status: "paid" } },
      { ...good, event: { type: "no.such" } },
      { ...good, settings: { coolDown: 1 } },
      "",
      good,
    ]);
    expect(code).toBe(3);
    expect(answers).toHaveLength(7);
    expect(answers.map((a) => a.error?.line ?? null)).toEqual([null, 2, 3, 4, 5, 6, null]);
    expect(answers[2].error.issues[0].path).toBe("order.status");
    expect(answers[3].error.issues[0].path).toBe("event.type");
    expect(answers[6]).toEqual(answers[0]);
  });

  it("takes a line of a megabyte, deep nesting, and a line separator inside a string", async () => {
    const good = { order: { status: "pending" }, payment: accepted, event: { type: "reconcile.run" } };
    const { code, answers } = await decided([
      { ...good, order: { status: "pending", meta: "x".repeat(1_000_000) } },
      "[".repeat(200_000),
      { ...good, id: "a\u2028b" },
    ]);
    expect(code).toBe(3);
    expect(answers.map((a) => a.to ?? null)).toEqual(["processing", null, "processing"]);
    expect(answers[2].id).toBe("a\u2028b");
  });

  it("keeps up with many lines", async () => {
    const good = { order: { status: "pending" }, payment: accepted, event: { type: "reconcile.run" } };
    const { code, answers } = await decided(Array.from({ length: 20_000 }, (_, id) => ({ ...good, id })));
    expect(code).toBe(0);
    expect(answers.map((a) => a.id)).toEqual(Array.from({ length: 20_000 }, (_, id) => id));
  });

  it("refuses settings that are none", async () => {
    const { code, err } = await decided([], ["--settings", '{"cooldown":1}']);
    expect(code).toBe(2);
    expect(err).toContain("cooldownSeconds");
  });
});
