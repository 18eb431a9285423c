/**
 * One row says a number, a lane or an id that cannot be: only its own order stops, health names it, and a repair brings
 * it to its right end. These are the columns that no checksum covers, and those by which a row is found again.
 */
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { DamagedRow } from "../../src/ports/store.js";
import { bankHas, callback, Place, T0 } from "../engine/place.js";
import { type Disk, startDisks } from "./disks.js";

const disks = await startDisks();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  await disks.end();
});
afterAll(() => disks.stop(), 240_000);

const well = ["w1", "w2"];
const LARGEST = { SQLite: "9223372036854775807", PostgreSQL: "2147483647" };
type Name = keyof typeof LARGEST;

/** `LARGEST` stands for the greatest number that the column holds. */
type Damage = [table: string, set: string, only?: Name];

const damages: Damage[] = [
  ["outbox", "attempts = LARGEST"],
  ["outbox", "attempts = -1"],
  ["outbox", "lease_until = 9223372036854775807"],
  ["outbox", "lease_until = 4000000000000"],
  ["outbox", "created_at = -9007199254740993"],
  ["outbox", "dead = 7", "SQLite"],
  ["outbox", "worker = 'nobody'", "PostgreSQL"],
  ["outbox", "kind = 7", "SQLite"],
  ["outbox", "kind = -1"],
  ["outbox", "id = 'garbage'"],
  ["outbox", "seq = 99"],
  ["outbox", "seq = LARGEST"],
  ["outbox", "idx = LARGEST"],
  ["outbox", "idx = 9007199254740993", "SQLite"],
  ["outbox", "lane = 'x'"],
  ["outbox", "lane = 'shop'"],
  ["outbox", "lane = CAST(x'ff' AS TEXT)", "SQLite"],
  ["outbox", "id = 'a' || char(0)", "SQLite"],
  ["outbox", "order_id = 'gone'"],
  ["inbox", "attempts = LARGEST"],
  ["inbox", "dead = 7", "SQLite"],
  ["inbox", "event_id = 'a' || char(0)", "SQLite"],
  ["inbox", "event_id = 'other'"],
];

/** What a start or the next decision puts right, and lanes that are nobody's, in which an effect goes its way too. */
const harmless: Damage[] = [
  ["outbox", "not_before = 9223372036854775807"],
  ["inbox", "not_before = 9223372036854775807"],
  ["outbox", "worker = 'nobody'", "SQLite"],
  ["outbox", "kind = 7", "PostgreSQL"],
  ["outbox", "peer = ''"],
  ["outbox", "peer = 'zz'"],
  ["outbox", "peer = CAST(x'ff' AS TEXT)", "SQLite"],
  ["outbox", "peer = CAST(x'eda080' AS TEXT)", "SQLite"],
];

const ofTheCapture: Damage[] = [
  ["outbox", "effect = '{'"],
  ["outbox", "attempts = LARGEST"],
  ["outbox", "lease_until = 9223372036854775807"],
  ["outbox", "id = 'garbage'"],
  ["outbox", "seq = 99"],
  ["outbox", "idx = LARGEST"],
  ["outbox", "lane = 'x'"],
  ["outbox", "lane = 'shop'"],
  ["outbox", "order_id = 'w1'"],
];

/** Every order waits for a reading that the bank puts off, and for an event as well. */
const waiting = async (disk: Disk, ids: string[]): Promise<Place> => {
  const place = await Place.made({ store: disk.store() });
  ends.push(() => place.end());
  for (const id of ids) {
    await place.order(id, { at: T0, faults: { getPayment: "http-429:retry-after=30" } });
    await place.engine.submit(id, { type: "customer.returned", page: "success" });
  }
  await place.rest();
  await place.engine.stop();
  const store = disk.store();
  await store.open();
  const event = { type: "order.updated" as const, by: "shop", change: "a note" };
  const late = ids.map((orderId) => ({ id: "late", orderId, at: T0, source: "merchant" as const, event }));
  const notBefore = place.clock.now();
  await store.postpone(late.map((envelope) => ({ envelope, attempts: 1, notBefore, error: "threw", dead: false })));
  await store.close();
  for (const id of ids) bankHas(place.bank, `pay-${id}`);
  return place;
};

const stores = [
  ["SQLite", disks.sqlite] as const,
  ...(disks.postgres ? [["PostgreSQL", disks.postgres] as const] : []),
];

/** One order for each damage, called by its number. */
const sickOf = (list: Damage[]) => list.map((damage, i) => ({ id: `s${i}`, damage }));
const named = (ids: string[], list: ReturnType<typeof sickOf>) =>
  list.filter(({ id }) => ids.includes(id)).map(({ damage }) => damage.join(" "));

