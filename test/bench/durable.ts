/** Durable events per second: from submit() to the receipt, against SQLite alone writing the same rows. */
import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Sqlite from "better-sqlite3";
import type { Envelope, OrderEvent } from "../../machines/events.js";
import { Settings } from "../../machines/settings.js";
import { sqliteStore } from "../../src/adapters/sqlite/store.js";
import { type WireChange, writeChange } from "../../src/adapters/sqlite/wire.js";
import { decide, defaultRules } from "../../src/core/decide.js";
import type { OrderRecord } from "../../src/core/record.js";
import { createEngine, type Engine } from "../../src/engine/engine.js";
import type { Gateway } from "../../src/ports/gateway.js";
import type { Store } from "../../src/ports/store.js";
import { type Bare, contentsOf, openBare } from "./bare.js";
import { type Table, tableOf, turns } from "./rounds.js";

export interface Sizes {
  rounds: number;
  /** Orders per round; each has two events. */
  alone: number;
  together: number;
}

const IN_FLIGHT = 32;
const GROUP = 250;
/** The cooldown must not run out while the bench runs. */
const settings = { cooldownSeconds: 3600 };
const rules = { ...defaultRules, settings: Settings.parse(settings) };

const unused = () => Promise.reject(new Error("nothing is delivered in this bench"));
const gateway: Gateway = {
  name: "resurs",
  tolerance: 0,
  readPayment: unused,
  capture: unused,
  cancel: unused,
  refund: unused,
  addOrderLines: unused,
  createPayment: unused,
};
const shop = { carryOut: unused, readStatus: unused };

/** Only what comes before the receipt is measured: effects and timers are written and left lying. */
const undelivered = (store: Store): Store => ({
  ...store,
  claim: async () => [],
  dueTimers: async () => [],
  dueEvents: async () => [],
  nextDue: async () => null,
});

const orderIdOf = (n: number): string => `order-${String(n).padStart(6, "0")}`;
const paymentIdOf = (n: number): string => `5c1a7d70-0000-4000-8000-${String(n).padStart(12, "0")}`;

const placing = (n: number, at: number): OrderEvent & { type: "order.placed" } => ({
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

interface Told {
  orderId: string;
  event: OrderEvent;
  change: WireChange;
}

/** Decides beforehand, for the bare side, what the engine will decide by itself. */
class Foretold {
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
    return { orderId, event, change: writeChange(change) };
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

const throughEngine = async (engine: Engine, told: Told[], inFlight: number): Promise<void> => {
  let next = 0;
  const submitter = async () => {
    for (let one = told[next++]; one !== undefined; one = told[next++]) await engine.submit(one.orderId, one.event);
  };
  await Promise.all(Array.from({ length: inFlight }, submitter));
};

const throughBare = (bare: Bare, told: Told[], inFlight: number): void => {
  for (let i = 0; i < told.length; i += inFlight) bare.write(told.slice(i, i + inFlight).map(({ change }) => change));
};

const perSecond = async (events: number, work: () => unknown): Promise<number> => {
  const from = performance.now();
  await work();
  return (events * 1000) / (performance.now() - from);
};

const measure = async (engine: Engine, bare: Bare, rounds: Told[][], inFlight: number): Promise<number[][]> => {
  const rates: number[][] = [];
  for (const [round, told] of rounds.entries()) {
    const works = [() => throughEngine(engine, told, inFlight), () => throughBare(bare, told, inFlight)];
    const found: number[] = [];
    for (const i of turns(works.length, round)) found[i] = await perSecond(told.length, works[i] as () => unknown);
    rates.push(found);
  }
  // The first round warms up.
  return rates.slice(1);
};

export const durable = async ({ rounds, alone, together }: Sizes): Promise<{ tables: Table[]; orders: number }> => {
  const directory = mkdtempSync(join(tmpdir(), "order-status-bench-"));
  const files = { engine: join(directory, "engine.db"), bare: join(directory, "bare.db") };
  const engine = createEngine({
    store: undelivered(sqliteStore({ file: files.engine })),
    gateways: [gateway],
    shop,
    settings,
  });
  const bare = openBare(files.bare);
  try {
    await engine.start();
    const at = engine.clock.now();
    const foretold = new Foretold(at);
    const orders = (rounds + 1) * (alone + together);
    for (let first = 0; first < orders; first += GROUP) {
      const group = Array.from({ length: Math.min(GROUP, orders - first) }, (_, i) => first + i);
      bare.write(group.map((n) => foretold.told(orderIdOf(n), placing(n, at), "shop", "order.placed").change));
      await Promise.all(group.map((n) => engine.place(orderIdOf(n), placing(n, at).order)));
    }
    const slices = (from: number, size: number) =>
      Array.from({ length: rounds + 1 }, (_, round) => foretold.mix(from + round * size, size));
    const one = await measure(engine, bare, slices(0, alone), 1);
    const many = await measure(engine, bare, slices((rounds + 1) * alone, together), IN_FLIGHT);
    const names = ["engine.submit()", "better-sqlite3 alone"];
    await engine.stop();
    sameContents(files.engine, bare.db);
    return {
      orders,
      tables: [
        tableOf("Durable events, 1 in flight", "events/s", names, 1, one),
        tableOf(`Durable events, ${IN_FLIGHT} in flight`, "events/s", names, 1, many),
      ],
    };
  } finally {
    await engine.stop();
    bare.db.close();
    rmSync(directory, { recursive: true, force: true });
  }
};

const sameContents = (file: string, bare: Sqlite.Database): void => {
  const db = new Sqlite(file, { readonly: true });
  const [ours, theirs] = [contentsOf(db), contentsOf(bare)];
  db.close();
  if (ours !== theirs) throw new Error(`the two sides wrote different rows:\n${ours}\n${theirs}`);
};
