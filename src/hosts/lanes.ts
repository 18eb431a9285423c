/** A framework's books of an order are brought to the bank's one at a time; what differs for a moment only is left alone. */

/** So long a difference has to stay: the framework may be in the middle of writing it down. */
export const PATIENCE_MS = 5_000;

export class Lanes {
  private readonly last = new Map<string, Promise<unknown>>();
  private readonly seenAt = new Map<string, number>();

  /** After whatever is under way for this order. */
  next<T>(order: string, work: () => Promise<T>): Promise<T> {
    const before = this.last.get(order) ?? Promise.resolve();
    const done = before.catch(() => undefined).then(work);
    this.last.set(order, done);
    const leave = () => {
      if (this.last.get(order) === done) this.last.delete(order);
    };
    done.then(leave, leave);
    return done;
  }

  /** ms until a difference has stayed for long enough, 0 = it has; it is counted from when it was first seen. */
  patience(order: string, differs: boolean): number {
    if (!differs) {
      this.seenAt.delete(order);
      return 0;
    }
    const since = this.seenAt.get(order) ?? Date.now();
    this.seenAt.set(order, since);
    return Math.max(0, since + PATIENCE_MS - Date.now());
  }
}
