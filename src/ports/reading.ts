/** How a store reads what a statement found: what can be read, and the rest is parked. */

export interface Reads<Row, T> {
  /** At most so many rows. */
  ask(limit: number): Promise<Row[]>;
  /** @throws where the row cannot be read */
  read(row: Row): T;
  /** Puts out of the way what could not be read of so many rows; does nothing where nothing may be written. */
  setAside(damaged: Row[], limit: number): Promise<void>;
  /** What was handed out does not come a second time: the next question is only for what is missing. */
  taken?: boolean;
}

/** As many as were asked for, where there are so many that can be read: a damaged row takes nobody's place. */
export const readable = async <Row, T>(
  { ask, read, setAside, taken = false }: Reads<Row, T>,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<T[]> => {
  let good: T[] = [];
  for (let beside = 0; ; ) {
    const most = taken ? limit - good.length : Math.min(limit + beside, Number.MAX_SAFE_INTEGER);
    const rows = await ask(most);
    const damaged: Row[] = [];
    if (!taken) good = [];
    for (const row of rows) {
      try {
        good.push(read(row));
      } catch {
        // Its reason is found again where it is parked.
        damaged.push(row);
      }
    }
    if (damaged.length > 0) await setAside(damaged, most);
    if (damaged.length === 0 || good.length >= limit || rows.length < most) return good.slice(0, limit);
    beside = damaged.length;
  }
};
