/** Keeps the histories from growing for ever. Nothing calls it by itself: how long to keep them is the merchant's to say. */
import type { Store } from "../ports/store.js";

const PAGE = 500;

/**
 * Of every order that ended before `before` only the last entry of its history stays; see `Store.prune`.
 * Works beside a running engine, on its store. Returns how many entries went.
 */
export const prune = async (store: Pick<Store, "prune">, before: number): Promise<number> => {
  let entries = 0;
  for (let after: string | null = ""; after !== null; ) {
    const page = await store.prune(before, { after, limit: PAGE });
    entries += page.entries;
    after = page.last;
  }
  return entries;
};
