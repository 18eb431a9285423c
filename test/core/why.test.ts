/** Why an order is where it is, line by line. */
import { describe, expect, test } from "vitest";
import { and, or, setup } from "xstate";
import { flags } from "../../machines/flags.js";
import { orderMachine, paymentMachine } from "../../machines/index.js";
import { handles, metaOf, nodesOf, reasonsAgainst } from "../../src/core/explain.js";
import { isHeldByHand, type PendingCall, why } from "../../src/core/why.js";
import { Life } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { considered } from "./considered.js";

const told = (life: Life, open: PendingCall[] = []) => why(life.record, life.history, open);
const paid = (status: "processing" | "pending" = "pending", pays = reading()) => {
  const life = new Life(anOrder({ status }));
  life.settle(callback(), pays);
  return life;
};
const effect = (more: Partial<PendingCall> = {}): PendingCall => ({
  effect: { type: "readPayment" },
  attempts: 0,
  notBefore: T0 + MINUTE,
  dead: false,
  ...more,
});

describe("why", () => {
  test("an order that was just placed", () => {
    expect(told(new Life())).toEqual([
      "pending (Waiting for the customer's payment) since 2026-11-20T12:00:00Z.",
      "Because: the shop placed the order after the shop said so; the payment was not read yet.",
      "Next: the customer's link runs out at 2026-11-20T13:50:00Z; then the bank is asked before anything is cancelled.",
      "Do: nothing; the customer may still pay.",
    ]);
  });

  test("a payment that the bank accepted, whoever made us ask", () => {
    expect(told(paid())).toEqual([
      "processing (Paid; the shop prepares the goods) since 2026-11-20T12:00:00Z.",
      "Because: the bank accepted the payment after the bank sent a callback; payment read at 2026-11-20T12:00:00Z: ACCEPTED, reserved, not yet captured.",
      "Next: nothing is planned; the bank's next callback or a person moves it.",
      "Do: ship, then set the order to completed; that captures the money.",
    ]);
  });

  test("the last change counts, and not what came after it", () => {
    const life = paid();
    life.now = T0 + MINUTE;
    life.tell({ type: "reconcile.asked" });
    const [since, because] = told(life);
    expect(since).toContain("since 2026-11-20T12:00:00Z.");
    expect(because).toContain("after the bank sent a callback");
  });

  test.each([
    ["the customer came back", { type: "customer.returned", page: "success" }],
    ["the merchant asked for it", { type: "merchant.held", via: "api" }],
    ["a reconciliation asked", { type: "reconcile.asked" }],
    ["the shop said so", { type: "order.seen", status: "on-hold" }],
  ] as const)("after %s", (who, event) => {
    const life = new Life();
    life.settle(event);
    expect(told(life)[1]).toContain(` after ${who};`);
  });

  test("after its time had come, and what the bank answered", () => {
    const life = new Life();
    life.wait(110 * MINUTE, payments.missing);
    expect(told(life)).toEqual([
      "cancelled (Cancelled) since 2026-11-20T13:50:00Z.",
      "Because: the customer's link ran out and the bank, asked first, has no payment after its time had come; payment read at 2026-11-20T13:50:00Z: UNREAD, the gateway knows no such payment.",
      "Next: the payment is read again at 2026-11-20T14:10:00Z, in case the bank has booked something since.",
      "Do: nothing; this is an end.",
    ]);
  });

  test("where the history is not at hand, it is told as far as it is known", () => {
    const life = paid();
    expect(why(life.record, [], [])).toEqual([
      "processing (Paid; the shop prepares the goods) since 2026-11-20T11:50:00Z.",
      "Because: placed by the shop; payment read at 2026-11-20T12:00:00Z: ACCEPTED, reserved, not yet captured.",
      "Next: nothing is planned; the bank's next callback or a person moves it.",
      "Do: ship, then set the order to completed; that captures the money.",
    ]);
    const [, because] = why(life.record, life.history.slice(-1), []);
    expect(because).toContain("the bank accepted the payment after the bank answered;");
  });

  test("of several who waited the one that moved the order is told", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    for (const content of ["a", "b"]) life.tell(callback({ content }));
    life.wait(MINUTE);
    expect(life.history.at(-1)?.answers.map(({ outcome }) => outcome)).toEqual(["moved", "moved", "ignored"]);
    expect(told(life)[1]).toMatch(/^Because: the bank accepted the payment after the bank sent a callback;/);
  });

  test("the last word is told while it is the last", () => {
    const life = paid("processing", payments.frozen);
    life.settle({ type: "merchant.completed", via: "api" }, payments.frozen);
    const refused =
      "Last: merchant.completed at 2026-11-20T12:00:00Z was refused: The bank has frozen this payment, so it cannot be captured until the bank lets it go.";
    expect(told(life)).toContain(refused);
    life.settle({ type: "reconcile.asked" }, payments.frozen);
    expect(told(life).filter((line) => line.startsWith("Last:"))).toEqual([]);
    const waits = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    waits.tell(callback());
    expect(told(waits)).toContain(
      "Last: callback.received at 2026-11-20T12:00:00Z was deferred: A callback gives way to the customer for a minute after the order was last written.",
    );
    expect(told(waits)).toContain("Next: 1 waiting callback(s) are looked at from 2026-11-20T12:01:00Z.");
  });

  test("a reason without words of its own is told as it is", () => {
    const life = paid("processing", payments.frozen);
    life.settle({ type: "merchant.completed", via: "api" }, payments.frozen);
    const [first, ...rest] = life.history.toReversed();
    const answers = (first?.answers ?? []).map((answer) => ({ ...answer, reason: "of-another-version" as never }));
    const history = [...rest.toReversed(), { ...(first as NonNullable<typeof first>), answers }];
    expect(why(life.record, history, []).find((line) => line.startsWith("Last:"))).toMatch(/: of-another-version$/);
    const silent = [{ ...(first as NonNullable<typeof first>), answers: answers.map((a) => ({ ...a, reason: null })) }];
    expect(why(life.record, silent, []).find((line) => line.startsWith("Last:"))).toMatch(/was refused: $/);
  });

  test("a rule of another version is told by its name", () => {
    const life = paid();
    const history = life.history.map((h) => ({
      ...h,
      answers: h.answers.map((a) => ({ ...a, rule: "other/rule" as never })),
    }));
    expect(why(life.record, history, [])[1]).toMatch(/^Because: other\/rule after/);
  });

  test.each([
    ["under way", [effect()], "Next: readPayment is under way."],
    [
      "tried before",
      [effect({ attempts: 2 })],
      "Next: readPayment is under way, attempt 3 not before 2026-11-20T12:01:00Z.",
    ],
    [
      "given up, which counts first",
      [effect(), effect({ effect: { type: "capturePayment" }, dead: true, attempts: 9 })],
      "Next: nothing by itself; capturePayment was given up after 9 attempts.",
    ],
  ])("a call that is %s", (_how, open, line) => {
    expect(told(new Life(), open)).toContain(line);
  });

  test("the timer that rings first is the one that is told", () => {
    const life = new Life(anOrder({ createdAt: T0, updatedAt: T0 }));
    life.tell(callback());
    const { timers } = life.record;
    expect(Object.keys(timers)).toHaveLength(2);
    const later = Object.fromEntries(
      Object.entries(timers).map(([name, { generation, at }]) => [name, { generation, at: -at }]),
    );
    const next = (record: typeof life.record) => why(record, life.history, []).find((line) => line.startsWith("Next:"));
    expect(next(life.record)).toContain("waiting callback(s)");
    expect(next({ ...life.record, timers: later })).toContain("the customer's link runs out");
  });

  test.each([
    ["processing", "Do: ship, then set the order to completed; that captures the money."],
    ["on-hold", "Do: nothing; the bank decides. Do not ship."],
    ["pending", "Do: nothing; the customer may still pay."],
    ["completed", "Do: nothing; refund the order if the goods come back."],
    ["checkout-draft", "Do: nothing; the customer is still at the checkout."],
    ["failed", "Do: nothing; the customer may try again."],
    ["refunded", "Do: nothing; this is an end."],
  ] as const)("what to do with an order that is %s", (status, line) => {
    expect(told(new Life(anOrder({ status }))).at(-1)).toBe(line);
  });

  test("what to do with an order that somebody put on hold although the bank accepted the payment", () => {
    const life = paid();
    life.settle({ type: "merchant.held", via: "api" });
    expect(told(life).at(-1)).toBe("Do: look why somebody put it on hold; set it to processing when it may go on.");
    expect([life, paid(), new Life(anOrder({ status: "on-hold" }))].map(({ record }) => isHeldByHand(record))).toEqual([
      true,
      false,
      false,
    ]);
  });

  test("what to do where something is wrong, or on the move", () => {
    const { says, remedy } = flags["discrepancy:frozen-at-gateway"];
    const frozen = paid("processing", payments.frozen);
    expect(told(frozen).at(-1)).toBe(`Do: ${says} ${remedy}`);
    frozen.settle({ type: "reconcile.asked" });
    expect(told(frozen).at(-1)).toMatch(/^Do: ship/);
    const captures = paid();
    captures.settle({ type: "merchant.completed", via: "api" });
    expect(told(captures).at(-1)).toBe("Do: nothing; wait for the bank's answer.");
  });

  test("an order that was set aside", () => {
    const life = new Life();
    expect(why(life.record, life.history, [], "nobody knows it")).toEqual([
      "pending (Waiting for the customer's payment) since 2026-11-20T12:00:00Z.",
      "Set aside: nobody knows it.",
      "Next: nothing; its events wait until a version with a migration is deployed.",
      "Do: deploy the machines that know it, or add a migration; other orders go on.",
    ]);
    const record = { ...life.record, states: { ...life.record.states, order: "shipped" } };
    expect(why(record, life.history, [], "nobody knows it")[0]).toBe("pending since 2026-11-20T12:00:00Z.");
  });
});

