/** A payment that may still be paid is read in the end, whatever became of its order, and callback and return are lost. */
import { describe, expect, test } from "vitest";
import { type EventInput, Life, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE } from "../../src/testing/simulator/script.js";
import { answerTo, LINK, lifeOf, sent, success } from "./lives.js";

const DAY = 24 * 60 * MINUTE;
/** Time goes on for a day and a half, and each reading gets this answer. */
const longAfter = (life: Life, says = payments["at the bank"], days = 1.5): number => {
  const until = life.now + days * DAY;
  const before = readings(life);
  for (;;) {
    const next = Object.entries(life.record.timers).sort(([, a], [, b]) => a.at - b.at)[0];
    if (next === undefined || next[1].at > until) return readings(life) - before;
    const [timer, { at, generation }] = next;
    life.now = Math.max(life.now, at);
    life.settle({ type: "timer.fired", timer, generation }, says);
  }
};
const readings = (life: Life): number => sent(life).filter(({ type }) => type === "readPayment").length;
const switched: EventInput = { type: "order.updated", by: "shop", change: "cart", order: { gateway: null } };
const seen = (status: "processing" | "completed" | "cancelled" | "on-hold"): EventInput => ({
  type: "order.seen",
  status,
});

const leaves: [string, (life: Life) => void][] = [
  ["an early callback put it on hold", (life) => void life.settle(callback(), payments["at the bank"])],
  ["an early return put it on hold", (life) => void life.settle(success, payments["at the bank"])],
  ["a merchant held it", (life) => void life.settle({ type: "merchant.held", via: "api" }, payments["at the bank"])],
  [
    "a merchant set it to processing",
    (life) => void life.settle({ type: "merchant.processed", via: "api" }, payments["at the bank"]),
  ],
  ["the shop set it to processing", (life) => void life.settle(seen("processing"), payments["at the bank"])],
  ["the shop set it to completed", (life) => void life.settle(seen("completed"), payments["at the bank"])],
  ["the shop cancelled it", (life) => void life.settle(seen("cancelled"), payments["at the bank"])],
  ["the customer chose another way to pay", (life) => void life.settle(switched, payments["at the bank"])],
  [
    "it was paid another way",
    (life) => {
      life.settle(switched, payments["at the bank"]);
      life.settle(seen("processing"), payments["at the bank"]);
    },
  ],
  [
    "it was cancelled after another way was chosen",
    (life) => {
      life.settle(switched, payments["at the bank"]);
      life.settle({ type: "merchant.cancelled", via: "api" }, payments["at the bank"]);
    },
  ],
];

describe.each(["resurs-mapi", "resurs-hosted", "nets-easy"])("at %s", (gateway) => {
  test.each(leaves)("%s: it is read again within the hour, and its money is known", (_, leave) => {
    const life = lifeOf({ gateway });
    leave(life);
    expect(longAfter(life, payments.accepted, 0.1)).toBeGreaterThan(0);
    const holds = life.record.facts.payment.authorized > 0;
    expect(holds && (life.status === "processing" || life.raised.length > 0)).toBe(true);
  });

  test.each(leaves)("%s: it is not read for ever", (_, leave) => {
    const life = lifeOf({ gateway });
    leave(life);
    longAfter(life);
    expect(longAfter(life, payments["at the bank"], 30)).toBe(0);
  });

  test("once the bank has decided nothing is looked at", () => {
    for (const says of [payments.accepted, payments["rejected, task done"]]) {
      const life = lifeOf({ gateway });
      life.settle(success, payments["at the bank"]);
      life.settle({ type: "reconcile.asked" }, says);
      expect(Object.keys(life.record.timers)).toEqual([]);
    }
  });
});

