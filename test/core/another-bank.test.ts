/** The bank of another payment is away: an order that is paid goes on. */
import { describe, expect, test } from "vitest";
import type { EventInput, Life } from "../../src/testing/decision/life.js";
import { payments, reading } from "../../src/testing/decision/samples.js";
import { completed, lifeOf, success } from "./lives.js";

const callbackOfOther: EventInput = {
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: "other",
  claims: null,
  content: null,
};
const attached: EventInput = { type: "payment.attached", paymentId: "other", gateway: "nets-easy" };
const atTheBank = { other: { ...payments["at the bank"], paymentId: "other" } };

/** Every reading of the order's own payment is answered; the other bank says nothing. */
const ownBankAnswers = (life: Life, says = reading()): void => {
  for (;;) {
    const asked = life.open.find(({ effect }) => effect.type === "readPayment" && effect.paymentId === "pay-1");
    if (asked === undefined) return;
    life.tell({ type: "payment.read", effectId: asked.id, reading: says });
  }
};

/** Paid at one bank, with a payment at another one, about which somebody asks while that bank is away. */
const asking = (asks: EventInput): Life => {
  const life = lifeOf({ status: "processing" });
  life.settle({ type: "reconcile.asked" });
  if (asks !== attached) life.settle(attached, reading(), atTheBank);
  life.now += 120_000;
  life.tell(asks, "asks");
  ownBankAnswers(life);
  expect(life.answerTo("asks").outcome).toBe("deferred");
  return life;
};

describe.each([
  ["a callback", callbackOfOther],
  ["a person", attached],
])("%s about another payment is not answered by its bank", (_, asks) => {
  test.each([
    ["completed", completed, { outcome: "deferred", reason: "awaiting-gateway" }],
    ["cancelled", { type: "merchant.cancelled", via: "api" }, { outcome: "deferred", reason: "awaiting-gateway" }],
    ["returned to", success, { outcome: "ignored" }],
  ] as [string, EventInput, object][])("meanwhile the order is %s", (_what, event, answer) => {
    const life = asking(asks);
    life.tell(event, "mine");
    ownBankAnswers(life);
    expect(life.answerTo("mine")).toMatchObject(answer);
  });

  test("and whoever asked is answered once it does, also while a call is under way and after it", () => {
    for (const when of ["at once", "during the call", "after it"]) {
      const life = asking(asks);
      if (when !== "at once") {
        life.tell(completed, "mine");
        ownBankAnswers(life);
      }
      if (when === "after it") life.bankAnswers({ is: "confirmed", reading: payments.captured });
      life.read(when === "after it" ? payments.captured : reading(), atTheBank);
      if (when === "during the call") life.bankAnswers({ is: "confirmed", reading: payments.captured });
      life.wait(2 * 60_000, payments.captured, atTheBank);
      expect([when, life.answerTo("asks").outcome, life.record.facts.waiting]).toEqual([when, "refused", []]);
      if (when !== "at once") expect(life.status).toBe("completed");
    }
  });

  test("and holds money when it does: the order keeps the payment that paid it, and lets the other go", () => {
    const life = asking(asks);
    life.tell(completed, "mine");
    ownBankAnswers(life);
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    const other = { other: reading({ paymentId: "other" }) };
    life.read(payments.captured, other);
    life.wait(2 * 60_000, payments.captured, other);
    expect([life.status, life.record.facts.payment.id, life.record.facts.waiting]).toEqual(["completed", "pay-1", []]);
    expect(life.types.filter((type) => type === "cancelPayment")).toHaveLength(1);
  });
});

test("the order's own money is gone while the other bank is away: a callback of the other one finds the order", () => {
  const life = asking(callbackOfOther);
  life.tell({ type: "merchant.cancelled", via: "api" }, "mine");
  ownBankAnswers(life);
  life.bankAnswers({ is: "lost" });
  const gone = reading({ authorized: 0, canceled: 100_000, offers: [] });
  const other = { other: reading({ paymentId: "other" }) };
  life.read(gone, other);
  const lookedUp = life.open.find(({ effect }) => effect.type === "readBack");
  life.tell({ type: "payment.readBack", effectId: lookedUp?.id ?? "", reading: gone });
  life.read(gone, other);
  life.wait(10 * 60_000, gone, other);
  expect([life.record.facts.waiting, life.record.facts.operation]).toEqual([[], null]);
});
