/** What only a look over all orders can tell: Restate's SQL reads the summaries. A scan, for people and for nightly runs. */

import { inOrder, matches } from "../../ports/listing.js";
import { NotOffered, type Unfinished } from "../../ports/runtime.js";
import type { Counts, OrderFilter, OrderRow } from "../../ports/store.js";
import { type Names, SUMMARY } from "./names.js";
import { isReadable, type OrderState, type Summary } from "./state.js";

export class Admin {
  constructor(
    private readonly url: string | null,
    private readonly names: Names,
  ) {}

  get offered(): boolean {
    return this.url !== null;
  }

  async list(filter: OrderFilter): Promise<OrderRow[]> {
    if (filter.paymentPrefix !== undefined)
      throw new NotOffered("On Restate, a payment is found by its whole id only, not by how the id begins");
    const all = await this.summaries("a list of orders");
    return all
      .filter((row) => matches(row, filter))
      .sort(inOrder(filter))
      .slice(0, filter.limit)
      .map(({ orderId, status, state, version, updatedAt, flags, inDoubt, parked }) => ({
        orderId,
        status,
        state,
        version,
        updatedAt,
        flags,
        inDoubt,
        parked,
      }));
  }

  /** Orders with something that is not done, of each kind the longest waiting first: much that waits hides nothing dead. */
  async withWork(limit: number): Promise<string[]> {
    const all = await this.summaries("what is unfinished");
    const sorted = all.sort((a, b) => (a.oldestEffectAt ?? a.updatedAt) - (b.oldestEffectAt ?? b.updatedAt));
    const kinds = ["deadEffects", "deadEvents", "waitingEffects", "waitingEvents"] as const;
    const found = kinds.flatMap((kind) => sorted.filter((row) => row[kind] > 0).slice(0, limit));
    return [...new Set(found.map(({ orderId }) => orderId))];
  }

  async counts(): Promise<Counts> {
    const { read: all, damaged } = await this.lookedAt("counts");
    const sum = (of: (row: Summary) => number) => all.reduce((total, row) => total + of(row), 0);
    const earliest = (of: (row: Summary) => number | null) =>
      all.reduce<number | null>((least, row) => {
        const at = of(row);
        return at === null ? least : Math.min(least ?? at, at);
      }, null);
    return {
      orders: all.length,
      waitingEffects: sum((row) => row.waitingEffects),
      deadEffects: sum((row) => row.deadEffects),
      waitingEvents: sum((row) => row.waitingEvents),
      deadEvents: sum((row) => row.deadEvents),
      timers: sum((row) => row.timers),
      parked: sum((row) => (row.parked === null ? 0 : 1)),
      flagged: sum((row) => (row.flags.length > 0 ? 1 : 0)),
      damaged: damaged.length,
      oldestEffectAt: earliest((row) => row.oldestEffectAt),
      oldestEventAt: earliest((row) => row.oldestEventAt),
      nextTimerAt: earliest((row) => row.nextTimerAt),
    };
  }

  /** Orders whose summary cannot be read. */
  async damaged(): Promise<string[]> {
    return (await this.lookedAt("what is damaged")).damaged;
  }

  async summaries(what: string): Promise<Summary[]> {
    return (await this.lookedAt(what)).read;
  }

  /** Those that can be read, and the orders of those that cannot: one of them hides no other. */
  async lookedAt(what: string): Promise<{ read: Summary[]; damaged: string[] }> {
    const { order } = this.names;
    const rows = await this.query(
      `SELECT service_key, value_utf8 FROM state WHERE service_name = '${order}' AND key = '${SUMMARY}'`,
      what,
    );
    const looked: { read: Summary[]; damaged: string[] } = { read: [], damaged: [] };
    for (const row of rows) {
      const summary = summaryIn(String(row.value_utf8));
      if (summary === null) looked.damaged.push(String(row.service_key));
      else looked.read.push(summary);
    }
    return looked;
  }

  /** @throws NotOffered */
  async query(sql: string, what: string): Promise<Record<string, unknown>[]> {
    if (this.url === null) {
      throw new NotOffered(
        `Restate keeps each order by itself and gives ${what} only through its admin API; pass adminUrl to restateRuntime`,
      );
    }
    const response = await fetch(`${this.url}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query: sql }),
    });
    if (!response.ok) throw new Error(`Restate's query failed: ${response.status} ${await response.text()}`);
    return ((await response.json()) as { rows: Record<string, unknown>[] }).rows;
  }
}

const summaryIn = (json: string): Summary | null => {
  try {
    const summary = JSON.parse(json) as Summary;
    return Array.isArray(summary.flags) && typeof summary.orderId === "string" ? summary : null;
  } catch {
    return null;
  }
};

/** Timers are Restate's own delayed messages: none can be late without Restate being so. */
export const unfinishedIn = (all: (OrderState | null)[], limit: number): Unfinished => {
  const states = all.filter((state) => state === null || isReadable(state));
  const effects = states
    .flatMap((state) => state?.effects ?? [])
    .map(({ underWay: _, armed: __, ...row }) => ({ ...row, previousError: row.error }))
    .sort((a, b) => a.createdAt - b.createdAt);
  const inbox = states.flatMap((state) => state?.inbox ?? []).sort((a, b) => a.envelope.at - b.envelope.at);
  const dead = effects.filter((row) => row.dead);
  return {
    deadEffects: dead.slice(0, limit).map(({ dead: _, error, ...row }) => ({ row, error: error ?? "" })),
    deadEvents: inbox.filter((row) => row.dead).slice(0, limit),
    openEffects: effects.filter((row) => !row.dead).slice(0, limit),
    waitingEvents: inbox.filter((row) => !row.dead).slice(0, limit),
    overdueTimers: [],
  };
};
