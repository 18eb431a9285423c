/** Time as the engine sees it. */
export interface Clock {
  /** Epoch milliseconds. Must not jump within one process: see `systemClock`. */
  now(): number;
  /** Resolves after `ms` of this clock; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** setTimeout fires at once beyond this. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/**
 * The wall clock as it stood at the start, carried on by the monotonic one: a clock that is set back or
 * forward while the process runs neither holds a callback for hours nor cancels an order early.
 */
export const systemClock = (): Clock => {
  const offset = Date.now() - performance.now();
  return {
    now: () => Math.round(offset + performance.now()),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted) return reject(signal.reason);
        const stop = () => {
          clearTimeout(timeout);
          reject(signal?.reason);
        };
        const timeout = setTimeout(
          () => {
            signal?.removeEventListener("abort", stop);
            resolve();
          },
          Math.min(Math.max(0, ms), LONGEST_TIMEOUT_MS),
        );
        signal?.addEventListener("abort", stop, { once: true });
      }),
  };
};
