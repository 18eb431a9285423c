/** `give-back`: only what came after a cancelled order's payment was read unpaid is known to have come late. */
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, payments } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { success } from "./lives.js";

const unpaid = payments["at the bank"];
const seen: EventInput = { type: "order.seen", status: "cancelled" };
const clicked: EventInput = { type: "merchant.cancelled", via: "dropdown" };
const failed: EventInput = { type: "customer.returned", page: "fail" };

const opened = (gateway = "nets-easy", choice: "give-back" | "stay" = "give-back"): Life =>
  new Life(anOrder({ gateway }), rulesWith({ cooldownSeconds: 0, choices: { cancelledThenAccepted: choice } }));
const paidLater = (life: Life, says: Reading): string[] => {
  life.now += MINUTE;
  life.settle({ type: "reconcile.asked" }, says);
  return life.types.filter((type) => type === "cancelPayment" || type === "refundPayment");
};

describe("with give-back", () => {
  const cases: [string, EventInput][] = [
    ["a merchant", clicked],
    ["the customer, on the page for failed payments,", failed],
    ["another program", seen],
  ];

  test.each(cases)("money that comes after %s cancelled the unpaid order goes back", (_, cancels) => {
    for (const [says, call] of [
      [payments.accepted, "cancelPayment"],
      [payments.captured, "refundPayment"],
    ] as const) {
      const life = opened();
      life.settle(cancels, unpaid);
      expect(life.status).toBe("cancelled");
      expect(paidLater(life, says)).toEqual([call]);
    }
  });

  test.each([
    ["reserved", payments.accepted, payments.cancelled, "the reservation was cancelled there", "Cancelling payment"],
    ["captured", payments.captured, payments.refunded, "1000.00 SEK was refunded", "Refunding payment"],
  ])("what came late and was %s has a note, whatever the bank answers", (_, says, gone, done, refused) => {
    const notes = (life: Life) => life.effects.flatMap(({ effect }) => ("note" in effect ? [effect.note] : []));
    for (const [answer, note] of [
      [{ is: "confirmed", reading: gone }, done],
      [{ is: "refused" }, refused],
    ] as const) {
      const life = opened();
      life.settle(clicked, unpaid);
      paidLater(life, says);
      const before = notes(life).length;
      life.bankAnswers(answer);
      expect(notes(life).slice(before)).toEqual([expect.stringContaining(note)]);
      expect(life.status).toBe("cancelled");
    }
  });

  test.each([
    ["reserved", payments.accepted],
    ["captured", payments.captured],
  ])("money that the first reading after another program's cancellation shows stays, and is flagged: %s", (_, says) => {
    const life = opened();
    // Read long before: the customer has paid since, and nobody has heard of it.
    life.settle(success, unpaid);
    life.now += MINUTE;
    life.settle(seen, says);
    expect(paidLater(life, says)).toEqual([]);
    expect([life.status, life.raised]).toEqual(["cancelled", ["discrepancy:paid-but-cancelled"]]);
  });

  test("a reading that had begun before the cancellation proves nothing", () => {
    const life = opened();
    life.tell({ type: "reconcile.asked" });
    const asked = life.open.find(({ effect }) => effect.type === "readPayment");
    life.now += MINUTE;
    life.tell(seen);
    life.now -= MINUTE;
    life.tell({ type: "payment.read", effectId: asked?.id ?? "", reading: unpaid });
    life.now += 2 * MINUTE;
    life.read(payments.accepted);
    expect(paidLater(life, payments.accepted)).toEqual([]);
    expect(life.raised).toEqual(["discrepancy:paid-but-cancelled"]);
  });

  test("what was read while the order was cancelled before counts no more", () => {
    const life = opened();
    life.settle(clicked, unpaid);
    life.settle({ type: "order.seen", status: "pending" }, unpaid);
    life.now += MINUTE;
    life.settle(seen, payments.accepted);
    expect(paidLater(life, payments.accepted)).toEqual([]);
  });

  test.each(["resurs-mapi", "resurs-simplified", "resurs-rco"])(
    "%s ends no payment, so nothing goes back",
    (gateway) => {
      for (const cancels of [clicked, seen]) {
        const life = opened(gateway);
        life.settle(cancels, unpaid);
        expect(paidLater(life, payments.accepted)).toEqual([]);
        expect(life.raised).toEqual(["discrepancy:paid-but-cancelled"]);
      }
    },
  );
});

test("of a payment of which a part was captured, that part goes back, and the rest stays flagged", () => {
  const life = opened();
  life.settle(clicked, unpaid);
  expect(paidLater(life, payments["partly captured"])).toEqual(["refundPayment"]);
  const { captured, authorized } = payments["partly captured"];
  expect(life.effects.at(-1)?.effect).toMatchObject({ type: "refundPayment", amount: captured });
  const given: Reading = { ...payments["partly captured"], refunded: captured };
  life.bankAnswers({ is: "confirmed", reading: given });
  expect(paidLater(life, given)).toEqual(["refundPayment"]);
  expect([life.status, life.raised, authorized > 0]).toEqual(["cancelled", ["discrepancy:paid-but-cancelled"], true]);
});

test.each([
  ["cancelling", payments.accepted, { enableCancel: false }],
  ["refunding", payments.captured, { enableRefund: false }],
] as const)("with %s switched off it stays, and is flagged", (_, says, settings) => {
  const rules = rulesWith({ cooldownSeconds: 0, ...settings, choices: { cancelledThenAccepted: "give-back" } });
  const life = new Life(anOrder({ gateway: "nets-easy" }), rules);
  life.settle(clicked, unpaid);
  expect(paidLater(life, says)).toEqual([]);
  expect([life.status, life.raised]).toEqual(["cancelled", ["discrepancy:paid-but-cancelled"]]);
});

test("by default nothing goes back", () => {
  const life = opened("nets-easy", "stay");
  life.settle(clicked, unpaid);
  expect(paidLater(life, payments.accepted)).toEqual([]);
});
