/** Events that wait to be decided, by order: of one order in the order in which they came, and urgent orders first. */
import { type CallKind, kindAt, kinds, mostUrgent, rankOf } from "../../ports/lanes.js";
import type { Receipt } from "../../ports/runtime.js";
import { kindOfEntry, type Urgency } from "./lanes.js";

/** An event on its way through the mailbox. */
export interface MailboxEntry extends Urgency {
  /** By which the observer knows it again. */
  mark: unknown;
  /** The id came from outside and may have been decided before. */
  mayRepeat: boolean;
  /** It waits in the store's inbox. */
  kept: boolean;
  /** How often it was tried since it waits there. */
  attempts: number;
  /** Called once it is durable. */
  resolve(receipt: Receipt): void;
  reject(error: unknown): void;
}

/** An answer that came is taken in before new work is begun: until then its call keeps its room. */
const turnOf = (entry: MailboxEntry): CallKind =>
  entry.completesEffect === null ? kindOfEntry(entry) : mostUrgent([kindOfEntry(entry), "callback"]);

export class Queue {
  private readonly entries = new Map<string, MailboxEntry[]>();
  /** Each order once, in the queue of the most urgent of its events. */
  private readonly queues = kinds.map(() => new Set<string>());

  /** Orders that wait. */
  get size(): number {
    return this.entries.size;
  }

  add(entry: MailboxEntry): void {
    const { orderId } = entry.envelope;
    const before = this.entries.get(orderId);
    if (before === undefined) this.entries.set(orderId, [entry]);
    else before.push(entry);
    const rank = rankOf(turnOf(entry));
    const now = this.queues.findIndex((queue) => queue.has(orderId));
    if (now >= 0 && now <= rank) return;
    this.queues[now]?.delete(orderId);
    this.queues[rank]?.add(orderId);
  }

  /** Takes out all events of at most so many orders, of those that nobody waits for at most `unhurried`. */
  take(most: number, unhurried: number, isBusy: (orderId: string) => boolean): Map<string, MailboxEntry[]> {
    const taken = new Map<string, MailboxEntry[]>();
    for (const [rank, queue] of this.queues.entries()) {
      const until = kindAt(rank) === "background" ? Math.min(most, taken.size + unhurried) : most;
      for (const orderId of queue) {
        if (taken.size >= until) break;
        if (isBusy(orderId)) continue;
        taken.set(orderId, this.entries.get(orderId) ?? []);
        this.entries.delete(orderId);
        queue.delete(orderId);
      }
    }
    return taken;
  }
}