describe.each(stores)("%s", (name, made) => {
  const sick = (list: Damage[]) => sickOf(list.filter(([, , only]) => only === undefined || only === name));
  const damage = async (disk: Disk, list: ReturnType<typeof sickOf>, lane = "") => {
    for (const {
      id,
      damage: [table, set],
    } of list)
      await disk.sql(`UPDATE ${table} SET ${set.replace("LARGEST", LARGEST[name])} WHERE order_id = '${id}'${lane}`);
  };
  /** Every order that is parked, and others whose rows came to lie under a name that is nobody's. */
  const repairAll = async (disk: Disk): Promise<DamagedRow[]> => {
    const store = disk.store();
    await store.open();
    const rows = await store.damaged(999);
    const left: DamagedRow[] = [];
    for (const id of new Set(rows.map(({ orderId }) => orderId)))
      left.push(...(await store.repair(id, { forget: false })).left);
    expect(await store.damaged(9)).toEqual([]);
    await store.close();
    return left;
  };

  test("each stops its own order alone, and a repair brings that to its end", { timeout: 80_000 }, async () => {
    const disk = await made();
    const list = sick(damages);
    const ids = list.map(({ id }) => id);
    const place = await waiting(disk, [...ids, ...well]);
    await damage(disk, list);
    const engine = await place.start({ store: disk.store() });
    place.engine = engine;
    await place.after(31_000);
    expect(well.map((id) => place.status(id))).toEqual(well.map(() => "processing"));
    expect((await engine.queries.health()).ok).toBe(true);
    // Comes for the orders meanwhile: it waits, and stops nobody.
    for (const id of ids) await engine.submit(id, callback(`pay-${id}`));
    await place.rest();
    const { ok, trouble, counts } = await engine.queries.health();
    expect([ok, trouble]).toEqual([true, null]);
    await engine.stop();
    const store = disk.store();
    await store.open();
    const aside = new Set((await store.damaged(999)).map(({ orderId }) => orderId));
    await store.close();
    expect(counts?.damaged).toBe(aside.size);
    expect(
      named(
        ids.filter((id) => !aside.has(id)),
        list,
      ),
    ).toEqual([]);
    expect(well.filter((id) => aside.has(id))).toEqual([]);

    expect(await repairAll(disk)).toEqual([]);
    place.engine = await place.start({ store: disk.store() });
    await place.after(400_000);
    const came = await Promise.all(
      ids.map(async (id) => ({
        id,
        status: place.status(id),
        waiting: (await place.engine.queries.read(id))?.facts.waiting,
        effects: await place.engine.queries.effectsOf(id),
        late: (await place.engine.queries.history(id)).filter(({ eventId }) => eventId === "late").length,
      })),
    );
    const right = (id: string) => ({ id, status: "processing", waiting: [], effects: [], late: 1 });
    expect(came.map((end, i) => [list[i]?.damage, end])).toEqual(list.map(({ id, damage: its }) => [its, right(id)]));
  });

  test("these stop no order, not even their own", { timeout: 40_000 }, async () => {
    const disk = await made();
    const list = sick(harmless);
    const ids = [...list.map(({ id }) => id), ...well];
    const place = await waiting(disk, ids);
    await damage(disk, list);
    place.engine = await place.start({ store: disk.store() });
    await place.after(31_000);
    expect(ids.filter((id) => place.status(id) !== "processing")).toEqual([]);
    expect((await place.engine.queries.health()).ok).toBe(true);
  });

  test("a capture whose row is damaged is made once after a repair", { timeout: 80_000 }, async () => {
    const disk = await made();
    const list = sick(ofTheCapture);
    const ids = list.map(({ id }) => id);
    const place = await Place.made({ store: disk.store() });
    ends.push(() => place.end());
    await place.order("w1", { at: T0 });
    for (const id of ids) {
      await place.order(id, { status: "processing", faults: { capture: "http-429:retry-after=30" } });
      await place.engine.submit(id, { type: "merchant.completed" });
    }
    await place.rest();
    await place.engine.stop();
    await damage(disk, list, " AND lane = 'gateway'");
    for (const id of ids) bankHas(place.bank, `pay-${id}`);
    place.engine = await place.start({ store: disk.store() });
    await place.after(60_000);
    expect(place.bank.calls.filter(({ applied }) => applied)).toEqual([]);
    expect((await place.engine.queries.health()).damaged).toEqual(expect.arrayContaining(ids));
    await place.engine.stop();
    expect(await repairAll(disk)).toEqual([]);
    place.engine = await place.start({ store: disk.store() });
    await place.after(120_000);
    const calls = place.bank.calls.filter(({ applied }) => applied).map(({ paymentId, op }) => `${op} ${paymentId}`);
    expect(calls.sort()).toEqual(ids.map((id) => `capture pay-${id}`).sort());
    expect(ids.filter((id) => place.status(id) !== "completed")).toEqual([]);
    const records = await Promise.all(ids.map((id) => place.engine.queries.read(id)));
    expect(records.filter((record) => record?.facts.operation !== null)).toEqual([]);
  });
});
