/** The end of an order's history: as far back as it takes to say why the order has its status, and no further. */
import type { HistoryEntry } from "../core/record.js";
import { changeIn, reachesCause, tells } from "../core/why/change.js";

const PAGE = 200;

/**
 * In order: the last page whole, and of those before it what says something of the status.
 * @param upTo the number of the last entry
 * @param page entries in order, from the one that follows `after`
 */
export const historyBack = async (
  upTo: number,
  page: (after: number, limit: number) => Promise<HistoryEntry[]>,
): Promise<HistoryEntry[]> => {
  let known: HistoryEntry[] = [];
  for (let end = upTo; end > 0; end -= PAGE) {
    const after = Math.max(0, end - PAGE);
    const found = (await page(after, end - after)).filter(({ seq }) => seq <= end);
    // A history has no gaps: what is before these was taken out.
    if (found.length === 0) break;
    const isNear = known.length === 0 || changeIn([...found, ...known]) !== undefined;
    known = [...(isNear ? found : found.filter(tells)), ...known];
    if (reachesCause(known)) break;
  }
  return known;
};
