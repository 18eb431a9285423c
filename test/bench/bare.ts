/** SQLite alone: the rows made beforehand, written in one thread by nothing but prepared statements. */
import Sqlite from "better-sqlite3";
import { schema } from "../../src/adapters/sqlite/schema.js";
import { prepare } from "../../src/adapters/sqlite/statements.js";
import type { WireChange } from "../../src/adapters/sqlite/wire.js";

export interface Bare {
  db: Sqlite.Database;
  /** One transaction. */
  write(changes: WireChange[]): void;
}

/** The pragmas of src/adapters/sqlite/opening.ts. */
export const openBare = (file: string): Bare => {
  const db = new Sqlite(file);
  db.pragma("journal_mode = WAL");
  db.pragma("synchronous = FULL");
  db.pragma(`journal_size_limit = ${64 * 1024 * 1024}`);
  db.exec(schema);
  const statements = prepare(db);
  const write = db.transaction((changes: WireChange[]) => {
    for (const change of changes) {
      const { orderId } = change;
      if (change.expectedVersion === 0) {
        statements.insertOrder.run(...change.order, orderId);
        for (const id of change.payments) statements.insertPayment.run(id, orderId);
      } else {
        statements.updateOrder.run(...change.order, orderId, change.expectedVersion);
      }
      for (const entry of change.history) statements.insertHistory.run(orderId, ...entry);
      for (const effect of change.effects) statements.insertEffect.run(...effect);
      for (const timer of change.cancel) statements.cancelTimer.run(orderId, ...timer);
      for (const timer of change.set) statements.setTimer.run(...timer);
    }
  }).immediate;
  return { db, write };
};

/** Rows and bytes of every table, to show that both sides wrote the same. */
export const contentsOf = (db: Sqlite.Database): string =>
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