test.each([
  ["the shop set it to processing", seen("processing"), "processing"],
  ["a merchant set it to processing", { type: "merchant.processed", via: "api" }, "processing"],
  ["the shop cancelled it", seen("cancelled"), "cancelled"],
  ["the customer came by the fail page", { type: "customer.returned", page: "fail" }, "cancelled"],
] as [string, EventInput, string][])("%s a minute before the last look: the looks begin anew", (_, event, status) => {
  const life = lifeOf();
  life.settle(callback(), payments["at the bank"]);
  const lastLook = Math.max(...Object.values(life.record.timers).map(({ at }) => at));
  longAfter(life, payments["at the bank"], (lastLook - life.now - MINUTE) / DAY);
  life.now = lastLook - MINUTE;
  life.settle(event, payments["at the bank"]);
  expect(life.status).toBe(status);
  life.now = lastLook;
  longAfter(life, payments["at the bank"], 1 / DAY);
  expect(longAfter(life, payments.accepted, 0.1)).toBeGreaterThan(0);
  expect(life.record.facts.payment.authorized).toBe(100_000);
});

describe.each(["resurs-mapi", "resurs-hosted", "nets-easy"])(
  "an order at %s that costs nothing any more",
  (gateway) => {
    const free: EventInput = { type: "order.updated", by: "shop", change: "cart", order: { total: 0, lines: [] } };
    test.each([
      ["a merchant cancelled it", { type: "merchant.cancelled", via: "api" }],
      ["the shop completed it", seen("completed")],
      ["the shop cancelled it", seen("cancelled")],
      ["a merchant set it to processing", { type: "merchant.processed", via: "api" }],
    ] as [string, EventInput][])("%s: what its customer pays in the open tab is known within the hour", (_, click) => {
      const life = lifeOf({ gateway });
      life.settle(free, payments["at the bank"]);
      life.settle(click, payments["at the bank"]);
      longAfter(life, payments.accepted, 0.1);
      expect(life.record.facts.payment.authorized).toBe(100_000);
      expect(life.raised).not.toEqual([]);
    });
  },
);

describe.each([
  ["callback", callback()],
  ["return", success],
] as [string, EventInput][])("the customer is at the bank, and an early %s comes", (_, early) => {
  const away = payments["at the bank"];
  const rejected = payments["rejected, task open"];
  test("on hold, it outlives the link, is read three times within a day, and ends once it is read as rejected", () => {
    const life = lifeOf();
    life.settle(early, away);
    const began = life.now;
    const readAt: number[] = [];
    for (let minutes = 1; minutes <= 2 * 1440; minutes += 1) {
      const before = readings(life);
      life.wait(MINUTE, away);
      if (readings(life) > before) readAt.push((life.now - began) / MINUTE);
    }
    expect([life.status, readAt]).toEqual(["on-hold", [20, 120, 1440]]);
    life.settle({ type: "reconcile.asked" }, rejected);
    expect(life.status).toBe("cancelled");
  });

  test.each([
    [{}, "cancelled"],
    [{ onHoldThenAborted: "stay" }, "on-hold"],
  ] as const)("on hold, and rejected at the second look, with %j: %s", (choices, status) => {
    const life = new Life(anOrder(), rulesWith({ choices }));
    life.settle(early, away);
    life.wait(119 * MINUTE, away);
    expect(life.status).toBe("on-hold");
    life.wait(2 * MINUTE, rejected);
    expect(life.status).toBe(status);
  });

  test("where it is to stay pending meanwhile, it is cancelled when the link is over", () => {
    const life = new Life(anOrder(), rulesWith({ choices: { pendingWhileCustomerIsAway: "stay" } }));
    life.settle(early, away);
    const endsIn = (life.record.timers[LINK]?.at ?? 0) - life.now;
    life.wait(endsIn - MINUTE, away);
    expect(life.status).toBe("pending");
    life.wait(MINUTE, away);
    expect(life.status).toBe("cancelled");
  });
});

test("a frozen payment is looked at, for word of its release may be lost", () => {
  const life = lifeOf();
  life.settle(callback(), payments.frozen);
  expect(life.status).toBe("on-hold");
  longAfter(life, payments.accepted);
  expect(life.status).toBe("processing");
});

