/** What is answered while a call is under way, and what ends a call whose answer was lost. */
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import { why } from "../../src/core/why.js";
import type { BankAnswer, EventInput, Life } from "../../src/testing/decision/life.js";
import { payments, reading } from "../../src/testing/decision/samples.js";
import { completed, lifeOf } from "./lives.js";

const capturedOnly: EventInput = { type: "merchant.captured", via: "api" };
const refunded: EventInput = { type: "merchant.refunded", via: "api" };
const part: EventInput = { type: "merchant.refundedAmount", via: "api", amount: 100, lines: null };
const cancelled: EventInput = { type: "merchant.cancelled", via: "api" };
const fewerLines: EventInput = {
  type: "merchant.editedLines",
  via: "api",
  lines: [{ sku: "a", quantity: 1, total: 40_000 }],
  total: 40_000,
  adds: false,
};

/** The payment as it is read back. */
const readBack = (life: Life, says: Reading) => {
  const asked = life.open.find(({ effect }) => effect.type === "readBack");
  if (asked === undefined) throw new Error("nothing is read back");
  life.tell({ type: "payment.readBack", effectId: asked.id, reading: says });
};

describe("a click while a call is under way", () => {
  const underWay = (first: EventInput, status: "processing" | "completed", pays = reading()) => {
    const life = lifeOf({ status });
    life.tell(first, "first");
    life.read(pays);
    return life;
  };

  test.each([
    ["everything back, while a part is refunded", part, refunded, "completed", payments.captured],
    ["completed, while a capture keeps the status", capturedOnly, completed, "processing", reading()],
  ] as const)("%s: refused, because it was not asked for yet", (_, first, second, status, pays) => {
    const life = underWay(first, status, pays);
    expect(life.settle(second, pays)).toMatchObject({ outcome: "refused", reason: "operation-in-flight" });
  });

  test.each([
    ["everything back", refunded, "completed", payments.captured],
    ["completed", completed, "processing", reading()],
    ["cancelled", cancelled, "processing", reading()],
  ] as const)("%s, twice: it was asked for already", (_, click, status, pays) => {
    const life = underWay(click, status, pays);
    expect(life.settle(click, pays)).toMatchObject({ outcome: "ignored", reason: "already-asked" });
  });
});

describe("a capture whose answer was lost, after a part was cancelled at the bank", () => {
  const { total } = reading();

  test("is done when nothing is left reserved and the rest is captured", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    life.bankAnswers({ is: "lost" });
    const rest = reading({ authorized: 0, captured: total - 100, canceled: 100, offers: ["REFUND"] });
    readBack(life, rest);
    expect(life.status).toBe("completed");
    expect(life.raised).toContain("discrepancy:amount-mismatch");
  });

  test("is not done while anything is still reserved", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    life.bankAnswers({ is: "lost" });
    readBack(life, reading({ authorized: total - 200, captured: 100, canceled: 100 }));
    expect(life.status).toBe("processing");
  });
});

test("money that is captured is no payment that was cancelled, though as much was cancelled before", () => {
  const { total } = reading();
  const life = lifeOf({ status: "completed" });
  life.settle(
    { type: "reconcile.asked" },
    reading({ authorized: 0, captured: total, canceled: total, offers: ["REFUND"] }),
  );
  expect(life.raised).not.toContain("discrepancy:payment-cancelled-order-active");
});

test("a yes without its effect is read back, and looked at as long as a lost answer", () => {
  const life = lifeOf({ status: "processing" });
  life.tell(completed, "first");
  life.read(reading());
  life.bankAnswers({ is: "confirmed", reading: reading() });
  expect(Object.keys(life.record.timers).filter((timer) => timer.startsWith("look.again"))).toHaveLength(3);
  readBack(life, payments.captured);
  expect(life.status).toBe("completed");
});

