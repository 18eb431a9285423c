/** PostgreSQL's own: opening and refusing, and what its errors become. */
import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import pg from "pg";
import { afterAll, afterEach, describe, expect, test } from "vitest";
import { type Store, StoreError } from "../../src/ports/store.js";
import { PgConnections } from "../../src/stores/postgres/connections.js";
import { migrations } from "../../src/stores/postgres/migrations.js";
import { openSchema } from "../../src/stores/postgres/opening.js";
import { settledOptions } from "../../src/stores/postgres/options.js";
import { statementsOf } from "../../src/stores/postgres/statements.js";
import { type PostgresOptions, postgresStore } from "../../src/stores/postgres/store.js";
import { changeOf, effectOf, load, T } from "../../src/testing/contracts/store/sample.js";
import { run } from "./postgres-client.js";
import { startPostgres } from "./postgres-server.js";

const server = await startPostgres();
const opened: Store[] = [];
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close();
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
}, 240_000);

const openOn = async (connectionString: string, options: PostgresOptions = {}): Promise<Store> => {
  const store = postgresStore({ connectionString, ...options });
  opened.push(store);
  await store.open();
  return store;
};
const fresh = (): Promise<string> => {
  if (typeof server === "string") throw new Error(server);
  return server.database();
};
const refusal = async (asked: Promise<unknown>): Promise<StoreError> => {
  const error = await asked.then(
    () => null,
    (error: unknown) => error,
  );
  expect(error).toBeInstanceOf(StoreError);
  return error as StoreError;
};
const everythingIn = (url: string) =>
  run(url, "SELECT n.nspname, c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace ORDER BY 1, 2");

