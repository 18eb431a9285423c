/**
 * One row of one order is damaged by hand, in each table of each store on a disk: four other orders live on as if
 * nothing had happened, at the same moments of the clock, and health says which order it is.
 */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { Reconciled } from "../../src/ports/runtime.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { bankHas, callback, MINUTE, Place, T0 } from "../engine/place.js";
import { isWhole } from "../exhaustive/whole.js";
import { type Disk, startDisks } from "./disks.js";

const disks = await startDisks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await disks.end();
});
afterAll(() => disks.stop(), 240_000);

const others = Array.from({ length: 4 }, (_, i) => `o${i}`);
/** As long as callbacks are held for the customer. */
const COOLDOWN = 60_000;

/** The sick order has a row in every table, all others a timer that rings in a minute, with a callback that waits for it. */
const filled = async (disk: Disk): Promise<Place> => {
  const place = await Place.made({ store: disk.store() });
  ends.push(() => place.end());
  for (const id of ["sick", ...others]) {
    await place.order(id, { at: T0, ...(id === "sick" ? { faults: { getPayment: "http-429:retry-after=30" } } : {}) });
  }
  // Asks the bank, which asks for half a minute: an effect waits.
  await place.engine.submit("sick", { type: "customer.returned", page: "success" });
  await place.rest();
  for (const id of others) await place.engine.submit(id, callback(`pay-${id}`) as never);
  await place.rest();
  await place.engine.stop();
  return place;
};

const inboxOf = async (disk: Disk, place: Place): Promise<void> => {
  const store = disk.store();
  await store.open();
  const envelope = {
    id: "late",
    orderId: "sick",
    at: T0,
    source: "merchant" as const,
    event: { type: "merchant.held" as const, via: "api" as const },
  };
  await store.postpone([{ envelope, attempts: 1, notBefore: place.clock.now(), error: "threw", dead: false }]);
  await store.close();
};

const all = async (engine: Engine): Promise<string[]> => {
  const told: Reconciled[] = [];
  for await (const one of engine.reconcile({ freshMs: -1, dryRun: true, perSecond: Number.POSITIVE_INFINITY }))
    told.push(one);
  await engine.queries.unfinished(100);
  await engine.queries.deadLetters(100);
  await engine.queries.effectsOf("sick");
  await engine.queries.history("sick");
  expect((await engine.queries.list({ limit: 100 })).length).toBeGreaterThanOrEqual(others.length);
  expect(told.map(({ orderId }) => orderId)).toEqual(expect.arrayContaining(others));
  return told.filter(({ outcome }) => outcome === "unread").map(({ orderId }) => orderId);
};

type Damage = [what: string, table: string, text: string, ...values: unknown[]];

const everywhere: Damage[] = [
  [
    "a record cut off in the middle",
    "orders",
    "UPDATE orders SET record = ? WHERE order_id = 'sick'",
    '{"orderId":"sick","ver',
  ],
  ["a record that is a list", "orders", "UPDATE orders SET record = ? WHERE order_id = 'sick'", "[]"],
  [
    "a record of another order",
    "orders",
    "UPDATE orders SET record = (SELECT record FROM orders WHERE order_id = 'o1') WHERE order_id = 'sick'",
  ],
  ["a version beyond its record's", "orders", "UPDATE orders SET version = 77 WHERE order_id = 'sick'"],
  ["flags that are no JSON", "listed", "UPDATE orders SET flags = 'oops' WHERE order_id = 'sick'"],
  ["an entry that is no JSON", "history", "UPDATE history SET entry = 'oops' WHERE order_id = 'sick'"],
  ["an entry that is a number", "history", "UPDATE history SET entry = '12' WHERE order_id = 'sick' AND seq = 1"],
  ["an effect cut off", "outbox", "UPDATE outbox SET effect = ? WHERE order_id = 'sick'", '{"type":"readPay'],
  [
    "an effect that nobody knows",
    "outbox",
    "UPDATE outbox SET effect = ? WHERE order_id = 'sick'",
    '{"type":"sendGold"}',
  ],
  [
    "a number for a payment's id",
    "outbox",
    "UPDATE outbox SET effect = ? WHERE order_id = 'sick'",
    '{"type":"readPayment","paymentId":7}',
  ],
  ["an effect in a lane that is none", "outbox", "UPDATE outbox SET lane = 'sea' WHERE order_id = 'sick'"],
  ["a timer before all time", "timers", "UPDATE timers SET at = -1 WHERE order_id = 'sick'"],
  [
    "a timer of a generation that cannot be",
    "timers",
    "UPDATE timers SET generation = -3, at = 5 WHERE order_id = 'sick'",
  ],
  [
    "a replacement character in a timer's order",
    "timers",
    "UPDATE timers SET order_id = ?, at = -1 WHERE order_id = 'sick'",
    "s\ufffdck",
  ],
  ["an event that is no JSON", "inbox", "UPDATE inbox SET envelope = '{' WHERE order_id = 'sick'"],
  [
    "an event of the year 275760 and later",
    "inbox",
    "UPDATE inbox SET envelope = ? WHERE order_id = 'sick'",
    '{"id":"late","orderId":"sick","at":9007199254740991,"source":"merchant","event":{"type":"merchant.held"}}',
  ],
  [
    "an event whose time is a text",
    "inbox",
    "UPDATE inbox SET envelope = ? WHERE order_id = 'sick'",
    '{"id":"late","orderId":"sick","at":"now","source":"merchant","event":{"type":"merchant.held"}}',
  ],
  [
    "half a surrogate pair in an event's id",
    "inbox",
    "UPDATE inbox SET envelope = ? WHERE order_id = 'sick'",
    '{"id":"la\\ud800te","orderId":"sick","at":5,"source":"merchant","event":{"type":"merchant.held"}}',
  ],
];
/** Texts that are no UTF-8: SQLite keeps any bytes. */
const inSqlite: Damage[] = [
  [
    "half a surrogate pair as a timer's order",
    "timers",
    "UPDATE timers SET order_id = CAST(x'eda080' AS TEXT), at = 5 WHERE order_id = 'sick'",
  ],
  [
    "half a surrogate pair as an effect's order",
    "outbox",
    "UPDATE outbox SET order_id = CAST(x'eda080' AS TEXT) WHERE order_id = 'sick'",
  ],
  [
    "half a surrogate pair as an effect's id",
    "outbox",
    "UPDATE outbox SET id = CAST(x'eda080' AS TEXT) WHERE order_id = 'sick'",
  ],
  [
    "half a surrogate pair as an event's order",
    "inbox",
    "UPDATE inbox SET order_id = CAST(x'eda080' AS TEXT) WHERE order_id = 'sick'",
  ],
  [
    "half a surrogate pair as an order's id",
    "listed",
    "UPDATE orders SET order_id = CAST(x'eda080' AS TEXT) WHERE order_id = 'sick'",
  ],
  [
    "a byte that is no UTF-8 in a record",
    "orders",
    "UPDATE orders SET record = CAST(x'7bff7d' AS TEXT) WHERE order_id = 'sick'",
  ],
];

