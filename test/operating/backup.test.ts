/** Backups taken under load and brought back: nothing torn, nothing sent twice, and orders go on. */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Store } from "../../src/index.js";
import { postgresStore } from "../../src/stores/postgres/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { cli } from "../cli/run.js";
import { MINUTE, Place, until } from "../engine/place.js";
import { startInstalledPostgres } from "../stores/installed-postgres.js";

const server = await startInstalledPostgres();
const missing = typeof server === "string" ? server : null;
const run = promisify(execFile);
let folder: string;
let place: Place;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "operating-"));
});
afterEach(async () => {
  await place?.end();
  await rm(folder, { recursive: true, force: true });
});
afterAll(async () => {
  if (typeof server !== "string") await server.stop();
});

interface Kind {
  name: string;
  fresh(name: string): Promise<string>;
  store(at: string): Store;
  backUp(at: string): Promise<void>;
  restore(to: string): Promise<void>;
}

const done = async (args: string[]) => {
  const { code, err } = await cli(args);
  expect([code, err]).toEqual([0, ""]);
};
const tool = (name: string, ...args: string[]) => run(join(typeof server === "string" ? "" : server.bin, name), args);
const dump = () => join(folder, "backup.dump");

const kinds: Kind[] = [
  {
    name: "SQLite",
    fresh: async (name) => join(folder, name),
    store: (file) => sqliteStore({ file }),
    backUp: (file) => done(["backup", "--store", file, "--to", join(folder, "backup.db")]),
    restore: (file) => done(["restore", "--store", file, "--from", join(folder, "backup.db")]),
  },
  {
    name: "PostgreSQL",
    fresh: () => (typeof server === "string" ? Promise.reject(new Error(server)) : server.database()),
    store: (connectionString) => postgresStore({ connectionString }),
    backUp: async (url) => {
      await tool("pg_dump", "--format=custom", "--schema=order_status", `--file=${dump()}`, url);
    },
    restore: async (url) => {
      await tool("pg_restore", `--dbname=${url}`, dump());
      await done(["restore", "--store", url]);
    },
  },
];

const noted = { type: "order.updated", by: "erp", change: "a note" } as const;

