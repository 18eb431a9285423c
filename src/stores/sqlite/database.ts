/** The store's work in SQL: synchronous, inside the worker thread, on rows that are ready to bind. */
import { type LaneCapacity, rankOf } from "../../ports/lanes.js";
import {
  ASKED_ANEW,
  type CommitResult,
  type DamagedRow,
  type EffectResult,
  type LongestWaits,
  type OrderFilter,
  type Page,
  type Pruned,
  type Repaired,
  StoreError,
} from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import { type DamageKind, SqliteDamagedRows } from "./damaged.js";
import { DeliveriesDatabase } from "./deliveries.js";
import type { Database, Statement } from "./driver.js";
import { dueEffects } from "./due.js";
import { wayOut } from "./errors.js";
import type { Identity } from "./identity.js";
import { listStatement } from "./list.js";
import { BUSY_TIMEOUT_MS, type Opened, STARTING_TIMEOUT_MS } from "./opening.js";
import { prune } from "./prune.js";
import { pullIn } from "./pull-in.js";
import { type KeptSecret, secretIn } from "./secrets.js";
import { type EffectPlaceColumns, prepare, type Statements } from "./statements.js";
import type { Columns, WireChange } from "./wire.js";

export class StoreDatabase extends DeliveriesDatabase {
  readonly #opened: Opened;
  readonly #db: Database;
  readonly #do: Statements;
  readonly #damaged: SqliteDamagedRows;
  readonly #lists = new Map<string, Statement<unknown[], Columns>>();

  constructor(opened: Opened) {
    super(opened.db);
    this.#opened = opened;
    this.#db = opened.db;
    try {
      this.#do = prepare(this.#db);
      this.#damaged = new SqliteDamagedRows(this.#db);
    } catch (error) {
      const { file } = opened;
      opened.close();
      const why = thrownText(error);
      throw new StoreError("corrupt", `${file} has not the tables of a store (${why}). ${wayOut(file)}`);
    }
  }

  close(): void {
    this.#opened.close();
  }

  get identity(): Identity {
    return this.#opened.identity;
  }

  /** @throws StoreError where the file under this name is no longer the one that is open */
  check(): void {
    this.#opened.check();
  }

  load(asked: { orderId: string; eventIds: string[] }[]): [Columns | null, string[], string | null][] {
    if (!this.#db.readonly)
      for (const { orderId } of asked)
        if (this.#do.lacksPayment.get(orderId) !== undefined) this.#do.keepPayment.run(orderId);
    return asked.map(({ orderId, eventIds }) => [
      this.#do.order.get(orderId) ?? null,
      eventIds.filter((id) => this.#do.seen.get(orderId, id) !== undefined),
      this.#do.damagedOf.get(orderId) ?? null,
    ]);
  }

  commit(changes: WireChange[]): CommitResult[] {
    return this.#db.immediate(() => changes.map((change) => this.#apply(change)));
  }

  /** Everything that can conflict comes before the first write, so a conflict leaves nothing to undo. */
  #apply(change: WireChange): CommitResult {
    const { orderId } = change;
    // Whoever decided it did not know yet that a row of its order was parked.
    if (this.#do.damagedOf.get(orderId) !== undefined) return "conflict";
    const own = new Set<unknown>();
    for (const [, eventId] of change.history) {
      if (own.has(eventId) || this.#do.seen.get(orderId, eventId as string) !== undefined) return "conflict";
      own.add(eventId);
    }
    const { settledBy } = change;
    if (settledBy !== null && change.settled.some((id) => this.#do.holder.get(id) !== settledBy)) return "lease-lost";
    const { changes } =
      change.expectedVersion === 0
        ? this.#do.insertOrder.run(...change.order, orderId)
        : this.#do.updateOrder.run(...change.order, orderId, change.expectedVersion);
    if (changes !== 1) return "conflict";
    for (const id of change.payments) this.#do.insertPayment.run(id, orderId);
    for (const entry of change.history) this.#do.insertHistory.run(orderId, ...entry);
    for (const id of change.settled) this.#do.settle.run(id);
    if (change.urgent !== null) this.#do.raise().run(change.urgent, orderId, change.urgent);
    for (const effect of change.effects) this.#do.insertEffect().run(...effect);
    for (const timer of change.cancel) this.#do.cancelTimer.run(orderId, ...timer);
    for (const timer of change.set) this.#do.setTimer.run(...timer);
    for (const eventId of change.decided) this.#do.decide.run(orderId, eventId);
    return "committed";
  }

  findByPayment(paymentId: string): Columns[] {
    return this.#do.byPayment.all(paymentId);
  }

  /** Reads every record. */
  ordersNaming(paymentId: string): Columns[] {
    return this.#do.naming.all(JSON.stringify(paymentId));
  }

  /** These orders have the payment, and no others. */
  settlePayment(paymentId: string, orderIds: string[]): void {
    this.#db.immediate(() => {
      this.#do.strayPayments.run(paymentId, JSON.stringify(orderIds));
      for (const orderId of orderIds) this.#do.insertPayment.run(paymentId, orderId);
    });
  }

  /** Looks before it takes the write lock: an idle engine asks often and finds nothing. Nobody else writes in between. */
  claim(now: number, limit: number, leaseMs: number, worker: string, room: LaneCapacity): Columns[] {
    this.sweep();
    const found = dueEffects(this.#do, room, now, limit);
    if (found.length > 0) {
      this.#db.immediate(() => {
        for (const [id] of found) this.#do.lease.run(now + leaseMs, worker, id);
      });
    }
    return found;
  }

  /** Parks what would never come due, and so would never be met. */
  sweep(): void {
    for (const [found, any] of this.#do.oddities()) if (any.get() !== undefined) this.#damaged.setAside(found);
  }

  release(worker: string, results: EffectResult[]): void {
    this.#db.immediate(() => {
      for (const result of results) {
        if (result.outcome === "done") this.#do.finish.run(result.id, worker);
        else if (result.outcome === "retry") {
          const { notBefore, error, paused = false, unhurried } = result;
          const least = rankOf(unhurried ? "background" : "customer");
          this.#do.retry().run(notBefore, error, Number(paused), least, result.id, worker);
        } else this.#do.bury.run(result.error, result.id, worker);
      }
    });
  }

  hurry(orderIds: string[], at: number): void {
    this.#db.immediate(() => {
      for (const orderId of orderIds) {
        this.#do.hurry.run(at, ASKED_ANEW, orderId, at);
        this.#do.hurryDead.run(at, orderId);
      }
    });
  }

