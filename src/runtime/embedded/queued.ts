/** Events that wait to be decided, by order: of one order in the order in which they came, and urgent orders first. */
import { type CallKind, kindAt, kinds, mostUrgent, rankOf } from "../../ports/lanes.js";
import { kindOfPosted } from "./lanes.js";
import type { MailboxEntry } from "./posted.js";

/** An answer that came is taken in before new work is begun: until then its call keeps its room. */
const turnOf = (post: MailboxEntry): CallKind =>
  post.settles === null ? kindOfPosted(post) : mostUrgent([kindOfPosted(post), "callback"]);

export class Queued {
  private readonly posts = new Map<string, MailboxEntry[]>();
  /** Each order once, in the queue of the most urgent of its events. */
  private readonly queues = kinds.map(() => new Set<string>());

  /** Orders that wait. */
  get size(): number {
    return this.posts.size;
  }

  add(post: MailboxEntry): void {
    const { orderId } = post.envelope;
    const before = this.posts.get(orderId);
    if (before === undefined) this.posts.set(orderId, [post]);
    else before.push(post);
    const rank = rankOf(turnOf(post));
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
        taken.set(orderId, this.posts.get(orderId) ?? []);
        this.posts.delete(orderId);
        queue.delete(orderId);
      }
    }
    return taken;
  }
}