test("a session at Nets is ended when its customer chooses another way to pay", () => {
  const ended = (life: Life) => sent(life).filter(({ type }) => type === "endPayment").length;
  const life = lifeOf({ gateway: "nets-easy" });
  life.settle(switched, payments["at the bank"]);
  life.settle({ type: "order.updated", by: "shop", change: "cart" }, payments["at the bank"]);
  expect(ended(life)).toBe(1);
  const paid = lifeOf({ gateway: "nets-easy" });
  paid.settle(success, payments.accepted);
  paid.settle(switched, payments.accepted);
  expect(ended(paid)).toBe(0);
});

test.each([
  ["a merchant cancels it", { type: "merchant.cancelled", via: "api" }, true],
  ["a merchant cancels it, with cancelling switched off", { type: "merchant.cancelled", via: "api" }, false],
  ["the shop cancelled it past the engine", seen("cancelled"), true],
] as [string, EventInput, boolean][])("a session at Nets that nobody paid is ended: %s", (_, event, enableCancel) => {
  const life = lifeOf({ gateway: "nets-easy" }, { enableCancel });
  life.settle({ type: "reconcile.asked" }, payments["at the bank"]);
  life.settle(event, payments["at the bank"]);
  expect(life.status).toBe("cancelled");
  const asked = sent(life).map(({ type }) => type);
  expect([asked.includes("endPayment"), asked.includes("cancelPayment")]).toEqual([true, false]);
});

describe("a booking of an older tab that comes to nothing", () => {
  const twoBanks = () => {
    const life = new Life(anOrder({ gateway: "resurs-simplified", paymentId: "pay-0" }));
    life.tell({ type: "payment.created", paymentId: "pay-1", gateway: "resurs-mapi" });
    return life;
  };
  test("leaves the newer payment its time to pay", () => {
    const life = twoBanks();
    const before = life.record.timers[LINK]?.at;
    life.now += MINUTE;
    life.settle({ type: "customer.returned", page: "signing-landing", attempt: "pay-0" }, payments["at the bank"]);
    life.bankAnswers({ is: "refused" });
    const asked = life.open.find(({ effect }) => effect.type === "readBack");
    life.tell({
      type: "payment.readBack",
      effectId: asked?.id ?? "",
      reading: { ...payments.missing, paymentId: "pay-0" },
    });
    expect([life.status, life.record.facts.payment.id]).toEqual(["pending", "pay-1"]);
    expect(life.record.timers[LINK]?.at).toBeGreaterThanOrEqual(before ?? Number.POSITIVE_INFINITY);
    longAfter(life);
    expect(life.status).toBe("cancelled");
  });
});

