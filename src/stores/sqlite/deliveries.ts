/** Subscriptions and what waits for them. Inside the database's thread. */
import type {
  Delivery,
  DeliveryEnd,
  DeliveryResult,
  FailedDelivery,
  LongestWaits,
  Replayed,
  SubscriptionRow,
} from "../../ports/store.js";
import type { Database } from "./driver.js";
import { rests } from "./statements.js";

const SHOWN = "subscription, order_id, seq, head, attempts, since";
const FREE = "attempts = 0, lease_until = 0, worker = NULL, dead = 0, error = NULL";
/** When the first entry was decided that comes after `seq`. */
const sinceAfter = (seq: string): string =>
  `coalesce((SELECT min(at) FROM history h WHERE h.order_id = deliveries.order_id AND h.seq > ${seq}), since)`;

type Shown = [subscription: string, orderId: string, seq: number, head: number, attempts: number, since: number];
const deliveryIn = ([subscription, orderId, seq, head, attempts, since]: Shown): Delivery => {
  return { subscription, orderId, seq, head, attempts, since };
};

/** What is asked of a file by way of `StoreDatabase`; each in one transaction. */
export class DeliveriesDatabase {
  constructor(protected readonly db: Database) {}

  subscribe(name: string, from: "now" | "start"): void {
    this.db.immediate(() => {
      const { changes } = this.db
        .prepare("INSERT INTO subscriptions (name) VALUES (?) ON CONFLICT DO NOTHING")
        .run(name);
      if (changes === 1 && from === "start") this.replay(name, { since: 0 }, 0);
    });
  }

  unsubscribe(name: string): boolean {
    return this.db.immediate(() => {
      this.db.prepare("DELETE FROM deliveries WHERE subscription = ?").run(name);
      return this.db.prepare("DELETE FROM subscriptions WHERE name = ?").run(name).changes > 0;
    });
  }

  subscriptions(): SubscriptionRow[] {
    const rows = this.db.prepare<[], [string, number, number | null, number]>(
      `SELECT name, count(order_id), min(since) FILTER (WHERE dead = 0), count(*) FILTER (WHERE dead = 1)
       FROM subscriptions LEFT JOIN deliveries ON subscription = name GROUP BY name ORDER BY name`,
    );
    return rows
      .raw()
      .all()
      .map(([name, behind, oldestAt, dead]) => ({ name, behind, oldestAt, dead }));
  }

  claimDeliveries(name: string, now: number, limit: number, leaseMs: number, worker: string): Delivery[] {
    const due = this.db
      .prepare<unknown[], string>(
        `SELECT order_id FROM deliveries WHERE subscription = ? AND dead = 0 AND not_before <= ? AND lease_until <= ?
         AND ${rests("deliveries")} ORDER BY not_before, order_id LIMIT ?`,
      )
      .pluck()
      .all(name, now, now, limit);
    if (due.length === 0) return [];
    const lease = this.db
      .prepare<unknown[], Shown>(
        `UPDATE deliveries SET attempts = attempts + 1, lease_until = ?, worker = ?
         WHERE subscription = ? AND order_id = ? RETURNING ${SHOWN}`,
      )
      .raw();
    return this.db.immediate(() =>
      due.flatMap((orderId) => lease.all(now + leaseMs, worker, name, orderId).map(deliveryIn)),
    );
  }

  nextDelivery(name: string, now: number): number | null {
    const next = this.db
      .prepare<unknown[], number>(
        `SELECT not_before FROM deliveries WHERE subscription = ? AND dead = 0 AND lease_until <= ?
         AND ${rests("deliveries")} ORDER BY not_before LIMIT 1`,
      )
      .pluck();
    return next.get(name, now) ?? null;
  }

