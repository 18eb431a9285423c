/** Small but whole records and changes for the contract to write. */
import { earlierPayment, type OrderStatus, unreadPayment } from "../../../../machines/facts.js";
import type { FlagName } from "../../../../machines/flags.js";
import type { HistoryEntry, Lane, OrderRecord, OutboxRow } from "../../../core/record.js";
import type { Change, InboxRow, Store } from "../../../ports/store.js";

export type Damageable = "orders" | "history" | "outbox" | "timers" | "inbox";

export interface StorePlace {
  /** Another store on this place, opened. */
  open(versions?: number[]): Promise<Store>;
  /** Closes the one that is open and opens the place again. */
  reopen(): Promise<Store>;
  /** Several stores may have this place open at once, and lease effects beside one another. */
  many?: boolean;
  /**
   * Changes what stands in one column of an order's rows, past the store, while it is open. Absent where a row cannot be
   * got at.
   */
  damage?(table: Damageable, orderId: string, column: string, value: string | number): Promise<void>;
  /** Begins a transaction of the host's on this place; absent where there are none. */
  begin?(): Promise<HostConnection>;
  /** Opens a place of the same kind that holds something else; absent where there can be no such thing. */
  openForeign?(): Promise<Store>;
}
/** A connection of the host's with a transaction begun on it. */
export interface HostConnection {
  /** What is handed to the store. */
  transaction: unknown;
  end(how: "commit" | "rollback"): Promise<void>;
}
export interface StoreCase {
  title: string;
  run(place: StorePlace): Promise<void>;
}

export const T = 1_700_000_000_000;

interface Wanted {
  status?: OrderStatus;
  paymentId?: string | null;
  previousIds?: string[];
  flags?: FlagName[];
  eventId?: string;
  at?: number;
}

export const recordOf = (orderId: string, version: number, wanted: Wanted = {}): OrderRecord => {
  const at = wanted.at ?? T + version;
  const payment = unreadPayment("resurs", wanted.paymentId ?? null);
  return {
    orderId,
    version,
    machine: { id: "order", version: 1, hash: "abc" },
    states: { order: { open: "pending" }, payment: "unread", cooldown: "running" },
    facts: {
      order: {
        status: wanted.status ?? "pending",
        total: 12_500,
        currency: "SEK",
        lines: [{ sku: "å\u0000'\"; --", quantity: 1.5, total: 12_500 }],
        needsProcessing: true,
        createdAt: T,
        updatedAt: at,
        customerReturnedAt: null,
        rejections: [],
      },
      payment,
      others: (wanted.previousIds ?? []).map((id) => earlierPayment(payment, id)),
      waiting: [],
      operation: null,
      tries: [],
    },
    flags: (wanted.flags ?? []).map((flag) => ({ flag, raisedAt: at, clearedAt: null })),
    timers: {},
    generation: 0,
  };
};

const entryOf = (record: OrderRecord, eventId: string): HistoryEntry => ({
  orderId: record.orderId,
  seq: record.version,
  at: record.facts.order.updatedAt,
  eventId,
  source: "shop",
  event: { type: "order.seen", status: record.facts.order.status },
  answers: [],
  from: null,
  to: record.facts.order.status,
  states: record.states,
  effects: [],
  raised: [],
  cleared: [],
});

/** One decision that takes `orderId` from `expectedVersion` to the next. */
export const changeOf = (orderId: string, expectedVersion: number, wanted: Wanted & Partial<Change> = {}): Change => {
  const record = recordOf(orderId, expectedVersion + 1, wanted);
  return {
    orderId,
    expectedVersion,
    record,
    history: wanted.history ?? [entryOf(record, wanted.eventId ?? `event-${record.version}`)],
    effects: wanted.effects ?? [],
    timers: wanted.timers ?? { set: [], cancel: [] },
    settled: wanted.settled ?? [],
    decided: wanted.decided ?? [],
    ...(wanted.settledBy === undefined ? {} : { settledBy: wanted.settledBy }),
  };
};

export const effectOf = (
  orderId: string,
  seq: number,
  index: number,
  lane: Lane = "gateway",
  notBefore = T,
): OutboxRow => ({
  id: `${orderId}:${seq}:${index}`,
  orderId,
  seq,
  index,
  lane,
  effect: lane === "gateway" ? { type: "readPayment", paymentId: "p" } : { type: "addOrderNote", note: "hello" },
  notBefore,
});

export const eventOf = (orderId: string, id: string, more: Partial<InboxRow> = {}): InboxRow => ({
  envelope: { id, orderId, at: T, source: "shop", event: { type: "order.seen", status: "pending" } },
  attempts: 1,
  notBefore: T,
  error: "boom",
  dead: false,
  ...more,
});

export const idsOf = (rows: { id: string }[]): string[] => rows.map((row) => row.id);

export const load = async (store: Store, orderId: string, ...eventIds: string[]) => {
  const [loaded] = await store.load([{ orderId, eventIds }]);
  if (!loaded) throw new Error("load gave no answer");
  return loaded;
};