describe("the order failed with an older payment", () => {
  const failed = () => {
    const life = new Life(anOrder({ gateway: "resurs-mapi", paymentId: "pay-0" }));
    life.tell({ type: "payment.created", paymentId: "pay-1", gateway: "resurs-simplified" });
    life.now += 2 * MINUTE;
    const frozen = { "pay-0": { ...payments.frozen, paymentId: "pay-0" } };
    life.settle(callback({ paymentId: "pay-0" }), payments.missing, frozen);
    life.now += 2 * MINUTE;
    life.settle(callback({ paymentId: "pay-0" }), { ...payments["rejected, task done"], paymentId: "pay-0" });
    expect([life.status, life.record.facts.payment.id]).toEqual(["failed", "pay-0"]);
    return life;
  };
  const bookings = (life: Life) => sent(life).filter(({ type }) => type === "bookSignedPayment").length;
  test.each([
    ["the customer comes back", { type: "customer.returned", page: "signing-landing", attempt: "pay-1" }],
    ["the bank calls", callback({ paymentId: "pay-1" })],
  ] as [string, EventInput][])("%s from signing the newer one: it is booked, and pays the order", (_, event) => {
    const life = failed();
    life.now += 2 * MINUTE;
    life.settle(event, { ...payments["rejected, task done"], paymentId: "pay-0" });
    expect(bookings(life)).toBe(1);
    life.bankAnswers({ is: "confirmed", reading: { ...payments.accepted, paymentId: "pay-1" } });
    expect([life.status, life.record.facts.payment.id, life.raised]).toEqual(["processing", "pay-1", []]);
  });

  test.each([
    ["the bank refuses to book", (life: Life) => life.bankAnswers({ is: "refused" })],
    [
      "the bank books it and rejects it",
      (life: Life) =>
        life.bankAnswers({ is: "confirmed", reading: { ...payments["rejected, task done"], paymentId: "pay-1" } }),
    ],
    [
      "a person ends the wait for a booking that does not go out, twice",
      (life: Life) => {
        const none = { ...payments.missing, paymentId: "pay-1" };
        life.settle({ type: "merchant.endedWait" }, none);
        const asked = life.open.find(({ effect }) => effect.type === "readBack");
        life.tell({ type: "payment.readBack", effectId: asked?.id ?? "", reading: none });
        life.settle({ type: "merchant.endedWait" }, none);
      },
    ],
    [
      "a person ends the wait for the booking's lost answer",
      (life: Life) => {
        life.bankAnswers({ is: "lost" });
        life.settle({ type: "merchant.endedWait" }, { ...payments.missing, paymentId: "pay-1" });
      },
    ],
  ])("%s: it has failed, as before, and the shop is told nothing", (_, answer) => {
    const life = failed();
    const told = () => life.types.filter((type) => type === "setOrderStatus").length;
    const before = told();
    life.settle(
      { type: "customer.returned", page: "signing-landing", attempt: "pay-1" },
      { ...payments["rejected, task done"], paymentId: "pay-0" },
    );
    answer(life);
    const asked = life.open.find(({ effect }) => effect.type === "readBack");
    if (asked !== undefined)
      life.tell({ type: "payment.readBack", effectId: asked.id, reading: { ...payments.missing, paymentId: "pay-1" } });
    expect([life.status, life.record.states.order, told()]).toEqual(["failed", "failed", before]);
  });

  test("a stranger's return books nothing", () => {
    const life = failed();
    life.settle(
      { type: "customer.returned", page: "signing-landing", attempt: null },
      { ...payments["rejected, task done"], paymentId: "pay-0" },
    );
    expect(bookings(life)).toBe(0);
  });
});

