/** Entries that finished orders no longer need. Inside the database's thread. */
import type { Page, Pruned } from "../../ports/store.js";
import type { Statements } from "./statements.js";

/** In one transaction of the caller's, but for a dry run. */
export const prune = (statements: Statements, before: number, { after, limit, dryRun }: Page): Pruned => {
  const page = statements.finalOrders.all(after, limit);
  const gone = page.map(([orderId, version]) => {
    if (statements.isFinished.get({ orderId, version, before }) === undefined) return 0;
    if (dryRun) return statements.fullHistory.get(orderId, version) ?? 0;
    return statements.emptyHistory.run(orderId, version).changes;
  });
  return {
    entries: gone.reduce((sum, entries) => sum + entries, 0),
    orders: gone.filter((entries) => entries > 0).length,
    last: page.length < limit ? null : (page.at(-1)?.[0] ?? null),
  };
};
