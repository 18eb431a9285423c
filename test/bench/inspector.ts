/**
 * `node dist/test/bench/inspector.js [--quick] [--json]`: the pages over a file of a million orders, beside the bare
 * SQL that fetches the same rows on the same file. A page is asked of the mounted inspector and read to its end.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { defaultRules } from "../../src/core/decide.js";
import { inspector } from "../../src/inspector/inspector.js";
import { systemClock } from "../../src/ports/clock.js";
import { queriesOf } from "../../src/runtime/embedded/queries.js";
import { Database } from "../../src/stores/sqlite/driver.js";
import { type SyncDatabase, sqliteLibrary } from "../../src/stores/sqlite/library.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { Place, T0 } from "../engine/place.js";

const quick = process.argv.includes("--quick");
const ORDERS = quick ? 20_000 : 1_000_000;
const ROUNDS = quick ? 20 : 300;
/** Every order is a copy of one of these lives, which the engine led; ids of ten letters leave nothing else to replace. */
const lives = ["life-paid-", "life-held-", "life-shut-", "life-bad--", "life-done-"] as const;
/** How many in a thousand: the ends are pruned, as an engine that runs for years keeps them. */
const perThousand: Record<(typeof lives)[number], number> = {
  "life-paid-": 60,
  "life-held-": 30,
  "life-shut-": 200,
  "life-bad--": 10,
  "life-done-": 700,
};

const leadLives = async (file: string): Promise<void> => {
  const place = await Place.made({ store: sqliteStore({ file }) });
  const pays = async (id: string, says: Parameters<Place["order"]>[1]) => {
    await place.order(id, says);
    await place.engine.submit(id, { ...callback, paymentId: `pay-${id}` });
    await place.rest();
  };
  await pays("life-paid-", {});
  await pays("life-done-", {});
  await place.tell("life-done-", { type: "merchant.completed" });
  await pays("life-bad--", { status: "processing", payment: "TASK_REDIRECTION_REQUIRED" });
  await place.order("life-shut-", {});
  await place.tell("life-shut-", { type: "merchant.cancelled" });
  await pays("life-held-", { at: T0 });
  await place.end();
};
const callback = { type: "callback.received", kind: "AUTHORIZATION", claims: "AUTHORIZED", content: null } as const;

/** The file as a shop would have it after `ORDERS` orders, a second apart. */
const fill = (file: string): void => {
  const { DatabaseSync } = sqliteLibrary();
  const db = new DatabaseSync(file, { readOnly: false, timeout: 0 }) as SyncDatabase & {
    function(name: string, options: object, call: (...given: unknown[]) => unknown): void;
  };
  db.exec("PRAGMA synchronous = OFF");
  db.function("life_of", { deterministic: true }, (n: unknown) => {
    const drawn = (Number(n) * 7919) % 1000;
    let upTo = 0;
    for (const life of lives) {
      upTo += perThousand[life];
      if (drawn < upTo) return life;
    }
    return "life-done-";
  });
  // A row carries its checksum, as the store makes it.
  db.function("sum_of", { deterministic: true, varargs: true }, (...said: unknown[]) => crc32(said.join("\n")));
  const numbers = `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ORDERS})`;
  const named = "printf('%010d', i)";
  const copied = (column: string, id = named) => `replace(${column}, life_of(i), ${id})`;
  db.exec("BEGIN");
  db.exec(`${numbers}, made AS (
        SELECT i, ${named} AS id, ${T0} - (${ORDERS} - i) * 1000 AS moment, ${copied("record")} AS whole
        FROM n JOIN orders ON order_id = life_of(i))
      INSERT INTO orders SELECT id, version, status, state, flags, flagged, in_doubt, moment, ${copied("payment_id", "id")}, parked,
        sum_of(id, status, state, version, moment, flags), sum_of(id, version, whole), whole
      FROM made JOIN orders ON order_id = life_of(i)`);
  db.exec(
    `${numbers} INSERT INTO payments SELECT ${copied("payment_id")}, ${named} FROM n JOIN payments ON order_id = life_of(i)`,
  );
  db.exec(`${numbers}, made AS (
        SELECT i, ${named} AS id, h.seq, CASE WHEN in_doubt = 1 OR seq = version THEN ${copied("entry")} ELSE '' END AS whole
        FROM n JOIN orders o ON o.order_id = life_of(i) JOIN history h ON h.order_id = o.order_id)
      INSERT INTO history SELECT id, seq, event_id, at, sum_of(id, seq, event_id, whole), whole
      FROM made JOIN history USING (seq) WHERE order_id = life_of(i)`);
  db.exec(`${numbers} INSERT INTO timers SELECT ${named}, timer, generation, at, sum_of(${named}, timer, generation, at)
      FROM n JOIN timers ON order_id = life_of(i)`);
  db.exec("COMMIT");
  db.exec("ANALYZE");
  db.close();
};