describe("a yes that comes without a reading", () => {
  const looks = (life: Life) => Object.keys(life.record.timers).filter((timer) => timer.startsWith("look.again"));
  const captured = () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    life.bankAnswers({ is: "confirmed", reading: null });
    return life;
  };

  test("is not looked at again once the first look shows it", () => {
    const life = captured();
    readBack(life, payments.captured);
    expect(life.status).toBe("completed");
    expect(looks(life)).toHaveLength(0);
  });

  test("is looked at as long as a lost answer when the first look does not show it", () => {
    const life = captured();
    readBack(life, reading());
    expect(looks(life)).toHaveLength(3);
  });
});

describe("the books against what was asked for", () => {
  const { total } = reading();
  const books = (refunded: number, more: Partial<Reading> = {}) =>
    reading({ authorized: 0, captured: total, refunded, offers: ["REFUND", "PARTIAL_REFUND"], ...more });
  const refundPart = (life: Life, before: Reading, after: Reading) => {
    life.settle({ ...part, amount: 10_000 } as EventInput, before);
    life.bankAnswers({ is: "confirmed", reading: after });
  };
  const refunds = (life: Life) => life.types.filter((type) => type === "refundPayment").length;
  const giveUp = (life: Life, shows: Reading) => {
    life.bankAnswers({ is: "lost" });
    readBack(life, shows);
    life.settle({ type: "merchant.endedWait", via: "api" }, shows);
  };

  test("a yes that shows no refund, booked after a person ended the wait: too much is flagged when it is looked at", () => {
    const life = lifeOf({ status: "completed" });
    life.settle({ ...part, amount: 10_000 } as EventInput, books(0));
    life.bankAnswers({ is: "confirmed", reading: books(0) });
    readBack(life, books(0));
    life.settle({ type: "merchant.endedWait", via: "api" }, books(0));
    life.now += 60_000;
    refundPart(life, books(0), books(10_000));
    life.wait(25 * 60_000, books(20_000));
    expect(life.record.flags).toMatchObject([{ flag: "discrepancy:refunded-twice", amount: 10_000 }]);
  });

  test("a yes that shows no cancellation, booked after the wait was ended: the order is not shipped unseen", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(cancelled, reading());
    giveUp(life, reading());
    expect(life.status).toBe("processing");
    life.wait(25 * 60_000, payments.cancelled);
    expect(life.raised).toEqual(["discrepancy:payment-cancelled-order-active"]);
  });

  test("a refund that was taken back at the bank is flagged, and can be made again once", () => {
    const life = lifeOf({ status: "completed" });
    refundPart(life, books(0), books(10_000));
    life.now += 20 * 60_000;
    life.settle({ type: "reconcile.asked" }, books(0));
    expect(life.record.flags).toMatchObject([{ flag: "refund-failed", amount: 10_000, clearedAt: null }]);
    refundPart(life, books(0), books(10_000));
    expect([refunds(life), life.raised, life.record.facts.operation]).toEqual([2, [], null]);
    expect(life.status).toBe("completed");
  });

  test("what a person gave up and the bank booked all the same is taken over by the next click for everything", () => {
    const life = lifeOf({ status: "completed" });
    life.settle({ ...part, amount: 10_000 } as EventInput, books(0));
    giveUp(life, books(0));
    life.settle(refunded, books(10_000));
    life.bankAnswers({ is: "confirmed", reading: payments.refunded });
    expect([life.status, life.raised]).toEqual(["refunded", []]);
    const whole = lifeOf({ status: "completed" });
    whole.settle(refunded, books(0));
    giveUp(whole, books(0));
    whole.settle(refunded, payments.refunded);
    expect([whole.status, whole.raised]).toEqual(["refunded", []]);
  });

  test("a capture that a person gave up and the bank made later is flagged, until he completes the order", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(capturedOnly, reading());
    giveUp(life, reading());
    life.settle({ type: "reconcile.asked" }, payments.captured);
    expect(life.record.flags).toContainEqual(
      expect.objectContaining({ flag: "discrepancy:captured-twice", amount: total, clearedAt: null }),
    );
    life.settle(completed, payments.captured);
    expect([life.status, life.raised.includes("discrepancy:captured-twice")]).toEqual(["completed", false]);
  });

  test("a pending refund does not make the order refunded before it is done", () => {
    const life = lifeOf({ status: "completed" });
    life.settle(refunded, books(0));
    const pending = books(total, { pendingRefund: total, offers: [] });
    life.bankAnswers({ is: "confirmed", reading: pending });
    expect([life.status, life.record.facts.operation]).toEqual(["completed", null]);
    life.wait(25 * 60_000, pending);
    expect(life.status).toBe("completed");
    life.wait(2 * 3_600_000, payments.refunded);
    expect([life.status, life.raised, refunds(life)]).toEqual(["refunded", [], 1]);
  });

  test.each([
    ["processing", "resurs-mapi"],
    ["processing", "nets-easy"],
    ["processing", "resurs-simplified"],
    ["on-hold", "resurs-mapi"],
  ] as const)(
    "a full refund that is pending, asked for while %s at %s: refunded once it is done",
    (status, gateway) => {
      const life = lifeOf({ status, gateway });
      const pending = books(total, { pendingRefund: total, offers: [] });
      life.settle(refunded, books(0));
      life.bankAnswers({ is: "confirmed", reading: pending });
      life.wait(25 * 60_000, pending);
      expect([life.status, life.raised]).toEqual([status, []]);
      life.wait(2 * 3_600_000, payments.refunded);
      expect([life.status, life.raised, refunds(life)]).toEqual(["refunded", [], 1]);
    },
  );

  test("a full refund that is pending and fails leaves the order processing, flagged; refunded in the portal then, it stays", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(refunded, books(0));
    life.bankAnswers({ is: "confirmed", reading: books(total, { pendingRefund: total, offers: [] }) });
    life.wait(25 * 60_000, books(0));
    expect([life.status, life.raised]).toEqual(["processing", ["refund-failed"]]);
    life.settle({ type: "reconcile.asked" }, payments.refunded);
    expect(life.status).toBe("processing");
    expect(life.raised).toContain("discrepancy:payment-cancelled-order-active");
  });

  test("an order that was refunded at last and is set to processing by another hand is flagged, and not moved back", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(refunded, books(0));
    life.bankAnswers({ is: "confirmed", reading: books(total, { pendingRefund: total, offers: [] }) });
    life.wait(25 * 60_000, payments.refunded);
    life.settle({ type: "order.seen", status: "processing" }, payments.refunded);
    life.settle({ type: "reconcile.asked" }, payments.refunded);
    expect([life.status, life.raised]).toEqual(["processing", ["discrepancy:payment-cancelled-order-active"]]);
  });

  test("a pending refund of a part of the money leaves the order processing when it is done", () => {
    const life = lifeOf({ status: "processing" });
    refundPart(life, books(0), books(10_000, { pendingRefund: 10_000 }));
    life.wait(25 * 60_000, books(10_000));
    expect([life.status, life.raised]).toEqual(["processing", []]);
  });

  test("a pending refund that fails is flagged, and can be tried again", () => {
    const life = lifeOf({ status: "completed" });
    life.settle(refunded, books(0));
    life.bankAnswers({ is: "confirmed", reading: books(total, { pendingRefund: total, offers: [] }) });
    life.wait(25 * 60_000, books(0));
    expect(life.record.flags).toMatchObject([{ flag: "refund-failed", amount: total, clearedAt: null }]);
    life.settle(refunded, books(0));
    life.bankAnswers({ is: "confirmed", reading: payments.refunded });
    expect([life.status, life.raised, refunds(life)]).toEqual(["refunded", [], 2]);
  });

  test("given up on a reading that lagged behind: it is looked at again, and the money is flagged", () => {
    const life = lifeOf();
    life.settle({ type: "customer.returned", page: "fail" }, payments["at the bank"]);
    expect(life.status).toBe("cancelled");
    life.wait(25 * 60_000, reading());
    expect(life.raised).toEqual(["discrepancy:paid-but-cancelled"]);
  });

  test("the lines of why say by how much", () => {
    const life = lifeOf({ status: "completed" });
    refundPart(life, books(0), books(10_000));
    life.settle({ type: "reconcile.asked" }, books(20_000));
    expect(why(life.record, life.history, []).answer.en).toContain(
      "paid back 100.00 SEK more than was asked for here.",
    );
  });
});

