/** What hangs, what is late and what nobody waits for never keeps a waiting customer from his answer. */
import { afterEach, describe, expect, test } from "vitest";
import type { Command, EngineOptions } from "../../src/index.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Gateway, ReadAnswer } from "../../src/ports/gateway.js";
import type { Shop } from "../../src/ports/shop.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { limits as usual } from "../../src/runtime/embedded/limits.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { payments } from "../../src/testing/index.js";
import { callback, MINUTE, order, temporary, until } from "./place.js";

type Says = "answers" | "hangs" | "nonsense";

/** A bank and a shop that do as they are told, and remember in which order they were asked. */
class World {
  readonly asked: string[] = [];
  readonly decided: string[] = [];
  says: (id: string) => Says = () => "answers";
  shopHangs = false;
  atShop = 0;
  atBank = 0;
  mostAtBank = 0;
  ahead = 0;
  readonly #files: (() => Promise<void>)[] = [];
  #engine: Engine | null = null;
  #file = "";

  private bank(name: string): Gateway {
    const refused = async () => ({ kind: "refused", reason: "no", detail: "no" }) as const;
    return {
      name,
      tolerance: 0,
      readPayment: async (paymentId): Promise<ReadAnswer> => {
        const id = paymentId.slice("pay-".length);
        this.asked.push(id);
        this.atBank += 1;
        this.mostAtBank = Math.max(this.mostAtBank, this.atBank);
        const says = this.says(id);
        if (says === "hangs") return new Promise(() => {});
        await new Promise((resolve) => setImmediate(resolve));
        this.atBank -= 1;
        if (says === "nonsense") return { kind: "unknown", detail: "HTTP 200: nobody can read this" };
        return { kind: "ok", reading: { ...payments.accepted, paymentId } };
      },
      capture: refused,
      cancel: refused,
      refund: refused,
      addOrderLines: refused,
      createPayment: async () => ({ kind: "failed", detail: "no" }),
    };
  }

  private readonly shop: Shop = {
    execute: async () => {
      this.atShop += 1;
      if (this.shopHangs) return new Promise(() => {});
      this.atShop -= 1;
      return { kind: "done" };
    },
    readStatus: async () => null,
  };

  get engine(): Engine {
    if (this.#engine === null) throw new Error("there is no engine yet");
    return this.#engine;
  }

  async start(options: Partial<EngineOptions> = {}): Promise<void> {
    if (this.#file === "") {
      const { file, remove } = await temporary();
      this.#file = file;
      this.#files.push(remove);
    }
    const clock = systemClock();
    this.#engine = createEngine({
      store: sqliteStore({ file: this.#file }),
      gateways: ["resurs-mapi", "nets-easy"].map((name) => this.bank(name)),
      shop: this.shop,
      clock: { ...clock, now: () => clock.now() + this.ahead },
      settings: { cooldownSeconds: 0 },
      onDecision: ({ orderId, event }) => void this.decided.push(`${orderId} ${event.type}`),
      ...options,
      limits: { stopMs: 50, ...options.limits },
    });
    await this.#engine.start();
  }

  /** Orders ten minutes old whose customers have not come back yet. */
  async orders(prefix: string, n: number, gateway = "resurs-mapi"): Promise<string[]> {
    const ids = Array.from({ length: n }, (_, i) => `${prefix}${i}`);
    const at = this.engine.clock.now() - 10 * MINUTE;
    await Promise.all(ids.map((id) => this.engine.place(id, order(`pay-${id}`, at, { gateway }))));
    return ids;
  }

  async callbacks(ids: string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.engine.submit(id, callback(`pay-${id}`))));
  }

  async reconciled(ids: string[]): Promise<void> {
    await Promise.all(ids.map((id) => this.engine.submit(id, { type: "reconcile.asked" }, { source: "reconcile" })));
  }

  /** Whether he is told where his order stands before he gives up. */
  async returns(id: string): Promise<boolean> {
    const event = { type: "customer.returned", page: "success" } as const;
    return (await this.engine.submit(id, event, { wait: "settled", timeoutMs: 3000 })).final;
  }

  async clicks(id: string): Promise<boolean> {
    const event = { type: "merchant.processed" } as const;
    return (await this.engine.submit(id, event, { wait: "settled", timeoutMs: 3000 })).final;
  }

  /** Calls that wait for the bank have filled whatever is theirs. */
  async full(): Promise<void> {
    let seen = -1;
    await until(async () => {
      const grew = this.atBank + this.atShop !== seen;
      seen = this.atBank + this.atShop;
      await new Promise((resolve) => setTimeout(resolve, 100));
      return seen > 0 && !grew;
    }, "a standstill");
  }

  async end(): Promise<void> {
    await this.#engine?.stop();
    for (const remove of this.#files) await remove();
  }
}

