/**
 * The contract's cases, three at a time: most of one is waiting for a lease or a minute to end. Each has a bank, a shop
 * and a store of its own, and processes where it kills, stops or doubles them.
 */
import { test } from "vitest";
import type { Store } from "../../src/ports/store.js";
import { createEngine } from "../../src/runtime/embedded/engine.js";
import { partsOf } from "../../src/testing/contracts/runtime/setup.js";
import {
  type OpenRuntime,
  type RuntimePlace,
  runtimeContract,
  type Setup,
} from "../../src/testing/contracts/runtime.js";

type Cannot = Parameters<typeof runtimeContract>[0]["cannot"];

export const cases = (open: OpenRuntime, cannot: Cannot = {}): void =>
  runtimeContract({
    runner: {
      test: (title, run, timeout) => test.concurrent(title, { timeout }, run),
      skip: (title, reason) => test.skip(`${title} (${reason})`, () => {}),
    },
    open,
    cannot,
  });

/** The engine in this process, for cases that do nothing to it. */
export const openedHere = async (setup: Setup, store: Store): Promise<RuntimePlace> => {
  const engine = createEngine({ store, ...partsOf(setup) });
  await engine.start();
  const cannot = () => Promise.reject(new Error("the case does not say that it needs a process of its own"));
  return {
    door: engine,
    kill: cannot,
    restart: cannot,
    pause: cannot,
    resume: cannot,
    secondNode: cannot,
    stalled: cannot,
    setWallClock: () => void cannot(),
    end: () => engine.stop(),
  };
};