describe("new lines that the bank books a second time, much later", () => {
  const { total } = reading();
  const lines = [{ sku: "A", quantity: 1, total: 12_000 }];
  const books = (authorized: number, captured: number, canceled: number) =>
    reading({ total: total + 24_000, authorized, captured, canceled });
  const edited = () => {
    const life = lifeOf({ status: "processing" });
    life.settle({ type: "merchant.editedLines", via: "api", lines, total: 12_000, adds: false }, reading());
    life.bankAnswers({ is: "confirmed", reading: books(0, 0, total) });
    life.bankAnswers({ is: "confirmed", reading: books(12_000, 0, total) });
    return life;
  };
  const tooMuch = (life: Life) => life.record.flags.find(({ flag }) => flag === "discrepancy:reserved-twice")?.amount;

  test("are too much", () => {
    const life = edited();
    life.settle({ type: "reconcile.asked" }, books(24_000, 0, total));
    expect(tooMuch(life)).toBe(12_000);
  });

  test("are too much by all of them, where the merchant let the rest go after a part was captured", () => {
    const life = edited();
    life.settle({ type: "merchant.released", via: "api" }, books(7_200, 4_800, total));
    life.bankAnswers({ is: "confirmed", reading: books(0, 4_800, total + 7_200) });
    life.settle({ type: "reconcile.asked" }, books(12_000, 4_800, total + 7_200));
    expect(tooMuch(life)).toBe(12_000);
  });

  test("are too much as well where they are there when the rest has been let go", () => {
    const life = edited();
    life.settle({ type: "merchant.released", via: "api" }, books(7_200, 4_800, total));
    life.bankAnswers({ is: "confirmed", reading: books(12_000, 4_800, total + 7_200) });
    expect(tooMuch(life)).toBe(12_000);
  });

  test("are too much where the merchant has cancelled the order", () => {
    const life = edited();
    life.settle(cancelled, books(12_000, 0, total));
    life.bankAnswers({ is: "confirmed", reading: books(0, 0, total + 12_000) });
    life.settle({ type: "customer.returned", page: "success" }, books(12_000, 0, total + 12_000));
    expect([life.status, tooMuch(life)]).toEqual(["cancelled", 12_000]);
  });

  test("are not, where they were let go with what was booked twice", () => {
    const life = edited();
    life.settle({ type: "merchant.released", via: "api" }, books(19_200, 4_800, total));
    life.bankAnswers({ is: "confirmed", reading: books(0, 4_800, total + 19_200) });
    expect(life.raised).not.toContain("discrepancy:reserved-twice");
  });
});

