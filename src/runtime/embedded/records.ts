/** The orders that events came for, as this node can decide them: their records, and why it cannot. */
import { quoted } from "../../../machines/text.js";
import { notAhead } from "../../core/ahead.js";
import { migrate, versionsKnown } from "../../core/migrate.js";
import type { OrderRecord } from "../../core/record.js";
import { RecentMap } from "../../ports/recent.js";
import type { Loaded } from "../../ports/store.js";
import type { EngineContext } from "./context.js";
import type { MailboxEntry } from "./queue.js";

export interface KnownOrder {
  record: OrderRecord | null;
  /** Those of the events that may repeat which were decided before. */
  processedIds: string[];
  /** Why it cannot be decided here. */
  parked: string | null;
  /** How long until what comes for it is tried again. */
  waitMs: number;
}

export class Records {
  /** The version check at the commit makes a stale one harmless. */
  private readonly recent: RecentMap<string, OrderRecord>;
  private readonly versions: number[];

  constructor(private readonly ctx: EngineContext) {
    this.recent = new RecentMap(ctx.limits.recordsInMemory);
    this.versions = versionsKnown(ctx.rules.registry);
  }

  remember(record: OrderRecord): void {
    this.recent.set(record.orderId, record);
  }

  forget(orderId: string): void {
    this.recent.delete(orderId);
  }

  /** From memory, unless an event may have been decided before: only the store knows that. */
  async load(open: Map<string, MailboxEntry[]>): Promise<Map<string, KnownOrder>> {
    const known = new Map<string, KnownOrder>();
    const asked: { orderId: string; eventIds: string[] }[] = [];
    for (const [orderId, entries] of open) {
      const record = this.recent.get(orderId);
      const eventIds = entries.filter((one) => one.mayRepeat).map((one) => one.envelope.id);
      if (record !== undefined && eventIds.length === 0)
        known.set(orderId, { record, processedIds: [], parked: null, waitMs: 0 });
      else asked.push({ orderId, eventIds });
    }
    if (asked.length === 0) return known;
    const loaded = await this.ctx.store.load(asked);
    for (const [i, { orderId }] of asked.entries()) {
      const found = loaded[i];
      if (found !== undefined) known.set(orderId, await this.asKnown(orderId, found));
    }
    return known;
  }

  private async asKnown(orderId: string, found: Loaded): Promise<KnownOrder> {
    const { store, log, limits, rules, clock } = this.ctx;
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
    const others = store.onDue !== undefined && !this.versions.includes(found.record.machine?.version);
    if (found.parked === null && !others) {
      await store.park(orderId, quoted(migrated.parked, 500));
      log.error({ orderId, reason: migrated.parked }, "order parked");
    }
    return { ...found, parked: migrated.parked, waitMs: others ? 0 : limits.parkedRetryMs };
  }
}
