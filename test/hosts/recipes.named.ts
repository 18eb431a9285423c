/** The recipes for other frameworks' orders, with the real engine and a bank over HTTP; the framework's part is played here. */
import { serve } from "@hono/node-server";
import type { PaymentActions } from "@medusajs/types";
import type { Order, OrderState } from "@vendure/core";
import { FSM } from "@vendure/core/dist/common/finite-state-machine/finite-state-machine.js";
import { createEngine, type Engine, type Shop, systemClock } from "order-status-engine";
import { memoryStore } from "order-status-engine/memory";
import { type ResursDouble, resursDouble, wooDouble } from "order-status-engine/testing";
import { afterEach, beforeEach, expect, test } from "vitest";
import { gatewayTo, shopHas, until } from "../engine/place.js";
import { OrderStatusProvider, tellsMedusa } from "./medusa.js";
import { orderProcess, settlePayment } from "./vendure.js";

const clock = systemClock();
const ends: (() => Promise<unknown>)[] = [];
let bank: ResursDouble;
beforeEach(async () => {
  bank = await resursDouble({ clock });
  ends.push(() => bank.close());
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const started = async (shop: Shop): Promise<Engine> => {
  const engine = createEngine({ store: memoryStore(), gateways: [gatewayTo(bank.url, clock)], shop, clock });
  await engine.start();
  ends.push(() => engine.stop());
  return engine;
};
const paidAt = (paymentId: string) => {
  bank.customerSigns(paymentId);
  return paymentId;
};

test("a Medusa payment: begun, paid, told of, captured once, refunded in part; an unpaid one is not captured", async () => {
  const heard: [PaymentActions, unknown][] = [];
  const medusa = serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch: async (request) => {
      const data = (await request.json()) as Record<string, unknown>;
      const { action, data: told } = await provider.getWebhookActionAndData({ data, rawData: "", headers: {} });
      heard.push([action, told?.amount]);
      return new Response();
    },
  });
  ends.push(() => new Promise((closed) => medusa.close(closed)));
  await until(() => medusa.address() !== null, "Medusa");
  const { port } = medusa.address() as { port: number };
  const engine: Engine = await started(
    tellsMedusa(`http://127.0.0.1:${port}/hooks/payment/order-status_resurs`, () => engine),
  );
  const callbackKeys = [{ id: "k1", secret: "secret of the recipes" }];
  const options = { engine, gateway: "resurs-mapi", publicUrl: "https://shop.example", callbackKeys };
  const provider = new OrderStatusProvider({}, options);

  bank.nextPerson("198305147715", { callbacks: false });
  const begun = await provider.initiatePayment({ amount: 1000.5, currency_code: "sek", data: { session_id: "s1" } });
  expect(begun).toMatchObject({ status: "requires_more", data: { redirectUrl: expect.stringMatching(/^http/) } });
  expect(JSON.stringify(bank.creates)).toContain("https://shop.example/callbacks/t/k1.");
  const { data = {}, id } = begun;
  expect(await provider.authorizePayment({ data })).toMatchObject({ status: "pending" });
  await expect(provider.capturePayment({ data })).rejects.toThrow("The bank does not offer a capture");

  paidAt(id);
  expect(await provider.authorizePayment({ data })).toMatchObject({ status: "authorized", data });
  await until(() => heard.length === 2, "the webhooks");
  const capture = { data, context: { idempotency_key: "capture-1" } };
  await provider.capturePayment(capture);
  await provider.capturePayment(capture);
  expect(bank.calls.filter(({ op }) => op === "capture")).toHaveLength(1);
  expect(bank.books(id)).toMatchObject({ captured: 1000.5, refunded: 0 });
  await provider.refundPayment({ data, amount: { value: "400.25" }, context: { idempotency_key: "refund-1" } });
  expect(bank.books(id)).toMatchObject({ refunded: 400.25 });
  expect(await provider.getPaymentStatus({ data })).toMatchObject({ status: "captured" });
  await until(() => heard.length === 3, "the last webhook");
  expect(heard).toEqual([
    ["pending", 1000.5],
    ["authorized", 1000.5],
    ["captured", 1000.5],
  ]);
});

test("a Vendure order moves only where the engine does", async () => {
  const woo = wooDouble({ now: () => clock.now() });
  const engine = await started(woo.shop);
  const process = orderProcess(engine, "resurs-mapi");
  const refusals: string[] = [];
  const order = {
    code: "T-1",
    totalWithTax: 100_000,
    currencyCode: "SEK",
    lines: [
      {
        productVariant: { sku: "a", name: "A lamp" },
        quantity: 2,
        taxRate: 25,
        proratedLinePrice: 80_000,
        proratedLinePriceWithTax: 100_000,
      },
    ],
    surcharges: [{ sku: "", description: "A voucher", price: -4000, priceWithTax: -5000 }],
    shippingLines: [{ discountedPrice: 4000, discountedPriceWithTax: 5000, shippingMethod: { name: "By post" } }],
    createdAt: new Date(clock.now()),
    updatedAt: new Date(clock.now()),
  } as unknown as Order;
  shopHas(woo, order.code, clock.now());
  const machine = new FSM<OrderState, unknown>(
    {
      transitions: {
        AddingItems: { to: ["ArrangingPayment"] },
        ArrangingPayment: { to: ["PaymentAuthorized"] },
        PaymentAuthorized: { to: ["PaymentSettled", "Cancelled"] },
        PaymentSettled: { to: ["Cancelled"] },
      } as never,
      onTransitionStart: process.onTransitionStart as never,
      onError: (_from, _to, message) => void refusals.push(message ?? ""),
    },
    "AddingItems",
  );
  const to = async (state: string) => {
    await machine.transitionTo(state as OrderState, { order });
    return machine.currentState;
  };

  expect(await to("ArrangingPayment")).toBe("ArrangingPayment");
  bank.nextPerson("198305147715", { callbacks: false });
  const at = "https://shop.example";
  const urls = { successUrl: at, failUrl: at, callbackUrl: at };
  const payment = await engine.checkout(order.code, "resurs-mapi", urls);
  expect(bank.creates).toMatchObject([
    {
      order: {
        orderLines: [
          { reference: "a", description: "A lamp", quantity: 2, vatRate: 25, totalAmountIncludingVat: 1000 },
          { description: "A voucher", type: "DISCOUNT", totalVatAmount: -10, totalAmountIncludingVat: -50 },
          { description: "By post", type: "SHIPPING", vatRate: 25, totalAmountIncludingVat: 50 },
        ],
      },
    },
  ]);
  expect(await to("PaymentAuthorized")).toBe("ArrangingPayment");
  expect(refusals.splice(0)).toEqual(["the engine has the order as pending"]);

  if (payment.kind !== "failed") paidAt(payment.paymentId);
  await engine.submit(order.code, { type: "customer.returned", page: "success" }, { wait: "settled" });
  expect(await to("PaymentAuthorized")).toBe("PaymentAuthorized");
  const settle = settlePayment(engine) as unknown as (ctx: null, order: Order) => Promise<unknown>;
  expect(await settle(null, order)).toEqual({ success: true });
  expect(await to("PaymentSettled")).toBe("PaymentSettled");
  expect(bank.calls.map(({ op }) => op)).toEqual(["capture"]);
  expect(await to("Cancelled")).toBe("PaymentSettled");
  expect(refusals).toEqual(["The order is closed, and that cannot be undone."]);
});
