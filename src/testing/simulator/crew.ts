/** A campaign over several threads: the same result whatever their number. */
import { Worker } from "node:worker_threads";
import { addTo, emptyTally, liveMany, type SimulationOptions, type Tally } from "./campaign.js";

export interface CampaignOptions extends SimulationOptions {
  lives: number;
  /** The number of the first life. */
  from?: number;
  /** More than one: threads, which take a shop's own machines from `module` alone. */
  workers?: number;
  /** Path of a module whose default export is `Partial<SimulationOptions>`. */
  module?: string;
  /** Told after every share of the work. */
  told?(done: { lives: number; broken: number }): void;
}

/** What a thread is asked for. */
export interface Share {
  options: Pick<SimulationOptions, "seed" | "settings" | "bug">;
  module: string | null;
  from: number;
  to: number;
}

/** Lives in one share: few enough to stop soon after a breach, many enough to be worth the asking. */
const SHARE = 200;

export const withModule = async (options: SimulationOptions, module: string | null): Promise<SimulationOptions> => {
  if (module === null) return options;
  const { default: own } = (await import(module)) as { default?: Partial<SimulationOptions> };
  if (own === undefined)
    throw new Error(`${module} has no default export; export { registry, settings, decide, laws }`);
  return { ...options, ...own, settings: { ...own.settings, ...options.settings } };
};

interface Hand {
  live(share: Share): Promise<Tally>;
  end(): Promise<unknown>;
}

const thread = (): Hand => {
  const worker = new Worker(new URL("./crew-thread.js", import.meta.url));
  return {
    live: (share) =>
      new Promise((resolve, reject) => {
        const done = (answer: { tally: Tally } | { error: string }): void => {
          worker.off("error", reject);
          if ("tally" in answer) resolve(answer.tally);
          else reject(new Error(answer.error));
        };
        worker.once("error", reject);
        worker.once("message", done);
        worker.postMessage(share);
      }),
    end: () => worker.terminate(),
  };
};

/**
 * Lives until the end, or to the end of the share in which the first breach was found: which that is does not depend
 * on who was faster.
 */
export const campaign = async (options: CampaignOptions): Promise<Tally> => {
  const { lives, from = 0, workers = 1, module = null, told, seed, settings, bug } = options;
  const shares = Math.ceil(lives / SHARE);
  const done: (Tally | undefined)[] = [];
  const own = workers === 1 ? await withModule(options, module) : options;
  const here: Hand = { live: (share) => liveMany(own, share.from, share.to), end: async () => {} };
  const hands = workers === 1 ? [here] : Array.from({ length: Math.min(workers, shares) }, thread);
  const sent = { seed, ...(settings === undefined ? {} : { settings }), ...(bug === undefined ? {} : { bug }) };
  let next = 0;
  let last = shares - 1;
  const progress = { lives: 0, broken: 0 };
  const work = async (hand: Hand): Promise<void> => {
    while (next <= last) {
      const i = next;
      next += 1;
      const share = { from: from + i * SHARE, to: from + Math.min(lives, (i + 1) * SHARE) };
      const tally = await hand.live({ options: sent, module, ...share });
      done[i] = tally;
      if (tally.broken.length > 0) last = Math.min(last, i);
      progress.lives += tally.lives;
      progress.broken += tally.broken.length;
      told?.(progress);
    }
  };
  try {
    await Promise.all(hands.map(work));
  } finally {
    await Promise.all(hands.map((hand) => hand.end()));
  }
  const all = emptyTally();
  for (const tally of done.slice(0, last + 1)) if (tally !== undefined) addTo(all, tally);
  return all;
};