let world = new World();
afterEach(async () => {
  await world.end();
  world = new World();
});

const startsWith =
  (prefix: string, says: Says) =>
  (id: string): Says =>
    id.startsWith(prefix) ? says : "answers";

test("the shop hangs with 200 orders waiting: a customer's return is answered", async () => {
  await world.start();
  const waiting = await world.orders("w", 200);
  const [customer = ""] = await world.orders("c", 1);
  world.shopHangs = true;
  await world.callbacks(waiting);
  await world.full();
  expect(world.atShop).toBeGreaterThan(10);
  expect(await world.returns(customer)).toBe(true);
});

test("3,000 timers are due at the start, and the bank hangs at them: a customer's reading is begun at once", async () => {
  const settings = { cooldownSeconds: 60 };
  await world.start({ settings });
  const at = world.engine.clock.now();
  const late = Array.from({ length: 3000 }, (_, i) => `t${i}`);
  await Promise.all(late.map((id) => world.engine.place(id, order(`pay-${id}`, at))));
  await world.callbacks(late);
  const [customer = ""] = await world.orders("c", 1);
  await world.engine.stop();
  world.ahead = 5 * MINUTE;
  world.says = startsWith("t", "hangs");
  await world.start({ settings });
  await until(() => world.atBank > 10, "the readings of the timers");
  expect(await world.returns(customer)).toBe(true);
  expect(world.asked.indexOf(customer)).toBeLessThan(usual.effectsAtOnce);
  expect(world.decided.filter((one) => one.endsWith("timer.fired")).length).toBeGreaterThan(10);
});

describe("12 payments that the bank answers with nonsense", () => {
  test.each<[string, (ids: string[]) => Promise<unknown>]>([
    ["after their callbacks", (ids) => world.callbacks(ids)],
    ["after their customers came back", (ids) => Promise.all(ids.map((id) => world.returns(id)))],
    ["after a reconciliation", (ids) => world.reconciled(ids)],
  ])("keep no other customer waiting, %s", async (_when, come) => {
    await world.start();
    const sick = await world.orders("p", 12);
    const customers = await world.orders("c", 15);
    world.says = startsWith("p", "nonsense");
    await come(sick);
    await until(() => world.asked.length >= 5, "the nonsense");
    const told = [];
    for (const customer of customers) told.push(await world.returns(customer));
    expect(told.filter((final) => !final)).toEqual([]);
  });

  test("keep no merchant waiting", async () => {
    await world.start();
    const sick = await world.orders("p", 12);
    const [clicked = ""] = await world.orders("c", 1);
    world.says = startsWith("p", "nonsense");
    await world.callbacks(sick);
    await until(() => world.asked.length >= 5, "the nonsense");
    expect(await world.clicks(clicked)).toBe(true);
  });
});

test("one bank hangs with 100 orders: customers and merchants of the other are answered, and what is due is read", async () => {
  await world.start();
  const hanging = await world.orders("a", 100);
  const others = await world.orders("b", 20, "nets-easy");
  world.says = startsWith("a", "hangs");
  await world.callbacks(hanging);
  await world.full();
  expect(await Promise.all(others.slice(0, 10).map((id) => world.returns(id)))).not.toContain(false);
  expect(await world.clicks("b0")).toBe(true);
  await world.reconciled(others.slice(10));
  await until(() => others.every((id) => world.asked.includes(id)), "the readings of the others");
});

test("2,000 orders are reconciled while the bank hangs at them: a merchant's click and a return are answered", async () => {
  await world.start();
  const doubted = await world.orders("d", 2000);
  const [clicked = "", customer = ""] = await world.orders("c", 2);
  world.says = startsWith("d", "hangs");
  await world.reconciled(doubted);
  await world.full();
  expect(await world.clicks(clicked)).toBe(true);
  expect(await world.returns(customer)).toBe(true);
});

