/** A call that is refused, of which an earlier try may have got through: the payment is read back before that is believed. */
import { describe, expect, test } from "vitest";
import { type Life, Life as OneLife, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { completed, lifeOf } from "./lives.js";

const call = (life: Life) => life.open.find(({ effect }) => "key" in effect)?.id ?? "none";
const refuses = (life: Life, family: "book" | "capture" | "cancel" | "refund" | "rebuild"): void => {
  const why = { reason: "gateway-refused", detail: "done already", mayBeDone: true } as const;
  life.tell({ type: `${family}.refused`, effectId: call(life), ...why });
};
const readBack = (life: Life, reading = payments.accepted): void => {
  const asked = life.open.find(({ effect }) => effect.type === "readBack")?.id ?? "none";
  life.tell({ type: "payment.readBack", effectId: asked, reading });
};
/** All looks, one after the other. */
const looked = (life: Life, reading: typeof payments.accepted): void => {
  for (let minutes = 0; minutes < 13; minutes += 1) {
    readBack(life, reading);
    life.wait(MINUTE, reading);
  }
};

const booking = (): Life => {
  const life = lifeOf({ gateway: "resurs-simplified" });
  life.settle({ type: "customer.returned", page: "signing-landing" }, payments.missing);
  return life;
};
/** `pay-1` pays the order, and what `pay-0` holds is being released. */
const releasing = (): Life => {
  const order = anOrder({ status: "processing", previousPaymentIds: ["pay-0"] });
  const life = new OneLife(order, rulesWith({ choices: { surplusPayment: "release" } }));
  life.settle(callback({ paymentId: "pay-0" }), payments.accepted, {
    "pay-0": { ...payments.accepted, paymentId: "pay-0" },
  });
  return life;
};

describe("a booking", () => {
  test("that shows pays the order", () => {
    const life = booking();
    refuses(life, "book");
    expect(life.record.facts.operation).toMatchObject({ lostAt: life.now, refused: "done already" });
    readBack(life);
    expect([life.status, life.record.facts.operation]).toEqual(["processing", null]);
  });

  test("that does not show within the settle window was refused", () => {
    const life = booking();
    refuses(life, "book");
    looked(life, payments.missing);
    expect([life.status, life.record.facts.operation]).toEqual(["failed", null]);
  });
});

describe("the release of a payment too many", () => {
  test("that shows is closed, and not asked for again", () => {
    const life = releasing();
    refuses(life, "cancel");
    const [other] = life.record.facts.others;
    expect(other?.release).toMatchObject({ lostAt: life.now, refused: "done already" });
    readBack(life, { ...payments.cancelled, paymentId: "pay-0" });
    expect(life.record.facts.others).toMatchObject([{ state: "closed", release: null }]);
    expect(life.types.filter((type) => type === "cancelPayment")).toHaveLength(1);
  });
});

test("the shop has another order: what was asked for before may be done all the same", () => {
  const life = lifeOf({ status: "processing" });
  life.settle(completed);
  const order = { total: 90_000, currency: "SEK", lines: [] };
  life.tell({ type: "shop.differs", effectId: call(life), order, mayBeDone: true });
  readBack(life, payments.captured);
  expect([life.status, life.record.facts.operation]).toEqual(["completed", null]);
});

test("whose money may have moved late is read again after 20 minutes, 2 hours and 24 hours", () => {
  const life = lifeOf({ status: "processing" });
  life.settle(completed);
  refuses(life, "capture");
  expect(Object.keys(life.record.timers).filter((timer) => timer.startsWith("look.again."))).toHaveLength(3);
});
