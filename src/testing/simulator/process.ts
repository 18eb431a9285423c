/**
 * A process that runs one engine and may die, or stand still for a while, at any place where it waits for somebody.
 * What it had sent by then goes its own way; what it would have done next is done never, or late.
 */
import type { Command } from "../../../machines/commands.js";
import type { Clock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import type { Shop } from "../../ports/shop.js";
import { type Change, type Store, StoreError } from "../../ports/store.js";
import { createEngine, type Engine } from "../../runtime/embedded/engine.js";
import type { EngineOptions } from "../../runtime/embedded/options.js";
import type { Receipt, SubmitOptions } from "../../runtime/embedded/receipt.js";
import type { VirtualClock } from "../virtual-clock.js";
import type { SubmitApi } from "./ill-formed.js";
import type { StoreFault } from "./script.js";

/** One place where a process waits: `store.commit`, `bank.capture`, `shop.execute`, `ack`. */
export type WaitPoint = string;

export interface Trap {
  /** Only such places count; null = all do. */
  place: WaitPoint | null;
  points: number;
  side: "before" | "after";
  /** How long it stands still; null = it dies. */
  pause: number | null;
}

/** What a process has of the world around it. */
export interface ProcessContext {
  entry?(inner: SubmitApi): SubmitApi;
  clock: VirtualClock;
  /** Somebody moved: the world is not at rest. */
  moved(): void;
  died(process: Process, place: WaitPoint, side: Trap["side"]): void;
  paused(process: Process, place: WaitPoint): void;
  /** Why the store cannot write now. */
  storeFault(): StoreFault | null;
  /** How long the store takes for this. */
  storeDelay(): number;
  /** Whether another process has the store open. */
  othersLive(process: Process): boolean;
  /** Resolves when it is this process's turn to go on. */
  turn(process: Process, place: WaitPoint): Promise<void>;
}

// One each, so that whoever waits for it can be forgotten.
const never = (): Promise<never> => new Promise(() => {});

const writing = new Set(["commit", "postpone", "claim", "release", "hurry", "releaseUnacknowledged", "revive", "park"]);
/** A process stands still before it has decided to send or to write to the shop, or after it did. */
const sends = (place: WaitPoint): boolean => place.startsWith("bank.") || place === "shop.execute";

export class Process {
  dead = false;
  private asleep: Promise<void> | null = null;
  private trap: Trap | null = null;
  private tellDeath: () => void = () => {};
  /** Resolves when it dies. */
  readonly death = new Promise<void>((resolve) => {
    this.tellDeath = resolve;
  });
  readonly engine: Engine;
  readonly entry: SubmitApi;

  constructor(
    readonly name: string,
    /** How far its clock is off. */
    readonly offset: number,
    private readonly around: ProcessContext,
    options: EngineOptions,
  ) {
    this.engine = createEngine({
      ...options,
      store: this.store(options.store),
      shop: this.shop(options.shop as Shop),
      gateways: options.gateways.map((gateway) => this.gateway(gateway)),
      clock: this.clock(),
      worker: name,
    });
    const { engine } = this;
    const entry: SubmitApi = {
      submit: (...given) => engine.submit(...given),
      place: (...given) => engine.place(...given),
    };
    this.entry = around.entry?.(entry) ?? entry;
  }

  get standsStill(): boolean {
    return this.asleep !== null;
  }

  set(trap: Trap | null): void {
    this.trap = trap;
  }

  die(): void {
    this.dead = true;
    this.tellDeath();
  }

  /** As HTTP takes it: the answer goes out only while the process lives. */
  async submit(orderId: string, event: Command, options: SubmitOptions): Promise<Receipt> {
    await this.awake();
    if (this.dead) return never();
    const receipt = await this.entry.submit(orderId, event, options);
    return this.pass("ack", async () => receipt);
  }

  private async awake(): Promise<void> {
    while (this.asleep !== null) await this.asleep;
  }

  private reaches(place: WaitPoint, side: Trap["side"]): void {
    const { trap } = this;
    if (trap === null || trap.side !== side || (trap.place !== null && trap.place !== place)) return;
    if (trap.pause !== null && side === "before" && sends(place)) return;
    trap.points -= 1;
    if (trap.points > 0) return;
    this.trap = null;
    if (trap.pause === null) {
      this.die();
      this.around.died(this, place, side);
      return;
    }
    this.around.paused(this, place);
    this.asleep = this.around.clock.sleep(trap.pause).then(() => {
      this.asleep = null;
      this.around.moved();
    });
  }

  async pass<T>(place: WaitPoint, act: () => Promise<T>): Promise<T> {
    if (this.dead) return never();
    await this.around.turn(this, place);
    this.around.moved();
    this.reaches(place, "before");
    // Nobody can call back what is on its way.
    if (this.asleep !== null && !sends(place)) await this.awake();
    if (this.dead) return never();
    const result = await act();
    this.around.moved();
    if (this.dead) return never();
    this.reaches(place, "after");
    if (this.asleep !== null) await this.awake();
    return this.dead ? never() : result;
  }

  private clock(): Clock {
    const { clock, moved } = this.around;
    return {
      now: () => clock.now() + this.offset,
      sleep: async (ms, signal) => {
        await clock.sleep(ms, signal);
        moved();
        if (this.asleep !== null) await this.awake();
      },
    };
  }

  private async stored(name: string, act: () => Promise<unknown>): Promise<unknown> {
    const delay = this.around.storeDelay();
    if (delay > 0) await this.around.clock.sleep(delay);
    const fault = writing.has(name) ? this.around.storeFault() : null;
    if (fault === "busy" || fault === "full") throw new StoreError(fault, `the store is ${fault}`);
    const result = await act();
    if (fault === "unanswered") throw new StoreError("busy", "the store's answer was lost");
    if (delay > 0) await this.around.clock.sleep(delay);
    return result;
  }

  private store(inner: Store): Store {
    const member =
      (name: keyof Store) =>
      (...args: unknown[]): Promise<unknown> => {
        if (name === "open" || name === "close") return Promise.resolve();
        // A store for several writers cannot know who is no more: their leases run out.
        if (name === "recoverLeases" && this.around.othersLive(this)) return Promise.resolve();
        const act = () => (inner[name] as (...a: unknown[]) => Promise<unknown>)(...args);
        const place =
          name === "commit" && (args[0] as Change[]).some(takesIn) ? "store.commit of news" : `store.${name}`;
        return this.pass(place, () => this.stored(name, act));
      };
    const names = Object.keys(inner) as (keyof Store)[];
    return Object.fromEntries(names.map((name) => [name, member(name)])) as unknown as Store;
  }

  private gateway(inner: Gateway): Gateway {
    const calls = Object.entries(inner).map(([name, member]: [string, unknown]) =>
      typeof member === "function"
        ? [name, (...args: unknown[]) => this.pass(`bank.${name}`, () => member.apply(inner, args))]
        : [name, member],
    );
    return Object.fromEntries(calls) as unknown as Gateway;
  }

  private shop(inner: Shop): Shop {
    return {
      execute: (...args) => this.pass("shop.execute", () => inner.execute(...args)),
      readStatus: (...args) => this.pass("shop.readStatus", () => inner.readStatus(...args)),
      ...(inner.readOrder && {
        readOrder: (...args) => this.pass("shop.readOrder", () => inner.readOrder?.(...args) ?? Promise.resolve({})),
      }),
    };
  }
}

/** The commit of something from outside, rather than of an answer. */
const takesIn = (change: Change): boolean => change.history.some(({ source }) => source !== "gateway");
