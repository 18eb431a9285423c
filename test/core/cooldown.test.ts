/**
 * The customer's minute, and the payment as each gateway reports it: seed 003, "Order Status Flow"; seeds 002 and 004
 * for the other gateways' words.
 */
import { describe, expect, test } from "vitest";
import type { StateValue } from "xstate";
import { cooldownMachine, legacyMachine, netsMachine, paymentMachine } from "../../machines/index.js";
import { step } from "../../src/core/step.js";
import type { Life } from "../../src/testing/decision/life.js";
import { callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { considered, type Said } from "./considered.js";
import { answerTo, lifeOf, success } from "./lives.js";

const fresh = { createdAt: T0 - MINUTE, updatedAt: T0 - 20_000 };
const held = [{ held: true }];
/** The payment was read for it during this call. */
const call = { key: "k" } as const;
const read = [{ held: true, readDuring: "k" }];
const other = { type: "merchant.completed", held: false };
const TIMER = "xstate.after.cooldownRemaining.cooldown.holding";
const winds = { set: TIMER, delayMs: 40_000 };
const stops = { cancel: TIMER };
const never = { set: TIMER, delayMs: Number.POSITIVE_INFINITY };

// biome-ignore format: a table has a line per row
const minutes: [state: string, event: string, facts: Said, to: string, rule: string | null, reads: boolean, timers: object[]][] = [
  ["idle", "callback.received", { waiting: held }, "reading", "cooldown/over", true, []],
  ["idle", "callback.received", { waiting: held, order: fresh }, "holding", "cooldown/held", false, [winds]],
  ["idle", "callback.received", { waiting: held, call: {} }, "reading", "cooldown/under-way", true, []],
  ["idle", "callback.received", { waiting: held, call: {}, order: fresh }, "holding", "cooldown/held", false, [winds]],
  ["holding", TIMER, { waiting: held, call: {} }, "reading", "cooldown/under-way", true, [stops]],
  ["holding", "callback.received", { waiting: [...read, ...held], call }, "reading", "cooldown/under-way", true, [stops]],
  ["holding", "callback.received", { waiting: read, call }, "holding", "cooldown/queued", false, [stops, never]],
  ["idle", "someone.asked", { waiting: [other] }, "reading", "cooldown/never-held", true, []],
  ["idle", "payment.read", {}, "idle", null, false, []],
  ["holding", TIMER, { waiting: held }, "reading", "cooldown/over", true, [stops]],
  ["holding", TIMER, { waiting: held, order: fresh }, "holding", "cooldown/updated", false, [stops, winds]],
  ["holding", "callback.received", { waiting: held }, "reading", "cooldown/over", true, [stops]],
  ["holding", "money.settled", { waiting: held }, "holding", "cooldown/settled", false, [stops, { set: TIMER, delayMs: 0 }]],
  ["holding", "money.settled", { waiting: held, order: fresh }, "holding", "cooldown/settled", false, [stops, winds]],
  ["holding", "callback.received", { waiting: held, order: fresh }, "holding", "cooldown/queued", false, [stops, winds]],
  ["holding", "someone.asked", { waiting: [...held, other], order: fresh }, "reading", "cooldown/never-held", true, [stops]],
  ["holding", "order.updated", { waiting: held, order: fresh }, "holding", "cooldown/updated", false, [stops, winds]],
  ["holding", "payment.created", { order: fresh }, "holding", null, false, []],
  ["reading", "callback.received", { waiting: held }, "reading", "cooldown/queued", false, []],
  ["reading", "someone.asked", { waiting: [other] }, "reading", "cooldown/next-reading", false, []],
  ["reading", "payment.created", { waiting: [other] }, "reading", null, false, []],
  ["reading", "payment.read", { waiting: [other] }, "reading", "cooldown/next-reading", true, []],
  ["reading", "payment.read", { waiting: held }, "reading", "cooldown/over", true, []],
  ["reading", "payment.read", { waiting: held, order: fresh }, "holding", "cooldown/held", false, [winds]],
  ["reading", "payment.read", { waiting: held, call: {} }, "reading", "cooldown/under-way", true, []],
  ["reading", "payment.read", { waiting: read, call }, "holding", "cooldown/held", false, [never]],
  ["reading", "money.settled", { waiting: held }, "reading", null, false, []],
  ["reading", "payment.read", { waiting: [{ ...other, readingId: "r" }] }, "idle", null, false, []],
  ["reading", "payment.read", {}, "idle", null, false, []],
];

test.each(minutes)("the cooldown, %s: %s of %j leads to %s (%s)", (state, type, facts, to, rule, reads, timers) => {
  const { value, taken, actions, timers: set } = step(cooldownMachine, state, considered(facts), { type });
  expect([value, taken?.rule ?? null, actions.map((a) => a.type), set]).toEqual([
    to,
    rule,
    reads ? ["readPayment"] : [],
    timers,
  ]);
});

describe("a callback and money on the move", () => {
  const rejected = payments["rejected, task done"];
  const underWay = (): Life => {
    const life = lifeOf({ status: "processing" });
    expect(life.settle({ type: "merchant.cancelled", via: "api" })).toMatchObject({ reason: "awaiting-gateway" });
    return life;
  };

  const readings = (life: Life): number => life.types.filter((type) => type === "readPayment").length;

  test("the payment is read for it once, and it waits for the end of the call, for which no time can be told", () => {
    const life = underWay();
    const before = life.types.length;
    expect(answerTo(life, callback())).toMatchObject({
      outcome: "deferred",
      rule: "cooldown/under-way",
      reason: "operation-in-flight",
      until: null,
    });
    life.read(rejected);
    expect(life.raised).toEqual(["discrepancy:rejected-at-gateway"]);
    expect(life.status).toBe("processing");
    life.wait(9 * MINUTE, rejected);
    expect(life.types).toHaveLength(before + 1);
    expect(life.record.facts.waiting).toHaveLength(1);
  });

  test("one that says the same again has it read again, and one of them waits", () => {
    const life = underWay();
    const told = callback({ content: "the same" });
    life.settle(told, payments.accepted);
    const before = readings(life);
    expect(life.settle(told, payments.frozen)).toMatchObject({ outcome: "ignored", reason: "duplicate" });
    expect(readings(life)).toBe(before + 1);
    expect(life.record.facts.payment.status).toBe("FROZEN");
    expect(life.record.facts.waiting).toHaveLength(1);
  });

  test("what it says of a call whose answer was lost ends that call at once", () => {
    const life = underWay();
    life.bankAnswers({ is: "lost" });
    life.settle(callback(), payments.cancelled);
    expect([life.status, life.record.facts.operation]).toEqual(["cancelled", null]);
  });

  test.each([
    ["the bank refuses the call", 0, (life: Life) => life.bankAnswers({ is: "refused" }), "failed"],
    [
      "it is done",
      MINUTE,
      (life: Life) => life.bankAnswers({ is: "confirmed", reading: payments.cancelled }),
      "cancelled",
    ],
  ])("when %s, the payment is read anew after %i ms of the customer's minute", (_end, ms, ends, becomes) => {
    const life = underWay();
    life.tell(callback(), "mine");
    life.read(payments.accepted);
    ends(life);
    const before = readings(life);
    life.wait(ms - 1, rejected);
    expect(readings(life)).toBe(before);
    life.wait(1, rejected);
    expect(readings(life)).toBe(before + 1);
    expect(life.answerTo("mine")).toMatchObject({ outcome: becomes === "failed" ? "moved" : "ignored", to: becomes });
    expect(life.status).toBe(becomes);
  });

  test("one that waited for the same reading as the wish before it waits on", () => {
    const life = lifeOf({ status: "processing" });
    life.tell(success);
    life.tell({ type: "merchant.cancelled", via: "api" });
    life.tell(callback(), "mine");
    life.read(payments.accepted);
    expect(readings(life)).toBe(2);
    expect(life.answerTo("mine")).toMatchObject({ outcome: "deferred" });
    life.bankAnswers({ is: "refused" });
    life.wait(0, rejected);
    expect(life.answerTo("mine")).toMatchObject({ outcome: "moved", to: "failed" });
  });

  test("a customer who comes back meanwhile is not kept, and hears that it is under way", () => {
    const life = underWay();
    expect(life.settle(success)).toMatchObject({ outcome: "ignored", reason: "already-asked" });
  });
});

describe("the payment follows the reading, under its gateway's own words", () => {
  const ACCEPTED = (inner: string) => ({ ACCEPTED: inner });
  // biome-ignore format: a table has a line per row
  const words: [Said["pays"], merchantApi: StateValue, legacy: string, nets: string][] = [
    ["missing", "missing", "notBooked", "missing"],
    ["at the bank", "TASK_REDIRECTION_REQUIRED", "unrecognised", "created"],
    ["supplementing", "SUPPLEMENTING_REQUIRED", "unrecognised", "created"],
    ["inspection", "INSPECTION", "inspected", "created"],
    ["frozen", "FROZEN", "FROZEN", "created"],
    ["rejected, task done", "REJECTED", "IS_ANNULLED", "terminated"],
    ["refunded", ACCEPTED("refunded"), "IS_CREDITED", "refunded"],
    ["partly refunded", ACCEPTED("partlyRefunded"), "partlyCredited", "partlyRefunded"],
    ["captured", ACCEPTED("captured"), "IS_DEBITED", "charged"],
    ["partly captured", ACCEPTED("partlyCaptured"), "partlyDebited", "partlyCharged"],
    ["cancelled", ACCEPTED("cancelled"), "IS_ANNULLED", "cancelled"],
    ["accepted", ACCEPTED("authorized"), "DEBITABLE", "reserved"],
    ["a new word", "unrecognised", "unrecognised", "created"],
  ];

  test.each(words)("%j", (pays, ...expected) => {
    const machines = [paymentMachine, legacyMachine, netsMachine];
    const now = machines.map(
      (machine) => step(machine, "UNREAD", considered({ pays }), { type: "payment.read" }).value,
    );
    expect(now).toEqual(expected);
  });
});

/** Seed 004, the plugin: its webhook waits two minutes for the customer, who may still be paying. */
describe("a webhook of Nets", () => {
  const nets = { gateway: "nets-easy", ...fresh, createdAt: T0 - 10 * MINUTE, updatedAt: T0 - 10 * MINUTE };
  const heard = (life: Life) => answerTo(life, callback());

  test.each(["pending", "failed"] as const)("waits two minutes while the order is %s", (status) => {
    const life = lifeOf({ ...nets, status });
    expect(heard(life)).toMatchObject({ reason: "cooldown", until: T0 + 2 * MINUTE });
  });
  test.each(["processing", "on-hold", "cancelled", "completed", "refunded"] as const)(
    "leads to a reading at once when the order is %s",
    (status) => {
      const life = lifeOf({ ...nets, status });
      expect(heard(life)).toMatchObject({ reason: "reading-payment", until: null });
      expect(life.open.map(({ effect }) => effect.type)).toContain("readPayment");
    },
  );
  test("of the portal does not wait for one that came during the checkout", () => {
    const life = lifeOf({ ...nets, status: "pending" });
    expect(heard(life)).toMatchObject({ reason: "cooldown" });
    life.settle({ type: "customer.returned", page: "success" }, payments.accepted);
    expect(life.status).toBe("processing");
    life.wait(MINUTE + 1, payments.accepted);
    life.settle(callback(), payments.captured);
    expect(life.record.facts.payment.captured).toBeGreaterThan(0);
  });
});
