/** A shop's own plugin and REST API, the bank's double in place of its bank, and an engine between them that keeps nothing. */
import { z } from "zod";
import type { OrderRecord } from "../../../core/record.js";
import { resursMapi } from "../../../gateways/resurs/mapi.js";
import { httpApp } from "../../../http/app.js";
import { listen, type Served } from "../../../http/serve.js";
import { systemClock } from "../../../ports/clock.js";
import { createEngine, type Engine } from "../../../runtime/embedded/engine.js";
import { memoryStore } from "../../../stores/memory/store.js";
import { type ResursDouble, resursDouble } from "../../../testing/doubles/resurs/double.js";
import type { Ready } from "../../config/schema.js";
import { doorsOf, shopOf } from "../configured.js";
import { checkPort, noPort } from "../listening.js";
import { RehearsedShop } from "./shop.js";

export interface ShopStage {
  shop: RehearsedShop;
  bank: ResursDouble;
  engine: Engine;
  /** The payment method as WooCommerce calls it. */
  method: string;
  /** Until nothing is under way for the order. @throws Error after two minutes */
  settled(id: number): Promise<void>;
  record(id: number): Promise<OrderRecord>;
  /** Names of the flags that stand. */
  flags(id: number): Promise<string[]>;
  books(id: number): Promise<NonNullable<ReturnType<ResursDouble["books"]>>>;
  /** The customer at the bank's page; @returns the address at which he comes out, in the shop */
  atBank(redirect: string, outcome: "sign" | "deny" | "freeze" | "leave"): Promise<string>;
  /** Nobody answers at the engine's address any more. */
  down(): Promise<void>;
  up(): Promise<void>;
  close(): Promise<void>;
}

/** For what hangs: the call of a shop whose answer was lost is looked at again after half a minute. */
const SETTLED_MS = 120_000;
const STORE_ID = "b7f88ac4-baa7-493b-a0a7-d4e14f91f555";
const METHOD_ID = "7d63eb50-94b4-4238-8c0d-22d095bfe46b";

const Location = z.string().min(1);
const next = async (url: string, init: RequestInit = {}): Promise<string> => {
  const response = await fetch(url, { ...init, redirect: "manual", signal: AbortSignal.timeout(SETTLED_MS) });
  await response.body?.cancel();
  const to = Location.safeParse(response.headers.get("location")).data;
  if (to === undefined) throw new Error(`${new URL(url).pathname} leads nowhere (HTTP ${response.status})`);
  return new URL(to, url).href;
};

/** @throws what is wrong with port or shop */
export const openStage = async (config: Ready, { port, host }: { port: number; host: string }): Promise<ShopStage> => {
  const clock = systemClock();
  await checkPort(port, host);
  const bank = await resursDouble({ clock });
  const adapter = shopOf(config, clock);
  const gateway = resursMapi({
    baseUrl: bank.url,
    clientId: "rehearsal",
    clientSecret: "rehearsal",
    storeId: STORE_ID,
    clock,
  });
  const engine = createEngine({
    store: memoryStore(),
    gateways: [gateway],
    shop: adapter,
    statuses: config.statuses,
    settings: config.settings,
    clock,
  });
  await engine.start();
  const app = httpApp({
    engine,
    apiToken: config.http.apiToken,
    ...doorsOf(config, adapter, [gateway], clock)(engine),
  });
  const open = () => listen(app.fetch, { port, hostname: host }).catch(noPort(port, host));
  let served: Served | null = await open();
  const shop = new RehearsedShop({ ...config.shop, clock });

  const record = async (id: number): Promise<OrderRecord> => {
    const found = await engine.queries.read(String(id));
    if (found === null) throw new Error(`the engine was never told of order ${id}`);
    return found;
  };
  return {
    shop,
    bank,
    engine,
    method: `ose_${gateway.name}_${METHOD_ID}`,
    record,
    async settled(id) {
      const until = clock.now() + SETTLED_MS;
      const isSettled = async () =>
        engine.idle &&
        bank.delivering() === 0 &&
        (await engine.queries.effectsOf(String(id))).every(({ dead }) => dead);
      while (!(await isSettled())) {
        if (clock.now() > until) throw new Error(`order ${id}: something is under way after ${SETTLED_MS / 1000} s`);
        await clock.sleep(25);
      }
    },
    flags: async (id) => (await record(id)).flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag),
    async books(id) {
      const books = bank.books((await record(id)).facts.payment.id ?? "");
      if (books === null) throw new Error(`order ${id} has no payment at the bank`);
      return books;
    },
    async atBank(redirect, outcome) {
      const back = await next(redirect, { method: "POST", body: new URLSearchParams({ outcome }) });
      return next(await next(back));
    },
    async down() {
      await served?.close(0);
      served = null;
    },
    async up() {
      served ??= await open();
      await shop.wakePlugin();
    },
    async close() {
      await served?.close(0);
      await engine.stop();
      await bank.close();
    },
  };
};
