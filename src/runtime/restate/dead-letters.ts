/** What was given up, read a page at a time: order by order, so that a page opens no more orders than it shows. */

import { type DeadLetter, InvalidEvent } from "../../ports/runtime.js";
import { deadEffect, deadEvent } from "../embedded/dead-letters.js";
import { isReadable, type OrderState, type Summary } from "./state.js";

type Key = readonly [orderId: string, kind: string, id: string];

const byKey = (a: Key, b: Key): number => {
  const at = a.findIndex((part, i) => part !== b[i]);
  return at < 0 ? 0 : (a[at] as string) < (b[at] as string) ? -1 : 1;
};

/** @throws InvalidEvent */
const keyIn = (place: string): Key => {
  try {
    const read = JSON.parse(place) as unknown;
    if (Array.isArray(read) && read.length === 3 && read.every((part) => typeof part === "string"))
      return read as unknown as Key;
  } catch {
    // Falls through to the same answer.
  }
  throw new InvalidEvent([{ path: "after", message: "must be the place of a dead letter" }]);
};

const lettersOf = (state: OrderState | null): (Omit<DeadLetter, "place"> & { key: Key })[] => {
  if (state === null || !isReadable(state)) return [];
  const effects = state.effects.filter((row) => row.dead);
  const bare = [
    ...effects.map((row) => deadEffect({ ...row, previousError: row.error }, row.error ?? "")),
    ...state.inbox.filter((row) => row.dead).map(deadEvent),
  ];
  return bare.map((one) => ({ ...one, key: [one.orderId, one.kind, one.id] as const }));
};

export const deadLettersIn = async (
  summaries: Pick<Summary, "orderId" | "deadEffects" | "deadEvents">[],
  stateOf: (orderId: string) => Promise<OrderState | null>,
  limit: number,
  after?: string,
): Promise<DeadLetter[]> => {
  const from = after === undefined ? null : keyIn(after);
  const orders = summaries
    .filter((row) => row.deadEffects + row.deadEvents > 0 && (from === null || row.orderId >= from[0]))
    .map(({ orderId }) => orderId)
    .sort((a, b) => (a < b ? -1 : 1));
  const found: DeadLetter[] = [];
  for (const orderId of orders) {
    const own = lettersOf(await stateOf(orderId)).filter(({ key }) => from === null || byKey(key, from) > 0);
    own.sort((a, b) => byKey(a.key, b.key));
    found.push(...own.map(({ key, ...letter }) => ({ ...letter, place: JSON.stringify(key) })));
    if (found.length >= limit) break;
  }
  return found.slice(0, limit);
};
