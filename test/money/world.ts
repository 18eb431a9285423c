/** A shop, a bank and the real engine in this process, in the time of a clock that stands still. */
import type { Settings } from "../../machines/settings.js";
import type { HistoryEntry, OrderRecord } from "../../src/core/record.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Shop } from "../../src/ports/shop.js";
import type { Store } from "../../src/ports/store.js";
import { createEngine, type Engine } from "../../src/runtime/embedded/engine.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { type WooDouble, wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { type Bank, type BankOptions, inProcessBank } from "./bank.js";

export const T0 = Date.parse("2026-11-20T12:00:00.000Z");
export const MINUTE = 60_000;

export interface LittleWorld {
  clock: VirtualClock;
  bank: Bank;
  woo: WooDouble;
  store: Store;
  engine: Engine;
  /** Whatever is due now is done. */
  settle(): Promise<void>;
  /** Time goes on until `at`, and whatever becomes due is done. */
  until(at: number): Promise<void>;
  /** Time goes on until nothing waits for anything but a link that runs out. */
  rest(): Promise<void>;
  /** Time goes on, as far as it is needed, while the caller waits. */
  during<T>(act: Promise<T>): Promise<T>;
}

export interface WorldOptions {
  settings?: Partial<Settings>;
  bank?: Omit<BankOptions, "clock">;
  /** What the engine is given in place of the bank. */
  gateway?(bank: Bank): Gateway;
  shop?: Shop;
  store?: Store;
  clock?: VirtualClock;
  /** The same bank and shop, for an engine that is started anew. */
  of?: Pick<LittleWorld, "bank" | "woo" | "clock">;
  random?: () => number;
  worker?: string;
  onDecision?(entry: HistoryEntry, record: OrderRecord): void;
}

/** Turns of the event loop without any work before it counts as rest. */
const CALM_TURNS = 3;
const LONGEST_STEP_MS = 60_000;

export const littleWorld = async (options: WorldOptions = {}): Promise<LittleWorld> => {
  const clock = options.of?.clock ?? options.clock ?? new VirtualClock(T0);
  const bank = options.of?.bank ?? inProcessBank({ clock, ...options.bank });
  const woo = options.of?.woo ?? wooDouble({ now: () => clock.now(), holdStockMinutes: null });
  const store = options.store ?? memoryStore();
  const engine = createEngine({
    store,
    gateways: [options.gateway?.(bank) ?? bank],
    shop: options.shop ?? woo.shop,
    clock,
    random: options.random ?? (() => 0.5),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
    ...(options.worker === undefined ? {} : { worker: options.worker }),
    ...(options.onDecision === undefined ? {} : { onDecision: options.onDecision }),
  });
  await engine.start();

  const settle = async (): Promise<void> => {
    for (let calm = 0; calm < CALM_TURNS; ) {
      await new Promise((resolve) => setImmediate(resolve));
      calm = engine.idle ? calm + 1 : 0;
    }
  };
  const until = (at: number): Promise<void> => clock.advanceTo(at, settle);
  const rest = async (): Promise<void> => {
    for (let turns = 0; turns < 100_000; turns += 1) {
      await settle();
      const { waitingEffects, waitingEvents } = await store.counts();
      const held = await heldCallbacks();
      if (waitingEffects === 0 && waitingEvents === 0 && !held) return;
      const next = await store.nextDue();
      clock.set(Math.max(next ?? 0, clock.now() + 1));
    }
    throw new Error("it does not come to rest");
  };
  /** Timers of a cooldown and of a lost answer are work; timers of a link are not. */
  const heldCallbacks = async (): Promise<boolean> => {
    const due = (await store.dueTimers(Number.MAX_SAFE_INTEGER, 100_000)) as { timer: string }[];
    return due.some(({ timer }) => timer.includes("cooldownRemaining") || timer.includes("nextLook"));
  };
  const during = async <T>(act: Promise<T>): Promise<T> => {
    let done = false;
    const end = act.finally(() => {
      done = true;
    });
    while (!done) {
      await settle();
      // A store on another thread answers in its own time.
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (done || !engine.idle) continue;
      const next = clock.nextAt;
      // A busy computer may look idle; nobody here waits for as long as a customer's link lives.
      if (next !== null && next - clock.now() < LONGEST_STEP_MS) clock.set(next);
    }
    return end;
  };
  return { clock, bank, woo, store, engine, settle, until, rest, during };
};
