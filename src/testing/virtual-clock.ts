/** A clock that stands still until somebody moves it. */
import type { Clock } from "../ports/clock.js";

interface Sleeper {
  at: number;
  wake(): void;
}

export class VirtualClock implements Clock {
  private sleepers: Sleeper[] = [];

  constructor(private time: number) {}

  now(): number {
    return this.time;
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const sleeper: Sleeper = {
        at: this.time + Math.max(0, ms),
        wake: () => {
          signal?.removeEventListener("abort", stop);
          resolve();
        },
      };
      const stop = () => {
        this.sleepers = this.sleepers.filter((s) => s !== sleeper);
        reject(signal?.reason);
      };
      signal?.addEventListener("abort", stop, { once: true });
      this.sleepers.push(sleeper);
    });
  }

  /** When the next sleeper wakes; null = nobody sleeps. */
  get nextAt(): number | null {
    return this.sleepers.reduce<number | null>((next, s) => (next === null || s.at < next ? s.at : next), null);
  }

  /** Moves to `time` at once and wakes whoever slept until then. */
  set(time: number): void {
    this.time = Math.max(this.time, time);
    const due = this.sleepers.filter((s) => s.at <= this.time);
    this.sleepers = this.sleepers.filter((s) => s.at > this.time);
    for (const sleeper of due.sort((a, b) => a.at - b.at)) sleeper.wake();
  }

  /** Moves on step by step; `settled` resolves when everything that became due has come to rest. */
  async advanceTo(time: number, settled: () => Promise<void>): Promise<void> {
    await settled();
    for (;;) {
      const next = this.nextAt;
      if (next === null || next > time) break;
      this.set(next);
      await settled();
    }
    this.set(time);
    await settled();
  }
}
