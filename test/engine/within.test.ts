/** Decisions inside a transaction of the host's, with a table of the host's beside the engine's. */
import { existsSync } from "node:fs";
import pg from "pg";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import type { InTransaction } from "../../src/index.js";
import type { Store } from "../../src/ports/store.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteLibrary } from "../../src/stores/sqlite/library.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { startPostgres } from "../stores/postgres-server.js";
import { bankHas, callback, order, Place, T0, temporary, until } from "./place.js";

const server = await startPostgres();
const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

/** A database with a table `sold` of the host's. */
interface Host {
  store(): Store;
  /** Runs it on a connection of its own, and ends the transaction as it says. */
  transaction(
    work: (handle: unknown, sell: (id: string) => Promise<void>) => Promise<"COMMIT" | "ROLLBACK">,
  ): Promise<void>;
  sold(): Promise<string[]>;
}

const postgres = async (): Promise<Host> => {
  if (typeof server === "string") throw new Error(server);
  const pool = new pg.Pool({ connectionString: await server.database(), max: 4 });
  ends.push(() => pool.end());
  await pool.query("CREATE TABLE sold (id text PRIMARY KEY)");
  return {
    // The host's own pool: nothing else is opened.
    store: () => postgresStore({ pool, pollMs: 100 }),
    async transaction(work) {
      const client = await pool.connect();
      await client.query("BEGIN");
      const how = await work(client, async (id) => void (await client.query("INSERT INTO sold VALUES ($1)", [id])));
      await client.query(how);
      client.release();
    },
    sold: async () => (await pool.query("SELECT id FROM sold ORDER BY id")).rows.map(({ id }) => id as string),
  };
};

const sqlite = async (): Promise<Host> => {
  const { file, remove } = await temporary();
  ends.push(remove);
  const { DatabaseSync } = sqliteLibrary();
  const open = () => new DatabaseSync(file, { readOnly: false, timeout: 5000 });
  return {
    store: () => sqliteStore({ file }),
    async transaction(work) {
      const db = open();
      db.exec("CREATE TABLE IF NOT EXISTS sold (id TEXT PRIMARY KEY)");
      db.exec("BEGIN IMMEDIATE");
      const how = await work(db, async (id) => void db.prepare("INSERT INTO sold VALUES (?)").run(id));
      db.exec(how);
      db.close();
    },
    async sold() {
      if (!existsSync(file)) return [];
      const db = open();
      const rows = db.prepare("SELECT id FROM sold ORDER BY id").all() as { id: string }[];
      db.close();
      return rows.map(({ id }) => id);
    },
  };
};

const kinds: [string, () => Promise<Host>][] = [["SQLite", sqlite]];
if (typeof server === "string") test.skip(`transactions on PostgreSQL: ${server}`, () => {});
else kinds.push(["PostgreSQL", postgres]);

