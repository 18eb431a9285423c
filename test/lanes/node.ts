/** The engine of a trial, in a process of its own: told over IPC what to do, reached over HTTP by its customers. */

import { decide } from "../../src/core/decide.js";
import type { OrderRecord } from "../../src/core/record.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Shop } from "../../src/ports/shop.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { callback, gatewayTo, MINUTE, order, returnPath, unlimited } from "../engine/place.js";

export interface Trial {
  file: string;
  bank: string;
  shop: string;
  /** Orders whose customers come back later. */
  customers: string[];
  /** Orders of which the bank has sent a callback. */
  called: string[];
  /** Orders with a timer that is due at the start. */
  timers: string[];
}
export interface Ready {
  url: string;
  /** Where each customer comes back to. */
  paths: string[];
}

/** WooCommerce's part does not matter here; that it is another process does. */
const shopAt = (url: string): Shop => ({
  async execute(orderId) {
    try {
      const signal = AbortSignal.timeout(30_000);
      const { ok } = await fetch(`${url}/orders/${orderId}`, { method: "POST", body: "{}", signal });
      return ok ? { kind: "done" } : { kind: "retry", afterMs: null, detail: "the shop did not do it" };
    } catch (error) {
      return { kind: "retry", afterMs: null, detail: String(error) };
    }
  },
  readStatus: async () => null,
});

const clock = systemClock();
const AT_ONCE = 500;

/** Each has taken in a callback five minutes ago and holds it for a minute: written straight to the store. */
const fill = async (file: string, ids: string[]): Promise<void> => {
  const store = sqliteStore({ file });
  await store.open();
  const at = clock.now() - 5 * MINUTE;
  for (let i = 0; i < ids.length; i += AT_ONCE) {
    const changes = ids.slice(i, i + AT_ONCE).map((orderId) => {
      const placing = { type: "order.placed", order: { ...order(`pay-${orderId}`, at), tolerance: 0 } } as const;
      const events = [placing, { ...callback(`pay-${orderId}`), content: null }];
      let record: OrderRecord | null = null;
      const decisions = events.map((event, n) => {
        const envelope = { id: `${orderId}-${n}`, orderId, at: at + n, source: "callback", event } as const;
        const decision = decide(record, envelope, at + n);
        record = decision.record;
        return decision;
      });
      const last = decisions.at(-1);
      if (last === undefined) throw new Error("nothing was decided");
      return {
        orderId,
        expectedVersion: 0,
        record: last.record,
        history: decisions.map(({ entry }) => entry),
        effects: decisions.flatMap(({ effects }) => effects),
        timers: last.timers,
        settled: [],
        decided: [],
      };
    });
    await store.commit(changes);
  }
  await store.close();
};

process.once("message", async ({ file, bank, shop, customers, called, timers }: Trial) => {
  await fill(file, timers);
  const engine = createEngine({
    store: sqliteStore({ file }),
    gateways: [gatewayTo(bank, clock)],
    shop: shopAt(shop),
    clock,
  });
  await engine.start();
  const at = clock.now() - 10 * MINUTE;
  for (const id of [...customers, ...called]) await engine.place(id, order(`pay-${id}`, at));
  const served = await listen(httpApp({ engine, apiToken: null, limits: unlimited }).fetch);
  const paths = await Promise.all(customers.map((id) => returnPath(engine, id, "success")));
  for (const id of called) await engine.submit(id, callback(`pay-${id}`));
  process.send?.({ url: served.url, paths } satisfies Ready);
});