for (const kind of kinds) {
  const skipped = kind.name === "PostgreSQL" && missing !== null;
  describe.skipIf(skipped)(`${kind.name}${skipped ? ` (${missing})` : ""}`, () => {
    test("a backup taken while orders move is one moment of all of them, and they go on from it", async () => {
      const [live, again] = [await kind.fresh("live.db"), await kind.fresh("again.db")];
      place = await Place.made({ store: kind.store(live) });
      const orders = Array.from({ length: 30 }, (_, i) => `o${i}`);
      for (const id of orders.slice(0, 15)) await place.order(id);
      let moving = true;
      const moves = (async () => {
        for (let i = 0; moving; i += 1) {
          const id = orders[i % 15] as string;
          // What is decided at once: nothing is under way at the moment of the backup.
          await place.engine.submit(id, i % 2 === 0 ? { type: "merchant.held" } : noted);
          const next = i % 10 === 9 ? orders[15 + Math.floor(i / 10)] : undefined;
          if (next !== undefined) await place.order(next);
        }
      })();
      const entries = async () =>
        (await Promise.all(orders.map((id) => place.engine.queries.history(id)))).flat().length;
      await until(async () => (await entries()) > 60, "the load");
      const before = await entries();
      await kind.backUp(live);
      const after = await entries();
      moving = false;
      await moves;
      expect(after).toBeGreaterThan(before);

      await kind.restore(again);
      const store = kind.store(again);
      const engine = await place.start({ store });
      let held = 0;
      for (const { orderId, version } of await store.list({ limit: 99 })) {
        const history = await store.history(orderId, 0, 9999);
        expect(history.map(({ seq }) => seq)).toEqual(history.map((_, i) => i + 1));
        expect(history).toHaveLength(version);
        expect((await place.engine.queries.history(orderId, 0, 9999)).slice(0, version)).toEqual(history);
        const [loaded] = await store.load([{ orderId, eventIds: [] }]);
        expect(loaded?.record?.facts.order.status).toBe(history.at(-1)?.to);
        held += history.length;
        await engine.submit(orderId, noted);
        expect((await engine.queries.history(orderId, version)).map((entry) => entry.seq)[0]).toBe(version + 1);
      }
      expect(held).toBeGreaterThanOrEqual(before);
      expect(held).toBeLessThanOrEqual(after);
    });

    test("a capture and a refund that were made after the backup are not made again by it", async () => {
      const [live, again] = [await kind.fresh("live.db"), await kind.fresh("again.db")];
      place = await Place.made({ store: kind.store(live) });
      for (const [id, faults] of [
        ["capture", { capture: "http-429:retry-after=60:1" }],
        ["refund", { refund: "http-429:retry-after=60:1" }],
      ] as const) {
        await place.order(id, { faults });
        await place.tell(id, { type: "customer.returned", page: "success" });
      }
      await place.tell("refund", { type: "merchant.completed" });
      void place.engine.submit("capture", { type: "merchant.completed" });
      void place.engine.submit("refund", { type: "merchant.refunded" });
      await until(() => place.bank.calls.filter(({ answer }) => answer === "429").length === 2, "the bank's refusal");
      await place.rest();
      await kind.backUp(live);
      await place.after(5 * MINUTE);
      await place.engine.stop();
      const sent = () => place.bank.calls.map(({ op, paymentId, applied }) => `${op} ${paymentId} ${applied}`).sort();
      const all = [
        "capture pay-capture false",
        "capture pay-capture true",
        "capture pay-refund true",
        "refund pay-refund false",
        "refund pay-refund true",
      ];
      expect(sent()).toEqual(all);

      await kind.restore(again);
      const engine = await place.start({ store: kind.store(again) });
      await place.after(5 * MINUTE);
      expect(sent()).toEqual(all);
      expect((await engine.queries.read("capture"))?.facts.order.status).toBe("completed");
      expect((await engine.queries.read("refund"))?.facts.order.status).toBe("refunded");
    });
  });
}

test("prune says what is wrong, and makes no store", async () => {
  const nothing = join(folder, "nothing.db");
  const ends = await Promise.all([
    cli(["prune", "--store", nothing, "--older-than", "90d"]),
    cli(["prune", "--store", nothing, "--older-than", "long"]),
    cli(["prune", "--store", nothing, "--older-than", "2999-01-01"]),
    cli(["prune", "--store", nothing]),
  ]);
  expect(ends.map(({ code }) => code)).toEqual([2, 2, 2, 2]);
  expect(ends.map(({ err }) => /does not exist|not a valid time|in the future|older-than/.exec(err)?.[0])).toEqual([
    "does not exist",
    "not a valid time",
    "in the future",
    "older-than",
  ]);
  expect(existsSync(nothing)).toBe(false);
});

test("a backup is whole or not there, and nothing is written over", async () => {
  const [file, to] = [join(folder, "orders.db"), join(folder, "backup.db")];
  place = await Place.made({ store: sqliteStore({ file }) });
  await place.order("o");
  await done(["backup", "--store", file, "--to", to]);
  const refused = [
    ["backup", "--store", file, "--to", to],
    ["restore", "--store", file, "--from", to],
  ];
  for (const { code, err } of await Promise.all(refused.map((args) => cli(args))))
    expect([code, err]).toEqual([3, expect.stringContaining("exists already")]);
  const nothing = await cli(["backup", "--store", join(folder, "nothing.db"), "--to", join(folder, "more.db")]);
  expect([nothing.code, nothing.err]).toEqual([2, expect.stringContaining("does not exist")]);
  expect(existsSync(join(folder, "more.db"))).toBe(false);
  expect(existsSync(`${to}-new`) || existsSync(`${to}-new-owner`)).toBe(false);
  const pg = await cli(["backup", "--store", "postgres://shop:secret@db.internal/shop", "--to", "x.dump"]);
  expect([pg.code, pg.err]).toEqual([2, expect.stringContaining("pg_dump --format=custom --schema=order_status")]);
  expect(pg.err).not.toContain("secret");
});