describe.each(kinds)("%s", (kind, hostOf) => {
  const made = async () => {
    const host = await hostOf();
    const place = await Place.made({ store: host.store(), clock: undefined });
    ends.unshift(() => place.end());
    return { host, place, engine: place.engine };
  };
  const fresh = (id: string) => order(`pay-${id}`, T0);

  test("the row and the decision are committed together, or neither is", async () => {
    const { host, engine } = await made();
    for (const how of ["ROLLBACK", "COMMIT"] as const) {
      await host.transaction(async (handle, sell) => {
        const mine = engine.within(handle);
        await sell("1");
        expect(await mine.place("1", fresh("1"))).toMatchObject({ outcome: "moved", to: "pending" });
        expect(await mine.submit("1", callback("pay-1"), { id: "cb" })).toMatchObject({ outcome: "deferred" });
        expect(await engine.queries.read("1")).toBeNull();
        return how;
      });
      expect(await host.sold()).toEqual(how === "COMMIT" ? ["1"] : []);
      expect((await engine.queries.read("1"))?.version ?? null).toBe(how === "COMMIT" ? 2 : null);
    }
  });

  test("what is decided inside is carried out after the commit, told or not", async () => {
    const { host, place, engine } = await made();
    const heard: string[] = [];
    await engine.subscribe("all", ({ id }) => void heard.push(id));
    for (const [id, tell] of [
      ["told", true],
      ["untold", false],
    ] as const) {
      bankHas(place.bank, `pay-${id}`);
      place.woo.addOrder({ ...fresh(id), id, datePaid: null });
      const reads = () => JSON.stringify(place.bank.reads).includes(`pay-${id}`);
      let mine: InTransaction | null = null;
      await host.transaction(async (handle) => {
        mine = engine.within(handle);
        await mine.place(id, fresh(id));
        await mine.submit(id, { type: "reconcile.asked" });
        await new Promise((resolve) => setTimeout(resolve, 400));
        expect(reads()).toBe(false);
        return "COMMIT";
      });
      if (tell) (mine as InTransaction | null)?.committed();
      await until(() => place.woo.order(id).status === "processing", `the shop's ${id}`);
      await until(() => heard.includes(`${id}/1`), "the subscriber");
    }
  });

  test("what is wrong is refused, and the caller's transaction goes on", async () => {
    const { host, engine } = await made();
    await engine.place("known", fresh("known"));
    await host.transaction(async (handle, sell) => {
      const mine = engine.within(handle);
      await expect(mine.submit("nobody", callback("x"))).rejects.toThrow("place it before");
      await expect(mine.place("bad", { ...fresh("bad"), total: -1 })).rejects.toThrow("not a valid event");
      const settled = { wait: "settled" } as never;
      await expect(mine.submit("known", callback("pay-known"), settled)).rejects.toThrow("leave wait out");
      expect(await mine.submit("known", callback("pay-known"), { id: "x" })).not.toHaveProperty("repeated");
      expect(await mine.submit("known", callback("pay-known"), { id: "x" })).toMatchObject({ repeated: true });
      expect(await mine.place("known", fresh("known"))).toMatchObject({ repeated: true });
      const all = ["a", "b", "c"].map((id) => mine.place(id, fresh(id)));
      expect((await Promise.all(all)).map(({ outcome }) => outcome)).toEqual(["moved", "moved", "moved"]);
      await sell("still");
      return "COMMIT";
    });
    expect(await host.sold()).toEqual(["still"]);
    expect((await engine.queries.list({ limit: 9 })).map(({ orderId }) => orderId)).toEqual(["a", "b", "c", "known"]);
  });

  test("the engine and the transaction decide the same order: both stand", async () => {
    const { host, engine } = await made();
    await engine.place("o", fresh("o"));
    let beside: Promise<unknown> = Promise.resolve();
    await host.transaction(async (handle) => {
      const mine = engine.within(handle);
      await mine.submit("o", callback("pay-o"), { id: "mine" });
      beside = engine.submit("o", callback("pay-o"), { id: "theirs" });
      await new Promise((resolve) => setTimeout(resolve, 300));
      return "COMMIT";
    });
    await beside;
    const ids = (await engine.queries.history("o")).map(({ eventId }) => eventId);
    expect(ids.filter((id) => ["mine", "theirs"].includes(id))).toEqual(["mine", "theirs"]);
  });

  test("what is no transaction of this store is refused", async () => {
    const { engine } = await made();
    expect(() => engine.within({})).toThrow(TypeError);
    expect(() => engine.within(null)).toThrow(TypeError);
    if (kind === "SQLite") {
      const { DatabaseSync } = sqliteLibrary();
      const memory = new DatabaseSync(":memory:", { readOnly: false, timeout: 0 });
      expect(() => engine.within(memory)).toThrow("another file");
      memory.close();
    } else {
      const host = await postgres();
      await host.transaction(async (handle) => {
        const client = handle as pg.PoolClient;
        await client.query("COMMIT");
        await expect(engine.within(handle).place("o", fresh("o"))).rejects.toThrow(/SAVEPOINT can only be used/);
        await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ");
        await expect(engine.within(handle).place("o", fresh("o"))).rejects.toThrow("READ COMMITTED");
        return "ROLLBACK";
      });
    }
  });
});

test("a store without transactions says so", async () => {
  const place = await Place.made({ store: memoryStore() });
  ends.push(() => place.end());
  expect(() => place.engine.within({})).toThrow("use PostgreSQL or SQLite");
});
