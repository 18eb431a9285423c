/** Changes of one group, parted so that each order is in a part once. */
import type { Change } from "../../ports/store.js";

export type Wave = { change: Change; at: number }[];

/**
 * `commit_changes` takes each order once; a second change of the same order in one group is in the next wave. One
 * whose own events repeat is in none.
 */
export const waves = (changes: Change[]): Wave[] => {
  const found: Wave[] = [];
  const times = new Map<string, number>();
  for (const [at, change] of changes.entries()) {
    const events = change.history.map(({ eventId }) => eventId);
    if (new Set(events).size < events.length) continue;
    const wave = times.get(change.orderId) ?? 0;
    times.set(change.orderId, wave + 1);
    found[wave] ??= [];
    found[wave].push({ change, at });
  }
  return found;
};
