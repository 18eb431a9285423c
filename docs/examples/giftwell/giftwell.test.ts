/** Start here: the contract that every gateway keeps, and the life of one order. */
import { createEngine, type Shop, systemClock } from "order-status-engine";
import { type Registry, registry } from "order-status-engine/machines";
import { memoryStore } from "order-status-engine/memory";
import { gatewayContract } from "order-status-engine/testing";
import { describe, expect, test } from "vitest";
import { giftwellBank } from "./bank.js";
import { giftwellCallback } from "./callback.js";
import { giftwellFixture } from "./fixture.js";
import { giftwellGateway } from "./gateway.js";
import { giftwell } from "./machine.js";

describe("the gateway contract", () => {
  for (const { title, run } of gatewayContract(giftwellFixture())) test(title, run);
});

const withGiftwell: Registry = { ...registry, flows: { ...registry.flows, giftwell } };
const shop: Shop = { execute: async () => ({ kind: "done" }), readStatus: async () => null };

test("an order is paid and captured, and what somebody refunds at Giftwell is heard of", async () => {
  const calledBack: RequestInit[] = [];
  const bank = giftwellBank("giftwell-api-key", async (_, init = {}) => {
    calledBack.push(init);
    return new Response();
  });
  const gateway = giftwellGateway({
    baseUrl: "https://giftwell.example",
    apiKey: "giftwell-api-key",
    clock: systemClock(),
    fetch: (input, init) => bank.answer(new Request(input, init)),
  });
  // Callbacks usually wait for a minute, for the customer who comes back.
  const settings = { cooldownSeconds: 0 };
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], registry: withGiftwell, shop, settings });
  await engine.start();

  await engine.place("1001", { gateway: "giftwell", total: 100_000, currency: "SEK", lines: [] });
  const opened = await engine.checkout("1001", "giftwell", {
    successUrl: "https://shop.example/thanks",
    failUrl: "https://shop.example/cart",
    callbackUrl: "https://shop.example/giftwell",
  });
  if (opened.kind !== "ok") throw new Error(opened.kind);
  bank.cardIs(opened.paymentId, "held");
  const returned = { type: "customer.returned", page: "success" } as const;
  expect(await engine.submit("1001", returned, { wait: "settled" })).toMatchObject({ to: "processing" });
  const completed = { type: "merchant.completed" } as const;
  expect(await engine.submit("1001", completed, { wait: "settled" })).toMatchObject({ to: "completed" });

  await bank.hand(opened.paymentId, "giveBack", 25_000);
  const message = new Request("https://shop.example/giftwell", calledBack[0]);
  expect((await giftwellCallback(engine)(message)).status).toBe(202);
  await expect
    .poll(async () => (await engine.queries.read("1001"))?.facts.payment.refunded, { timeout: 10_000 })
    .toBe(25_000);
  expect((await engine.queries.why("1001"))?.answer.en).toMatch(
    /captured 1,000\.00 SEK and refunded 250\.00 SEK of it\.$/,
  );
  await engine.stop();
});