const shares = (times: number[]) => {
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { p50: at(0.5), p95: at(0.95) };
};

/** In turns, so that whatever else the computer does meets both. */
const measured = async (name: string, page: (round: number) => unknown, sql: (round: number) => unknown) => {
  const times: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [which, ask] of [page, sql].entries()) {
      const start = performance.now();
      await ask(round);
      times[which as 0 | 1].push(performance.now() - start);
    }
  }
  return { name, page: shares(times[0]), sql: shares(times[1]) };
};

const folder = mkdtempSync(join(tmpdir(), "inspector-bench-"));
try {
  const file = join(folder, "orders.db");
  await leadLives(file);
  fill(file);
  const store = sqliteStore({ file, readOnly: true });
  await store.open();
  const queries = queriesOf({ store, rules: defaultRules, clock: systemClock(), gatewayOf: () => null });
  const looks = inspector({ engine: { queries }, access: { kind: "host" } });
  const page = async (path: string, holds: string, asked = looks) => {
    const text = await (await asked.fetch(new Request(`http://localhost${path}`))).text();
    if (!text.includes(holds)) throw new Error(`${path} does not hold ${holds}`);
  };
  const db = new Database(file, { readonly: true });
  const list = (where: string) =>
    db.prepare(`SELECT order_id, status, state, version, updated_at, flags, parked FROM orders
      WHERE ${where} ORDER BY updated_at DESC, order_id DESC LIMIT 51`);
  const statements = {
    all: list("TRUE"),
    status: list("status = 'on-hold'"),
    held: list("status = 'pending'"),
    flagged: list("flagged = 1"),
    deep: list("(updated_at, order_id) < (?, ?)"),
    order: db.prepare("SELECT record, parked FROM orders WHERE order_id = ?"),
    history: db.prepare("SELECT entry FROM history WHERE order_id = ? AND entry <> '' ORDER BY seq"),
    effects: db.prepare("SELECT * FROM outbox WHERE order_id = ?"),
    count: db.prepare("SELECT count(*) FROM orders"),
  };
  /** Spread over all orders, the same for both. */
  const nth = (round: number) => String(1 + ((round * 104_729) % ORDERS)).padStart(10, "0");
  const place = (round: number) => ({ at: T0 - ((round * 104_729) % ORDERS) * 1000, id: nth(round) });

  const problems = () => [statements.count.get(), statements.flagged.all()];

  await page("/orders/0000000001", "order-head");
  const pairs: [string, (round: number) => unknown, (round: number) => unknown][] = [
    ["the list", () => page("/orders", "data-order="), () => statements.all.all()],
    ["one status, common", () => page("/orders?status=pending", "data-order="), () => statements.held.all()],
    ["one status, nobody has it", () => page("/orders?status=on-hold", "calm"), () => statements.status.all()],
    ["flagged ones", () => page("/orders?flagged=true", "data-order="), () => statements.flagged.all()],
    [
      "a page far back",
      (round) => page(`/orders?before=${place(round).at}.${place(round).id}`, "<main"),
      (round) => statements.deep.all(place(round).at, place(round).id),
    ],
    [
      "an order",
      (round) => page(`/orders/${nth(round)}`, "order-head"),
      (round) => [
        statements.order.get(nth(round)),
        statements.history.all(nth(round)),
        statements.effects.all(nth(round)),
      ],
    ],
    [
      "an order by its payment",
      (round) => looks.fetch(new Request(`http://localhost/find?q=pay-${nth(round)}`)),
      (round) => db.prepare("SELECT order_id FROM payments WHERE payment_id = ?").get(`pay-${nth(round)}`),
    ],
    ["the problems", () => page("/", "tiles"), problems],
    // As whoever comes first when the counts have been kept for long enough.
    [
      "the problems, counted anew",
      () => page("/", "tiles", inspector({ engine: { queries }, access: { kind: "host" } })),
      problems,
    ],
  ];
  const rows = [];
  for (const [name, ask, bare] of pairs) rows.push(await measured(name, ask, bare));
  const told = {
    orders: ORDERS,
    rounds: ROUNDS,
    cpu: cpus()[0]?.model ?? "",
    load: loadavg()[0] ?? 0,
    rows,
  };
  if (process.argv.includes("--json")) console.log(JSON.stringify(told, null, 2));
  else {
    console.log(`${told.orders} orders, ${told.rounds} requests each, ms; load ${told.load.toFixed(1)}`);
    for (const row of told.rows) {
      const ms = ({ p50, p95 }: { p50: number; p95: number }) =>
        `p50 ${p50.toFixed(2).padStart(7)} p95 ${p95.toFixed(2).padStart(7)}`;
      console.log(`${row.name.padEnd(28)}  page ${ms(row.page)}   bare SQL ${ms(row.sql)}`);
    }
  }
  db.close();
  await store.close();
} finally {
  rmSync(folder, { recursive: true, force: true });
}
