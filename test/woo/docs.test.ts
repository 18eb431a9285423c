import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import { resursDouble, type WooServer, wooServer } from "../../src/testing/index.js";
import { until } from "../engine/place.js";
import { ask } from "../testing/woocommerce-rest.js";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const ends: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const end of ends.reverse()) await end();
});

test("the program of docs/woocommerce.md runs as it stands, and hears of the shop's orders", async () => {
  const program = /```js\n([\s\S]*?)```/.exec(await readFile(join(root, "docs/woocommerce.md"), "utf8"))?.[1] ?? "";
  const folder = await mkdtemp(join(root, "dist", "woocommerce-"));
  ends.push(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, "program.mjs"), program);
  const clock = systemClock();
  const shop: WooServer = await wooServer({ clock });
  const bank = await resursDouble({ clock });
  ends.push(
    () => shop.close(),
    () => bank.close(),
  );
  const env = {
    ...process.env,
    SHOP_URL: shop.url,
    ORDER_STATUS_WOO_KEY: shop.keys.engine.key,
    ORDER_STATUS_WOO_SECRET: shop.keys.engine.secret,
    ORDER_STATUS_WOO_WEBHOOK_SECRET: "secret of the webhook",
    ORDERS_DB: join(folder, "orders.db"),
    RESURS_URL: bank.url,
    RESURS_ID: "id",
    RESURS_SECRET: "secret",
    ORDER_STATUS_TOKEN: "token of the docs",
    PUBLIC_URL: "https://engine.example",
    CALLBACK_SECRET: "secret of the callbacks",
    PORT: "0",
  };
  const child = spawn(process.execPath, [join(folder, "program.mjs")], { cwd: folder, env });
  ends.push(async () => child.kill());
  let out = "";
  const hear = (text: string) => {
    out += text;
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", hear);
  await until(() => /listening on \d+/.test(out), `the program to listen: ${out}`);
  const engine = `http://127.0.0.1:${/listening on (\d+)/.exec(out)?.[1]}`;

  const at = { createdAt: clock.now(), updatedAt: clock.now(), datePaid: null };
  const lines = [{ sku: "tea", quantity: 1, total: 1000 }];
  const known = { total: 1000, currency: "SEK", lines, needsProcessing: true, status: "pending" } as const;
  shop.woo.addOrder({ id: "7", ...known, ...at });
  shop.describe("7", { paymentMethod: "resursbank" });
  shop.webhooks.add({
    topic: "order.updated",
    delivery_url: `${engine}/shop/webhooks`,
    secret: "secret of the webhook",
  });
  const status = async (): Promise<string> => {
    const answer = await fetch(`${engine}/orders/7`, { headers: { authorization: "Bearer token of the docs" } });
    return answer.ok ? ((await answer.json()) as { facts: { order: { status: string } } }).facts.order.status : "none";
  };
  await ask(shop, clock.now(), "PUT", "/orders/7", {});
  await shop.webhooks.runQueue();
  expect(await status()).toBe("pending");
  await ask(shop, clock.now(), "PUT", "/orders/7", { status: "cancelled" });
  await shop.webhooks.runQueue();
  expect(await status()).toBe("cancelled");
}, 240_000);
