/** Events that wait to be decided, by order: of one order in the order in which they came, and urgent orders first. */
import { kinds, rankOf } from "../ports/lanes.js";
import { kindOfPosted } from "./lanes.js";
import type { Posted } from "./posted.js";

export class Queued {
  private readonly posts = new Map<string, Posted[]>();
  /** Each order once, in the queue of the most urgent of its events. */
  private readonly queues = kinds.map(() => new Set<string>());

  /** Orders that wait. */
  get size(): number {
    return this.posts.size;
  }

  add(post: Posted): void {
    const { orderId } = post.envelope;
    const before = this.posts.get(orderId);
    if (before === undefined) this.posts.set(orderId, [post]);
    else before.push(post);
    const rank = rankOf(kindOfPosted(post));
    const now = this.queues.findIndex((queue) => queue.has(orderId));
    if (now >= 0 && now <= rank) return;
    this.queues[now]?.delete(orderId);
    this.queues[rank]?.add(orderId);
  }

  /** Takes out all events of at most so many orders. */
  take(most: number, isBusy: (orderId: string) => boolean): Map<string, Posted[]> {
    const taken = new Map<string, Posted[]>();
    for (const queue of this.queues) {
      for (const orderId of queue) {
        if (taken.size >= most) return taken;
        if (isBusy(orderId)) continue;
        taken.set(orderId, this.posts.get(orderId) ?? []);
        this.posts.delete(orderId);
        queue.delete(orderId);
      }
    }
    return taken;
  }
}
