/** An order without a payment, of which a person has named one: whoever asks meanwhile waits for the bank's answer. */
import { describe, expect, test } from "vitest";
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import type { EventInput } from "../../src/testing/decision/life.js";
import { payments } from "../../src/testing/decision/samples.js";
import { lifeOf, success } from "./lives.js";

const about = (payment: Reading): { "pay-9": Reading } => ({ "pay-9": { ...payment, paymentId: "pay-9" } });
const named = (before?: EventInput) => {
  const life = lifeOf({ paymentId: null });
  if (before) life.tell(before);
  life.tell({ type: "payment.attached", paymentId: "pay-9", gateway: "resurs-merchant-api" }, "attached");
  return life;
};

describe.each([
  ["Pay is pressed", { type: "checkout.asked" }],
  ["the customer returns", success],
  ["somebody reconciles", { type: "reconcile.asked" }],
] as [string, EventInput][])("%s while it is being read", (_, asks) => {
  test("it holds the money: the order is paid by it, and both are answered after that", () => {
    const life = named();
    life.tell(asks, "mine");
    expect(life.answerTo("mine")).toMatchObject({ outcome: "deferred", reason: "reading-payment" });
    life.read(payments.cancelled, about(payments.accepted));
    expect([life.status, life.record.facts.payment.id]).toEqual(["processing", "pay-9"]);
    expect(life.answerTo("attached")).toMatchObject({ outcome: "moved", to: "processing" });
    expect(life.answerTo("mine").reason).not.toBe("no-payment");
    expect(life.answerTo("mine").outcome).not.toBe("deferred");
  });

  test("the bank does not know it: the order stays what it was, and has no payment", () => {
    const life = named();
    life.tell(asks, "mine");
    life.read(payments.cancelled, { "pay-9": noSuchPayment("pay-9") });
    expect([life.status, life.record.facts.payment.id]).toEqual(["pending", null]);
    expect(life.answerTo("attached")).toMatchObject({ outcome: "refused", reason: "payment-missing" });
    expect(life.answerTo("mine")).toMatchObject({ outcome: "ignored", reason: "no-payment" });
  });

  test("it is another order's: the order stays what it was", () => {
    const life = named();
    life.tell(asks, "mine");
    life.read(payments.cancelled, about({ ...payments.accepted, orderReference: "7" }));
    expect([life.status, life.record.facts.payment.id]).toEqual(["pending", null]);
    expect(life.answerTo("mine")).toMatchObject({ outcome: "ignored", reason: "no-payment" });
  });
});

describe("a payment of the order that was tried at another bank", () => {
  const tried = () => {
    const life = lifeOf({ paymentId: "pay-9", gateway: "resurs-simplified" });
    life.tell({ type: "payment.created", paymentId: "pay-1", gateway: "resurs-mapi" });
    return life;
  };
  const bankOf = (life: ReturnType<typeof tried>) =>
    life.record.facts.others.find(({ id }) => id === "pay-9")?.gateway ?? life.record.facts.payment.gateway;

  test.each([["nets-easy"], ["resurs-mapi"], [undefined]])(
    "named at %s: it stays at the bank where it was tried",
    (gateway) => {
      const life = tried();
      life.settle({ type: "payment.attached", paymentId: "pay-9", gateway }, payments["at the bank"]);
      expect(bankOf(life)).toBe("resurs-simplified");
    },
  );
});
