/** A real WooCommerce, a double of each bank, and the engine between them: all of it on this computer. */

import { checkoutScriptAt } from "../../../src/gateways/nets/easy.js";
import { decodeApiData } from "../../../src/gateways/resurs-legacy/index.js";
import { httpApp } from "../../../src/http/app.js";
import { listen } from "../../../src/http/serve.js";
import { systemClock } from "../../../src/ports/clock.js";
import { createEngine, type Engine } from "../../../src/runtime/embedded/engine.js";
import { wooDoctor, wooReturns, wooShop, wooWebhooks } from "../../../src/shops/woocommerce/index.js";
import { memoryStore } from "../../../src/stores/memory/store.js";
import {
  type Banks,
  closeBanks,
  deliveringFrom,
  gatewaysTo,
  LEGACY_DIGEST,
  NETS_AUTHORIZATION,
  openBanks,
  registerCallbacks,
} from "../../../src/testing/doubles/banks.js";
import type { ResursDouble } from "../../../src/testing/index.js";
import { shared } from "../../engine/place.js";
import { type RealShop, standUp, WEBHOOK_SECRET } from "./stand-up.js";

export const TOKEN = "token of the engine's API";
export const PLUGIN_SECRET = "secret between plugin and engine";
export const METHOD = "ose_resurs-mapi_7d63eb50-94b4-4238-8c0d-22d095bfe46b";
/** For what hangs: the shop is PHP without a web server, on a computer that may be busy with other things. */
const SETTLED_S = 600;
const SHOP_MS = 60_000;

export interface RealWorld {
  shop: RealShop;
  /** Resurs's Merchant API, by which most orders are paid. */
  bank: ResursDouble;
  banks: Banks;
  readonly engine: Engine;
  /** What the engine has asked of the shop: how many requests, and how long they were under way, added up. */
  asked: { requests: number; ms: number };
  /** Where the engine is served. */
  address: { engine: string; port: number };
  /** Nobody answers at the engine's address any more. */
  engineDown(): Promise<void>;
  engineUp(): Promise<void>;
  /** Its process ends, and with it whatever it had in memory. */
  engineEnds(): Promise<void>;
  /** Another process takes over its store, with a clock that is so much ahead of the shop's and the bank's. */
  engineBegins(aheadMs?: number): Promise<void>;
  /** The shop's webhooks that wait, as WP-Cron would. */
  deliver(): Promise<void>;
  order(id: number): Promise<ShopSays>;
  /** Which page of the shop is its checkout, to which customers come back. */
  checkoutIs(page: "classic" | "blocks"): Promise<void>;
  /** Until nothing is under way for the order. */
  settled(id: number, seconds?: number): Promise<void>;
  close(): Promise<void>;
}

export interface ShopSays {
  status: string;
  total: string;
  method: string;
  transaction: string;
  notes: string[];
  refunds: { id: number; amount: string; reason: string }[];
  stock: Record<string, number>;
  key: string;
}

const readOrder = (id: number): string => `
  $order = wc_get_order( ${id} );
  $stock = array();
  foreach ( $order->get_items() as $item ) { $stock[ $item->get_product()->get_sku() ] = $item->get_product()->get_stock_quantity(); }
  return array(
    'status' => $order->get_status(), 'total' => $order->get_total(), 'method' => $order->get_payment_method(),
    'transaction' => $order->get_transaction_id(), 'key' => $order->get_order_key(), 'stock' => $stock,
    'notes' => array_map( function ( $note ) { return $note->content; }, array_reverse( wc_get_order_notes( array( 'order_id' => ${id} ) ) ) ),
    'refunds' => array_map( function ( $refund ) { return array( 'id' => $refund->get_id(), 'amount' => $refund->get_amount(), 'reason' => $refund->get_reason() ); }, $order->get_refunds() ),
  );`;

