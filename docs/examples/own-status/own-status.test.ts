/** An order goes through statuses that the engine does not know. */
import { createEngine, systemClock } from "order-status-engine";
import { memoryStore } from "order-status-engine/memory";
import { resursMapi } from "order-status-engine/resurs";
import { resursDouble } from "order-status-engine/testing";
import { expect, test } from "vitest";
import { moves, orders, shop } from "./shop.js";

test("picking is processing to the engine, and a delivery begins with the capture", async () => {
  const clock = systemClock();
  const bank = await resursDouble({ clock });
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
  const settings = { cooldownSeconds: 0 };
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop, clock, settings });
  await engine.start();
  const wait = { wait: "settled" } as const;
  const told = (status: string) => expect.poll(() => orders.get("1001")?.status).toBe(status);

  orders.set("1001", { status: "pending" });
  await engine.place("1001", { gateway: "resurs-mapi", total: 100_00, currency: "SEK", lines: [] });
  expect(moves("1001", "picking")).toBe(false);
  const page = "https://shop.example/";
  const opened = await engine.checkout("1001", "resurs-mapi", { successUrl: page, failUrl: page, callbackUrl: page });
  if (opened.kind !== "ok") throw new Error(opened.kind);
  bank.customerSigns(opened.paymentId);
  await engine.submit("1001", { type: "customer.returned", page: "success" }, wait);
  await told("processing");

  expect(moves("1001", "picking")).toBe(true);
  // Whatever the engine hears meanwhile leaves the shop's own word alone.
  const { paymentId } = opened;
  const callback = { kind: "AUTHORIZED", paymentId, claims: null, content: null };
  await engine.submit("1001", { type: "callback.received", ...callback }, wait);
  expect([orders.get("1001")?.status, await shop.readStatus("1001")]).toEqual(["picking", "processing"]);

  expect(moves("1001", "delivered")).toBe(false);
  expect(await engine.complete("1001")).toMatchObject({ outcome: "moved", to: "completed" });
  await told("completed");
  expect(moves("1001", "delivered")).toBe(true);
  expect(bank.books(paymentId)).toMatchObject({ captured: 100 });

  await engine.stop();
  await bank.close();
});
