/**
 * The contract's cases, three at a time: most of one is waiting for a lease or a minute to end. Each has a bank, a shop,
 * a store and processes of its own.
 */
import { test } from "vitest";
import { type OpenRuntime, runtimeContract } from "../../src/testing/contracts/runtime.js";

export const cases = (open: OpenRuntime, cannot: Parameters<typeof runtimeContract>[0]["cannot"] = {}): void =>
  runtimeContract({
    runner: {
      test: (title, run, timeout) => test.concurrent(title, { timeout }, run),
      skip: (title, reason) => test.skip(`${title} (${reason})`, () => {}),
    },
    open,
    cannot,
  });
