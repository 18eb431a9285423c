/** Token buckets: so many at once, and so many a second after that. */
import type { Clock } from "../../ports/clock.js";

export interface Rate {
  /** At once. */
  burst: number;
  perSecond: number;
}

interface Bucket {
  left: number;
  at: number;
}

/** Names that are remembered; a flood from ever new addresses forgets the ones that were quiet longest. */
const MOST_NAMES = 10_000;

export class Buckets {
  private readonly all = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly rate: Rate,
  ) {}

  /** Seconds to wait; 0 = it may pass, and is counted. */
  wait(name: string): number {
    const now = this.clock.now();
    const { burst, perSecond } = this.rate;
    const bucket = this.all.get(name) ?? { left: burst, at: now };
    const left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    const passes = left >= 1;
    // Written anew, the name stands last: the first of the map is the one that was quiet longest.
    this.all.delete(name);
    this.all.set(name, { left: passes ? left - 1 : left, at: now });
    if (this.all.size > MOST_NAMES) this.all.delete(this.all.keys().next().value as string);
    return passes ? 0 : Math.max(1, Math.ceil((1 - left) / perSecond));
  }
}
