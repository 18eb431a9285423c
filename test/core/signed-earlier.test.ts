/** The older flows book what was signed: also what the customer signed in an older tab. */
import { describe, expect, test } from "vitest";
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import { type EventInput, Life } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { T0 } from "../../src/testing/simulator/script.js";
import { type Placed, sent } from "./lives.js";

const NEWER = "pay-1";
const OLDER = "pay-0";
/** `pay-1` is the current payment, `pay-0` an earlier one; the bank has neither before it is booked. */
const two = (order: Placed = {}) =>
  new Life(anOrder({ gateway: "resurs-simplified", previousPaymentIds: [OLDER], ...order }));
const signed = (attempt: string | null = OLDER): EventInput => ({
  type: "customer.returned",
  page: "signing-landing",
  attempt,
});
const booked = (life: Life) =>
  sent(life).flatMap((effect) => (effect.type === "bookSignedPayment" ? [effect.paymentId] : []));
const paidBy = (life: Life) => life.record.facts.payment.id;
const says = (payment: Reading) => ({ [OLDER]: { ...payment, paymentId: OLDER } });
const readBack = (life: Life, answer: Reading) => {
  const asked = life.open.find(({ effect }) => effect.type === "readBack");
  if (asked !== undefined) life.tell({ type: "payment.readBack", effectId: asked.id, reading: answer });
};

