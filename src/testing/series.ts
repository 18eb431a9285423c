/** What a bank's double is told to answer from which moment on, and the faults that its calls run into. */
import { type Fault, parseFault } from "./doubles/resurs/faults.js";

export interface Dated<Entry> {
  from: number;
  entry: Entry;
  faults: Map<string, Fault & { left: number }>;
}

/** In order of time. */
export const seriesOf = <Entry extends { from: string | number; faults?: Record<string, string> }>(
  entries: Entry[],
): Dated<Entry>[] =>
  entries
    .map((entry) => ({
      from: new Date(entry.from).getTime(),
      entry,
      faults: new Map(
        Object.entries(entry.faults ?? {}).map(([op, text]) => {
          const fault = parseFault(text);
          return [op, { ...fault, left: fault.first }];
        }),
      ),
    }))
    .sort((a, b) => a.from - b.from);

/** The fault that this call runs into; each call uses one up. */
export const faultFor = ({ adopted }: { adopted: Dated<unknown> | null }, op: string): Fault | null => {
  const fault = adopted?.faults.get(op);
  if (!fault || fault.left <= 0) return null;
  fault.left -= 1;
  return fault;
};
