/**
 * Calls run in lanes: one for each peer (a bank, the shop) and each kind of whoever waits. A peer that hangs and a
 * backlog that nobody waits for fill their own lanes and no other.
 */

import { isReading } from "../../machines/effects.js";
import { gatewayFor, type OrderRecord, type OutboxRow } from "../core/record.js";

/** Who waits for a call, the most urgent first. Stores keep the place in this list. */
export const kinds = ["customer", "merchant", "callback", "background"] as const;
export type CallKind = (typeof kinds)[number];

export const rankOf = (kind: CallKind): number => kinds.indexOf(kind);
/** What a store does not know is nobody's hurry. */
export const kindAt = (rank: unknown): CallKind => kinds[rank as number] ?? "background";
export const mostUrgent = (some: CallKind[]): CallKind => kindAt(Math.min(...some.map(rankOf)));

/** The peer of every effect of the lane `shop`; a bank is named as its gateway is. */
export const SHOP = "shop";
/** Whom an effect calls: the shop, or the bank of the payment that it is about. Calls of one order to one peer go in order. */
export const peerOf = ({ lane, effect }: Pick<OutboxRow, "lane" | "effect">, record: OrderRecord): string =>
  lane === "shop" ? SHOP : `gateway ${gatewayFor(record, "paymentId" in effect ? effect.paymentId : "") ?? ""}`;

type Waiting = Pick<OutboxRow, "effect" | "notBefore">;

/**
 * Whether an effect goes before an earlier one of its order and peer: a reading need not wait for a call that is put
 * off. It waits for one that is due, and nothing is begun beside one that is under way.
 */
const overtakes = (row: Waiting, before: Waiting, now: number): boolean =>
  isReading(row.effect.type) && !isReading(before.effect.type) && before.notBefore > Math.max(row.notBefore, now);

/** As an order asked for its effects. */
export const asAsked = (a: Pick<OutboxRow, "seq" | "index">, b: Pick<OutboxRow, "seq" | "index">): number =>
  a.seq - b.seq || a.index - b.index;

/**
 * What may come next of a lane: the first, and a reading that overtakes it.
 *
 * @param lane what an order has open to one peer, in order
 */
export const nextInLane = <T extends Waiting>(lane: readonly T[], now: number): T[] =>
  lane.filter((row, i) => lane.slice(0, i).every((before) => overtakes(row, before, now)));

/** Whether an effect is a reading, in SQL: as text and not as JSON, for a damaged effect must not stop the others. */
export const isReadingSql = (effect: string): string =>
  `(${effect} LIKE '{"type":"readPayment"%' OR ${effect} LIKE '{"type":"readBack"%')`;
/** Whether `o` has to wait for `p`, of the same lane, in SQL. @param now the later of this and its own time counts */
export const waitsForSql = (now: string): string =>
  `(p.seq, p.idx) < (o.seq, o.idx)
  AND NOT (p.not_before > ${now} AND ${isReadingSql("o.effect")} AND NOT ${isReadingSql("p.effect")})`;

/** How many calls may be begun, and for whom. */
export interface LaneCapacity {
  /** Calls to one peer under way at once. */
  perPeer: number;
  /** Of these, how many nobody else may take, by rank of the kind. */
  kept: readonly number[];
  /** Calls under way, for each peer by rank of the kind; a peer that is not here has none. */
  underWay: Readonly<Record<string, readonly number[]>>;
}

export const boundless: LaneCapacity = { perPeer: 1_000_000_000, kept: [0, 0, 0, 0], underWay: {} };

/** Every other kind has what it uses or what is kept for it, whichever is more; the rest is free for this one. */
const freeFor = ({ perPeer, kept }: LaneCapacity, used: number[], rank: number): number =>
  kinds.reduce((free, _, i) => free - Math.max(used[i] ?? 0, i === rank ? 0 : (kept[i] ?? 0)), perPeer);

/**
 * What is due in the lanes that have room, as much of each as there is room for; of more than `limit` the most urgent
 * kinds, and of one kind what `compare` puts first.
 * @param due at most so many effects that are due in one lane, the oldest first
 */
export const dueInLanes = <T>(
  room: LaneCapacity,
  peers: Iterable<string>,
  limit: number,
  due: (peer: string, rank: number, most: number) => T[],
  compare: (a: T, b: T) => number,
): T[] => {
  const found: T[][] = kinds.map(() => []);
  for (const peer of peers) {
    const used = kinds.map((_, rank) => room.underWay[peer]?.[rank] ?? 0);
    for (const rank of kinds.keys()) {
      const most = Math.min(limit, freeFor(room, used, rank));
      if (most <= 0) continue;
      const rows = due(peer, rank, most);
      used[rank] = (used[rank] ?? 0) + rows.length;
      found[rank]?.push(...rows);
    }
  }
  return found.flatMap((rows) => rows.sort(compare)).slice(0, limit);
};