  releaseUnacknowledged(worker: string, known: string[]): void {
    this.#do.releaseUnacknowledged.run(worker, JSON.stringify(known));
  }

  /** The first write of an engine that starts. */
  recoverLeases(worker: string): void {
    this.#db.exec(`PRAGMA busy_timeout = ${STARTING_TIMEOUT_MS}`);
    try {
      this.#do.recoverLeases.run(worker);
      this.recoverDeliveries(worker);
      this.#do.keepPayments.run();
    } finally {
      this.#db.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}`);
    }
  }

  pullIn(now: number, longest: LongestWaits): number {
    return this.#db.immediate(() => pullIn(this.#db, now, longest) + this.pullInDeliveries(now, longest));
  }

  restored(): void {
    this.#do.restored.run();
  }

  /** What was committed at this moment, into a new file; the engine that owns this one writes on meanwhile. */
  copyTo(file: string): void {
    this.#db.prepare("VACUUM INTO ?").run(file);
  }

  dueTimers(now: number, limit: number): Columns[] {
    return this.#do.dueTimers.all(now, limit);
  }

  postpone(events: Columns[]): void {
    this.#db.immediate(() => {
      for (const event of events) {
        const [orderId, eventId] = event as [string, string];
        if (this.#do.seen.get(orderId, eventId) === undefined) this.#do.postpone.run(...event);
        else this.#do.decide.run(orderId, eventId);
      }
    });
  }

  dueEvents(now: number, limit: number): Columns[] {
    return this.#do.dueEvents.all(now, limit);
  }

  nextDue(): number | null {
    let next = Math.min(this.#do.nextTimer.get() ?? Infinity, this.#do.nextEvent.get() ?? Infinity);
    for (const [notBefore, leaseUntil] of this.#do.laneHeads().iterate()) {
      if (notBefore >= next) break;
      next = Math.min(next, Math.max(notBefore, leaseUntil));
    }
    return next === Infinity ? null : next;
  }

  history(orderId: string, after: number, limit: number): Columns[] {
    return this.#do.history.all(orderId, after, limit);
  }

  prune(before: number, page: Page): Pruned {
    const all = () => prune(this.#do, before, page);
    return page.dryRun ? all() : this.#db.immediate(all);
  }

  list(filter: OrderFilter): Columns[] {
    const { sql, bound } = listStatement(filter);
    let statement = this.#lists.get(sql);
    if (!statement) {
      statement = this.#db.prepare<unknown[], Columns>(sql).raw();
      this.#lists.set(sql, statement);
    }
    return statement.all(...bound);
  }

  effectsOf(orderId: string): Columns[] {
    return this.#do.effectsOf.all(orderId);
  }

  openEffects(limit: number): Columns[] {
    return this.#do.openEffects.all(limit);
  }

  deadEffects(after: EffectPlaceColumns, limit: number): Columns[] {
    return this.#do.deadEffects.all(...after, limit);
  }

  deadEvents(after: number, limit: number): Columns[] {
    return this.#do.deadEvents.all(after, limit);
  }

  /** @param orderId null = of whatever order */
  revive(id: string, now: number, orderId: string | null): boolean {
    const { reviveEffect, reviveEvent } = this.#do;
    return reviveEffect.run(now, id, orderId).changes > 0 || reviveEvent.run(now, id, orderId).changes > 0;
  }

  park(orderId: string, reason: string | null): void {
    this.#do.park.run(reason, orderId);
  }

  secret(name: string, made: string | null): KeptSecret {
    return this.#db.readonly
      ? secretIn(this.#db, name, null)
      : this.#db.immediate(() => secretIn(this.#db, name, made));
  }

  counts(): { counts: Columns; oldest: string[] } {
    return { counts: this.#do.counts.get() ?? [], oldest: this.#do.oldestEvents.all() };
  }

  setAside(found: DamageKind, ...bound: unknown[]): void {
    this.#damaged.setAside(found, ...bound);
  }

  damaged(limit: number): DamagedRow[] {
    return this.#damaged.list(limit);
  }

  examine(orderId: string): DamagedRow[] {
    return this.#damaged.examine(orderId);
  }

  /** Looks at every row; answers with those that cannot be read, at most so many. */
  examineAll(limit: number): DamagedRow[] {
    return this.#damaged.all(limit);
  }

  /** The only one that needs the machines. They take six times as long to load as all the rest of this thread. */
  async repair(orderId: string, how: { forget: boolean }): Promise<Repaired> {
    const { Repair } = await import("./repair.js");
    return new Repair(this.#db, this.#damaged, this.#do).of(orderId, how);
  }
}
