/** The engine on its file, in a process that is to be killed. Bank and shop live with the parent. */

import { decide } from "../../src/core/decide.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Shop } from "../../src/ports/shop.js";
import type { Store } from "../../src/ports/store.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { prune } from "../../src/runtime/maintenance/prune.js";
import { backUp } from "../../src/stores/sqlite/copy.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { keepKnownKey } from "../engine/known-key.js";
import { fastClock } from "./fast-clock.js";
import { arm, at } from "./kill-switch.js";
import { plantedBugs } from "./planted.js";
import type { Point } from "./points.js";
import { type NodeSetup, type Said, STUMBLES, type Told } from "./wire.js";

const setup = JSON.parse(process.argv[2] ?? "{}") as NodeSetup;
arm(setup.armed);
const clock = fastClock(setup.pace);
const say = (said: Said): void => void process.send?.(said, undefined, undefined, () => {});

const called = async <T>(point: Point, act: () => Promise<T>): Promise<T> => {
  at(point, "before");
  const result = await act();
  at(point, "after");
  return result;
};

const bank = resursMapi({
  baseUrl: setup.bankUrl,
  clientId: "shop",
  clientSecret: "secret",
  storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555",
  paymentMethodId: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
  clock,
});
const gateway: Gateway = {
  ...bank,
  readPayment: (id) => called("bank.read", () => bank.readPayment(id)),
  createPayment: (payment) => called("bank.create", () => bank.createPayment(payment)),
  capture: (call) => called("bank.capture", () => bank.capture(call)),
  cancel: (call) => called("bank.cancel", () => bank.cancel(call)),
  refund: (call) => called("bank.refund", () => bank.refund(call)),
  addOrderLines: (call) => called("bank.lines", () => bank.addOrderLines(call)),
};

const ask = async (path: string, body: unknown): Promise<unknown> =>
  (await fetch(`${setup.shopUrl}${path}`, { method: "POST", body: JSON.stringify(body) })).json();
const shop: Shop = {
  execute: (...asked) =>
    called("shop.told", async () => {
      try {
        return (await ask("/execute", asked)) as Awaited<ReturnType<Shop["execute"]>>;
      } catch (error) {
        return { kind: "retry", afterMs: 1000, detail: String(error) } as const;
      }
    }),
  readStatus: async (orderId) => (await ask("/readStatus", [orderId])) as Awaited<ReturnType<Shop["readStatus"]>>,
};

const file = sqliteStore({ file: setup.file, ownerTimeoutMs: 10_000 });
const kept: Store = setup.bug === null ? file : plantedBugs[setup.bug](file);
const store: Store = {
  ...kept,
  async dueTimers(now, limit) {
    const due = await kept.dueTimers(now, limit);
    if (due.length > 0) {
      at("timer.due", "before");
      setImmediate(() => at("timer.due", "after"));
    }
    return due;
  },
};

const stumbled = new Set<string>();
const engine = createEngine({
  store,
  gateways: [gateway],
  shop,
  clock,
  decide: (record, envelope, now, rules) => {
    const { event, id } = envelope;
    if (event.type === "order.updated" && event.by === STUMBLES && !stumbled.has(id)) {
      stumbled.add(id);
      throw new Error("not at the first sight");
    }
    return decide(record, envelope, now, rules);
  },
});
await engine.start();
await keepKnownKey(engine);

const app = httpApp({ engine, apiToken: null, publicUrl: "http://shop.test" });
const served = await listen(async (request) => {
  const answer = await app.fetch(request);
  if (request.method === "GET" && !new URL(request.url).pathname.startsWith("/returns")) return answer;
  at("http.answer", "before");
  setTimeout(() => at("http.answer", "after"), 1);
  return answer;
});

process.on("message", async (told: Told) => {
  if ("arm" in told) {
    arm(told.arm);
    say({ armed: true });
  }
  if ("prune" in told) say({ pruned: (await prune(store, told.prune)).entries });
  if ("backUpTo" in told)
    await backUp(setup.file, told.backUpTo).then(
      () => say({ backedUp: true }),
      () => say({ backedUp: false }),
    );
  if ("stop" in told) {
    await served.close();
    await engine.stop();
    process.exit();
  }
});
// Whoever started it is gone: so is it.
process.on("disconnect", () => process.exit());
say({ ready: served.url });
