/** An order's history from its end: as far back as it takes, such as to say why the order has its status, and no further. */
import type { HistoryEntry } from "../core/record.js";
import { changeIn, reachesCause, tells } from "../core/why/change.js";

const PAGE = 200;

type Page = (after: number, limit: number) => Promise<HistoryEntry[]>;

/**
 * The pages of a history, the last one first, each in order.
 * @param upTo the number of the last entry
 * @param page entries in order, from the one that follows `after`
 */
export async function* pagesBack(upTo: number, page: Page): AsyncGenerator<HistoryEntry[]> {
  for (let end = upTo; end > 0; end -= PAGE) {
    const after = Math.max(0, end - PAGE);
    const found = (await page(after, end - after)).filter(({ seq }) => seq <= end);
    // A history has no gaps: what is before these was taken out.
    if (found.length === 0) return;
    yield found;
  }
}

/** In order: the last page whole, and of those before it what says something of the status. */
export const historyBack = async (upTo: number, page: Page): Promise<HistoryEntry[]> => {
  let known: HistoryEntry[] = [];
  for await (const found of pagesBack(upTo, page)) {
    const isNear = known.length === 0 || changeIn([...found, ...known]) !== undefined;
    known = [...(isNear ? found : found.filter(tells)), ...known];
    if (reachesCause(known)) break;
  }
  return known;
};