export const realWorld = async ({ hpos }: { hpos: boolean }): Promise<RealWorld> => {
  const clock = systemClock();
  const banks = await openBanks(clock);
  // The engine needs the shop's keys and the shop the engine's address, so the door is opened before the engine is made.
  let app: { fetch(request: Request): Response | Promise<Response> } = {
    fetch: () => new Response("not yet", { status: 503 }),
  };
  const open = (port = 0) => listen((request) => app.fetch(request), { port });
  let served: Awaited<ReturnType<typeof open>> | null = await open();
  const url = served.url;
  const port = Number(new URL(url).port);
  const shop = await standUp({
    hpos,
    webhookUrl: `${url}/shop/webhooks`,
    constants: {
      ORDER_STATUS_ENGINE_URL: url,
      ORDER_STATUS_ENGINE_TOKEN: TOKEN,
      ORDER_STATUS_ENGINE_SECRET: PLUGIN_SECRET,
    },
  });
  const at = { url: shop.url, ...shop.keys, pluginSecret: PLUGIN_SECRET };
  const asked = { requests: 0, ms: 0 };
  const counted: typeof globalThis.fetch = async (...asks) => {
    const began = performance.now();
    asked.requests += 1;
    return globalThis.fetch(...asks).finally(() => {
      asked.ms += performance.now() - began;
    });
  };
  const adapter = wooShop({ ...at, gateways: {}, clock, timeoutMs: SHOP_MS, fetch: counted });
  const settings = { stockManagement: true, holdStockMinutes: 60 };
  const stored = shared(memoryStore());
  // Its data outlives the engine.
  await stored().open();
  const engineAt = async (aheadMs: number): Promise<Engine> => {
    const made = createEngine({
      store: stored(),
      gateways: gatewaysTo(banks, clock, fetch, true),
      shop: adapter,
      settings,
      clock: { now: () => clock.now() + aheadMs, sleep: (...asked) => clock.sleep(...asked) },
    });
    await made.start();
    return made;
  };
  const appOf = (engine: Engine) =>
    httpApp({
      engine,
      apiToken: TOKEN,
      publicUrl: url,
      follows: [],
      netsAuthorization: NETS_AUTHORIZATION,
      frames: {
        nets: { checkoutKey: "checkout key", script: checkoutScriptAt(banks.nets.url) },
        resursCheckout: { origin: new URL(banks.legacy.addresses.checkoutUrl).origin },
      },
      resursDigest: { algorithm: LEGACY_DIGEST.algorithm, salts: [...LEGACY_DIGEST.salts] },
      readContainer: decodeApiData,
      doctor: () =>
        wooDoctor({
          ...at,
          callbackUrl: `${url}/shop/webhooks`,
          webhookSecret: WEBHOOK_SECRET,
          holdStockMinutes: 60,
          statuses: [],
        }),
      returnTo: wooReturns({ url: shop.url, pluginSecret: PLUGIN_SECRET, clock }),
      shopWebhooks: wooWebhooks({ engine, shop: adapter, secrets: [WEBHOOK_SECRET], gateways: {} }),
    });
  let engine = await engineAt(0);
  app = appOf(engine);
  registerCallbacks(banks, url);
  // It asked while nobody answered, and would wait a minute before it asks again.
  const forget =
    "Order_Status_Engine_Methods::forget(); delete_transient( Order_Status_Engine_Client::RESTING ); return 1;";
  await shop.php(forget);
  const until = async (what: string, met: () => Promise<boolean> | boolean, seconds = SETTLED_S) => {
    const end = Date.now() + seconds * 1000;
    while (!(await met())) {
      if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  };
  const engineEnds = async () => {
    await served?.close(0);
    served = null;
    await engine.stop();
  };
  const engineUp = async () => {
    served ??= await open(port);
    await shop.php(forget);
  };
  return {
    shop,
    bank: banks.resurs,
    banks,
    get engine() {
      return engine;
    },
    asked,
    address: { engine: url, port },
    async engineDown() {
      await served?.close(0);
      served = null;
    },
    engineUp,
    engineEnds,
    async engineBegins(aheadMs = 0) {
      if (served !== null) await engineEnds();
      engine = await engineAt(aheadMs);
      app = appOf(engine);
      await engineUp();
    },
    async deliver() {
      await shop.php("ActionScheduler::runner()->run(); return true;");
    },
    order: (id) => shop.php<ShopSays>(readOrder(id)),
    async checkoutIs(page) {
      await shop.php(`return update_option( 'woocommerce_checkout_page_id', ${shop[page]} );`);
    },
    async settled(id, seconds) {
      const isSettled = async () => {
        if (!engine.idle || deliveringFrom(banks) > 0) return false;
        const open = await engine.queries.effectsOf(String(id));
        return open.every(({ dead }) => dead);
      };
      await until(`order ${id}`, isSettled, seconds);
    },
    async close() {
      await served?.close(0);
      await engine.stop();
      await shop.stop();
      await closeBanks(banks);
    },
  };
};
