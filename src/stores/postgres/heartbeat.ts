/** Says to the other nodes that this one lives, so that they need not wait for its leases when it does not. */
import { thrownText } from "../../ports/thrown.js";

const said = (error: unknown): string => thrownText(error);

/** Beats in the time after which a node counts as dead: a few may be lost. */
const BEATS = 5;

export class Heartbeat {
  #beating: NodeJS.Timeout | null = null;
  #worker: string | null = null;
  /** When the last beat that arrived was sent, by this process's own clock. */
  #lastAt = 0;
  #failed: { times: number; error: unknown } | null = null;

  /** @param send writes that the worker lives for so long from now on, by the server's clock */
  constructor(
    private readonly silenceMs: number,
    private readonly send: (worker: string, aliveForMs: number) => Promise<unknown>,
  ) {}

  async begin(worker: string): Promise<void> {
    await this.#beat(worker);
    // Only now: where the first beat fails, the start does, and there is nothing to take back.
    this.#worker = worker;
    this.#beating ??= setInterval(() => void this.#beat(worker).catch(() => {}), this.silenceMs / BEATS).unref();
  }

  /** With half of the time as a margin: a call to a bank that begins now must have begun before others take over. */
  get heard(): boolean {
    return this.#worker === null || performance.now() - this.#lastAt < this.silenceMs / 2;
  }

  /** What it still holds is free for others. */
  async end(): Promise<void> {
    clearInterval(this.#beating ?? undefined);
    if (this.#worker !== null) await this.send(this.#worker, 0).catch(() => {});
  }

  async #beat(worker: string): Promise<void> {
    const at = performance.now();
    try {
      await this.send(worker, this.silenceMs);
    } catch (error) {
      this.#failed = { times: (this.#failed?.times ?? 0) + 1, error };
      throw error;
    }
    this.#failed = null;
    this.#lastAt = at;
  }

  /** Why it does not arrive; null = it does, or failed only once. */
  get trouble(): string | null {
    if (this.#failed === null || this.#failed.times < 2) return null;
    return `the heartbeat to the database failed ${this.#failed.times} times in a row: ${said(this.#failed.error)}`;
  }
}
