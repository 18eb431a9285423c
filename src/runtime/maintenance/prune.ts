/** Keeps the histories from growing for ever. Nothing calls it by itself: how long to keep them is the merchant's to say. */
import type { Store } from "../../ports/store.js";

const PAGE = 500;
/** Between pages an engine in another process has its turn to write. */
const REST_MS = 5;

export interface PruneOptions {
  /** Takes nothing out, and tells what it would. */
  dryRun?: boolean | undefined;
  /** Told of the sums so far, after every page. */
  told?: ((sofar: PruneSums) => void) | undefined;
}

/** Entries taken out, and of how many orders. */
export interface PruneSums {
  orders: number;
  entries: number;
}

/**
 * Of every order that ended before `before` (epoch ms) only the last entry of its history stays; see `Store.prune`.
 * Works beside a running engine.
 */
export const prune = async (
  store: Pick<Store, "prune">,
  before: number,
  { dryRun = false, told }: PruneOptions = {},
): Promise<PruneSums> => {
  const sums = { orders: 0, entries: 0 };
  for (let after: string | null = ""; after !== null; ) {
    const page = await store.prune(before, { after, limit: PAGE, dryRun });
    sums.orders += page.orders;
    sums.entries += page.entries;
    told?.(sums);
    after = page.last;
    if (after !== null && !dryRun) await new Promise((resolve) => setTimeout(resolve, REST_MS));
  }
  return sums;
};
