/** Two orders name one payment in the same instant, at a bank that does not name its orders: it pays one of them. */
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import type { OrderRecord } from "../../src/core/record.js";
import { ownersOf } from "../../src/ports/payments.js";
import type { Life } from "../../src/testing/decision/life.js";
import { payments } from "../../src/testing/decision/samples.js";
import { lifeOf, type Placed, success } from "../core/lives.js";
import { littleWorld, MINUTE, T0 } from "../money/world.js";

const order = {
  status: "pending",
  total: 100_000,
  currency: "SEK",
  gateway: "bank",
  createdAt: T0 - 10 * MINUTE,
  updatedAt: T0 - 10 * MINUTE,
  customerReturned: false,
  needsProcessing: true,
} as const;
const ids = ["1001", "1002"];

const world = async (paymentId: string | null) => {
  const it = await littleWorld({
    gateway: (bank) => ({
      ...bank,
      readPayment: async (id) => ({ kind: "ok", reading: { ...payments.accepted, paymentId: id } }),
    }),
  });
  for (const id of ids) it.woo.addOrder({ id, ...order, lines: [], datePaid: null });
  await Promise.all(ids.map((id) => it.engine.place(id, { ...order, lines: [], paymentId, previousPaymentIds: [] })));
  return it;
};
const outcomes = async ({ engine, settle, until }: Awaited<ReturnType<typeof world>>) => {
  await settle();
  await until(T0 + 10 * MINUTE);
  const all = await Promise.all(ids.map((id) => engine.queries.read(id)));
  const paid = all.filter((one) => one?.facts.order.status === "processing").length;
  const told = all.flatMap((one) => one?.flags ?? []).map(({ flag }) => flag);
  await engine.stop();
  return { paid, told };
};

test.each([
  ["attached", "payment.attached"],
  ["created", "payment.created"],
] as const)("%s to both orders", async (_, type) => {
  const it = await world(null);
  await Promise.all(ids.map((id) => it.engine.submit(id, { type, paymentId: "X", gateway: "bank" })));
  for (const id of ids) void it.engine.submit(id, { type: "reconcile.asked" });
  expect((await outcomes(it)).paid).toBe(1);
});

test("placed with both: the other one says so", async () => {
  const it = await world("X");
  for (const id of ids) void it.engine.submit(id, { type: "reconcile.asked" });
  expect(await outcomes(it)).toEqual({ paid: 1, told: ["discrepancy:payment-of-another-order"] });
});

describe("the order that has the better claim", () => {
  const shop = () =>
    littleWorld({
      gateway: (bank) => ({
        ...bank,
        readPayment: async (id) => ({ kind: "ok", reading: { ...payments.accepted, paymentId: id } }),
      }),
    });
  const placed = { ...order, paymentId: null, previousPaymentIds: [], lines: [] };
  const stands = async ({ engine }: { engine: { queries: { read(id: string): Promise<OrderRecord | null> } } }) =>
    Promise.all(ids.map(async (id) => (await engine.queries.read(id))?.facts.order.status));

  test("one that is over is not paid by it", async () => {
    const it = await shop();
    for (const id of ids) it.woo.addOrder({ id, ...order, lines: [], datePaid: null });
    await it.engine.place("1001", { ...placed, status: "cancelled" });
    await it.engine.place("1002", placed);
    await Promise.all(
      ids.map((id) => it.engine.submit(id, { type: "payment.attached", paymentId: "X", gateway: "bank" })),
    );
    await it.settle();
    expect(await stands(it)).toEqual(["cancelled", "processing"]);
    await it.engine.stop();
  });

  test("names of orders that cross do not hide whose it is", async () => {
    const it = await shop();
    for (const id of ids) it.woo.addOrder({ id, ...order, lines: [], datePaid: null });
    await it.engine.place("1001", { ...placed, reference: "1000" });
    await it.engine.place("1002", { ...placed, reference: "1001" });
    await Promise.all(
      ids.map((id) => it.engine.submit(id, { type: "payment.created", paymentId: "X", gateway: "bank" })),
    );
    for (const id of ids) void it.engine.submit(id, { type: "reconcile.asked" });
    await it.settle();
    await it.until(T0 + 10 * MINUTE);
    expect(await stands(it)).toEqual(["processing", "pending"]);
    await it.engine.stop();
  });
});

describe("whose a payment is, of several orders that name it", () => {
  const recordOf = (says: (life: Life) => void, placed: Placed = {}) => {
    const life = lifeOf({ gateway: "resurs-simplified", paymentId: null, ...placed });
    life.tell({ type: "payment.created", paymentId: "X", gateway: "resurs-simplified" });
    says(life);
    return life.record;
  };
  const read = (says: Reading) => (life: Life) => void life.settle(success, { ...says, paymentId: "X" });
  const first = (...records: OrderRecord[]) =>
    ownersOf(
      "X",
      records.map((record, i) => ({ orderId: `${i}`, current: true, record })),
    )[0]?.orderId;
  const unread = recordOf(() => {});
  test.each([
    ["the one for which the bank was seen to have it", recordOf(read(payments.accepted))],
    ["one whose payment is not another's", unread],
  ])("%s comes before one that was told that it is another's", (_, better) => {
    const told = recordOf(read({ ...payments.accepted, orderReference: "another" }));
    expect([first(told, better), first(better, told)]).toEqual(["1", "0"]);
  });
  test("one that can still be paid comes before one that is over, or paid by another payment", () => {
    const over = recordOf((life) => void life.tell({ type: "order.seen", status: "cancelled" }));
    expect([first(over, unread), first(unread, over)]).toEqual(["1", "0"]);
  });
  test("otherwise the first by its id", () => expect(first(unread, unread)).toBe("0"));
});
