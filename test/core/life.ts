/** One order's life without an engine: events in, decisions out, readings when they are asked for. */
import { type Envelope, type EventType, OrderEvent, PlacedOrder } from "../../machines/events.js";
import type { Reading } from "../../machines/facts.js";
import { registry } from "../../machines/index.js";
import { Settings } from "../../machines/settings.js";
import { type Decision, decide } from "../../src/core/decide.js";
import type { Answer, OrderRecord, OutboxRow } from "../../src/core/record.js";
import { sourceOf } from "../../src/engine/receipt.js";
import { T0 } from "./arbitrary.js";

export { T0 } from "./arbitrary.js";
export const MINUTE = 60_000;
export const PAYMENT = "pay-1";

const everything = ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] as const;
const givingBack = ["REFUND", "PARTIAL_REFUND"] as const;

/** 1000.00 that the bank accepted, unless something else is said. */
export const reading = (says: Partial<Reading> = {}): Reading => ({
  paymentId: PAYMENT,
  exists: true,
  status: "ACCEPTED",
  rejectedReason: null,
  hasOrder: true,
  total: 100_000,
  authorized: 100_000,
  captured: 0,
  canceled: 0,
  refunded: 0,
  offers: [...everything],
  creditLimit: 100_000,
  taskCompleted: null,
  transactionIds: [],
  ...says,
});

const nothing = { authorized: 0, offers: [] };
/** The payments that the tables speak of. */
export const payments = {
  "at the bank": reading({ status: "TASK_REDIRECTION_REQUIRED", ...nothing }),
  supplementing: reading({ status: "SUPPLEMENTING_REQUIRED", ...nothing }),
  inspection: reading({ status: "INSPECTION", offers: [] }),
  frozen: reading({ status: "FROZEN", offers: [] }),
  accepted: reading(),
  "rejected, task done": reading({ status: "REJECTED", taskCompleted: true, ...nothing }),
  "rejected, task open": reading({ status: "REJECTED", taskCompleted: false, ...nothing }),
  "rejected, task silent": reading({ status: "REJECTED", taskCompleted: null, ...nothing }),
  "rejected, task unreadable": reading({ status: "REJECTED", taskCompleted: "unavailable", ...nothing }),
  "a new word": reading({ status: "SOMETHING_NEW", ...nothing }),
  missing: reading({ exists: false, status: "UNREAD", hasOrder: false, total: 0, creditLimit: null, ...nothing }),
  captured: reading({ authorized: 0, captured: 100_000, offers: [...givingBack] }),
  "partly captured": reading({ authorized: 60_000, captured: 40_000, offers: [...everything, ...givingBack] }),
  "partly refunded": reading({ authorized: 0, captured: 100_000, refunded: 40_000, offers: [...givingBack] }),
  refunded: reading({ authorized: 0, captured: 100_000, refunded: 100_000, offers: [] }),
  cancelled: reading({ authorized: 0, canceled: 100_000, offers: [] }),
  "partly cancelled": reading({ authorized: 60_000, canceled: 40_000 }),
  "no offers": reading({ offers: [] }),
  "too little": reading({ total: 90_000, authorized: 90_000 }),
  "no order": reading({ hasOrder: false }),
  "released after the task": reading({ status: "REJECTED", taskCompleted: false, authorized: 0, canceled: 100_000 }),
  "frozen, still offered": reading({ status: "FROZEN" }),
  "in inspection, still offered": reading({ status: "INSPECTION" }),
} satisfies Record<string, Reading>;
export type PaymentName = keyof typeof payments;

export interface Told {
  type: EventType;
  [more: string]: unknown;
}

export const rulesWith = (settings: object = {}) => ({ settings: Settings.parse(settings), registry });

/** An order whose minute is over: made ten minutes ago, paid at the bank, 1000.00. */
export const anOrder = (says: Partial<PlacedOrder> = {}): PlacedOrder =>
  PlacedOrder.parse({
    total: 100_000,
    currency: "SEK",
    lines: [
      { sku: "a", quantity: 1, total: 60_000 },
      { sku: "b", quantity: 1, total: 40_000 },
    ],
    gateway: "resurs-mapi",
    paymentId: PAYMENT,
    createdAt: T0 - 10 * MINUTE,
    updatedAt: T0 - 10 * MINUTE,
    ...says,
  });

export class Life {
  record: OrderRecord;
  readonly decisions: Decision[] = [];
  /** Asked for and not yet answered. */
  open: OutboxRow[] = [];
  private count = 0;

  constructor(
    order: PlacedOrder = anOrder(),
    readonly rules = rulesWith(),
    public now = T0,
  ) {
    this.record = this.decided(null, { type: "order.placed", order }, "placed").record;
  }

  get status() {
    return this.record.facts.order.status;
  }

  get raised(): string[] {
    return this.record.flags.filter((f) => f.clearedAt === null).map((f) => f.flag);
  }

  get effects(): OutboxRow[] {
    return this.decisions.flatMap((d) => d.effects);
  }

  get types(): string[] {
    return this.effects.map((e) => e.effect.type);
  }

  get answers(): Answer[] {
    return this.decisions.flatMap((d) => d.entry.answers);
  }

  private decided(record: OrderRecord | null, event: unknown, id: string): Decision {
    const parsed = OrderEvent.parse(event);
    const envelope: Envelope = { id, orderId: "o", at: this.now, source: sourceOf(parsed.type), event: parsed };
    const decision = decide(record, envelope, this.now, this.rules);
    this.record = decision.record;
    this.decisions.push(decision);
    this.open.push(...decision.effects);
    return decision;
  }

  tell(event: Told, id = `e${++this.count}`): Decision {
    return this.decided(this.record, event, id);
  }

  /** Every reading that is asked for gets this answer. */
  read(says: Reading): void {
    for (let turns = 0; turns < 10; turns += 1) {
      const asked = this.open.find((e) => e.effect.type === "readPayment");
      if (asked === undefined) return;
      this.open = this.open.filter((e) => e !== asked);
      this.tell({ type: "payment.read", effectId: asked.id, reading: says });
    }
    throw new Error("it asks for readings for ever");
  }

  /** The event, with the payment read whenever it is asked for; the last answer to it. */
  settle(event: Told, says: Reading = reading()): Answer {
    const id = `e${++this.count}`;
    this.tell(event, id);
    this.read(says);
    const answer = this.answers.findLast((a) => a.eventId === id);
    if (answer === undefined) throw new Error(`${event.type} was never answered`);
    return answer;
  }
}

export const callback = (more: object = {}): Told => ({
  type: "callback.received",
  kind: "AUTHORIZATION",
  paymentId: PAYMENT,
  claims: "AUTHORIZED",
  content: null,
  ...more,
});

export const frozen = <T>(value: T): T => {
  if (value !== null && typeof value === "object" && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const part of Object.values(value)) frozen(part);
  }
  return value;
};