describe("a yes to the cancellation before new lines", () => {
  const fewer: EventInput = { type: "merchant.editedLines", via: "api", lines: [], total: 50_000, adds: false };
  const sentNow = (life: Life) => life.types.filter((type) => type === "addOrderLines").length;

  test.each([
    ["without a reading", null],
    ["whose reading still shows the money", reading()],
    ["whose reading shows a part of it", reading({ authorized: 50_000, canceled: 50_000 })],
  ])("%s is looked at before anything is reserved anew", (_what, says) => {
    const life = lifeOf({ status: "processing" });
    life.settle(fewer);
    life.bankAnswers({ is: "confirmed", reading: says });
    expect([sentNow(life), life.types.at(-1)]).toEqual([0, "readBack"]);
    readBack(life, payments.cancelled);
    expect(sentNow(life)).toBe(1);
  });

  test("that shows it goes on at once", () => {
    const life = lifeOf({ status: "processing" });
    life.settle(fewer);
    life.bankAnswers({ is: "confirmed", reading: payments.cancelled });
    expect(sentNow(life)).toBe(1);
  });
});

describe("an order that another hand ended in the shop, while its payment is open", () => {
  const open = ["at the bank", "supplementing", "inspection", "frozen"] as const;
  const ends = ["cancelled", "failed", "refunded"] as const;

  test.each(ends.flatMap((status) => open.map((pays) => [status, pays] as const)))(
    "%s, %s: the payment is looked at again, and what it holds is not missed",
    (status, pays) => {
      const life = lifeOf({ status: "pending" });
      life.settle({ type: "order.seen", status }, payments[pays]);
      expect(life.status).toBe(status);
      life.wait(25 * 60 * 60_000, reading());
      // A failed order may be paid after all.
      const isFailed = status === "failed";
      expect([life.status, life.raised.length > 0]).toEqual([isFailed ? "processing" : status, !isFailed]);
    },
  );

  test("is not looked at where the payment is over", () => {
    const life = lifeOf({ status: "pending" });
    life.settle({ type: "order.seen", status: "cancelled" }, payments["rejected, task done"]);
    expect(Object.keys(life.record.timers)).toEqual([]);
  });
});

