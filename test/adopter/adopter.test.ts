/** The types as whoever uses the package meets them, with the project's own TypeScript; `npm run campaign package` takes 5.7. */
import { createEngine, limits } from "order-status-engine";
import { httpApp } from "order-status-engine/http";
import { memoryStore } from "order-status-engine/memory";
import { sandbox } from "order-status-engine/testing";
import { expect, test } from "vitest";
import { compiledBy } from "./misspelt.js";

test("a shop's TypeScript compiles, and with any word of it misspelt it does not", async () => {
  const { complaints, unnoticed, words } = await compiledBy("node_modules/typescript/bin/tsc");
  expect(complaints).toEqual([]);
  expect(unnoticed).toEqual([]);
  expect(words).toBeGreaterThan(300);
});

test("an option that is undefined was left out", async () => {
  const { gateway, shop, customer, close } = await sandbox({ clock: undefined });
  const none = Object.fromEntries(Object.keys(limits).map((name) => [name, undefined]));
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop, limits: none, settings: undefined });
  await engine.start();
  try {
    await customer.orders(engine, "1001", 10_000);
    await customer.pays(engine, "1001");
    const undecided = await engine.complete("1001", { wait: undefined, id: undefined, timeoutMs: undefined });
    expect(undecided).toMatchObject({ outcome: "moved", to: "completed", final: true });
    const app = httpApp({
      engine,
      apiToken: "0123456789abcdef",
      publicUrl: "https://shop.example",
      callbackKeys: null,
      limits: { source: undefined, total: undefined, unprovenOrder: undefined },
      requestsAtOnce: undefined,
      unprovenAtOnce: undefined,
      bufferedBytes: undefined,
    });
    const read = (path: string) =>
      app.fetch(new Request(`https://shop.example${path}`, { headers: { authorization: "Bearer 0123456789abcdef" } }));
    expect((await read("/orders/1001")).status).toBe(200);
    const callback = new Request("https://shop.example/callbacks/resurs/authorization", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ paymentId: "none", status: "ACCEPTED" }),
    });
    expect((await app.fetch(callback)).status).toBe(404);
  } finally {
    await engine.stop();
    await close();
  }
});
