/** The store on a connection of the host's, inside the transaction that the host has begun on it. */
import type { CommitResult, Inside, StoreError } from "../../ports/store.js";
import { columns } from "./arrays.js";
import type { PgRow, PgTypes } from "./connections.js";
import { inOurWords } from "./errors.js";
import type { statementsOf } from "./statements.js";
import * as wire from "./wire.js";

/** What is used of a client of `pg`. */
interface HostClient {
  query(asked: { text: string; values: unknown[]; rowMode: "array"; types: PgTypes }): Promise<{ rows: PgRow[] }>;
}

const SAVEPOINT = "order_status_engine";

/** @throws TypeError */
export const clientOf = (transaction: unknown): HostClient => {
  const isClient = typeof transaction === "object" && transaction !== null && "query" in transaction;
  if (!isClient || "totalCount" in transaction)
    throw new TypeError("give the client of pg on which the transaction was begun, not a pool");
  return transaction as HostClient;
};

export const insidePostgres = (
  client: HostClient,
  { sql, place, types }: { sql: ReturnType<typeof statementsOf>; place: string; types: PgTypes },
): Inside => {
  const ask = async (text: string, ...values: unknown[]): Promise<PgRow[]> => {
    try {
      return (await client.query({ text, values, rowMode: "array", types })).rows;
    } catch (error) {
      throw inOurWords(error, place) as StoreError;
    }
  };
  return {
    async whole(work) {
      // Refused by the server where no transaction was begun.
      await ask(`SAVEPOINT ${SAVEPOINT}`);
      try {
        const [isolation] = await ask("SELECT current_setting('transaction_isolation')");
        // With a snapshot from its beginning it would not see what other nodes have committed since.
        if (isolation?.[0] !== "read committed")
          throw new TypeError(`begin the transaction as READ COMMITTED; this one is ${String(isolation?.[0])}`);
        const done = await work();
        await ask(`RELEASE SAVEPOINT ${SAVEPOINT}`);
        return done;
      } catch (error) {
        await ask(`ROLLBACK TO SAVEPOINT ${SAVEPOINT}`).catch(() => {});
        throw error;
      }
    },
    async load(asked) {
      const events = asked.flatMap(({ orderId, eventIds }) => eventIds.map((id) => [orderId, id]));
      const ids = columns(
        ["text"],
        asked.map(({ orderId }) => [orderId]),
      );
      return wire.readLoaded(asked, await ask(sql.load, ...ids, ...columns(["text", "text"], events)));
    },
    async commit(changes) {
      const results: CommitResult[] = [];
      for (const change of changes) {
        const [row] = await ask(sql.commit, ...wire.writeChanges([change]));
        const [conflicting = [], lost = []] = (row ?? []) as [string[]?, string[]?];
        const { orderId } = change;
        const refused = conflicting.includes(orderId) ? "conflict" : lost.includes(orderId) ? "lease-lost" : null;
        results.push(refused ?? "committed");
      }
      return results;
    },
    postpone: async (rows) => void (await ask(sql.postpone, ...columns(wire.EVENT_KINDS, rows.map(wire.writeEvent)))),
    park: async (orderId, reason) => void (await ask(sql.park, reason, orderId)),
  };
};