if (typeof server === "string") test.skip(`PostgreSQL's own: ${server}`, () => {});
describe.skipIf(typeof server === "string")("opening", () => {
  test("eight nodes that start at once on an empty database migrate it once; a restart changes nothing", async () => {
    const url = await fresh();
    const stores = await Promise.all(Array.from({ length: 8 }, () => openOn(url)));
    await stores[7]?.commit([changeOf("a", 0)]);
    expect((await stores[0]?.counts())?.orders).toBe(1);
    const taken = "SELECT number, name FROM order_status.migrations";
    expect(await run(url, taken)).toEqual(migrations.map(({ number, name }) => [number, name]));
    const before = await everythingIn(url);
    for (const store of opened.splice(0)) await store.close();
    expect((await load(await openOn(url), "a")).record?.version).toBe(1);
    expect(await everythingIn(url)).toEqual(before);
  });

  test("two schemas of one database are two stores", async () => {
    const url = await fresh();
    const [one, other] = [await openOn(url), await openOn(url, { schema: "second_shop" })];
    await one.commit([changeOf("a", 0)]);
    expect((await other.counts()).orders).toBe(0);
    expect(() => postgresStore({ schema: 'x"; DROP SCHEMA public; --' })).toThrow(TypeError);
  });

  test("a schema that an administrator made for us is taken; one with something else in it is left alone", async () => {
    const url = await fresh();
    await run(url, "CREATE SCHEMA order_status");
    await openOn(url);
    const other = await fresh();
    await run(other, "CREATE SCHEMA order_status; CREATE TABLE order_status.migrations (number int)");
    const before = await everythingIn(other);
    expect((await refusal(openOn(other))).code).toBe("not-ours");
    expect(await everythingIn(other)).toEqual(before);
  });

  test("a newer release's schema is refused, also for reading", async () => {
    const url = await fresh();
    await openOn(url);
    await run(
      url,
      `INSERT INTO order_status.migrations (number, name) VALUES (${migrations.length + 1}, 'of tomorrow')`,
    );
    for (const readOnly of [false, true]) {
      const error = await refusal(openOn(url, { readOnly }));
      expect(error).toMatchObject({ code: "newer", passes: false });
      expect(error.message).toMatch(/schema order_status was written by a newer release/);
    }
  });

  test("a step that fails leaves nothing behind, and the next start takes it", async () => {
    const url = await fresh();
    const settled = settledOptions({ connectionString: url });
    const connections = new PgConnections(pg, settled.pool, settled.place, 0);
    const before = await everythingIn(url);
    const number = migrations.length + 1;
    const broken = { number, name: "broken", sql: (s: string) => `CREATE TABLE ${s}.half (x int); SELECT 1 / 0` };
    await expect(openSchema(connections, settled, [...migrations, broken])).rejects.toThrow(/division by zero/);
    expect(await everythingIn(url)).toEqual(before);
    await openSchema(connections, settled);
    const whole = { ...broken, sql: (s: string) => `CREATE TABLE ${s}.whole (x int)` };
    await openSchema(connections, settled, [...migrations, whole]);
    await connections.close();
    expect(await run(url, "SELECT max(number) FROM order_status.migrations")).toEqual([[number]]);
  });

  test("for reading only, it writes nothing and makes nothing", async () => {
    const url = await fresh();
    const before = await everythingIn(url);
    expect((await refusal(openOn(url, { readOnly: true }))).code).toBe("absent");
    expect(await everythingIn(url)).toEqual(before);
    await (await openOn(url)).commit([changeOf("a", 0)]);
    const reader = await openOn(url, { readOnly: true });
    expect((await load(reader, "a")).record?.version).toBe(1);
    expect(await Promise.all([reader.dueEvents(1, 9), reader.dueTimers(1, 9), reader.openEffects(9)])).toHaveLength(3);
    expect((await refusal(reader.commit([changeOf("b", 0)]))).code).toBe("readonly");
  });

  test("a server that is not there is busy, a password that is wrong needs a person", async () => {
    const url = new URL(await fresh());
    url.password = "wrong";
    expect(await refusal(openOn(url.href))).toMatchObject({ code: "readonly", passes: false });
    const nobody = openOn("postgres://postgres@127.0.0.1:1/x", { patienceMs: 0 });
    expect(await refusal(nobody)).toMatchObject({ code: "busy", passes: true });
  });

  test("without the driver it says what to run", async () => {
    const folder = mkdtempSync(join(tmpdir(), "no-driver-"));
    const built = fileURLToPath(new URL("../../", import.meta.url));
    for (const part of ["src/stores/postgres", "src/ports", "src/core", "machines"])
      cpSync(join(built, part), join(folder, part), { recursive: true });
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }');
    // What every part of the package needs; the driver is the one that is left to choose.
    mkdirSync(join(folder, "node_modules"));
    for (const needed of ["zod", "xstate"])
      symlinkSync(
        fileURLToPath(new URL(`../../../node_modules/${needed}`, import.meta.url)),
        join(folder, "node_modules", needed),
      );
    const script = `import { postgresStore } from "./src/stores/postgres/store.js"; await postgresStore().open();`;
    const asked = promisify(execFile)(process.execPath, ["--input-type=module", "-e", script], { cwd: folder });
    await expect(asked).rejects.toMatchObject({ stderr: expect.stringContaining("Run: npm install pg") });
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(typeof server === "string")("trouble", () => {
  const failing = (url: string, state: string) =>
    run(
      url,
      `CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'planted' USING ERRCODE = '${state}'; END $$;
       CREATE TRIGGER fail BEFORE INSERT ON order_status.history EXECUTE FUNCTION fail()`,
    );

  test.each([
    ["53100", "full", true],
    ["53200", "busy", true],
    ["57014", "busy", true],
    ["25006", "readonly", false],
    ["XX001", "corrupt", false],
  ])("SQLSTATE %s is %s, and the whole group is undone", async (state, code, passes) => {
    const url = await fresh();
    const store = await openOn(url);
    await failing(url, state);
    const error = await refusal(store.commit([changeOf("a", 0), changeOf("b", 0)]));
    expect(error).toMatchObject({ code, passes });
    expect(error.message).toContain("schema order_status");
    expect((await store.counts()).orders).toBe(0);
    await run(url, "DROP TRIGGER fail ON order_status.history");
    expect(await store.commit([changeOf("a", 0)])).toEqual(["committed"]);
  });

  test("a standby, or a database set to read only, is readonly", async () => {
    const url = await fresh();
    await (await openOn(url)).close();
    await run(url, `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET default_transaction_read_only = on`);
    const store = await openOn(url);
    expect((await store.counts()).orders).toBe(0);
    expect((await refusal(store.commit([changeOf("a", 0)]))).code).toBe("readonly");
  });

  test("a fault in the program fails the group as a whole and is no StoreError", async () => {
    const store = await openOn(await fresh());
    const broken = changeOf("b", 0, { effects: [effectOf("b", 1, 0), effectOf("b", 1, 0)] });
    const error = await store.commit([changeOf("a", 0), broken]).catch((error: unknown) => error);
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(StoreError);
    expect((await store.counts()).orders).toBe(0);
  });

  test("an id with a character that PostgreSQL cannot hold is asked for in vain, and those beside it are found", async () => {
    const store = await openOn(await fresh());
    const asked = ["a", "\0", "b\0c", "b"].map((orderId) => ({ orderId, eventIds: ["e\0", "e"] }));
    expect((await store.load(asked)).map(({ record }) => record)).toEqual([null, null, null, null]);
    expect(await store.commit([changeOf("a", 0), changeOf("b", 0, { eventId: "e" })])).toEqual([
      "committed",
      "committed",
    ]);
    expect((await store.load(asked)).map(({ record, processedIds }) => [record?.orderId, processedIds])).toEqual([
      ["a", []],
      [undefined, []],
      [undefined, []],
      ["b", ["e"]],
    ]);
    await store.claim(T, 9, 9, "w");
  });

  test("a commit waits for the disk, whatever the database's habit is", async () => {
    const url = await fresh();
    await (await openOn(url)).close();
    await run(
      url,
      `ALTER DATABASE ${new URL(url).pathname.slice(1)} SET synchronous_commit = off;
       CREATE TABLE seen (habit text);
       CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
       CREATE CONSTRAINT TRIGGER see AFTER INSERT ON order_status.orders DEFERRABLE INITIALLY DEFERRED
         FOR EACH ROW EXECUTE FUNCTION see()`,
    );
    await (await openOn(url)).commit([changeOf("a", 0)]);
    expect(await run(url, "SHOW synchronous_commit")).toEqual([["off"]]);
    // Read at the very end of the transaction.
    expect(await run(url, "SELECT habit FROM seen")).toEqual([["on"]]);
  });

  test("beyond 100,000 orders the count is the server's estimate, which needs no scan; below, it is exact", async () => {
    const url = await fresh();
    const store = await openOn(url);
    const copies = (from: number, to: number) => `INSERT INTO order_status.orders
      (order_id, version, machine, status, state, flags, flagged, in_doubt, updated_at, record)
      SELECT 'o' || n, 1, 1, 'completed', 'completed', '[]', false, false, 0, '{}' FROM generate_series(${from}, ${to}) n`;
    await run(url, copies(1, 1000));
    await run(url, "ANALYZE order_status.orders");
    await run(url, copies(1001, 1010));
    expect((await store.counts()).orders).toBe(1010);
    await run(url, copies(1011, 120_000));
    await run(url, "ANALYZE order_status.orders");
    // Not counted again: ten more, and nobody has analysed since.
    await run(url, copies(120_001, 120_010));
    const { orders } = await store.counts();
    expect(Math.abs(orders / 120_000 - 1)).toBeLessThan(0.05);
    expect(
      JSON.stringify(await run(url, `EXPLAIN ANALYZE ${statementsOf("order_status").counts.replace("$1", "NULL")}`)),
    ).toMatch(/orders[^"]*never executed/);
  });
});