test("300 callbacks at once whose readings hang: a customer, a merchant and what is due are served", async () => {
  await world.start();
  const flood = await world.orders("f", 300);
  const [clicked = "", customer = "", late = ""] = await world.orders("c", 3);
  world.says = startsWith("f", "hangs");
  await world.callbacks(flood);
  await world.full();
  expect(await world.returns(customer)).toBe(true);
  expect(await world.clicks(clicked)).toBe(true);
  await world.reconciled([late]);
  await until(() => world.asked.includes(late), "the reading that nobody waits for");
  expect(world.mostAtBank).toBeLessThanOrEqual(usual.effectsAtOnce);
});

test("300 customers whose readings hang leave room for a merchant, a callback and what is due", async () => {
  await world.start();
  const crowd = await world.orders("h", 300);
  const [clicked = "", called = "", late = ""] = await world.orders("c", 3);
  world.says = startsWith("h", "hangs");
  for (const id of crowd) void world.returns(id);
  await world.full();
  expect(world.mostAtBank).toBeLessThanOrEqual(usual.effectsAtOnce);
  expect(await world.clicks(clicked)).toBe(true);
  await world.callbacks([called]);
  await world.reconciled([late]);
  await until(() => [called, late].every((id) => world.asked.includes(id)), "their readings");
});

test("a reading that waits its turn in the background is begun when its customer comes", async () => {
  await world.start();
  const doubted = await world.orders("d", 200);
  world.says = startsWith("d", "hangs");
  await world.reconciled(doubted);
  await world.full();
  const last = doubted.findLast((id) => !world.asked.includes(id)) ?? "";
  world.says = () => "answers";
  expect(await world.returns(last)).toBe(true);
});

test("a page that proved nothing takes no place of a customer's", async () => {
  await world.start();
  const strange = await world.orders("s", 200);
  const [customer = ""] = await world.orders("c", 1);
  world.says = startsWith("s", "hangs");
  const page = { type: "customer.returned", page: "success", attempt: null } as const;
  await Promise.all(strange.map((id) => world.engine.submit(id, page)));
  await world.full();
  expect(await world.returns(customer)).toBe(true);
});

test.each<[string, Command & { type: "customer.returned" | "merchant.completed" }]>([
  ["a customer's return", { type: "customer.returned", page: "success" }],
  ["a merchant's click", { type: "merchant.completed", via: "api" }],
])("%s is decided before a batch of 2,000 events that came before it", async (_what, event) => {
  await world.start();
  const doubted = await world.orders("d", 2000);
  const [one = ""] = await world.orders("c", 1);
  world.decided.length = 0;
  const batch = world.reconciled(doubted);
  await world.engine.submit(one, event);
  await batch;
  expect(world.decided.indexOf(`${one} ${event.type}`)).toBeLessThan(2 * usual.ordersPerGroup);
});

test("one who comes in the middle of a batch waits for the groups under way, and those are small", async () => {
  await world.start();
  const doubted = await world.orders("d", 1500);
  const [customer = ""] = await world.orders("c", 1);
  const asked = () => world.decided.filter((said) => said.endsWith(" reconcile.asked")).length;
  const batch = world.reconciled(doubted);
  await until(() => asked() > 100, "the first groups");
  const before = asked();
  await world.engine.submit(customer, { type: "customer.returned", page: "success" });
  // Those under way, and what goes along in his own.
  expect(asked() - before).toBeLessThanOrEqual((usual.groupsAtOnce + 1) * usual.unhurriedPerGroup);
  await batch;
});

test("events of one order are decided in the order in which they came, whoever waits for which", async () => {
  await world.start();
  const [one = ""] = await world.orders("c", 1);
  await world.orders("d", 1);
  world.decided.length = 0;
  const types = ["reconcile.asked", "order.updated", "customer.returned"];
  await Promise.all([
    world.engine.submit(one, { type: "reconcile.asked" }),
    world.engine.submit(one, { type: "order.updated", by: "a", change: "b" }),
    world.engine.submit(one, { type: "customer.returned", page: "success" }),
  ]);
  expect(world.decided.filter((said) => types.some((type) => said.endsWith(type)))).toEqual(
    types.map((type) => `${one} ${type}`),
  );
});

test("a listener that never comes back keeps nobody waiting", async () => {
  await world.start({ onDecision: () => new Promise<void>(() => {}) as unknown as undefined });
  const [customer = "", ...others] = await world.orders("c", 100);
  await world.callbacks(others);
  expect(await world.returns(customer)).toBe(true);
});
