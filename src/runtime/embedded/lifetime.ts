/** Start and stop, in any order and at any moment: a store that was opened is closed, and nothing runs after a stop. */
import { versionsKnown } from "../../core/migrate.js";
import { Stopped } from "../../ports/runtime.js";
import type { EngineContext } from "./context.js";
import { prepare } from "./prepare.js";

/** What the engine does at each stage of its life. */
export interface Stages {
  /** What else has to be written before work begins. */
  open(): Promise<void>;
  /** Begins to work; does not fail. */
  begin(): void;
  /** Answers whoever waits, and begins nothing more. */
  quiet(): void;
  /** Stops looking for due work; resolves when the last look is over. */
  stopLooking(): Promise<void>;
  /** Something is still under way. */
  busy(): boolean;
  /** Refuses whoever waits for what did not end in time. */
  refuse(): Promise<void>;
}

export class Lifetime {
  private starting: Promise<void> | null = null;
  private ending: Promise<void> | null = null;
  running = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly stages: Stages,
  ) {}

  /** @throws Stopped */
  refuseStopped(): void {
    if (this.ending !== null) throw new Stopped("the engine was stopped; ask another node, or start a new engine");
  }

  /** After a start that failed another may follow. @throws Stopped, StoreError */
  async start(): Promise<void> {
    this.refuseStopped();
    this.starting = this.begin();
    await this.starting;
  }

  private async begin(): Promise<void> {
    const { store, rules } = this.ctx;
    await store.open(versionsKnown(rules.registry));
    try {
      await prepare(this.ctx);
      await this.stages.open();
      this.refuseStopped();
    } catch (error) {
      await store.close().catch(() => {});
      throw error;
    }
    this.running = true;
    this.stages.begin();
  }

  /** A second stop waits for the first. */
  stop(): Promise<void> {
    this.ending ??= this.end();
    return this.ending;
  }

  private async end(): Promise<void> {
    this.stages.quiet();
    await this.starting?.catch(() => {});
    if (!this.running) return;
    this.running = false;
    let looking = true;
    void this.stages.stopLooking().then(() => {
      looking = false;
    });
    const deadline = performance.now() + this.ctx.limits.stopMs;
    const busy = () => looking || this.stages.busy();
    while (busy() && performance.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 5));
    await this.stages.refuse();
    await this.ctx.store.close();
  }
}
