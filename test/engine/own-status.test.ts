/** An engine that was told of the shop's own statuses, from the door to the shop, over HTTP and from within. */
import { afterEach, describe, expect, test } from "vitest";
import type { OrderChange } from "../../src/index.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Shop, StatusWord } from "../../src/ports/shop.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type ResursDouble, resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { bankHas, gatewayTo, order, post, trusted, until } from "./place.js";

const statuses = { picking: "processing", packed: "processing", delivered: "completed" } as const;
type Own = keyof typeof statuses;
type Word = StatusWord<Own>;

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** A shop that has one column for a status, whatever it is called. */
const columnShop = () => {
  const words = new Map<string, Word>();
  const writes: string[] = [];
  const notes: string[] = [];
  /** What stands before the shop, and what happens between its write and its answer. */
  const front = { away: false, written: async () => {} };
  const parentOf = (word: Word) => (Object.hasOwn(statuses, word) ? statuses[word as Own] : word);
  const shop: Shop<Own> = {
    async execute(orderId, _id, effect) {
      if (front.away) return { kind: "retry", afterMs: 20, detail: "the shop is away" };
      if (effect.type !== "setOrderStatus" && effect.type !== "completePayment") return { kind: "done" };
      const word = words.get(orderId) ?? "pending";
      const to = ("child" in effect && (effect.child as Own)) || effect.to;
      if (word === to || (parentOf(word) === effect.to && to === effect.to)) return { kind: "done" };
      if (![effect.from, effect.to].includes(parentOf(word) as never)) return { kind: "conflict", status: word };
      words.set(orderId, to);
      writes.push(to);
      notes.push(effect.note);
      await front.written();
      return { kind: "done" };
    },
    readStatus: async (orderId) => words.get(orderId) ?? null,
  };
  return { shop, words, writes, notes, front };
};

const world = async () => {
  const clock = systemClock();
  const bank: ResursDouble = await resursDouble({ clock });
  ends.push(() => bank.close());
  const { shop, words, writes, notes, front } = columnShop();
  const engine = createEngine({
    store: memoryStore(),
    gateways: [gatewayTo(bank.url, clock)],
    shop,
    statuses,
    clock,
    settings: { cooldownSeconds: 0 },
  });
  await engine.start();
  ends.push(() => engine.stop());
  const app = trusted({ engine, publicUrl: "http://shop.test" });
  const http = async (path: string, body?: unknown) => {
    const response = await app.fetch(body === undefined ? new Request(`http://shop.test${path}`) : post(path, body));
    return { status: response.status, body: await response.json() };
  };
  bankHas(bank, "pay-1");
  words.set("1", "picking");
  await engine.place("1", order("pay-1", Date.now() - 600_000, { status: "picking" as never }));
  const orderOf = async () => (await engine.queries.read("1"))?.facts.order;
  return { bank, engine, words, writes, notes, front, http, orderOf };
};

describe("the engine", () => {
  test("completes as delivered: captured first, and then the shop's order is delivered", async () => {
    const { bank, engine, words, orderOf } = await world();
    expect(await orderOf()).toMatchObject({ status: "processing", child: "picking" });
    const changes: OrderChange[] = [];
    await engine.subscribe("told", (change) => void changes.push(change));
    expect(await engine.queries.can("1", "delivered", { fresh: true })).toMatchObject({
      allowed: true,
      to: "completed",
    });
    expect(await engine.submit("1", "delivered", { wait: "settled" })).toMatchObject({
      outcome: "moved",
      to: "completed",
    });
    expect(bank.books("pay-1")).toMatchObject({ captured: 1000 });
    await until(() => words.get("1") === "delivered");
    expect(await engine.queries.why("1")).toMatchObject({ status: "completed", child: "delivered" });
    await until(() => changes.some(({ status }) => status === "completed"));
    expect(changes.at(-1)).toMatchObject({ from: "processing", status: "completed", child: "delivered" });
  });

  test("a step between two of one parent reaches the shop and no bank", async () => {
    const { engine, words, writes, orderOf, bank } = await world();
    const before = bank.reads.length;
    expect(await engine.submit("1", "packed")).toMatchObject({
      outcome: "moved",
      from: "processing",
      to: "processing",
    });
    await until(() => words.get("1") === "packed");
    expect([writes, bank.reads.length, (await orderOf())?.child]).toEqual([["packed"], before, "packed"]);
  });

  test("what the shop tells of is recorded, also where a conflict or a reconciliation tells it", async () => {
    const { engine, words, writes, orderOf } = await world();
    await engine.submit("1", { type: "order.seen", status: "packed" });
    expect(await orderOf()).toMatchObject({ status: "processing", child: "packed" });
    words.set("1", "picking");
    for await (const _ of engine.reconcile({ freshMs: 0 })) void _;
    expect(await orderOf()).toMatchObject({ status: "processing", child: "picking" });
    // Another hand delivered it while a merchant put it on hold.
    words.set("1", "delivered");
    await engine.submit("1", { type: "merchant.held" });
    await until(async () => (await orderOf())?.status === "completed");
    expect(await orderOf()).toMatchObject({ child: "delivered" });
    expect(writes).toEqual([]);
  });

  test("refuses by name what is no status here, at every door", async () => {
    const { engine, http, words } = await world();
    const placed = order("pay-2", Date.now(), { status: "shipped" as never });
    await expect(engine.place("2", placed)).rejects.toThrow('"shipped" is none of the statuses');
    await expect(engine.submit("1", { type: "order.seen", status: "shipped" as never })).rejects.toThrow('"shipped"');
    await expect(engine.queries.can("1", "shipped" as never)).rejects.toThrow("picking, packed, delivered");
    expect(await http("/orders/1/events", { type: "merchant.asked", status: "shipped" })).toMatchObject({
      status: 400,
      body: { error: { issues: [{ path: "status", message: expect.stringContaining('"shipped"') }] } },
    });
    // A shop that says it lags behind the declaration: nothing is taken for what it is not.
    words.set("1", "shipped" as never);
    await expect(async () => {
      for await (const { outcome, why } of engine.reconcile({ freshMs: 0 })) {
        expect([outcome, why]).toEqual(["unread", expect.stringContaining('"shipped" is none of the eight')]);
        throw new Error("told");
      }
    }).rejects.toThrow("told");
    for (const [bad, says] of [
      [{ completed: "processing" }, "statuses.completed"],
      [{ "in the box": "processing" }, "statuses.in the box"],
      [{ picking: "picked" }, "statuses.picking"],
    ] as const)
      expect(() =>
        createEngine({
          store: memoryStore(),
          gateways: [],
          shop: columnShop().shop,
          statuses: bad as never as typeof statuses,
        }),
      ).toThrow(says);
  });
});

