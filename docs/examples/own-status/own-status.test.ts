/** An order goes through statuses that only the shop has. */
import { createEngine, systemClock } from "order-status-engine";
import { memoryStore } from "order-status-engine/memory";
import { resursMapi } from "order-status-engine/resurs";
import { resursDouble } from "order-status-engine/testing";
import { expect, test } from "vitest";
import { orders, shop, statuses } from "./shop.js";

test("picking is processing to the engine, and delivered is reached over the capture", async () => {
  const clock = systemClock();
  const bank = await resursDouble({ clock });
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
  const settings = { cooldownSeconds: 0 };
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop, statuses, clock, settings });
  await engine.start();
  const wait = { wait: "settled" } as const;
  const inShop = (status: string) => expect.poll(() => orders.get("1001")?.status).toBe(status);

  orders.set("1001", { status: "pending" });
  await engine.place("1001", { gateway: "resurs-mapi", total: 100_00, currency: "SEK", lines: [] });
  const page = "https://shop.example/";
  const opened = await engine.checkout("1001", "resurs-mapi", { successUrl: page, failUrl: page, callbackUrl: page });
  if (opened.kind !== "ok") throw new Error(opened.kind);
  bank.customerSigns(opened.paymentId);
  await engine.submit("1001", { type: "customer.returned", page: "success" }, wait);
  await inShop("processing");

  // A person picks the goods: the shop writes its own row, and tells.
  orders.set("1001", { status: "picking" });
  await engine.submit("1001", { type: "order.seen", status: "picking" });
  expect(await engine.queries.why("1001")).toMatchObject({ status: "processing", child: "picking" });

  // Or he asks the engine, which writes it.
  await engine.submit("1001", "packed", wait);
  await inShop("packed");

  expect(await engine.queries.can("1001", "delivered")).toMatchObject({ allowed: true, to: "completed" });
  expect(await engine.submit("1001", "delivered", wait)).toMatchObject({ outcome: "moved", to: "completed" });
  expect(bank.books(opened.paymentId)).toMatchObject({ captured: 100 });
  await inShop("delivered");

  await engine.stop();
  await bank.close();
});