describe("signed in an older tab", () => {
  test("is booked, and pays the order", () => {
    const life = two();
    life.settle(signed(), payments.missing);
    expect(booked(life)).toEqual([OLDER]);
    life.bankAnswers({ is: "confirmed", reading: reading({ paymentId: OLDER }) });
    expect([life.status, paidBy(life), life.raised]).toEqual(["processing", OLDER, []]);
    expect(life.answerTo("e1")).toMatchObject({ outcome: "moved", to: "processing" });
  });

  test("is booked while the newer attempt waits at another bank", () => {
    for (const gateway of ["resurs-mapi", "nets-easy"]) {
      const life = new Life(anOrder({ gateway: "resurs-simplified", paymentId: OLDER }));
      life.tell({ type: "payment.created", paymentId: NEWER, gateway });
      life.settle(signed(), payments["at the bank"]);
      expect(booked(life)).toEqual([OLDER]);
    }
  });

  test("is booked where a message of the bank's is all that comes of it", () => {
    const life = two();
    life.settle(callback({ paymentId: OLDER }), payments.missing);
    expect(booked(life)).toEqual([OLDER]);
  });

  test("is booked where the answer was lost, and shows when it is looked up", () => {
    const life = two();
    life.settle(signed(), payments.missing);
    life.bankAnswers({ is: "lost" });
    readBack(life, reading({ paymentId: OLDER }));
    expect([life.status, paidBy(life)]).toEqual(["processing", OLDER]);
  });

  test("is booked where the customer came back from it just before the newer attempt was opened", () => {
    for (const before of [[], [{ type: "checkout.asked" } as const]]) {
      const life = new Life(anOrder({ gateway: "resurs-simplified", paymentId: OLDER }));
      life.tell(signed(), "back");
      for (const event of before) life.tell(event);
      life.tell({ type: "payment.created", paymentId: NEWER });
      life.read(payments.missing);
      expect(booked(life)).toEqual([OLDER]);
    }
  });

  test("and refused by the bank leaves the order to the newer attempt, which can be signed and booked", () => {
    for (const event of [signed(), callback({ paymentId: OLDER })]) {
      const life = two();
      life.settle(event, payments.missing);
      life.bankAnswers({ is: "refused" });
      readBack(life, noSuchPayment(OLDER));
      expect([life.status, paidBy(life), life.record.facts.operation]).toEqual(["pending", NEWER, null]);
      life.settle(signed(NEWER), payments.missing);
      expect(booked(life)).toEqual([OLDER, NEWER]);
      life.bankAnswers({ is: "confirmed", reading: reading() });
      expect([life.status, paidBy(life)]).toEqual(["processing", NEWER]);
    }
  });

  describe("and refused by the bank", () => {
    /** Answers the open reading of this payment. */
    const answer = (life: Life, paymentId: string, says = noSuchPayment(paymentId)) => {
      const asked = life.open.find(({ effect }) => effect.type === "readPayment" && effect.paymentId === paymentId);
      life.tell({ type: "payment.read", effectId: asked?.id ?? "none is open", reading: says });
    };
    const came: [string, EventInput][] = [
      ["a customer", { type: "customer.returned", page: "success" }],
      ["a merchant", { type: "merchant.completed", via: "api" }],
      ["a reconciliation", { type: "reconcile.asked" }],
      ["a callback of the newer attempt", callback({ paymentId: NEWER })],
    ];

    test.each(came)("%s who came meanwhile is answered, in whatever order the bank answers", (_who, event) => {
      for (const lookedUpFirst of [true, false]) {
        const life = two();
        life.tell(callback({ paymentId: OLDER }));
        answer(life, NEWER);
        life.tell(event, "came");
        answer(life, OLDER);
        expect(booked(life)).toEqual([OLDER]);
        life.bankAnswers({ is: "refused" });
        if (!lookedUpFirst) answer(life, OLDER);
        readBack(life, noSuchPayment(OLDER));
        life.read(payments.missing);
        life.wait(0, payments.missing);
        expect(life.record.facts.waiting).toEqual([]);
        expect(life.answerTo("came").reason).not.toBe("reading-payment");
      }
    });
  });

  describe("and a callback of each attempt waited for the same reading", () => {
    const both = (first: string) => {
      const life = two({ createdAt: T0 - 30_000, updatedAt: T0 - 30_000 });
      for (const paymentId of first === OLDER ? [OLDER, NEWER] : [NEWER, OLDER]) life.tell(callback({ paymentId }));
      life.wait(30_000, payments.missing);
      return life;
    };
    const refused = (life: Life, paymentId: string) => {
      life.bankAnswers({ is: "refused" });
      readBack(life, noSuchPayment(paymentId));
      life.read(payments.missing);
      life.wait(0, payments.missing);
    };

    test.each([
      ["the older one's first", OLDER, NEWER],
      ["the newer one's first", NEWER, OLDER],
    ])("%s: what the bank refuses of one leaves the other its own", (_first, first, second) => {
      const life = both(first);
      expect(booked(life)).toEqual([first]);
      refused(life, first);
      expect(booked(life)).toEqual([first, second]);
      life.bankAnswers({ is: "confirmed", reading: reading({ paymentId: second }) });
      expect([life.status, paidBy(life), life.raised]).toEqual(["processing", second, []]);
    });

    test("the one that is booked pays the order, and the other is not booked", () => {
      for (const first of [OLDER, NEWER]) {
        const life = both(first);
        life.bankAnswers({ is: "confirmed", reading: reading({ paymentId: first }) });
        life.read(reading({ paymentId: first }));
        life.wait(0, reading({ paymentId: first }));
        expect([life.status, paidBy(life), booked(life)]).toEqual(["processing", first, [first]]);
      }
    });
  });

  test.each<[string, Placed, Reading]>([
    ["is paid already", {}, payments.accepted],
    ["is being looked at by the bank", {}, payments.frozen],
    ["is being looked at by a person at the bank", {}, payments.inspection],
  ])("is not booked where the newer attempt %s", (_what, order, has) => {
    const life = two(order);
    life.settle(signed(), has);
    life.settle(callback({ paymentId: OLDER }), has);
    expect([booked(life), paidBy(life)]).toEqual([[], NEWER]);
  });

  test.each(["processing", "cancelled", "completed", "refunded"] as const)(
    "is not booked for an order that is %s",
    (status) => {
      const life = two({ status });
      life.settle(signed(), payments.missing);
      expect(booked(life)).toEqual([]);
    },
  );

  test("is not booked by an address that proves nothing, nor by another page", () => {
    const life = two();
    life.settle(signed(null), payments.missing);
    for (const page of ["success", "fail", "signing-cancelled"] as const) {
      life.settle({ type: "customer.returned", page, attempt: OLDER }, payments.missing);
    }
    expect(booked(life)).toEqual([]);
  });

  test("is not booked where the bank books by itself", () => {
    for (const gateway of ["resurs-rco", "resurs-mapi", "nets-easy"]) {
      const life = two({ gateway });
      life.settle(signed(), payments.missing);
      expect(booked(life)).toEqual([]);
    }
  });

  test("of the same payment, which the shop names, is booked; refused, the newer attempt goes on", () => {
    const begun = () => {
      const life = new Life(anOrder({ gateway: "resurs-simplified", paymentId: null }));
      for (const attempt of ["a", "b", "c"]) life.tell({ type: "payment.created", paymentId: NEWER, attempt });
      return life;
    };
    for (const attempt of ["a", "b"]) {
      const life = begun();
      life.settle({ type: "customer.returned", page: "fail", attempt }, payments.missing);
      life.settle(signed(attempt), payments.missing);
      expect([life.status, booked(life)]).toEqual(["pending", [NEWER]]);
      life.bankAnswers({ is: "refused" });
      readBack(life, payments.missing);
      expect([life.status, life.record.facts.operation]).toEqual(["pending", null]);
      life.settle(signed("c"), payments.missing);
      expect(booked(life)).toEqual([NEWER, NEWER]);
      life.bankAnswers({ is: "confirmed", reading: reading() });
      expect(life.status).toBe("processing");
    }
    const waits = new Life(anOrder({ gateway: "resurs-simplified", paymentId: null }));
    waits.tell({ type: "payment.created", paymentId: NEWER, attempt: "a" });
    waits.tell(signed("a"));
    waits.tell({ type: "payment.created", paymentId: NEWER, attempt: "b" });
    waits.read(payments.missing);
    waits.bankAnswers({ is: "refused" });
    readBack(waits, payments.missing);
    expect([waits.status, booked(waits)]).toEqual(["pending", [NEWER]]);
  });

  test("and booked by the bank already pays the order, without another booking", () => {
    const life = two();
    life.settle(signed(), payments.missing, says(payments.accepted));
    expect([booked(life), life.status, paidBy(life)]).toEqual([[], "processing", OLDER]);
  });
});
