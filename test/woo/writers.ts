/**
 * Two writers at once: the engine and a merchant change the same order over REST, with delays, lost answers and
 * webhooks that are lost or come twice. Afterwards the shop's own book says what became of every change.
 */

import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { listen } from "../../src/http/serve.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { resursDouble, type ShopChange, VirtualClock, type WooServer, wooServer } from "../../src/testing/index.js";
import { Chance } from "../../src/testing/simulator/chance.js";
import { bankHas, lines, T0 } from "../engine/place.js";
import { ask } from "../testing/woocommerce-rest.js";
import { taking } from "./taking.js";
import { Traffic } from "./traffic.js";

const SECRET = "secret of the webhook";

const PICKS = ["on-hold", "cancelled", "failed", "processing", "completed"] as const;
/** A request hangs longer than the client waits for it, and shorter than it waits before it asks again. */
const CLIENT_WAITS_MS = 1000;
const HANGS_MS = 1200;
const LATE_MS = 1500;

export interface Tally {
  rounds: number;
  merchantWrites: number;
  /** Writes of the engine that the shop's book shows, those that put back what they had gone over among them. */
  engineWrites: number;
  putBack: number;
  conflicts: number;
  seen: number;
  lostAnswers: number;
  breaches: { orderId: string; law: string; detail: string }[];
}

export interface Options {
  rounds: number;
  seed: number;
  atOnce?: number;
  told?(done: number): void;
}

export const twoWriters = async ({ rounds, seed, atOnce = 50, told }: Options): Promise<Tally> => {
  const clock = new VirtualClock(T0);
  const traffic = new Traffic();
  const chance = new Chance(seed);
  const tally: Tally = {
    rounds,
    merchantWrites: 0,
    engineWrites: 0,
    putBack: 0,
    conflicts: 0,
    seen: 0,
    lostAnswers: 0,
    breaches: [],
  };
  let calm = false;
  const shop = await wooServer({
    clock,
    disturb: ({ method }) => {
      if (calm) return undefined;
      const luck = chance.next();
      const [beforeMs, afterMs] = [chance.between(0, 25), chance.between(0, 25)];
      if (luck < 0.005) return { beforeMs: HANGS_MS, afterMs };
      if (luck < 0.025) {
        if (method !== "GET") tally.lostAnswers += 1;
        return { beforeMs, afterMs, answerLost: true };
      }
      if (luck < 0.03) return { beforeMs, lost: true };
      return luck < 0.035 ? { beforeMs, status: 502 } : { beforeMs, afterMs };
    },
  });
  const bank = await resursDouble({ clock });
  const { key, secret } = shop.keys.engine;
  const keys = { consumerKey: key, consumerSecret: secret };
  const adapter = wooShop({
    url: shop.url,
    ...keys,
    clock,
    timeoutMs: CLIENT_WAITS_MS,
    lateMs: LATE_MS,
    fetch: traffic.fetch,
  });
  const engine = createEngine({
    store: memoryStore(),
    gateways: [
      resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock, fetch: traffic.fetch }),
    ],
    shop: adapter,
    clock,
    limits: { longestRetryMs: 50 },
  });
  await engine.start();
  const take = taking(wooWebhooks({ engine, shop: adapter, secrets: [SECRET] }));
  // Every tenth delivery is lost on the way, and every tenth comes twice.
  const served = await listen(async (request) => {
    const luck = calm ? 1 : chance.next();
    if (luck < 0.1) return new Response(null, { status: 200 });
    if (luck < 0.2) await take(request.clone());
    return take(request);
  });
  shop.webhooks.add({ topic: "order.updated", delivery_url: served.url, secret: SECRET });

  const one = async (id: string): Promise<void> => {
    const at = clock.now();
    const known = { total: 100_000, currency: "SEK", lines, needsProcessing: true, createdAt: at, updatedAt: at };
    bankHas(bank, `pay-${id}`);
    shop.woo.addOrder({ id, status: "pending", ...known, datePaid: null });
    const payment = { gateway: "resurs-mapi", paymentId: `pay-${id}`, previousPaymentIds: [], customerReturned: false };
    await engine.place(id, { status: "pending", ...known, ...payment });
    const merchant = async () => {
      for (let writes = chance.between(1, 2); writes > 0; writes -= 1) {
        await clock.sleep(chance.between(0, 250));
        const status = chance.one(PICKS);
        const write = traffic.during(ask(shop, clock.now(), "PUT", `/orders/${id}`, { status }));
        // The merchant's own connection may break too; the shop's book knows whether it was written.
        await write.catch(() => {});
      }
    };
    await Promise.all([engine.submit(id, { type: "customer.returned", page: "success" }), merchant()]);
  };

  const stop = traffic.drive(clock, () => engine.restingButForCalls && traffic.flying <= shop.held() + bank.held());
  try {
    let [started, done] = [0, 0];
    const lane = async () => {
      while (started < rounds) {
        started += 1;
        await one(String(started));
        if (done % 10 === 0) await shop.webhooks.runQueue();
        done += 1;
        told?.(done);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, lane));
    calm = true;
    await settle(engine, shop, traffic);
    const ids = Array.from({ length: rounds }, (_, index) => String(index + 1));
    for (const id of ids) await judge(engine, shop, id, tally);
    return tally;
  } finally {
    await stop();
    await engine.stop();
    await Promise.all([served.close(), shop.close(), bank.close()]);
  }
};

