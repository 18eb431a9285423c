/** SQLite alone: the rows made beforehand, written in one thread by nothing but prepared statements. */
import { Database } from "../../src/stores/sqlite/driver.js";
import { schema } from "../../src/stores/sqlite/schema.js";
import { prepare } from "../../src/stores/sqlite/statements.js";
import type { WireChange } from "../../src/stores/sqlite/wire.js";
import { AT_ONCE, type RelayByHand } from "./relay.js";

export interface Bare {
  db: Database;
  /** One transaction. */
  write(changes: WireChange[]): void;
}

const configure = (db: Database): void => {
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
};

/** The pragmas of src/stores/sqlite/opening.ts. */
export const openBare = (file: string): Bare => {
  const db = new Database(file);
  configure(db);
  db.exec(schema);
  return { db, write: writerOn(db) };
};

/** The store's own statements, and one transaction around them. */
export const writerOn = (db: Database): Bare["write"] => {
  const statements = prepare(db);
  const put = (change: WireChange) => {
    const { orderId } = change;
    if (change.expectedVersion === 0) {
      statements.insertOrder.run(...change.order, orderId);
      for (const id of change.payments) statements.insertPayment.run(id, orderId);
    } else {
      statements.updateOrder.run(...change.order, orderId, change.expectedVersion);
    }
    for (const entry of change.history) statements.insertHistory.run(orderId, ...entry);
    if (change.urgent !== null) statements.raise().run(change.urgent, orderId, change.urgent);
    for (const effect of change.effects) statements.insertEffect().run(...effect);
    for (const timer of change.cancel) statements.cancelTimer.run(orderId, ...timer);
    for (const timer of change.set) statements.setTimer.run(...timer);
  };
  return (changes) => db.immediate(() => changes.forEach(put));
};

/** Rows and bytes of every table, to show that both sides wrote the same. */
export const contentsOf = (db: Database): string =>
  JSON.stringify(
    db
      .prepare(
        `SELECT (SELECT count(*) FROM orders) AS orders, (SELECT sum(length(record)) FROM orders) AS records,
           (SELECT count(*) FROM history) AS entries, (SELECT sum(length(entry)) FROM history) AS history,
           (SELECT count(*) FROM outbox) AS effects, (SELECT sum(length(effect)) FROM outbox) AS outbox,
           (SELECT count(*) FROM timers) AS timers, (SELECT count(*) FROM payments) AS payments`,
      )
      .get(),
  );

/** Claims what is due in one transaction and deletes it in another; no lanes, no retries, nobody else to mind. */
export const relayByHand = (file: string, store: string): RelayByHand => {
  const db = new Database(file);
  configure(db);
  db.exec(`${schema}; CREATE TABLE touched AS SELECT 0 AS n`);
  const due = db.prepare<[{ now: number }], { id: string; effect: string }>(
    `SELECT id, effect FROM outbox WHERE dead = 0 AND not_before <= @now AND lease_until <= @now ORDER BY not_before LIMIT ${AT_ONCE}`,
  );
  const lease = db.prepare("UPDATE outbox SET attempts = attempts + 1, lease_until = ?, worker = 'own' WHERE id = ?");
  const finish = db.prepare("DELETE FROM outbox WHERE id = ?");
  const touched = db.prepare("UPDATE touched SET n = n + 1");
  const claim = (now: number) =>
    db.immediate(() => {
      const rows = due.all({ now });
      for (const { id } of rows) lease.run(now + 60_000, id);
      return rows;
    });
  const done = (rows: { id: string }[]) =>
    db.immediate(() => {
      for (const { id } of rows) finish.run(id);
    });
  return {
    copy() {
      db.prepare("ATTACH ? AS store").run(store);
      db.exec("DELETE FROM main.outbox; INSERT INTO main.outbox SELECT * FROM store.outbox; DETACH store");
    },
    async run(execute) {
      for (let rows = claim(Date.now()); rows.length > 0; rows = claim(Date.now())) {
        await Promise.all(rows.map(({ effect }) => execute(effect)));
        done(rows);
      }
    },
    touch: () => void touched.run(),
    close: () => void db.close(),
  };
};
