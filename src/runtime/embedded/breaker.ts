import type { Limits } from "./limits.js";

/** A gateway is left alone for a while after several failures in a row; then one call tries whether it is back. */
export class Breaker {
  private failures = 0;
  private openUntil = 0;
  constructor(private readonly limits: Limits) {}
  failed(now: number): void {
    this.failures += 1;
    // Calls that are let through meanwhile do not put off the next try of all others.
    if (this.failures >= this.limits.failuresBeforeBreak && now >= this.openUntil)
      this.openUntil = now + this.limits.breakMs;
  }
  worked(): void {
    this.failures = 0;
    this.openUntil = 0;
  }
  /** Null lets the call through; after the rest that is one call, and the others wait for what it finds. */
  closedUntil(now: number): number | null {
    if (this.failures < this.limits.failuresBeforeBreak) return null;
    if (now < this.openUntil) return this.openUntil;
    this.openUntil = now + this.limits.breakMs;
    return null;
  }
}