/** What a night brings: the webhooks that wait, and a reconciliation for those that were lost. */
const settle = async (engine: Engine, shop: WooServer, traffic: Traffic): Promise<void> => {
  const rest = () => traffic.until(async () => (await engine.queries.health()).counts?.waitingEffects === 0);
  await rest();
  while ((await shop.webhooks.runQueue()) > 0) await rest();
  for await (const _ of engine.reconcile({ freshMs: 0, perSecond: 1000 })) void _;
  await rest();
};

const judge = async (engine: Engine, shop: WooServer, orderId: string, tally: Tally): Promise<void> => {
  const breach = (law: string, detail: string) => void tally.breaches.push({ orderId, law, detail });
  const history = await engine.queries.history(orderId, 0, 500);
  const status = (await engine.queries.read(orderId))?.facts.order.status;
  const inShop = shop.woo.order(orderId);
  if (status !== inShop.status) breach("one truth", `the engine says ${status}, the shop ${inShop.status}`);

  const witnessed = history.filter(({ event }) => event.type === "order.seen" || event.type === "shop.conflicted");
  const seen = new Set(witnessed.map(({ event }) => (event as { status: string }).status));
  const decided = new Set(history.map(({ to }) => to as string));
  tally.conflicts += witnessed.filter(({ event }) => event.type === "shop.conflicted").length;
  tally.seen += witnessed.filter(({ event }) => event.type === "order.seen").length;
  for (const { event, eventId, answers } of witnessed) {
    const mine = answers.find((answer) => answer.eventId === eventId);
    if (!mine?.rule && !mine?.reason) breach("a conflict has a reason", JSON.stringify(event));
  }

  const changes = shop.changes.filter((change) => change.orderId === orderId);
  const merchants = ({ by }: ShopChange) => by === shop.keys.merchant.key;
  const meant = history
    .filter(({ effects }) => effects.some(({ type }) => type === "completePayment" || type === "setOrderStatus"))
    .map(({ from, to }) => `${from} to ${to}`);
  changes.forEach((change, index) => {
    const { from, to } = change;
    const told = `${from} to ${to}`;
    const next = changes[index + 1];
    if (merchants(change)) {
      tally.merchantWrites += 1;
      const replaced = changes.slice(index + 1).some(merchants);
      if (!replaced && !seen.has(to) && !decided.has(to)) breach("no change is lost", told);
      return;
    }
    tally.engineWrites += 1;
    const goesBack = (a: ShopChange, b: ShopChange | undefined) =>
      b !== undefined && a.from === b.to && a.to === b.from;
    const putsBack = changes.slice(0, index).some((one) => !merchants(one) && goesBack(one, change));
    if (putsBack) tally.putBack += 1;
    if (putsBack || meant.includes(told)) return;
    // It went over a newer change, which must come back, unless the merchant has changed his mind again.
    if (next !== undefined && (merchants(next) || goesBack(change, next))) return;
    breach("a newer change is not written over", `${told}, then ${next?.to ?? "nothing"}`);
  });

  const references = inShop.notes
    .map(({ text }) => /\[#\w{8}\]$/.exec(text)?.[0])
    .filter((found) => found !== undefined);
  if (new Set(references).size !== references.length) breach("a note is written once", references.join(" "));
  const outcomes = inShop.notes.filter(({ text }) => text.startsWith("Payment complete."));
  const paid = history.filter(({ effects }) => effects.some(({ type }) => type === "completePayment")).length;
  if (outcomes.length > paid) breach("one note per outcome", `${outcomes.length} notes for ${paid} outcomes`);
};
