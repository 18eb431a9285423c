/** Two orders name one payment in the same instant, at a bank that does not name its orders: it pays one of them. */
import { expect, test } from "vitest";
import { payments } from "../../src/testing/decision/samples.js";
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
