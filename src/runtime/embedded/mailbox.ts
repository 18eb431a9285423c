/**
 * The one way in: whatever happens to an order is pushed here, and its receipt comes when it is durable.
 *
 * One order, one event at a time; many orders in one transaction. Whatever arrives in one turn of the event loop is
 * decided together and committed together, and only then acknowledged. A version conflict means that another node was
 * faster: read again, decide again.
 */
import type { Envelope } from "../../../machines/events.js";
import type { Decision } from "../../core/decide.js";
import { type Change, StoreError } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import type { EngineContext } from "./context.js";
import { type DecidedOrder, decideOrder } from "./decided.js";
import { AFTER_TROUBLE_MS, MOST_ROUNDS } from "./limits.js";
import { type MailboxEntry, Queue } from "./queue.js";
import { decidedReceipt, duplicateReceipt, type Receipt, Stopped, UnknownOrder } from "./receipt.js";
import { Records } from "./records.js";

/** What else is told of a commit. */
export interface Afterwards {
  /** Called after each commit, with what it committed. */
  committed(decisions: Decision[]): void;
  /** A rule threw while the order was decided: whoever waits for the order need not. */
  threw(orderId: string, detail: string): void;
  /** Something may be due at this moment. */
  alarm(at: number): void;
}

type Orders = Map<string, MailboxEntry[]>;
type Committing = DecidedOrder & { change: Change };

/** Fewer orders than this are not worth two transactions. */
const CROWD = 16;

export class Mailbox {
  private readonly queue = new Queue();
  /** Orders in a group that is under way. */
  private readonly busy = new Set<string>();
  private readonly records: Records;
  /** Those who wait until their event is durable. */
  private readonly callers = new Set<(error: Stopped) => void>();
  private failed: { detail: string; until: number } | null = null;
  private groups = 0;
  private scheduled = false;
  /** Events that are not durable yet. */
  size = 0;

  constructor(
    private readonly ctx: EngineContext,
    private readonly afterwards: Afterwards,
  ) {
    this.records = new Records(ctx);
  }

  /** Nothing waits and nothing is being written. */
  get idle(): boolean {
    return this.size === 0;
  }

  /**
   * What the store said when it could not write; null = it can, or it is time to try. Who is told that nothing can be
   * written sends nothing, and then nothing would ever show that it works again.
   */
  trouble(): string | null {
    return this.failed !== null && this.ctx.clock.now() < this.failed.until ? this.failed.detail : null;
  }

  /** Resolves when the event is durable. @throws UnknownOrder, Stopped, StoreError */
  push(envelope: Envelope, how: Partial<MailboxEntry> = {}): Promise<Receipt> {
    return this.ctx.observer.receive(envelope, (mark) => this.enter(envelope, how, mark));
  }

  /** Whoever still waits is refused: the store has not said whether it has his event. */
  stop(): void {
    const stopped = new Stopped(
      "the engine was stopped before the store answered; the same event id may be sent again",
    );
    for (const refuse of this.callers) refuse(stopped);
  }

  private enter(envelope: Envelope, how: Partial<MailboxEntry>, mark: unknown): Promise<Receipt> {
    const { log, clock, limits } = this.ctx;
    const none = { mayRepeat: false, completesEffect: null, kind: null, kept: false, attempts: 0 };
    let refuse = (_: Stopped): void => {};
    const receipt = new Promise<Receipt>((resolve, reject) => {
      refuse = reject;
      this.callers.add(refuse);
      this.queue.add({
        envelope,
        mark,
        ...none,
        ...how,
        resolve: (given) => {
          this.failed = null;
          resolve(given);
        },
        reject: (error) => {
          if (!(error instanceof UnknownOrder)) {
            const detail = thrownText(error);
            this.failed = { detail, until: clock.now() + limits.troubleMs };
            log.error({ orderId: envelope.orderId, detail }, "an event could not be stored");
          }
          reject(error);
        },
      });
    });
    this.size += 1;
    this.schedule();
    return receipt.finally(() => this.callers.delete(refuse));
  }

