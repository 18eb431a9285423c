/** What today's machines make of every stored order, before they are let at them. Changes nothing. */
import type { Registry } from "../../../machines/index.js";
import { migrate } from "../../core/migrate.js";
import type { Store } from "../../ports/store.js";

/** Orders that were last decided by one version of the machines. */
export interface StoredVersion {
  machine: string;
  version: number;
  orders: number;
  /** Read as they are. */
  current: number;
  /** Brought here by a migration, or by a look at their states, when they are decided next. */
  migrate: number;
  /** Would be parked. */
  unknown: number;
}

export interface MigrationCheck {
  orders: number;
  versions: StoredVersion[];
  unknown: { orderId: string; reason: string }[];
  /** Their records cannot be read, so nothing is known of their versions; not among `orders`. */
  damaged: { orderId: string; reason: string }[];
}

const PAGE = 500;

/** @param looked told of each page: how many orders were looked at so far */
export const checkMigration = async (
  store: Store,
  registry: Registry,
  looked: (orders: number) => void = () => {},
): Promise<MigrationCheck> => {
  const versions = new Map<string, StoredVersion>();
  const unknown: MigrationCheck["unknown"] = [];
  const damaged: MigrationCheck["damaged"] = [];
  let orders = 0;
  for (let after: string | undefined; ; ) {
    const rows = await store.list({ limit: PAGE, ...(after === undefined ? {} : { after }) });
    const loaded = await store.load(rows.map(({ orderId }) => ({ orderId, eventIds: [] })));
    for (const [i, { record, parked }] of loaded.entries()) {
      if (record === null) {
        damaged.push({ orderId: rows[i]?.orderId ?? "", reason: parked ?? "it has no record" });
        continue;
      }
      const { id: machine, version } = record.machine;
      const key = `${machine} ${version}`;
      const stored = versions.get(key) ?? { machine, version, orders: 0, current: 0, migrate: 0, unknown: 0 };
      versions.set(key, stored);
      orders += 1;
      stored.orders += 1;
      const migrated = migrate(record, registry);
      if ("parked" in migrated) {
        stored.unknown += 1;
        unknown.push({ orderId: record.orderId, reason: migrated.parked });
      } else stored[migrated.record === record ? "current" : "migrate"] += 1;
    }
    looked(orders);
    after = rows.at(-1)?.orderId;
    if (rows.length < PAGE) break;
  }
  return { orders, versions: [...versions.values()].sort((a, b) => a.version - b.version), unknown, damaged };
};
