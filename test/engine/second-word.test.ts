/** "There is no such payment" and a shop's "no" are believed when they are said twice, half a minute apart. */
import { afterEach, expect, test } from "vitest";
import { noSuchPayment, type OrderStatus } from "../../machines/facts.js";
import type { Command } from "../../src/index.js";
import type { Gateway, ReadAnswer } from "../../src/ports/gateway.js";
import type { ShopAnswer } from "../../src/ports/shop.js";
import { limits } from "../../src/runtime/embedded/limits.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { payments } from "../../src/testing/index.js";
import { callback, MINUTE, Place, temporary } from "./place.js";

const SECOND = 1000;
let ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.reverse()) await end();
  ends = [];
});

type Says = "accepted" | "waiting" | "missing" | "trouble";

/** A bank that says what it is told to; a list is worked off, and its last word stays. */
const bankSaying = () => {
  let words: Says[] = ["accepted"];
  const reads: Says[] = [];
  const answers: Record<Says, (paymentId: string) => ReadAnswer> = {
    accepted: (paymentId) => ({ kind: "ok", reading: { ...payments.accepted, paymentId } }),
    waiting: (paymentId) => ({ kind: "ok", reading: { ...payments["at the bank"], paymentId } }),
    missing: (paymentId) => ({ kind: "ok", reading: noSuchPayment(paymentId) }),
    trouble: () => ({ kind: "unknown", detail: "HTTP 503" }),
  };
  const no = async () => ({ kind: "refused" as const, reason: "no", detail: "no" });
  const gateway: Gateway = {
    name: "resurs-mapi",
    tolerance: 0,
    readPayment: async (paymentId) => {
      const word = (words.length > 1 ? words.shift() : words[0]) as Says;
      reads.push(word);
      return answers[word](paymentId);
    },
    capture: no,
    cancel: no,
    refund: no,
    addOrderLines: no,
    createPayment: async () => ({ kind: "failed", detail: "no" }),
  };
  return {
    gateway,
    reads,
    says: (...next: Says[]) => {
      words = next;
    },
  };
};

/** The customer is on the fail page: a payment that is missing would cancel the order. */
const gaveUp: Command = { type: "customer.returned", page: "fail" };

const world = async (options: Parameters<typeof Place.made>[0] = {}) => {
  const bank = bankSaying();
  const place = await Place.made({ gateways: [bank.gateway], ...options });
  ends.push(() => place.end());
  return { place, bank };
};

/** An order whose payment was read while the customer was at the bank. */
const seen = async (options: Parameters<typeof Place.made>[0] = {}) => {
  const { place, bank } = await world(options);
  bank.says("waiting");
  await place.order("o");
  await place.tell("o", { type: "reconcile.asked" });
  expect((await place.engine.queries.read("o"))?.facts.payment).toMatchObject({ exists: true });
  bank.reads.length = 0;
  return { place, bank };
};

test.each<[string, Says[], OrderStatus, number]>([
  ["missing once, then accepted: paid", ["missing", "accepted"], "processing", 2],
  ["missing once, then still with the customer: given up by the customer", ["missing", "waiting"], "cancelled", 2],
  ["missing twice: gone", ["missing", "missing"], "cancelled", 2],
  ["missing, trouble, accepted: paid", ["missing", "trouble", "accepted"], "processing", 3],
  [
    "missing, trouble, missing, accepted: the count began anew",
    ["missing", "trouble", "missing", "accepted"],
    "processing",
    4,
  ],
])("a payment that was seen reads %s", async (_, words, status, reads) => {
  const { place, bank } = await seen();
  bank.says(...words);
  await place.engine.submit("o", gaveUp);
  await place.rest();
  expect([place.status("o"), bank.reads.length]).toEqual(["pending", 1]);
  await place.after(limits.secondWordMs - 1);
  expect([place.status("o"), bank.reads.length]).toEqual(["pending", 1]);
  await place.after(2 * MINUTE);
  expect([place.status("o"), bank.reads.slice(0, reads)]).toEqual([status, words]);
});

test("somebody who asks meanwhile has the payment read at once, and half a minute begins anew", async () => {
  const { place, bank } = await seen();
  bank.says("missing");
  await place.engine.submit("o", gaveUp);
  await place.after(10 * SECOND);
  await place.engine.submit("o", { type: "reconcile.asked" });
  await place.after(2 * SECOND);
  expect([place.status("o"), bank.reads.length]).toEqual(["pending", 2]);
  await place.after(limits.secondWordMs - 2 * SECOND);
  expect(place.status("o")).toBe("pending");
  await place.after(3 * SECOND);
  // The reconciliation came after the first reading was asked for, so it has one of its own.
  expect([place.status("o"), bank.reads.length]).toEqual(["cancelled", 4]);
});

test("a payment that nobody has seen yet may well not be there: one answer is enough", async () => {
  const { place, bank } = await world();
  bank.says("missing");
  await place.order("o");
  await place.tell("o", gaveUp);
  expect([place.status("o"), bank.reads.length]).toEqual(["cancelled", 1]);
});

test("a merchant cannot cancel a seen payment's order on one such answer", async () => {
  const { place, bank } = await world();
  await place.order("o");
  await place.tell("o", callback("pay-o"));
  expect(place.status("o")).toBe("processing");
  bank.says("missing", "accepted");
  await place.engine.submit("o", { type: "merchant.cancelled", via: "dropdown" });
  await place.after(2 * MINUTE);
  // It is there: the bank was asked to cancel it, and said no.
  expect(place.status("o")).toBe("processing");
});

test("the first answer is remembered across a restart", async () => {
  const { file, remove } = await temporary();
  ends.push(remove);
  const { place, bank } = await seen({ store: sqliteStore({ file }) });
  bank.says("missing");
  await place.engine.submit("o", gaveUp);
  await place.after(10 * SECOND);
  await place.engine.stop();
  await place.start({ gateways: [bank.gateway], store: sqliteStore({ file }) });
  await place.after(limits.secondWordMs - 11 * SECOND);
  expect([place.status("o"), bank.reads.length]).toEqual(["pending", 1]);
  await place.after(2 * SECOND);
  expect([place.status("o"), bank.reads.length]).toEqual(["cancelled", 2]);
});

const done = "done" as const;
const no = "no" as const;

test.each<[string, (typeof done | typeof no)[], number, number]>([
  ["refuses once and then takes it: done, no dead letter", [no, done], 0, 2],
  ["refuses twice: a dead letter", [no, no], 1, 2],
  ["takes it at once", [done], 0, 1],
])("a shop that %s", async (_, words, dead, tries) => {
  const { place } = await world();
  const { shop } = place.woo;
  const { execute } = shop;
  let made = 0;
  shop.execute = async (...asked): Promise<ShopAnswer> => {
    const word = words[Math.min(made, words.length - 1)];
    made += 1;
    return word === "no" ? { kind: "refused", detail: "invalid id" } : execute(...asked);
  };
  await place.order("o");
  await place.engine.submit("o", callback("pay-o"));
  await place.rest();
  expect((await place.engine.queries.health()).counts).toMatchObject({ deadEffects: 0 });
  await place.after(limits.secondWordMs - 1);
  expect(made).toBe(1);
  await place.after(1 + SECOND);
  expect(made).toBe(tries);
  expect((await place.engine.queries.health()).counts).toMatchObject({ deadEffects: dead });
  expect(place.status("o")).toBe(dead === 0 ? "processing" : "pending");
});