describe("a status that another hand writes to the shop while a call is under way", () => {
  const { total } = reading();
  const partly = reading({ authorized: total - 100, captured: 100 });
  const cases: [string, EventInput, Reading, BankAnswer][] = [
    ["a capture that keeps the status, done", capturedOnly, reading(), { is: "confirmed", reading: payments.captured }],
    ["a capture, refused", completed, reading(), { is: "refused" }],
    [
      "a refund of a part, done",
      part,
      payments.captured,
      { is: "confirmed", reading: { ...payments.captured, refunded: 100 } },
    ],
    ["a cancellation, refused", cancelled, reading(), { is: "refused" }],
    ["a release of the rest, refused", { type: "merchant.released", via: "api" }, partly, { is: "refused" }],
  ];
  const begun = (click: EventInput, pays: Reading) => {
    const life = lifeOf({ status: "processing" });
    life.settle(click, pays);
    expect(life.record.facts.operation).not.toBe(null);
    return life;
  };

  test.each(cases)(
    "%s: the order follows the shop, the payment is read, and it is flagged",
    (_, click, pays, answer) => {
      const life = begun(click, pays);
      life.settle({ type: "order.seen", status: "cancelled" });
      expect(life.status).toBe("processing");
      const readings = () => life.types.filter((type) => type === "readPayment").length;
      const before = readings();
      life.bankAnswers(answer);
      expect([life.status, life.raised.includes("discrepancy:paid-but-cancelled"), readings()]).toEqual([
        "cancelled",
        true,
        before + 1,
      ]);
      expect(life.types).not.toContain("setOrderStatus");
    },
  );

  test.each(cases)("%s: nothing is followed where the shop has the order's status again", (_, click, pays, answer) => {
    const life = begun(click, pays);
    life.settle({ type: "order.seen", status: "cancelled" });
    life.settle({ type: "order.seen", status: "processing" });
    life.bankAnswers(answer);
    expect(life.status).toBe("processing");
  });

  test("a capture that completes the order: the shop is told so, and says what it has", () => {
    const life = begun(completed, reading());
    life.settle({ type: "order.seen", status: "on-hold" });
    life.bankAnswers({ is: "confirmed", reading: payments.captured });
    expect(life.status).toBe("completed");
    expect(life.effects.at(-1)?.effect).toMatchObject({ type: "setOrderStatus", from: "processing", to: "completed" });
  });
});

describe("whoever asked for a call that came to nothing is told which it was", () => {
  const asked = () => {
    const life = lifeOf({ status: "processing" });
    life.tell(completed, "first");
    life.read(reading());
    return life;
  };

  test("the bank refused it", () => {
    const life = asked();
    life.bankAnswers({ is: "refused" });
    expect(life.answerTo("first")).toMatchObject({ outcome: "refused", reason: "gateway-refused" });
  });

  test("the bank refused it when it was repeated", () => {
    const life = asked();
    life.bankAnswers({ is: "lost" });
    readBack(life, reading());
    while (life.types.filter((type) => type === "capturePayment").length === 1) life.wait(1000, reading());
    life.bankAnswers({ is: "refused" });
    readBack(life, reading());
    life.wait(20 * 60_000, reading());
    expect(life.answerTo("first")).toMatchObject({
      outcome: "refused",
      rule: "capture/refused",
      reason: "gateway-refused",
    });
  });

  test("a person ended the wait", () => {
    const life = asked();
    life.bankAnswers({ is: "lost" });
    readBack(life, reading());
    life.settle({ type: "merchant.endedWait", via: "api" });
    expect(life.answerTo("first")).toMatchObject({ outcome: "refused", reason: "not-confirmed" });
  });
});

