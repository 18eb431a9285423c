/** Work outside the engine, which must hold the clock while it is being done. */
import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A request or a reconciliation. It is at work, and the clock must not move, but for when it waits in the engine for an
 * event's end, or sleeps: the engine and the clock know of that themselves.
 */
export class Errand {
  private waits = 0;
  constructor(private readonly atWork: (change: 1 | -1) => void) {}
  /** Whatever the wait sets going is no part of the errand. */
  async wait<T>(act: () => Promise<T>): Promise<T> {
    const end = errand.exit(act);
    if (this.waits++ === 0) this.atWork(-1);
    try {
      return await end;
    } finally {
      if (--this.waits === 0) this.atWork(1);
    }
  }
  async run<T>(act: () => T | Promise<T>): Promise<T> {
    this.atWork(1);
    try {
      return await errand.run(this, act);
    } finally {
      this.atWork(-1);
    }
  }
}
const errand = new AsyncLocalStorage<Errand>();
/** Part of an errand, or of none. */
export const waiting = <T>(act: () => Promise<T>): Promise<T> => errand.getStore()?.wait(act) ?? act();