describe("the fail page of an order that an early callback put on hold, or a person made processing", () => {
  const onHold = (says = payments["at the bank"]) => {
    const life = lifeOf();
    life.settle(callback(), payments["at the bank"]);
    life.settle({ type: "customer.returned", page: "fail" }, says);
    return [life.status, life.raised];
  };
  test("cancels it, and never a paid one or one that the bank looks at", () => {
    expect(onHold()).toEqual(["cancelled", []]);
    expect(onHold(payments.supplementing)).toEqual(["cancelled", []]);
    expect(onHold(payments.accepted)).toEqual(["processing", []]);
    expect(onHold(payments.frozen)).toEqual(["on-hold", []]);
  });

  const rejections = [
    "rejected, task done",
    "rejected, task open",
    "rejected, task silent",
    "rejected, task unreadable",
    "released after the task",
  ] as const;
  describe.each(["on-hold", "processing"] as const)("%s", (status) => {
    test.each(rejections)(
      "cancels it once, however often it is opened, where the bank rejected the payment: %s",
      (pays) => {
        for (const gateway of ["resurs-mapi", "resurs-simplified", "nets-easy"]) {
          const life = lifeOf({ status, gateway });
          for (const _ of ["opened", "opened again"]) {
            life.settle({ type: "customer.returned", page: "fail" }, payments[pays]);
            expect([gateway, life.status]).toEqual([gateway, "cancelled"]);
          }
          expect(life.types.filter((type) => type === "setOrderStatus")).toHaveLength(1);
        }
      },
    );
  });

  test.each(["rejected, task done", "rejected, task open"] as const)(
    "leaves a processing order where the shop chose that: %s",
    (pays) => {
      const life = lifeOf({ status: "processing" }, { choices: { processingThenRejected: "stay" } } as never);
      for (const _ of ["opened", "opened again"])
        life.settle({ type: "customer.returned", page: "fail" }, payments[pays]);
      expect([life.status, life.types.filter((type) => type === "setOrderStatus")]).toEqual(["processing", []]);
    },
  );

  test("leaves it on hold where the shop chose that for a customer who gave up", () => {
    const says: [keyof typeof payments, string][] = [
      ["rejected, task open", "on-hold"],
      ["rejected, task done", "cancelled"],
    ];
    for (const [pays, status] of says) {
      const life = lifeOf({ status: "on-hold" }, { choices: { onHoldThenAborted: "stay" } } as never);
      life.settle({ type: "customer.returned", page: "fail" }, payments[pays]);
      expect([pays, life.status]).toEqual([pays, status]);
    }
  });

  test("leaves an order that a person holds as it is", () => {
    const life = lifeOf();
    life.settle(callback(), payments.accepted);
    life.settle({ type: "merchant.held", via: "api" }, payments.accepted);
    life.settle({ type: "customer.returned", page: "fail" }, payments.accepted);
    expect(life.status).toBe("on-hold");
  });
});

describe("an order that is known to be paid another way", () => {
  const elsewhere = () => {
    const life = lifeOf();
    life.settle(callback(), payments.accepted);
    life.settle(switched, payments.accepted);
    return life;
  };
  test.each([
    ["a capture", { type: "merchant.captured", via: "api" }],
    ["Recalculate", { type: "merchant.recalculated", via: "api" }],
    ["fewer lines", { type: "merchant.editedLines", total: 60_000, lines: [], adds: false }],
  ] as [string, EventInput][])("%s sends nothing to the bank", (_, click) => {
    const life = elsewhere();
    if (click.type === "merchant.recalculated")
      life.settle(
        { type: "order.updated", by: "shop", change: "cart", order: { total: 60_000, lines: [] } },
        payments.accepted,
      );
    const calls = sent(life).filter(({ type }) => type !== "readPayment").length;
    const answer = life.settle(click, payments.accepted);
    expect(answer).toMatchObject({ outcome: "refused", reason: "not-ours" });
    expect(sent(life).filter(({ type }) => !["readPayment", "addOrderNote"].includes(type)).length).toBeLessThanOrEqual(
      calls,
    );
  });

  test("a click that waited for its reading meanwhile sends nothing either", () => {
    const life = lifeOf();
    life.settle(callback(), payments.accepted);
    const click = life.tell({ type: "merchant.completed", via: "api" }, "click");
    expect(click.effects.some(({ effect }) => effect.type === "readPayment")).toBe(true);
    life.tell(switched);
    life.read(payments.accepted);
    expect(life.answerTo("click")).toMatchObject({ outcome: "refused", reason: "not-ours" });
    expect(life.types).not.toContain("capturePayment");
  });

  test("what its customer abandoned can still be refunded by amount", () => {
    const life = elsewhere();
    expect(answerTo(life, { type: "merchant.refundedAmount", amount: 10_000, lines: null }).outcome).toBe("deferred");
  });
});

test("a refund of the portal that is pending is looked at until it is done or came to nothing", () => {
  const life = lifeOf({ gateway: "nets-easy" });
  const captured = { ...payments.accepted, authorized: 0, captured: 100_000 };
  life.settle(callback(), captured);
  life.settle(callback(), { ...captured, refunded: 20_000, pendingRefund: 20_000 });
  longAfter(life, captured);
  expect(life.record.facts.payment).toMatchObject({ refunded: 0, pendingRefund: 0 });
});
