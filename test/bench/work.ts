/** What is made durable: the events, and what the engine decides on them, told beforehand. */
import { randomUUID } from "node:crypto";
import type { Envelope, OrderEvent } from "../../machines/events.js";
import { Settings } from "../../machines/settings.js";
import { decide, defaultRules } from "../../src/core/decide.js";
import type { OrderRecord } from "../../src/core/record.js";
import type { Engine } from "../../src/engine/engine.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Change, Store } from "../../src/ports/store.js";

export const IN_FLIGHT = 32;
/** Orders that are placed, and then called about, together. */
export const GROUP = 250;
/** The cooldown must not run out while the bench runs. */
export const settings = { cooldownSeconds: 3600 };
const rules = { ...defaultRules, settings: Settings.parse(settings) };

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
export const shop = { carryOut: unused, readStatus: unused };

/** Only what comes before the receipt is measured: effects and timers are written and left lying. */
export const undelivered = (store: Store): Store => ({
  ...store,
  claim: async () => [],
  dueTimers: async () => [],
  dueEvents: async () => [],
  nextDue: async () => null,
});

export const orderIdOf = (n: number): string => `order-${String(n).padStart(6, "0")}`;
const paymentIdOf = (n: number): string => `5c1a7d70-0000-4000-8000-${String(n).padStart(12, "0")}`;

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
/** Held by the cooldown: record, history, timer. */
const calling = (n: number): OrderEvent => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: paymentIdOf(n),
  claims: "AUTHORIZED",
  content: "pQ4jzq8r1r2mT0p2f3mB7wJ2l0bq6mXy",
});
/** Reads the payment at once: record, history, two effects, the timer gone. */
const returning: OrderEvent = { type: "customer.returned", page: "success" };

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
      rules,
    );
    this.records.set(orderId, record);
    const expectedVersion = before?.version ?? 0;
    const change = { orderId, expectedVersion, record, history: [entry], effects, timers, settled: [], decided: [] };
    return { orderId, event, change };
  }

  /** Callbacks for up to 250 orders, then the customers' returns to them. */
  mix(from: number, orders: number): Told[] {
    const told: Told[] = [];
    for (let first = from; first < from + orders; first += GROUP) {
      const group = Array.from({ length: Math.min(GROUP, from + orders - first) }, (_, i) => first + i);
      for (const n of group) told.push(this.told(orderIdOf(n), calling(n), "callback"));
      for (const n of group) told.push(this.told(orderIdOf(n), returning, "customer"));
    }
    return told;
  }
}

export const throughEngine = async (
  engine: Engine,
  told: Pick<Told, "orderId" | "event">[],
  inFlight: number,
): Promise<void> => {
  let next = 0;
  const submitter = async () => {
    for (let one = told[next++]; one !== undefined; one = told[next++]) await engine.submit(one.orderId, one.event);
  };
  await Promise.all(Array.from({ length: inFlight }, submitter));
};

/** Events per second that `work` takes in. */
export const perSecond = async (events: number, work: () => unknown): Promise<number> => {
  const from = performance.now();
  await work();
  return (events * 1000) / (performance.now() - from);
};
