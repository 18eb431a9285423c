/** Whether this node can decide an order, and what becomes of one that it cannot. */
import { quoted } from "../../../machines/text.js";
import { notAhead } from "../../core/ahead.js";
import { migrate } from "../../core/migrate.js";
import type { OrderRecord } from "../../core/record.js";
import type { Loaded } from "../../ports/store.js";
import type { EngineContext } from "./context.js";

export interface KnownOrder {
  record: OrderRecord | null;
  seen: string[];
  /** Why it cannot be decided here. */
  parked: string | null;
  /** How long until what comes for it is tried again. */
  waitMs: number;
}

/** @param versions of the machines that this node knows */
export const asKnown = async (
  { store, log, limits, rules, clock }: EngineContext,
  versions: number[],
  orderId: string,
  found: Loaded,
): Promise<KnownOrder> => {
  if (found.record === null || found.damaged !== undefined) {
    const parked = found.damaged ?? found.parked;
    if (parked !== null) log.error({ orderId, reason: parked }, "order cannot be read");
    return { ...found, parked, waitMs: parked === null ? 0 : limits.parkedRetryMs };
  }
  const migrated = migrate(found.record, rules.registry);
  if ("record" in migrated) {
    if (found.parked !== null) await store.park(orderId, null);
    return { ...found, record: notAhead(migrated.record, clock.now()), parked: null, waitMs: 0 };
  }
  // Where others write too, one of them may know the version: such a store gives the order's work to those who do.
  const others = store.onDue !== undefined && !versions.includes(found.record.machine?.version);
  if (found.parked === null && !others) {
    await store.park(orderId, quoted(migrated.parked, 500));
    log.error({ orderId, reason: migrated.parked }, "order parked");
  }
  return { ...found, parked: migrated.parked, waitMs: others ? 0 : limits.parkedRetryMs };
};
