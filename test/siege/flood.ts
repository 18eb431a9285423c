/** Forged callbacks by the thousand at a door that stands open on this computer, from a process of their own. */
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { httpApp } from "../../src/http/app.js";
import { listen } from "../../src/http/serve.js";
import { urlsFor } from "../../src/http/urls.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { resursDouble, wooDouble } from "../../src/testing/index.js";
import { bankHas, MINUTE, order, shopHas } from "../engine/place.js";

/** What is sent: a third of each, or the bank's own messages and nothing else. */
export type Sent = "unknown id" | "forged token" | "known id" | "genuine";

export interface Errand {
  url: string;
  requests: number;
  perSecond: number;
  kinds: Sent[];
  paths: { plain: string; forged: string; genuine: string[] };
  paymentIds: string[];
}

export interface Report {
  statuses: Record<string, number>;
  p50: number;
  p99: number;
  seconds: number;
}

export interface Tally {
  idle: Report;
  flood: Report;
  /** Readings of payments in the flood, at the bank's double. */
  readings: number;
  /** Readings that the limit of one in five seconds allows for the orders that were knocked at. */
  allowed: number;
  /** Resident memory after the first tenth and at the end, MB. */
  memory: [number, number];
  knocks: number;
}

const ORDERS = 5;
/** Without a cooldown each callback that is let in has the payment read: the worst case. */
const settings = { cooldownSeconds: 0 };
const key = { id: "k1", secret: "secret of the flood" };

/** The process that knocks, and what it saw. */
export const run = (errand: Errand): Promise<Report> =>
  new Promise((resolve, reject) => {
    const child = fork(fileURLToPath(new URL("./flood-child.js", import.meta.url)));
    child.once("message", (report) => resolve(report as Report));
    child.once("error", reject);
    child.once("exit", (code) => code !== 0 && reject(new Error(`the flood ended with ${code}`)));
    child.send(errand);
  });

const resident = (): number => {
  globalThis.gc?.();
  return Math.round(process.memoryUsage().rss / 1024 / 1024);
};

/** @param tokens whether addresses carry tokens; without, the limits alone keep the flood off */
export const flood = async (requests: number, perSecond: number, tokens: boolean): Promise<Tally> => {
  const clock = systemClock();
  const bank = await resursDouble({ clock });
  const woo = wooDouble({ now: () => clock.now() });
  let readings = 0;
  const counted: typeof fetch = (input, init) => {
    if ((init?.method ?? "GET") === "GET") readings += 1;
    return fetch(input, init);
  };
  const gateway = resursMapi({ baseUrl: bank.url, clientId: "c", clientSecret: "s", clock, fetch: counted });
  const engine = createEngine({ store: memoryStore(), gateways: [gateway], shop: woo.shop, settings, clock });
  await engine.start();
  const app = httpApp({
    engine,
    apiToken: null,
    callbackKeys: tokens ? [key] : null,
    sourceOf: (request) => request.headers.get("x-forwarded-for"),
    limits: { unprovenOrder: { burst: 1, perSecond: 0.2 } },
  });
  const served = await listen(app.fetch);
  try {
    const made = clock.now() - 10 * MINUTE;
    const ids = Array.from({ length: ORDERS }, (_, index) => `f${index}`);
    for (const id of ids) {
      bankHas(bank, `pay-${id}`);
      shopHas(woo, id, made);
      await engine.place(id, order(`pay-${id}`, made));
    }
    const path = (keys: (typeof key)[] | null, id: string) =>
      new URL(urlsFor(served.url, id, "resurs-mapi", { callbacks: keys, returns: [key] }).callbackUrl).pathname;
    const errand: Omit<Errand, "requests" | "perSecond" | "kinds"> = {
      url: served.url,
      paths: {
        plain: path(null, "f0"),
        forged: path([{ ...key, secret: "guessed, and wrong" }], "f0"),
        genuine: ids.map((id) => path(tokens ? [key] : null, id)),
      },
      paymentIds: ids.map((id) => `pay-${id}`),
    };
    // One order's own messages; the others are left fresh for the flood.
    const genuine = { paymentIds: errand.paymentIds.slice(0, 1), kinds: ["genuine"] as Sent[] };
    const paths = { ...errand.paths, genuine: errand.paths.genuine.slice(0, 1) };
    const idle = await run({ ...errand, ...genuine, paths, requests: Math.min(500, requests / 50), perSecond: 50 });
    // Its last reading is still to come, and is none of the flood's.
    while ((await engine.queries.effectsOf("f0")).length > 0 || engine.underWay > 0) await clock.sleep(5);
    readings = 0;
    const began = clock.now();
    let early = 0;
    const sampled = setTimeout(
      () => {
        early = resident();
      },
      (requests / perSecond) * 100,
    );
    const kinds: Sent[] = ["unknown id", "forged token", "known id"];
    const report = await run({ ...errand, requests, perSecond, kinds });
    clearTimeout(sampled);
    const seconds = (clock.now() - began) / 1000;
    const allowed = tokens ? 0 : ORDERS * (Math.floor(seconds / 5) + 1);
    const told = Object.values(report.statuses).reduce((sum, n) => sum + n, 0);
    return { idle, flood: report, readings, allowed, memory: [early || resident(), resident()], knocks: told };
  } finally {
    await served.close();
    await engine.stop();
    await bank.close();
  }
};
