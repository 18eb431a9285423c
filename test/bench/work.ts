/** What is made durable: the events, and what the engine decides on them, told beforehand. */
import { randomUUID } from "node:crypto";
import type { Command, Envelope, OrderEvent, ReadCommand } from "../../machines/events.js";
import { decide, defaultRules } from "../../src/core/decide.js";
import type { OrderRecord } from "../../src/core/record.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Shop } from "../../src/ports/shop.js";
import type { Change, Store } from "../../src/ports/store.js";
import type { Engine } from "../../src/runtime/embedded/engine.js";
import { reading } from "../../src/testing/index.js";

export const IN_FLIGHT = 32;
/** Orders that are placed together. */
const GROUP = 250;

const unused = () => Promise.reject(new Error("nothing is delivered in this bench"));
export const gateway: Gateway = {
  name: "resurs",
  tolerance: 0,
  readPayment: unused,
  capture: unused,
  cancel: unused,
  refund: unused,
  addOrderLines: unused,
  createPayment: unused,
};
export const shop = { execute: unused, readStatus: unused };

/** A bank and a shop that answer at once; told of each effect's id, and of a reading's payment. */
export const answering = (begun: (id: string) => void): { gateway: Gateway; shop: Shop } => ({
  gateway: {
    ...gateway,
    async readPayment(paymentId) {
      begun(paymentId);
      return { kind: "ok", reading: reading({ paymentId, total: 24_900, authorized: 24_900 }) };
    },
  },
  shop: {
    async execute(_, effectId) {
      begun(effectId);
      return { kind: "done" };
    },
    readStatus: async () => null,
  },
});

/** Only what comes before the receipt is measured: effects and timers are written and left lying. */
export const undelivered = (store: Store): Store => ({
  ...store,
  claim: async () => [],
  dueTimers: async () => [],
  dueEvents: async () => [],
  nextDue: async () => null,
});

export const orderIdOf = (n: number): string => `order-${String(n).padStart(7, "0")}`;
export const paymentIdOf = (n: number): string => `5c1a7d70-0000-4000-8000-${String(n).padStart(12, "0")}`;

export const placing = (n: number, at: number): OrderEvent & { type: "order.placed" } => ({
  type: "order.placed",
  order: {
    status: "pending",
    total: 24_900,
    currency: "SEK",
    lines: [
      { sku: "kettle-17", quantity: 1, total: 19_900 },
      { sku: "filter-3", quantity: 2, total: 5_000 },
    ],
    needsProcessing: true,
    gateway: "resurs",
    paymentId: paymentIdOf(n),
    previousPaymentIds: [],
    createdAt: at,
    updatedAt: at,
    customerReturned: false,
    tolerance: 0,
  },
});
export const calling = (n: number): OrderEvent => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: paymentIdOf(n),
  claims: "AUTHORIZED",
  content: "pQ4jzq8r1r2mT0p2f3mB7wJ2l0bq6mXy",
});
/** Reads the payment at once: record, history, two effects, the timer gone. */
export const returning: ReadCommand = { type: "customer.returned", page: "success" };

export interface Told {
  orderId: string;
  event: OrderEvent;
  change: Change;
}

/** Decides beforehand, for the side without an engine, what the engine will decide by itself. */
export class Foretold {
  private readonly records = new Map<string, OrderRecord>();
  constructor(private readonly at: number) {}

  told(orderId: string, event: OrderEvent, source: Envelope["source"], id: string = randomUUID()): Told {
    const before = this.records.get(orderId) ?? null;
    const { record, entry, effects, timers } = decide(
      before,
      { id, orderId, at: this.at, source, event },
      this.at,
      defaultRules,
    );
    this.records.set(orderId, record);
    const expectedVersion = before?.version ?? 0;
    const change = { orderId, expectedVersion, record, history: [entry], effects, timers, settled: [], decided: [] };
    return { orderId, event, change };
  }

  /** One returning customer for each of these orders. */
  returns(from: number, orders: number): Told[] {
    return Array.from({ length: orders }, (_, i) => this.told(orderIdOf(from + i), returning, "customer"));
  }
}

/** Places orders in both: in the engine, and in `also` what it will have decided by itself. */
export const placeAll = async (
  engine: Engine,
  orders: number,
  foretold: Foretold,
  also: (told: Told[]) => unknown = () => {},
): Promise<void> => {
  const at = engine.clock.now();
  for (let first = 0; first < orders; first += GROUP) {
    const group = Array.from({ length: Math.min(GROUP, orders - first) }, (_, i) => first + i);
    await also(group.map((n) => foretold.told(orderIdOf(n), placing(n, at), "shop", "order.placed")));
    await Promise.all(group.map((n) => engine.place(orderIdOf(n), placing(n, at).order)));
  }
};

/** Each is begun when one before it was answered. */
export const inFlight = async <T>(most: number, all: T[], one: (each: T) => Promise<unknown>): Promise<void> => {
  let next = 0;
  const worker = async () => {
    for (let each = all[next++]; each !== undefined; each = all[next++]) await one(each);
  };
  await Promise.all(Array.from({ length: most }, worker));
};

export const throughEngine = (engine: Engine, told: Told[], most: number): Promise<void> =>
  inFlight(most, told, ({ orderId, event }) => engine.submit(orderId, event as Command));

/** Events per second that `work` takes in. */
export const perSecond = async (events: number, work: () => unknown): Promise<number> => {
  const from = performance.now();
  await work();
  return (events * 1000) / (performance.now() - from);
};
