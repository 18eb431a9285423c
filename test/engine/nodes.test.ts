/** Two engines on one PostgreSQL, each with a store of its own, as two containers of one shop. */
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import { httpApp } from "../../src/http/app.js";
import type { EngineOptions } from "../../src/index.js";
import { systemClock } from "../../src/ports/clock.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { type PostgresOptions, postgresStore } from "../../src/stores/postgres/store.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { startPostgres } from "../stores/postgres-server.js";
import { bankHas, callback, gatewayTo, MINUTE, order, post, shopHas, until } from "./place.js";

const server = await startPostgres();
const clock = systemClock();
let bank: ResursDouble;
let woo: WooDouble;
let connectionString: string;
const engines: Engine[] = [];

beforeEach(async () => {
  bank = await resursDouble({ clock });
  woo = wooDouble({ now: () => clock.now() });
  if (typeof server !== "string") connectionString = await server.database();
});
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.stop();
  await bank.close();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

const HOUR = 60 * MINUTE;
const started = async (options: Partial<EngineOptions> = {}, store: PostgresOptions = {}): Promise<Engine> => {
  const engine = createEngine({
    store: postgresStore({ connectionString, pollMs: HOUR, ...store }),
    gateways: [gatewayTo(bank.url, clock)],
    shop: woo.shop,
    clock,
    ...options,
  });
  await engine.start();
  engines.push(engine);
  return engine;
};
const placed = async (engine: Engine, id: string) => {
  const made = clock.now() - 10 * MINUTE;
  bankHas(bank, `pay-${id}`);
  shopHas(woo, id, made);
  await engine.place(id, order(`pay-${id}`, made));
};
/** Takes everything in and carries nothing out. */
const busy = { limits: { effectsAtOnce: 0 } };

if (typeof server === "string") test.skip(`two engines on PostgreSQL: ${server}`, () => {});
describe.skipIf(typeof server === "string")("two engines on one database", () => {
  test("what one of them cannot carry out, the other hears of at once", async () => {
    const [full, idle] = [await started(busy), await started()];
    // The first it may find by itself, looking while it starts to listen.
    for (const id of ["o", "p", "q"]) {
      await placed(full, id);
      await full.submit(id, callback(`pay-${id}`));
      await until(() => woo.order(id).status === "processing", "the other engine");
      expect((await idle.queries.history(id)).some((entry) => entry.to === "processing")).toBe(true);
    }
  });

  test("and hears of it with the next look where nothing is listened to", async () => {
    const full = await started(busy, { notify: false });
    await started({}, { notify: false, pollMs: 50 });
    await placed(full, "o");
    await full.submit("o", callback("pay-o"));
    await until(() => woo.order("o").status === "processing", "the other engine");
  });

  test("the customer at one and the bank at the other, a hundred times: paid once each", {
    timeout: 240_000,
  }, async () => {
    const both = [await started(), await started()] as const;
    const ids = Array.from({ length: 100 }, (_, i) => `o${i}`);
    for (const id of ids) await placed(both[0], id);
    await Promise.all(
      ids.flatMap((id, i) => [
        both[i % 2 === 0 ? 0 : 1].submit(id, { type: "customer.returned", page: "success" }),
        both[0].submit(id, callback(`pay-${id}`), { id: "the-callback" }),
        both[1].submit(id, callback(`pay-${id}`), { id: "the-callback" }),
      ]),
    );
    await until(() => ids.every((id) => woo.order(id).status === "processing"), "every order");
    await until(async () => (await both[0].queries.health()).counts?.waitingEffects === 0, "the last effect");
    for (const id of ids) {
      expect([id, woo.confirmationMails(id), woo.order(id).stockReductions]).toEqual([id, 1, 1]);
      const history = await both[0].queries.history(id);
      expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
      expect(history.filter(({ eventId }) => eventId === "the-callback")).toHaveLength(1);
    }
  });

  test("a capture whose answer comes after the lease: the other node looks it up, and the late answer changes nothing", async () => {
    const told: string[] = [];
    const log = { debug() {}, info() {}, error() {}, warn: (_fields: object, text: string) => void told.push(text) };
    const slow = await started({ log: log as never, worker: "slow", limits: { leaseMs: 400, callMs: 100 } });
    await placed(slow, "o");
    await slow.submit("o", callback("pay-o"), { wait: "settled" });
    await until(() => woo.order("o").status === "processing", "the payment");
    await until(async () => (await slow.queries.health()).counts?.waitingEffects === 0, "the last effect");
    // It captures at once and says so 1.5 s later.
    bank.delayNext("capture", 1500);
    await slow.submit("o", { type: "merchant.completed", via: "dropdown" });
    await until(() => bank.calls.length === 1, "the call");
    await started({ worker: "quick", limits: { leaseMs: 60_000, callMs: 100 } });
    // Both look; who comes first takes it. The slow one may take its own lease again, once it has seen that it ran out.
    await until(() => woo.order("o").status === "completed", "the completion");
    await until(async () => (await slow.queries.health()).counts?.waitingEffects === 0, "the last effect");
    await until(() => told.includes("a result came after its lease had gone to another worker"), "the late answer");
    expect(bank.calls.filter(({ applied }) => applied)).toHaveLength(1);
    expect(bank.books("pay-o")?.captured).toBe(1000);
    const history = await slow.queries.history("o");
    expect(history.filter(({ event }) => event.type === "capture.unknown")).toHaveLength(1);
    expect(history.filter(({ event }) => event.type === "capture.confirmed")).toEqual([]);
  });

  test("while the database is away callbacks are answered 503 and none is lost; the same process takes them again", {
    timeout: 240_000,
  }, async () => {
    const engine = await started({}, { patienceMs: 100 });
    const { fetch } = httpApp({ engine, apiToken: null });
    await placed(engine, "o");
    const call = () => fetch(post("/callbacks/resurs/authorization", { paymentId: "pay-o", status: "AUTHORIZED" }));
    const health = () => fetch(new Request("http://shop.test/healthz"));
    if (typeof server === "string") throw new Error(server);
    await server.pause();
    const refused = await call();
    expect([refused.status, refused.headers.get("retry-after") === null]).toEqual([503, false]);
    expect((await health()).status).toBe(503);
    await server.resume();
    expect((await call()).status).toBe(202);
    // A loop that failed while it was away has to go round once more before health is green.
    await until(async () => (await health()).status === 200, "good health");
    await until(() => woo.order("o").status === "processing", "the callback");
    expect(woo.confirmationMails("o")).toBe(1);
  });
});
