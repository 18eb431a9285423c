/** Everything that a stranger can send at once, while the bank goes on with its callbacks. The bank has its own process. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { urlsFor } from "../../src/http/urls.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { resursDouble, wooDouble } from "../../src/testing/index.js";
import { bankHas, MINUTE, order, shopHas, temporary } from "../engine/place.js";
import { type Report, run } from "./flood.js";

/** What the strangers are told. */
export interface Strangers {
  url: string;
  seconds: number;
  orders: string[];
  /** Sockets that send a head and no body, and sockets that send half of a mebibyte. */
  sockets: { silent: number; held: number };
  /** Requests a second of each other kind. */
  perSecond: number;
}

export interface Siege {
  /** The bank's callbacks: before the siege, in it, and in the same siege of a server that answers 202 to whatever comes. */
  idle: Report;
  siege: Report;
  bare: Report;
  /** How the strangers' requests were answered. */
  strangers: Record<string, number>;
  /** Resident memory in MiB: before, and the most that it was. */
  memory: { idle: number; most: number };
  /** Seconds of the processor that this process used in the siege, the bank's double among them. */
  processor: number;
  /** Payments read at the bank's double in the siege, because of the bank's own callbacks too. */
  readings: number;
}

const ORDERS = 100;
/** Well below what an order may have. */
const CALLBACKS_PER_SECOND = 25;
const IDLE_SECONDS = 4;
const SAMPLE_MS = 200;
const key = { id: "k1", secret: "the siege's own key of callbacks" };

const resident = (): number => process.memoryUsage().rss / 1024 / 1024;

const strangersAt = (told: Strangers): Promise<Record<string, number>> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./strangers-child.js", import.meta.url)));
    child.once("message", (counts) => resolve(counts as Record<string, number>));
    child.once("error", reject);
    child.once("exit", (code) => code !== 0 && reject(new Error(`the strangers ended with ${code}`)));
    child.send(told);
  });

const answers202 = async (request: Request): Promise<Response> => {
  await request.arrayBuffer();
  return new Response(null, { status: 202 });
};

/** @param perSecond requests a second of each kind of stranger */
export const siege = async (seconds: number, perSecond: number): Promise<Siege> => {
  const clock = systemClock();
  const bank = await resursDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  const { file, remove } = await temporary();
  let readings = 0;
  const counted: typeof fetch = (input, init) => {
    if ((init?.method ?? "GET") === "GET") readings += 1;
    return fetch(input, init);
  };
  const mapi = resursMapi({ baseUrl: bank.url, clientId: "c", clientSecret: "s", clock, fetch: counted });
  // Under the other gateways' names, so that their routes stand open too.
  const others = ["nets-easy", "resurs-simplified", "resurs-rco"].map((name): Gateway => ({ ...mapi, name }));
  const engine = createEngine({
    store: sqliteStore({ file }),
    gateways: [mapi, ...others],
    shop: woo.shop,
    clock,
  });
  await engine.start();
  // No webhook of a stranger is signed, so the shop is never asked.
  const shop = wooShop({ url: bank.url, consumerKey: "k", consumerSecret: "s", clock });
  const app = httpApp({
    engine,
    apiToken: "the token of the API, which no stranger has",
    publicUrl: "http://engine.test",
    callbackKeys: [key],
    resursDigest: { algorithm: "SHA1", salts: ["a salt that no stranger has"] },
    onPayInitialized: async () => null,
    shopWebhooks: wooWebhooks({ engine, shop, secrets: ["a secret that no stranger has"] }),
    sourceOf: (request) => request.headers.get("x-forwarded-for"),
  });
  const served = await listen(app.fetch);
  try {
    const made = clock.now() - 10 * MINUTE;
    const ids = Array.from({ length: ORDERS }, (_, index) => `s${index}`);
    for (const id of ids) {
      bankHas(bank, `pay-${id}`);
      shopHas(woo, id, made);
      await engine.place(id, order(`pay-${id}`, made));
    }
    const keys = { callbacks: [key], returns: [key] };
    const genuine = ids.map((id) => new URL(urlsFor(served.url, id, "resurs-mapi", keys).callbackUrl).pathname);
    const callbacks = (url: string, forSeconds: number): Promise<Report> =>
      run({
        url,
        requests: Math.max(1, Math.round(CALLBACKS_PER_SECOND * forSeconds)),
        perSecond: CALLBACKS_PER_SECOND,
        kinds: ["genuine"],
        paths: { plain: "", forged: "", genuine },
        paymentIds: ids.map((id) => `pay-${id}`),
      });
    const besieged = async (url: string) => {
      const sockets = { silent: 2000, held: 200 };
      const strangers = strangersAt({ url, seconds, orders: ids, sockets, perSecond });
      const report = await callbacks(url, seconds);
      return { report, counts: await strangers };
    };
    const idle = await callbacks(served.url, IDLE_SECONDS);
    globalThis.gc?.();
    const memory = { idle: resident(), most: 0 };
    const before = readings;
    const spent = process.cpuUsage();
    const sampled = setInterval(() => {
      memory.most = Math.max(memory.most, resident());
    }, SAMPLE_MS);
    const { report: during, counts } = await besieged(served.url);
    clearInterval(sampled);
    const { user, system } = process.cpuUsage(spent);
    const [least, most] = [memory.idle, Math.max(memory.most, resident())].map(Math.round) as [number, number];
    const used = { processor: (user + system) / 1e6, readings: readings - before };
    // After the engine, whose memory begins where a process without a flood behind it is.
    const bare = await listen(answers202);
    const { report: peer } = await besieged(bare.url).finally(() => bare.close());
    return { idle, siege: during, bare: peer, strangers: counts, memory: { idle: least, most }, ...used };
  } finally {
    await served.close();
    await engine.stop();
    await bank.close();
    await remove();
  }
};