  endDelivery(
    worker: string,
    { subscription, orderId }: Pick<Delivery, "subscription" | "orderId">,
    how: DeliveryResult,
  ): DeliveryEnd {
    const own = "order_id = ? AND subscription = ? AND worker = ?";
    const run = (sql: string, ...bound: unknown[]) =>
      this.db.prepare(`${sql} WHERE ${own}`).run(...bound, orderId, subscription, worker).changes > 0;
    return this.db.immediate(() => {
      if (!("seq" in how)) {
        const { error, moment } = how;
        const ended = run(
          `UPDATE deliveries SET lease_until = 0, worker = NULL, error = ?, dead = ?, not_before = coalesce(?, not_before)`,
          error,
          Number(moment === null),
          moment,
        );
        return ended ? "done" : "lost";
      }
      const { seq, leaseUntil } = how;
      const goesOn = run(
        `UPDATE deliveries SET seq = ?, attempts = 1, error = NULL, lease_until = ?, since = ${sinceAfter("?")}`,
        seq,
        leaseUntil,
        seq,
      );
      if (!goesOn) return "lost";
      const { changes } = this.db
        .prepare("DELETE FROM deliveries WHERE order_id = ? AND subscription = ? AND head <= seq")
        .run(orderId, subscription);
      return changes > 0 ? "done" : "more";
    });
  }

  failedDeliveries(limit: number, after?: Pick<Delivery, "subscription" | "orderId">): FailedDelivery[] {
    const rows = this.db.prepare<unknown[], [...Shown, string, number]>(
      `SELECT ${SHOWN}, error, dead FROM deliveries WHERE error IS NOT NULL AND (subscription, order_id) > (?, ?)
       ORDER BY subscription, order_id LIMIT ?`,
    );
    return rows
      .raw()
      .all(after?.subscription ?? "", after?.orderId ?? "", limit)
      .map((row) => {
        const [error, dead] = row.slice(-2) as [string, number];
        return { ...deliveryIn(row.slice(0, -2) as Shown), error, dead: dead === 1 };
      });
  }

  replay(name: string, which: Replayed, now: number): number {
    const run = (sql: string, ...bound: unknown[]) => this.db.prepare(sql).run(...bound).changes;
    const { orderId = null } = which;
    return this.db.immediate(() => {
      if ("since" in which)
        return run(
          `INSERT INTO deliveries (order_id, subscription, seq, head, since, not_before)
           SELECT order_id, s.name, min(seq) - 1, max(seq), min(at), ? FROM history JOIN subscriptions s ON s.name = ?
           WHERE entry <> '' AND at >= ? AND order_id = coalesce(?, order_id) GROUP BY order_id
           ON CONFLICT DO UPDATE SET ${FREE}, not_before = excluded.not_before, since = min(since, excluded.since),
             seq = min(seq, excluded.seq), head = max(head, excluded.head)`,
          now,
          name,
          which.since,
          orderId,
        );
      const stuck = "subscription = ? AND dead = 1 AND order_id = coalesce(?, order_id)";
      const first =
        "coalesce((SELECT min(h.seq) FROM history h WHERE h.order_id = deliveries.order_id AND h.seq > deliveries.seq AND h.entry <> ''), head)";
      const skipped = "skip" in which ? run(`UPDATE deliveries SET seq = ${first} WHERE ${stuck}`, name, orderId) : 0;
      const gone = run(`DELETE FROM deliveries WHERE ${stuck} AND seq >= head`, name, orderId);
      const again = `UPDATE deliveries SET ${FREE}, not_before = ?, since = ${sinceAfter("seq")} WHERE ${stuck}`;
      return Math.max(skipped, gone + run(again, now, name, orderId));
    });
  }

  /** In one transaction of the caller's. */
  protected pullInDeliveries(now: number, { leaseMs, effectMs, soonMs }: LongestWaits): number {
    const run = (sql: string, ...bound: number[]) => this.db.prepare(sql).run(...bound).changes;
    return (
      run("UPDATE deliveries SET lease_until = ? WHERE lease_until > ?", now + leaseMs, now + leaseMs) +
      run("UPDATE deliveries SET not_before = ? WHERE dead = 0 AND not_before > ?", now + soonMs, now + effectMs)
    );
  }

  protected recoverDeliveries(worker: string): void {
    this.db
      .prepare("UPDATE deliveries SET lease_until = 0, worker = NULL WHERE worker IS NOT NULL AND worker <> ?")
      .run(worker);
  }
}