/** What finds a damaged row is one piece for both: of the second a third at each build, of each table some. */
const some = everywhere.filter((_, i) => isWhole || i % 3 === 0);

const stores: [name: string, disk: () => Promise<Disk>, damages: Damage[]][] = [
  ["SQLite", disks.sqlite, [...everywhere, ...inSqlite]],
  ...(disks.postgres === null ? [] : [["PostgreSQL", disks.postgres, some] as [string, () => Promise<Disk>, Damage[]]]),
];

describe.each(stores)("%s", (_name, made, damages) => {
  test.each(damages)("%s in %s stops one order", { timeout: 80_000 }, async (_what, table, text, ...values) => {
    const disk = await made();
    const place = await filled(disk);
    // An event that is decided writes anew what is listed.
    if (table !== "listed" || text.includes("eda080")) await inboxOf(disk, place);
    await disk.sql(text, ...values);

    const engine = await place.start({ store: disk.store() });
    place.engine = engine;
    // Met before the next decision, which writes the order's timers anew.
    await place.rest();
    // Every commit writes anew what is listed.
    if (table !== "listed") {
      await engine.submit("sick", { type: "order.updated", by: "shop", change: "a note" }).catch(() => {});
    }
    await place.rest();
    await place.after(T0 + COOLDOWN - 1 - place.clock.now());
    expect(others.filter((id) => place.status(id) !== "pending")).toEqual([]);
    await place.after(1);
    // At the very moment of the clock at which each is due, and not at the next try.
    expect(others.filter((id) => place.status(id) !== "processing")).toEqual([]);

    await all(engine);
    const { ok, trouble, damaged, counts } = await engine.queries.health();
    // A row that came to lie under another order's name is missed by its own order, which rests as well.
    const names = text.includes("SET order_id") && (table === "outbox" || table === "inbox") ? 2 : 1;
    expect([ok, trouble, counts?.damaged]).toEqual([true, null, names]);
    const [named] = damaged;
    const sick = table === "listed" && text.includes("eda080") ? named : "sick";
    if (!text.includes("SET order_id")) expect(damaged).toEqual([sick]);
    const store = disk.store();
    const beside = await place.engine.queries.health();
    expect(beside.damaged).toEqual(damaged);
    await engine.stop();

    await store.open();
    const rows = await store.damaged(9);
    expect(rows.map((row) => row.table)).toContain(table);
    expect(rows[0]?.what).toMatch(/is damaged: /);
    // Taken out, the others never hear of it; what a record can say comes back from it.
    const { left } = await store.repair(named ?? "", { forget: false });
    expect(left.map((one) => one.table)).toEqual(table === "orders" || sick !== "sick" ? ["orders"] : []);
    await store.close();
  });

  test("an event that is none any more is given up, and its order goes on", async () => {
    const disk = await made();
    const place = await filled(disk);
    await inboxOf(disk, place);
    const store = disk.store();
    await store.open();
    const [row] = await store.dueEvents(place.clock.now(), 9);
    await store.postpone([
      { ...row, envelope: { ...row?.envelope, event: { type: "merchant.held", via: "dream" } } } as never,
    ]);
    await store.close();
    const engine = await place.start({ store: disk.store() });
    place.engine = engine;
    await place.after(10);
    const [dead] = (await engine.queries.unfinished(9)).deadEvents;
    expect(dead?.error).toMatch(/not an event any more: via/);
    expect((await engine.submit("sick", { type: "merchant.held", via: "api" })).outcome).toBe("moved");
  });

  test("what the record still says comes back: a repaired order ends where it would have", async () => {
    const disk = await made();
    const place = await filled(disk);
    await disk.sql("UPDATE outbox SET effect = 'oops' WHERE order_id = 'sick'");
    const engine = await place.start({ store: disk.store() });
    place.engine = engine;
    bankHas(place.bank, "pay-sick");
    await place.after(2 * MINUTE);
    expect(place.status("sick")).toBe("pending");
    await engine.stop();
    const store = disk.store();
    await store.open();
    const { taken } = await store.repair("sick", { forget: false });
    expect(taken.map(({ table, row }) => [table, row.effect])).toEqual([["outbox", "oops"]]);
    await store.close();
    place.engine = await place.start({ store: disk.store() });
    await place.after(1000);
    expect(place.status("sick")).toBe("processing");
  });
});
