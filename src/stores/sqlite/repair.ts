/** How an order goes on without its damaged rows. Inside the database's thread. */
import { trusted } from "../../core/readable.js";
import { rebuilt, timersIn } from "../../core/rebuilt.js";
import type { HistoryEntry, OrderRecord, OutboxRow } from "../../core/record.js";
import { summaryOf } from "../../core/summary.js";
import { peerOf } from "../../ports/lanes.js";
import type { DamagedRow, Repaired } from "../../ports/store.js";
import { contentOf, envelopeOf } from "./content.js";
import { type SqliteDamagedRows, shown } from "./damaged.js";
import type { Database } from "./driver.js";
import { type SqliteTable, type Stored, tables } from "./rows.js";
import type { Statements } from "./statements.js";
import * as wire from "./wire.js";

/** Thrown so that nothing of the repair is kept. */
class Stuck extends Error {
  constructor(readonly left: DamagedRow[]) {
    super("stuck");
  }
}

export class Repair {
  constructor(
    private readonly db: Database,
    private readonly rows: SqliteDamagedRows,
    private readonly write: Pick<
      Statements,
      "relist" | "setTimer" | "insertEffect" | "postpone" | "seen" | "holder" | "insertPayment"
    >,
  ) {}

  of(orderId: string, { forget }: { forget: boolean }): Repaired {
    const mended = this.rows.rawIds(orderId).map((raw) => {
      try {
        return this.db.immediate(() => (forget ? this.#forget(raw) : this.#mend(raw)));
      } catch (error) {
        if (!(error instanceof Stuck)) throw error;
        this.#rest(raw);
        return { taken: [], left: error.left };
      }
    });
    return { taken: mended.flatMap(({ taken }) => taken), left: mended.flatMap(({ left }) => left) };
  }

  #mend(raw: Buffer): Repaired {
    const kept = this.rows.keptOf(raw);
    const damages = this.rows.ofOrder(raw);
    const all = [...kept, ...damages.filter(({ as }) => as !== "orders").map(shown)];
    const broken = damages.filter(({ as }) => as === "orders");
    const record = this.#recordOf(raw);
    // Without the record nothing comes back, so nothing is taken.
    if (broken.length > 0) {
      this.#rest(raw);
      return {
        taken: [],
        left: [...all.filter(({ table }) => table !== "orders" && table !== "listed"), ...broken.map(shown)],
      };
    }
    for (const one of damages) this.rows.takeOut(one);
    const taken = all.filter(({ table }) => table !== "orders");
    // Of those that were parked before, it was told then.
    for (const one of damages) this.rows.tellNamed(shown(one));
    const why = record === null ? null : this.#anew(record, taken);
    if (why !== null) throw new Stuck(taken.map((one) => ({ ...one, what: `${one.what}; ${why}` })));
    this.db.prepare("DELETE FROM damaged WHERE order_id = CAST(? AS TEXT)").run(raw);
    return { taken, left: [] };
  }

  /** What is damaged of it is parked, so that it rests. */
  #rest(raw: Buffer): void {
    const damages = this.rows.ofOrder(raw);
    this.db.immediate(() => {
      for (const one of damages) this.rows.put(one);
    });
  }

  /** @returns why the order cannot go on; null = it can */
  #anew(record: OrderRecord, taken: DamagedRow[]): string | null {
    const { orderId } = record;
    const lost = taken.filter(({ table }) => table === "outbox" || table === "damaged");
    const { effects, events, stuck } = rebuilt(record, {
      lost: lost.map((one) => ({ id: one.id, content: contentOf(one) })),
      kept: this.#readableOf<OutboxRow>("outbox", orderId),
      entries: this.#readableOf<HistoryEntry>("history", orderId, " AND entry <> '' ORDER BY seq"),
    });
    if (stuck !== null) return stuck;
    const elsewhere = effects.find(({ id }) => this.write.holder.get(id) !== undefined);
    if (elsewhere !== undefined) return `effect ${elsewhere.id} stands under another order; repair that one first`;
    this.write.relist.run(...wire.writeListed(record), orderId);
    for (const paymentId of summaryOf(record).payments) this.write.insertPayment.run(paymentId, orderId);
    for (const timer of timersIn(record)) this.write.setTimer.run(...wire.writeTimer(timer));
    for (const effect of effects) {
      const peer = peerOf(effect, record);
      this.write.insertEffect().run(...wire.writeEffect(effect, effect.notBefore, peer));
    }
    for (const one of taken.filter(({ table }) => table === "inbox")) {
      const envelope = envelopeOf(one);
      if (envelope?.orderId === orderId) events.push(envelope);
    }
    for (const envelope of events) {
      if (this.write.seen.get(orderId, envelope.id) !== undefined) continue;
      const waits = { attempts: 0, notBefore: record.facts.order.updatedAt, error: "its row was damaged", dead: false };
      this.write.postpone.run(...wire.writeEvent({ envelope, ...waits }));
    }
    return null;
  }

  /** Those rows of an order that can be read. */
  #readableOf<T>(table: "outbox" | "history", orderId: string, more = ""): T[] {
    const [read] = Object.values(tables[table].readers) as ((stored: Stored) => unknown)[];
    return [...this.rows.each(table, `order_id = ?${more}`, [orderId])].flatMap((stored) => {
      const found = trusted(() => read?.(stored));
      return found ? [found as T] : [];
    });
  }

  #forget(raw: Buffer): Repaired {
    const kept = this.rows.keptOf(raw);
    const taken: DamagedRow[] = [];
    for (const table of Object.keys(tables) as SqliteTable[]) {
      for (const stored of this.rows.each(table, "order_id = CAST(? AS TEXT)", [raw])) {
        taken.push(shown({ table, as: table, stored, what: "forgotten with its order" }));
      }
      this.db.prepare(`DELETE FROM ${table} WHERE order_id = CAST(? AS TEXT)`).run(raw);
    }
    for (const table of ["payments", "damaged", "deliveries"])
      this.db.prepare(`DELETE FROM ${table} WHERE order_id = CAST(? AS TEXT)`).run(raw);
    return { taken: [...kept, ...taken], left: [] };
  }

  #recordOf(raw: Buffer): OrderRecord | null {
    const [stored] = [...this.rows.each("orders", "order_id = CAST(? AS TEXT)", [raw])];
    if (stored === undefined) return null;
    try {
      return tables.orders.readers.orders(stored) as OrderRecord;
    } catch {
      return null;
    }
  }
}
