/** Token buckets: so many at once, and so many a second after that. */
import type { Clock } from "../ports/clock.js";

export interface Rate {
  /** At once. */
  burst: number;
  perSecond: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** A bound on memory. A bucket is dropped earlier, when it is full again: then it says nothing any more. */
const MOST_NAMES = 100_000;

export class Buckets {
  private readonly all = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly rate: Rate,
  ) {}

  /** Seconds until one more may pass; 0 = now. Counts nothing and remembers nothing. */
  wait(name: string): number {
    const left = this.leftOf(name, this.clock.now());
    return left >= 1 ? 0 : Math.max(1, Math.ceil((1 - left) / this.rate.perSecond));
  }

  /** Counts one, where one may pass. Seconds to wait; 0 = it passes. */
  take(name: string): number {
    const now = this.clock.now();
    const wait = this.wait(name);
    const left = this.leftOf(name, now) - (wait === 0 ? 1 : 0);
    // Written anew, the name stands last: the first of the map is the one that was quiet longest.
    this.all.delete(name);
    this.all.set(name, { left, at: now });
    this.forgetFull(now);
    return wait;
  }

  private leftOf(name: string, now: number): number {
    const { burst, perSecond } = this.rate;
    const bucket = this.all.get(name);
    return bucket === undefined ? burst : Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
  }

  /** Two at most each time, so that no request pays for all of them. */
  private forgetFull(now: number): void {
    for (let n = 0; n < 2; n += 1) {
      const [oldest] = this.all.keys();
      if (oldest === undefined) return;
      if (this.leftOf(oldest, now) < this.rate.burst && this.all.size <= MOST_NAMES) return;
      this.all.delete(oldest);
    }
  }
}