  private schedule(): void {
    if (this.scheduled || this.groups >= this.ctx.limits.groupsAtOnce) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      const group = this.take();
      if (group.size === 0) return;
      this.groups += 1;
      void this.run(group).finally(() => {
        this.groups -= 1;
        this.schedule();
      });
      this.schedule();
    });
  }

  /** Half of a crowd, where nothing is under way: so that one half is decided here while the other is written. */
  private share(): number {
    const { size } = this.queue;
    return this.groups === 0 && size >= CROWD ? Math.ceil(size / 2) : size;
  }

  private take(): Orders {
    const { ordersPerGroup, unhurriedPerGroup } = this.ctx.limits;
    const most = Math.min(ordersPerGroup, this.share());
    const group = this.queue.take(most, unhurriedPerGroup, (orderId) => this.busy.has(orderId));
    for (const orderId of group.keys()) this.busy.add(orderId);
    return group;
  }

  private async run(group: Orders): Promise<void> {
    await this.untilDurable(group);
    for (const orderId of group.keys()) this.busy.delete(orderId);
    this.size -= [...group.values()].flat().length;
  }

  private async untilDurable(group: Orders): Promise<void> {
    let open = group;
    try {
      for (let rounds = 0; open.size > 0; rounds += 1) {
        if (rounds === MOST_ROUNDS) throw new Error("it was decided anew again and again, and conflicted each time");
        open = await this.decideAndCommit(open);
      }
    } catch (error) {
      // It may have been written all the same.
      for (const orderId of open.keys()) this.records.forget(orderId);
      // No trouble of the store's, so of what one order has to write: the others are not to suffer by it.
      if (open.size > 1 && !(error instanceof StoreError)) {
        for (const [id, entries] of open) await this.untilDurable(new Map([[id, entries.map(onceMore)]]));
        return;
      }
      for (const entry of [...open.values()].flat()) entry.reject(error);
      this.afterwards.alarm(this.ctx.clock.now() + AFTER_TROUBLE_MS);
    }
  }

  /** Returns the orders that have to be decided again. */
  private async decideAndCommit(open: Orders): Promise<Orders> {
    const { store, observer } = this.ctx;
    const begun = performance.now();
    const known = await this.records.load(open);
    const orders = [...open].map(([orderId, entries]) => {
      const order = known.get(orderId);
      if (order === undefined) throw new Error(`the store gave no answer for order ${orderId}`);
      return decideOrder(this.ctx, orderId, order, entries);
    });
    const committing = orders.filter((order): order is Committing => order.change !== null);
    const results = committing.length === 0 ? [] : await store.commit(committing.map(({ change }) => change));
    const postponed = orders.flatMap((order) => order.postponed);
    if (postponed.length > 0) await store.postpone(postponed);
    for (const { notBefore } of postponed) this.afterwards.alarm(notBefore);
    for (const [i, { threw }] of orders.entries())
      if (threw !== null) this.afterwards.threw([...open.keys()][i] ?? "", threw);
    const acknowledge = orders.flatMap((order) => order.acknowledge);
    const again: Orders = new Map();
    const done: DecidedOrder["decided"] = [];
    for (const [i, { change, decided, duplicates }] of committing.entries()) {
      if (results[i] === "committed") {
        this.records.remember(change.record);
        done.push(...decided);
        for (const { entry, decision } of decided)
          acknowledge.push(() => entry.resolve(decidedReceipt(entry.envelope, decision.entry.answers)));
        for (const entry of duplicates) acknowledge.push(() => entry.resolve(duplicateReceipt(entry.envelope)));
        continue;
      }
      this.records.forget(change.orderId);
      const entries = [...decided.map(({ entry }) => entry), ...duplicates];
      const lost = results[i] === "lease-lost" ? entries.filter((entry) => entry.completesEffect !== null) : [];
      for (const entry of lost) acknowledge.push(() => this.leaveToTheOther(entry));
      // Another node may have decided the very same event.
      const left = entries.filter((entry) => !lost.includes(entry)).map(onceMore);
      if (left.length > 0) again.set(change.orderId, left);
    }
    const ended = performance.now();
    for (const { entry, decision } of done) observer.decided({ decision, mark: entry.mark, begun, ended });
    if (done.length > 0) this.afterwards.committed(done.map(({ decision }) => decision));
    for (const tell of acknowledge) tell();
    return again;
  }

  /** The worker that took the effect over looks what became of it; two results of one call could disagree. */
  private leaveToTheOther(entry: MailboxEntry): void {
    this.ctx.observer.leaseLost();
    this.ctx.log.warn({ effect: entry.completesEffect }, "a result came after its lease had gone to another worker");
    entry.resolve(duplicateReceipt(entry.envelope));
  }
}

/** The event once more, where nobody knows whether it was written. */
const onceMore = (entry: MailboxEntry): MailboxEntry => ({ ...entry, mayRepeat: true });
