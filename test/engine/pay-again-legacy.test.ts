/**
 * In the older flows the shop names the payment, and the bank takes a name once. Where the payment under the order's
 * number is over, whoever presses Pay again gets another one, under a number that is free.
 */
import { afterEach, describe, expect, test } from "vitest";
import { resursSimplified } from "../../src/gateways/resurs-legacy/simplified.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { bankAndShop, placed, restOf, TOTAL, urls } from "./older-flows.js";
import { MINUTE } from "./place.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const GATEWAY = "resurs-simplified";
const [SECOND, THIRD] = ["1001-2--MZ56a_1pPbVlIgkYf3dK", "1001-3--SfZpS67JRzxikRb2IkeU"];

const shop = async (orderId: string, status: "pending" | "failed" = "pending") => {
  const { clock, bank, woo, own } = await bankAndShop();
  const gateway = resursSimplified({ ...own, ...madeUpBooking });
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, clock });
  await engine.start();
  closing.push(bank.close, () => engine.stop());
  const order = async (id: string, at: "pending" | "failed" = "pending") => {
    woo.addOrder({ id, ...placed, status: at });
    await engine.place(id, { ...placed, status: at, gateway: GATEWAY });
  };
  await order(orderId, status);
  const rest = restOf(engine);
  return {
    bank,
    order,
    pay: async (id = orderId): Promise<string> => {
      bank.nextBooking({ status: "BOOKED" });
      const opened = await engine.checkout(id, GATEWAY, urls);
      if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
      return opened.paymentId;
    },
    comesBack: async () => {
      void engine.submit(orderId, { type: "customer.returned", page: "success" });
      await clock.advanceTo(clock.now() + 5 * MINUTE, rest);
    },
    stands: async () => {
      const { order: is, payment } = (await engine.queries.read(orderId))?.facts ?? {};
      return [is?.status, payment?.id, payment?.authorized];
    },
  };
};

const ends = {
  annulled: ["cancel"],
  credited: ["capture", "refund"],
} as const;

test.each(
  (["annulled", "credited"] as const).flatMap((how) =>
    (["pending", "failed"] as const).map((at) => [how, at] as const),
  ),
)("%s in the portal, the order %s: another is opened, and pays the order", async (how, status) => {
  const { bank, pay, comesBack, stands } = await shop("1001", status);
  for (const id of ["1001", SECOND]) {
    expect(await pay()).toBe(id);
    for (const op of ends[how]) bank.portal(id, op);
  }
  expect(await pay()).toBe(THIRD);
  await comesBack();
  expect(await stands()).toEqual(["processing", THIRD, TOTAL]);
});

test("an order's id that is no number of the bank's gets another one, too", async () => {
  const { bank, pay, comesBack, stands } = await shop("order/1001");
  const first = await pay();
  bank.portal(first, "cancel");
  const second = await pay();
  expect(second).not.toBe(first);
  expect(await pay().catch(String)).toContain("already-paid");
  await comesBack();
  expect(await stands()).toEqual(["processing", second, TOTAL]);
});

test("a payment that stands keeps its number: nothing is booked beside it", async () => {
  const { pay, comesBack, stands } = await shop("1001");
  expect(await pay()).toBe("1001");
  expect(await pay().catch(String)).toContain("already-paid");
  await comesBack();
  expect(await stands()).toEqual(["processing", "1001", TOTAL]);
});

describe.each(["1001_2", "1001-2", "1001 2"])("an order of the shop is called %s", (other) => {
  test.each(["before", "after"])("and pays %s the second payment of order 1001: both are paid", async (when) => {
    const { bank, order, pay, comesBack, stands } = await shop("1001");
    await order(other);
    if (when === "before") await pay(other);
    const first = await pay();
    bank.portal(first, "cancel");
    expect(await pay()).toBe(SECOND);
    if (when === "after") expect(await pay(other)).not.toBe(SECOND);
    await comesBack();
    expect(await stands()).toEqual(["processing", SECOND, TOTAL]);
  });
});