describe("why a machine has no branch", () => {
  const against = (state: string, type: string, said = {}) =>
    reasonsAgainst(orderMachine, state, type, considered(said));

  test("all that spoke against it, the decisive first and each once", () => {
    expect(
      against("processing", "merchant.completed", { pays: { status: "FROZEN", offers: [], authorized: 5 } }),
    ).toEqual(["unable-to-capture-frozen-order", "capture-not-possible", "amount-mismatch"]);
    expect(against("on-hold", "merchant.refunded", { pays: "accepted" })).toEqual(["refund-not-possible"]);
    expect(against("on-hold", "merchant.captured", { pays: "no offers", wish: { lines: [] } })).toEqual([
      "partial-capture-not-supported",
      "capture-not-possible",
    ]);
  });

  test("the documents' own word for one action stands for the usual one", () => {
    const pays = { status: "REJECTED", captured: 1, offers: [] };
    const changes = ["merchant.editedLines", "merchant.recalculated"];
    for (const type of changes)
      expect(against("pending", type, { pays, wish: { total: 1 } })).toEqual(["not-editable"]);
    expect(against("on-hold", "merchant.captured", { pays: "frozen" })[0]).toBe("unable-to-capture-frozen-order");
    expect(against("on-hold", "merchant.cancelled", { pays: "frozen" })[0]).toBe("payment-frozen");
  });

  test("nothing speaks against what is not asked for there, nor against an open branch", () => {
    expect(against("refunded", "merchant.completed")).toEqual([]);
    expect(against("on-hold", "merchant.failed")).toEqual([]);
    expect(against("on-hold", "merchant.completed")).toEqual([]);
  });

  test("a fact without a word of its own speaks by its name", () => {
    expect(against("pending", "merchant.processed", { pays: "frozen" })).toEqual(["payment-frozen"]);
    expect(against("capturing", "nobody.knows")).toEqual([]);
    expect(reasonsAgainst(orderMachine, { booking: "asked" }, "book.confirmed", considered())).toEqual(["isMissing"]);
  });

  test("several facts of which one would do say no without a word", () => {
    const machine = setup({ guards: { no: () => false, either: and([or(["no", "no"])]) } }).createMachine({
      on: { go: { guard: "either" } },
    });
    expect(reasonsAgainst(machine, {}, "go", considered())).toEqual([]);
  });

  test("a state has its branches from inside out, and says of itself what the innermost says", () => {
    const value = { capturing: "unknown" };
    expect(nodesOf(orderMachine, value).map(({ id }) => id)).toEqual([
      "order.capturing.unknown",
      "order.capturing",
      "order",
    ]);
    expect(nodesOf(orderMachine, { capturing: "shipped" }).map(({ id }) => id)).toEqual(["order.capturing", "order"]);
    expect(handles(orderMachine, value, "merchant.completed")).toBe(true);
    expect(handles(orderMachine, value, "order.seen")).toBe(true);
    expect(handles(orderMachine, value, "merchant.cancelled")).toBe(false);
    expect(metaOf(orderMachine, value).says).toBe(
      "The bank's answer was lost; the payment is read until it shows what became of the call",
    );
    expect(metaOf(orderMachine, { capturing: "asked" }).says).toBe("The payment is being captured");
    expect(metaOf(paymentMachine, { ACCEPTED: "captured" })).toEqual({ says: "captured" });
  });
});
