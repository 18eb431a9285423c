/** The bank opens a payment so late that the order has gone on: nobody is sent there, and the payment is known. */
import { expect, test } from "vitest";
import type { CreatedPayment, Gateway } from "../../src/ports/gateway.js";
import { littleWorld, T0 } from "../money/world.js";

const urls = {
  successUrl: "https://shop.example/success",
  failUrl: "https://shop.example/fail",
  callbackUrl: "https://shop.example/callbacks/bank",
};
const order = {
  status: "pending",
  total: 1000,
  currency: "SEK",
  gateway: "bank",
  createdAt: T0,
  updatedAt: T0,
  paymentId: null,
  customerReturned: false,
  needsProcessing: true,
} as const;

const opened = (paymentId: string): CreatedPayment => ({
  kind: "ok",
  paymentId,
  status: "TASK_REDIRECTION_REQUIRED",
  redirectUrl: "https://bank.example",
});

/** A bank that opens payments so, and one order that waits for its payment. */
const worldWith = async (opens: Partial<Gateway>) => {
  const world = await littleWorld({ gateway: (bank) => ({ ...bank, ...opens }) });
  world.woo.addOrder({ id: "1", ...order, lines: [], datePaid: null });
  await world.engine.place("1", { ...order, lines: [], previousPaymentIds: [] });
  return world;
};

test("cancelled while the bank opens the payment: the customer is told that it failed", async () => {
  let answer: () => void = () => {};
  const opening = new Promise<void>((resolve) => (answer = resolve));
  const world = await worldWith({
    createPayment: async () => {
      await opening;
      return opened("late");
    },
  });
  const checkout = world.engine.checkout("1", "bank", urls);
  await new Promise((resolve) => setTimeout(resolve, 10));
  await world.engine.submit("1", { type: "merchant.cancelled", via: "api" });
  answer();
  expect(await checkout).toEqual({
    kind: "failed",
    detail: "the order takes this payment no more (not-awaiting-payment)",
  });
  expect((await world.engine.queries.read("1"))?.facts.others).toMatchObject([{ id: "late" }]);
  await world.engine.stop();
});

test("one that throws at a bank that names its payments itself is searched for when Pay is pressed again", async () => {
  const searched: string[] = [];
  const world = await worldWith({
    createPayment: async () => {
      throw new Error("the answer could not be read");
    },
    findCreated: async ({ attempt }) => {
      searched.push(attempt);
      return opened("made");
    },
  });
  const answer = await world.engine.checkout("1", "bank", { ...urls, attempt: "a" });
  expect(answer).toMatchObject({ kind: "failed", detail: expect.stringContaining("could not be read") });
  void world.engine.checkout("1", "bank", { ...urls, attempt: "b" }).catch(() => {});
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(searched).toEqual(["a"]);
  const { payment, others } = (await world.engine.queries.read("1"))?.facts ?? {};
  expect([payment?.id, ...(others ?? []).map(({ id }) => id)]).toContain("made");
  await world.engine.stop();
});
