/** What the store in memory keeps for subscriptions. */
import type { HistoryEntry } from "../../core/record.js";
import type { Delivery, FailedDelivery, LongestWaits, Replayed, Subscriptions } from "../../ports/store.js";
import { byOrder, compare } from "./kept.js";

interface Row extends Delivery {
  notBefore: number;
  leaseUntil: number;
  worker: string | null;
  dead: boolean;
  error: string | null;
}

export class MemoryDeliveries {
  readonly #names = new Set<string>();
  readonly #rows = new Map<string, Row>();
  readonly #orders: ReadonlyMap<string, { history: HistoryEntry[] }>;

  constructor(orders: ReadonlyMap<string, { history: HistoryEntry[] }>) {
    this.#orders = orders;
  }

  /** These entries are committed now. */
  note(entries: HistoryEntry[]): void {
    for (const name of this.#names) for (const entry of entries) this.#put(name, entry.orderId, [entry]);
  }

  waits(orderId: string): boolean {
    return [...this.#rows.values()].some((row) => row.orderId === orderId);
  }

  pullIn(now: number, { leaseMs, effectMs, soonMs }: LongestWaits): number {
    let rows = 0;
    for (const row of this.#rows.values()) {
      if (row.leaseUntil > now + leaseMs) {
        row.leaseUntil = now + leaseMs;
        rows += 1;
      }
      if (!row.dead && row.notBefore > now + effectMs) {
        row.notBefore = now + soonMs;
        rows += 1;
      }
    }
    return rows;
  }

  /** Whoever is not `worker` holds nothing any more. */
  recover(worker: string): void {
    for (const row of this.#rows.values())
      if (row.worker !== worker) Object.assign(row, { leaseUntil: 0, worker: null });
  }

  readonly methods: Subscriptions = {
    subscribe: async (name, from) => {
      if (this.#names.has(name)) return;
      this.#names.add(name);
      if (from === "start") this.#rewind(name, { since: 0 }, 0);
    },
    unsubscribe: async (name) => {
      for (const [key, row] of this.#rows) if (row.subscription === name) this.#rows.delete(key);
      return this.#names.delete(name);
    },
    subscriptions: async () =>
      [...this.#names].sort(compare).map((name) => {
        const rows = this.#of(name);
        const open = rows.filter(({ dead }) => !dead).map(({ since }) => since);
        const oldestAt = open.length === 0 ? null : open.reduce((a, b) => Math.min(a, b));
        return { name, behind: rows.length, oldestAt, dead: rows.length - open.length };
      }),
    claimDeliveries: async (name, now, limit, leaseMs, worker) => {
      const due = this.#of(name).filter((row) => !row.dead && row.notBefore <= now && row.leaseUntil <= now);
      return due
        .sort((a, b) => a.notBefore - b.notBefore || byOrder(a, b))
        .slice(0, limit)
        .map((row) => {
          Object.assign(row, { attempts: row.attempts + 1, leaseUntil: now + leaseMs, worker });
          return shown(row);
        });
    },
    nextDelivery: async (name, now) => {
      const open = this.#of(name).filter((row) => !row.dead && row.leaseUntil <= now);
      return open.length === 0 ? null : open.map(({ notBefore }) => notBefore).reduce((a, b) => Math.min(a, b));
    },
    endDelivery: async (worker, { subscription, orderId }, how) => {
      const row = this.#rows.get(keyOf(subscription, orderId));
      if (row?.worker !== worker) return "lost";
      if (!("seq" in how)) {
        const { error, moment } = how;
        const notBefore = moment ?? row.notBefore;
        Object.assign(row, { leaseUntil: 0, worker: null, error, dead: moment === null, notBefore });
        return "done";
      }
      if (row.head <= how.seq) {
        this.#rows.delete(keyOf(subscription, orderId));
        return "done";
      }
      Object.assign(row, {
        ...this.#from(orderId, how.seq, row),
        attempts: 1,
        error: null,
        leaseUntil: how.leaseUntil,
      });
      return "more";
    },
    failedDeliveries: async (limit, after) =>
      [...this.#rows.values()]
        .filter((row) => row.error !== null && (after === undefined || inLine(row, after) > 0))
        .sort(inLine)
        .slice(0, limit)
        .map((row): FailedDelivery => ({ ...shown(row), error: row.error ?? "", dead: row.dead })),
    replay: async (name, which, now) => {
      if (!this.#names.has(name)) return 0;
      if ("since" in which) return this.#rewind(name, which, now);
      const dead = this.#of(name).filter((row) => row.dead && [undefined, row.orderId].includes(which.orderId));
      for (const row of dead) {
        const first = "skip" in which ? this.#historyOf(row.orderId).find(({ seq }) => seq > row.seq)?.seq : row.seq;
        if ((first ?? row.head) >= row.head) this.#rows.delete(keyOf(name, row.orderId));
        else this.#again(row, first ?? row.head, now);
      }
      return dead.length;
    },
  };

  #historyOf(orderId: string): HistoryEntry[] {
    return this.#orders.get(orderId)?.history ?? [];
  }

  #of(name: string): Row[] {
    return [...this.#rows.values()].filter((row) => row.subscription === name);
  }

  #from(orderId: string, seq: number, { since }: Row): Pick<Row, "seq" | "since"> {
    return { seq, since: this.#historyOf(orderId).find((entry) => entry.seq > seq)?.at ?? since };
  }

  #again(row: Row, seq: number, now: number): void {
    const free = { attempts: 0, notBefore: now, leaseUntil: 0, worker: null, dead: false, error: null };
    Object.assign(row, this.#from(row.orderId, seq, row), free);
  }

  #put(name: string, orderId: string, entries: HistoryEntry[]): Row | null {
    const [first, last] = [entries[0], entries.at(-1)];
    if (first === undefined || last === undefined) return null;
    const key = keyOf(name, orderId);
    const { seq, at } = first;
    const fresh = { attempts: 0, notBefore: at, leaseUntil: 0, worker: null, dead: false, error: null };
    const row = this.#rows.get(key) ?? { subscription: name, orderId, seq: seq - 1, head: 0, since: at, ...fresh };
    row.head = Math.max(row.head, last.seq);
    this.#rows.set(key, row);
    return row;
  }

  #rewind(name: string, which: Extract<Replayed, { since: number }>, now: number): number {
    let orders = 0;
    for (const orderId of which.orderId === undefined ? this.#orders.keys() : [which.orderId]) {
      const entries = this.#historyOf(orderId);
      const first = entries.find(({ at }) => at >= which.since);
      if (first === undefined) continue;
      const row = this.#put(
        name,
        orderId,
        entries.filter(({ seq }) => seq >= first.seq),
      );
      if (row !== null) this.#again(row, Math.min(row.seq, first.seq - 1), now);
      orders += 1;
    }
    return orders;
  }
}

const keyOf = (name: string, orderId: string): string => JSON.stringify([name, orderId]);
const inLine = (a: Pick<Row, "subscription" | "orderId">, b: Pick<Row, "subscription" | "orderId">): number =>
  compare(a.subscription, b.subscription) || byOrder(a, b);
const shown = ({ subscription, orderId, seq, head, attempts, since }: Row): Delivery => {
  return { subscription, orderId, seq, head, attempts, since };
};