describe("a refund that failed at the bank", () => {
  const refund = (amount: number): EventInput => ({ type: "merchant.refundedAmount", via: "api", amount, lines: null });
  const given = (refunded: number, pendingRefund = 0) =>
    reading({ authorized: 0, captured: 100_000, refunded, pendingRefund, offers: ["REFUND", "PARTIAL_REFUND"] });
  const failed = () => {
    const life = lifeOf({ status: "completed" });
    life.settle(refund(12_34), given(0));
    life.bankAnswers({ is: "confirmed", reading: given(12_34, 12_34) });
    life.wait(20 * 60_000, given(0));
    expect(life.raised).toContain("refund-failed");
    return life;
  };

  test.each([
    [10_00, ["refund-failed"]],
    [12_33, ["refund-failed"]],
    [12_34, []],
    [50_00, []],
  ])("stays flagged until as much was given back: %i", (amount, raised) => {
    const life = failed();
    life.settle(refund(amount), given(0));
    life.bankAnswers({ is: "confirmed", reading: given(amount) });
    expect(life.raised).toEqual(raised);
  });
});

describe("a call that goes out to nobody, and a person who ends the wait for it", () => {
  const calls: [string, EventInput, "processing" | "completed", Reading][] = [
    ["a capture", completed, "processing", reading()],
    ["a cancellation", cancelled, "processing", reading()],
    ["a refund", refunded, "completed", payments.captured],
    ["a part refund", part, "completed", payments.captured],
    ["a change of lines", fewerLines, "processing", reading()],
  ];
  const ended = (click: EventInput, status: "processing" | "completed", pays: Reading) => {
    const life = lifeOf({ status });
    life.tell(click, "first");
    life.read(pays);
    expect(life.settle({ type: "merchant.endedWait", via: "api" }, pays)).toMatchObject({ reason: "outcome-unknown" });
    return life;
  };
  const looksShow = (life: Life, pays: Reading, minutes: number) => {
    const until = life.now + minutes * 60_000;
    while (life.now < until && life.record.facts.operation !== null) {
      if (life.open.some(({ effect }) => effect.type === "readBack")) readBack(life, pays);
      life.wait(10_000, pays);
    }
  };

  test.each(calls)(
    "%s: it is not sent again, and other clicks are free once the bank can book it no more",
    (...call) => {
      const [, click, status, pays] = call;
      const life = ended(click, status, pays);
      const sent = life.effects.length;
      looksShow(life, pays, 30);
      expect(life.record.facts.operation).toBeNull();
      expect(life.status).toBe(status);
      expect(life.answerTo("first")).toMatchObject({ outcome: "refused", reason: "not-confirmed" });
      const after = life.effects.slice(sent).map(({ effect }) => effect.type);
      expect(after.filter((type) => /^(capture|cancel|refund)/.test(type))).toEqual([]);
      expect(life.settle({ type: "merchant.held", via: "api" }, pays).reason).not.toBe("operation-in-flight");
    },
  );

  test("it was on its way after all: what the bank did is taken over", () => {
    const life = ended(completed, "processing", reading());
    readBack(life, payments.captured);
    expect([life.status, life.raised]).toEqual(["completed", []]);
  });

  test("he ends the wait again: it ends at once", () => {
    const life = ended(completed, "processing", reading());
    readBack(life, reading());
    life.settle({ type: "merchant.endedWait", via: "api" }, reading());
    expect(life.record.facts.operation).toBeNull();
  });
});
