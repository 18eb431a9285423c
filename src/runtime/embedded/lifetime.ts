/** Start and stop, in any order and at any moment: a store that was opened is closed, and nothing runs after a stop. */
import { Stopped } from "../../ports/runtime.js";

export interface LifetimeParts {
  open(): Promise<void>;
  /** What is left to do between the opening and the beginning. */
  prepare(): Promise<void>;
  close(): Promise<void>;
  /** Begins to work; does not fail. */
  begin(): void;
  /** Answers whoever waits, and begins nothing more. */
  quiet(): void;
  /** Stops looking for due work; resolves when the last look is over. */
  stopLooking(): Promise<void>;
  /** Something is still under way. */
  busy(): boolean;
  /** Refuses whoever waits for what did not end in time. */
  refuse(): void;
}

export class Lifetime {
  private starting: Promise<void> | null = null;
  private ending: Promise<void> | null = null;
  running = false;

  /** @param stopMs how long a stop waits for what is under way */
  constructor(
    private readonly stopMs: number,
    private readonly parts: LifetimeParts,
  ) {}

  /** @throws Stopped */
  refuseStopped(): void {
    if (this.ending !== null) throw new Stopped("the engine was stopped; ask another node, or start a new engine");
  }

  /** After a start that failed another may follow. @throws Stopped, and whatever `open` and `prepare` throw */
  async start(): Promise<void> {
    this.refuseStopped();
    this.starting = this.begin();
    await this.starting;
  }

  private async begin(): Promise<void> {
    await this.parts.open();
    try {
      await this.parts.prepare();
      this.refuseStopped();
    } catch (error) {
      await this.parts.close().catch(() => {});
      throw error;
    }
    this.running = true;
    this.parts.begin();
  }

  /** A second stop waits for the first. */
  stop(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  private async end(): Promise<void> {
    this.parts.quiet();
    await this.starting?.catch(() => {});
    if (!this.running) return;
    this.running = false;
    let looking = true;
    void this.parts.stopLooking().then(() => {
      looking = false;
    });
    const deadline = performance.now() + this.stopMs;
    const busy = () => looking || this.parts.busy();
    while (busy() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    this.parts.refuse();
    await this.parts.close();
  }
}
