/** What is seen of one life. The laws look at this and at nothing else. */
import type { Envelope } from "../../../machines/events.js";
import type { OrderStatus, Reading } from "../../../machines/facts.js";
import type { HistoryEntry, OrderRecord, OutboxRow } from "../../core/record.js";
import type { GatewayAnswer } from "../../ports/gateway.js";
import type { Store } from "../../ports/store.js";
import type { BankOp } from "./script.js";

export type MoneyOp = "capture" | "cancel" | "refund" | "addOrderLines" | "book";

/** Everything carries a tick: many things happen in one millisecond, and which was first decides. */
interface Ticked {
  tick: number;
  /** The world's time. */
  at: number;
}

/** One decision as it was committed. */
export interface Committed extends Ticked {
  orderId: string;
  node: string;
  /** The record as it was, null for a new order, and as it is. */
  before: OrderRecord | null;
  record: OrderRecord;
  history: HistoryEntry[];
  effects: OutboxRow[];
  /** The books of the order's payment at that moment. */
  truth: Truth | null;
}

/** A payment as it stands at the bank, in a reading's words, whatever anybody was told. */
export interface Truth extends Reading {
  /** When it last changed by another hand than the shop's calls. */
  changedAt: number;
}

/** A call that moves money, as it reached the bank. */
export interface LedgerEntry extends Ticked {
  op: MoneyOp;
  paymentId: string;
  key: string;
  body: string;
  /** What it moved, in minor units; a booking moves 1. 0 = nothing. */
  effect: number;
  answer: GatewayAnswer["kind"];
  /** When the bank booked it, where that was after the call; null = at once. */
  bookedLate: { tick: number; at: number } | null;
}

/** A reading that the bank gave, or a call's answer that carried one. */
export interface GivenReading extends Ticked {
  paymentId: string;
  reading: Reading;
  stale: boolean;
}

/** A delivery from outside that was answered "it is safe here". */
export interface Acknowledged extends Ticked {
  orderId: string;
  eventId: string;
  type: string;
  paymentId: string | null;
}

export interface Evidence {
  commits: Committed[];
  ledger: LedgerEntry[];
  given: GivenReading[];
  acknowledged: Acknowledged[];
  /** Orders that were placed with the payment of another one, and what came of it. */
  copied: { orderId: string; copy: string; paymentId: string; outcome: string; reason: string | null }[];
  /** Another hand wrote to the shop, past every hook. */
  written: { orderId: string; at: number; status: OrderStatus }[];
  /** The envelope that each entry of a history was decided from. */
  envelopes: WeakMap<HistoryEntry, Envelope>;
  /** Faults that took effect, by kind. */
  faults: Record<string, number>;
  /** Rare branches that were reached. */
  points: Set<string>;
  /** Broken while it happened, beside what the laws find at the end. */
  broken: { law: string; orderId: string; detail: string }[];
  log: string[];
}

/** How one order ended, once nothing was left to do. */
export interface OrderEnd {
  orderId: string;
  record: OrderRecord | null;
  history: HistoryEntry[];
  inShop: {
    status: string;
    statusHistory: { at: number; from: string; to: string }[];
    mails: number;
    stockReductions: number;
    stockIncreases: number;
  };
  truth: Truth | null;
  /** Every payment that was made for it, oldest first. */
  payments: Truth[];
}

/** The store's last words. */
export interface StoreEnd {
  openEffects: string[];
  deadEffects: string[];
  openEvents: string[];
  deadEvents: string[];
  timers: { orderId: string; timer: string }[];
}

export const noEvidence = (): Evidence => ({
  commits: [],
  ledger: [],
  given: [],
  acknowledged: [],
  copied: [],
  written: [],
  envelopes: new WeakMap(),
  faults: {},
  points: new Set(),
  broken: [],
  log: [],
});

export const count = (faults: Record<string, number>, kind: string): void => {
  faults[kind] = (faults[kind] ?? 0) + 1;
};

/** What the store still holds. */
export const storeEnd = async (store: Store, orderIds: string[]): Promise<StoreEnd> => {
  const effects = (await Promise.all(orderIds.map((id) => store.effectsOf(id)))).flat();
  const far = Number.MAX_SAFE_INTEGER;
  const id = (row: { envelope: Envelope }) => row.envelope.id;
  return {
    openEffects: effects.filter((row) => !row.dead).map((row) => `${row.effect.type} ${row.id}`),
    deadEffects: effects.filter((row) => row.dead).map((row) => `${row.effect.type} ${row.id}: ${row.error}`),
    openEvents: (await store.dueEvents(far, 1000)).map(id),
    deadEvents: (await store.deadEvents(1000)).map((row) => `${id(row)}: ${row.error}`),
    timers: await store.dueTimers(far, 1000),
  };
};

export type { BankOp };
