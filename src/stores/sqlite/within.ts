/** The store on a connection of the host's to the same file, inside the transaction that the host has begun on it. */
import { existsSync, realpathSync } from "node:fs";
import { type Inside, StoreError } from "../../ports/store.js";
import { StoreDatabase } from "./database.js";
import { Database } from "./driver.js";
import { type SyncDatabase, sqliteLibrary } from "./library.js";
import * as wire from "./wire.js";

const SAVEPOINT = "order_status_engine";

/** What is prepared for a connection goes with it. */
const known = new WeakMap<object, StoreDatabase>();

/**
 * The library has to be the store's: two copies of SQLite in one process let go of each other's locks.
 * @throws TypeError
 */
const connectionTo = (file: string, transaction: unknown): SyncDatabase => {
  const { DatabaseSync } = sqliteLibrary();
  if (!(transaction instanceof DatabaseSync))
    throw new TypeError(
      "give a DatabaseSync of the SQLite that the store uses: node:sqlite where Node's is new enough, else @photostructure/sqlite",
    );
  const [main] = transaction.prepare("PRAGMA database_list").all() as { name: string; file: string }[];
  const isSame = main !== undefined && existsSync(main.file) && realpathSync(main.file) === realpathSync(file);
  if (!isSame) throw new TypeError(`this connection is to another file than the store's, ${file}`);
  return transaction;
};

const storeOn = (file: string, connection: SyncDatabase): StoreDatabase => {
  const found = known.get(connection);
  if (found !== undefined) return found;
  const db = new Database(file, { opened: connection });
  const made = new StoreDatabase({ file, db, identity: {}, check() {}, close() {} });
  known.set(connection, made);
  return made;
};

export const insideSqlite = (file: string, transaction: unknown): Inside => {
  const connection = connectionTo(file, transaction);
  const own = storeOn(file, connection);
  return {
    async whole(work) {
      if (!connection.isTransaction)
        throw new TypeError("begin the transaction first, with BEGIN IMMEDIATE: the engine writes in it");
      connection.exec(`SAVEPOINT ${SAVEPOINT}`);
      try {
        const done = await work();
        connection.exec(`RELEASE ${SAVEPOINT}`);
        return done;
      } catch (error) {
        // A full disk has SQLite roll back by itself.
        if (connection.isTransaction) connection.exec(`ROLLBACK TO ${SAVEPOINT}; RELEASE ${SAVEPOINT}`);
        throw error;
      }
    },
    async load(asked) {
      return own.load(asked).map(([row, processedIds, damaged], i) => {
        const loaded = { ...wire.readLoaded(asked[i]?.orderId ?? "", row, damaged), processedIds };
        // What cannot be read is parked by the engine's own look at it, not in a transaction of somebody else's.
        if (loaded.damaged !== undefined) throw new StoreError("corrupt", loaded.damaged);
        return loaded;
      });
    },
    commit: async (changes) => own.commit(changes.map(wire.writeChange)),
    postpone: async (rows) => own.postpone(rows.map(wire.writeEvent)),
    park: async (orderId, reason) => own.park(orderId, reason),
  };
};
