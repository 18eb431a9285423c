/** An order that the bank has under another reference: what its customer carries names the order itself (seed 002, "The API Data"). */
import { afterEach, describe, expect, test } from "vitest";
import {
  decodeApiData,
  resursCheckout,
  resursHosted,
  resursSimplified,
} from "../../src/gateways/resurs-legacy/index.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { madeUpBooking, madeUpCustomer } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { bankAndShop, placed, restOf, urls } from "./older-flows.js";
import { trusted } from "./place.js";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const ORDER = "77";

const shop = async (gateway: string, reference: string | undefined) => {
  const { clock, bank, woo, own } = await bankAndShop();
  const asked: string[] = [];
  const customerOf = (orderId: string) => {
    asked.push(orderId);
    return madeUpCustomer;
  };
  const nothingOf = (orderId: string) => {
    customerOf(orderId);
    return {};
  };
  const hosted = resursHosted({ ...own, customerOf: nothingOf });
  const gateways = [resursSimplified({ ...own, ...madeUpBooking, customerOf }), hosted, resursCheckout(own)];
  const engine = createEngine({ store: memoryStore(), gateways, shop: woo.shop, clock });
  await engine.start();
  closing.push(bank.close, () => engine.stop());
  woo.addOrder({ id: ORDER, ...placed, status: "pending" });
  const made = gateway === "resurs-rco" ? { paymentId: "session-1" } : {};
  await engine.place(ORDER, { ...placed, ...made, gateway, ...(reference !== undefined && { reference }) });
  bank.nextBooking({ status: "SIGNING", signingUrl: "https://bank.example/sign" });
  const opened = await engine.checkout(ORDER, gateway, urls);
  if (opened.kind !== "ok") throw new Error(JSON.stringify(opened));
  await restOf(engine)();
  return { engine, asked, paymentId: opened.paymentId, container: String(woo.order(ORDER).meta.orderSigningPayload) };
};

describe.each([
  ["resurs-simplified", [ORDER], "R-1001"],
  ["resurs-hosted", [ORDER], "R-1001"],
  ["resurs-rco", [], "session-1"],
])("%s", (gateway, asks, paymentId) => {
  test.each([
    ["another", "R-1001", paymentId],
    ["no other", undefined, paymentId === "R-1001" ? ORDER : paymentId],
  ])("with %s reference at the bank, the order is found by what its customer carries", async (_, reference, id) => {
    const one = await shop(gateway, reference);
    expect([one.paymentId, one.asked]).toEqual([id, asks]);
    expect(decodeApiData(one.container)).toMatchObject({ data: { wc_order_id: ORDER, preferred_id: id } });
    const app = trusted({ engine: one.engine, publicUrl: "http://shop.test", readContainer: decodeApiData });
    const landing = `http://shop.test/returns/landing?apiData=${encodeURIComponent(one.container)}`;
    expect((await app.fetch(new Request(landing))).status).toBe(200);
  });
});