describe("a write that waits for the shop, which tells of another status meanwhile", () => {
  const settled = { wait: "settled" } as const;
  const completes = (engine: Engine<Own>) => engine.submit("1", "delivered", settled);
  const holds = (engine: Engine<Own>) => engine.submit("1", "on-hold", settled);
  const packs = (engine: Engine<Own>) => engine.submit("1", "packed", settled);

  test.each<[string, (engine: Engine<Own>) => Promise<unknown>, Word, Word, object]>([
    ["completed, told the status it had", completes, "processing", "delivered", { status: "completed" }],
    ["completed, told another child of it", completes, "packed", "delivered", { status: "completed" }],
    ["put on hold, told another child of it", holds, "packed", "on-hold", { status: "on-hold", heldByHand: true }],
    ["set to a child, told another one", packs, "picking", "packed", { status: "processing", child: "packed" }],
    ["completed, told what our write does not start from", completes, "on-hold", "on-hold", { status: "on-hold" }],
  ])("%s: in the end the order has what the shop has", async (_, asks, told, end, order) => {
    const { engine, words, writes, notes, front, orderOf } = await world();
    await engine.queries.can("1", "delivered", { fresh: true });
    front.away = true;
    await asks(engine);
    words.set("1", told);
    await engine.submit("1", { type: "order.seen", status: told });
    front.away = false;
    await until(async () => (await engine.queries.effectsOf("1")).length === 0);
    expect(words.get("1")).toBe(end);
    await until(async () => (await orderOf())?.status === (order as { status: string }).status);
    expect(await orderOf()).toMatchObject(order);
    // What was written says so in its note, once.
    expect([writes.length, notes.length]).toEqual(end === told ? [0, 0] : [1, 1]);
  });

  test("told after our write and before its answer, what the shop has stands", async () => {
    const { engine, words, front, orderOf } = await world();
    front.written = async () => {
      words.set("1", "picking");
      await engine.submit("1", { type: "order.seen", status: "picking" });
    };
    await completes(engine);
    await until(async () => (await engine.queries.effectsOf("1")).length === 0);
    expect(words.get("1")).toBe("picking");
    expect(await orderOf()).toMatchObject({ status: "processing", child: "picking", setBack: true });
    expect((await engine.queries.read("1"))?.flags).toMatchObject([{ flag: "discrepancy:completed-set-back" }]);
  });

  test("a later write of ours goes its own way", async () => {
    const { engine, words, writes, front, orderOf } = await world();
    front.away = true;
    await engine.submit("1", "on-hold", settled);
    await engine.submit("1", "processing", settled);
    front.away = false;
    await until(() => words.get("1") === "processing");
    await until(async () => (await engine.queries.effectsOf("1")).length === 0);
    expect([writes, (await orderOf())?.status]).toEqual([["on-hold", "processing"], "processing"]);
    const history = await engine.queries.history("1");
    expect(history.filter(({ event }) => event.type === "order.seen")).toEqual([]);
  });
});

test("over HTTP: placed, asked, sent, and shown", async () => {
  const { http, words, engine } = await world();
  const lines = [{ sku: "a", quantity: 1, total: 100_000 }];
  const placed = { total: 100_000, currency: "SEK", lines, gateway: "resurs-mapi", status: "packed" };
  expect((await http("/orders", { orderId: "9", order: placed })).status).toBe(201);
  expect((await http("/orders/9")).body).toMatchObject({ facts: { order: { status: "processing", child: "packed" } } });
  const asked = { type: "merchant.asked", status: "delivered", by: "Eva" };
  expect((await http("/orders/1/can", asked)).body).toMatchObject({ allowed: true, to: "completed" });
  expect(await http("/orders/1/events", asked)).toMatchObject({
    status: 200,
    body: { outcome: "moved", to: "completed" },
  });
  await until(() => words.get("1") === "delivered");
  expect((await http("/orders/1/why")).body).toMatchObject({ status: "completed", child: "delivered" });
  const [last] = (await engine.queries.history("1")).slice(-1);
  expect(last).toMatchObject({ to: "completed", child: "delivered" });
  expect((await http("/payment-methods")).body).toMatchObject({ statuses: Object.keys(statuses) });
});
