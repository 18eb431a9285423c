/** The scenario format: a whole order life as data. Amounts are major units, times are ISO 8601 in UTC. */
import { z } from "zod";
import { Settings } from "../../../machines/settings.js";
import { Currency, Id, Text, Word } from "../../../machines/text.js";

const when = z.iso.datetime();

const ScenarioLine = z.object({ sku: Text(100), quantity: z.number(), total: z.number() });
export type ScenarioLine = z.infer<typeof ScenarioLine>;

const ScenarioOrder = z.object({
  id: z.union([z.int(), Id]),
  status: Word(),
  total: z.number(),
  currency: Currency.default("SEK"),
  lines: z.array(ScenarioLine).default([]),
  needsProcessing: z.boolean().default(true),
  paymentMethod: Word().default("resurs"),
  paymentId: Id.nullable().default(null),
  previousPaymentIds: z.array(Id).default([]),
  createdAt: when,
  updatedAt: when,
  datePaid: when.nullable().default(null),
  thankYouSeen: z.boolean().default(false),
  confirmationMailsSent: z.number().default(0),
  meta: z.record(z.string(), z.unknown()).optional(),
});
export type ScenarioOrder = z.infer<typeof ScenarioOrder>;

const GatewayEntry = z.looseObject({
  from: when,
  payment: z.looseObject({ id: Id }).nullish(),
  taskStatus: z.looseObject({ completed: z.boolean() }).nullish(),
  faults: z.record(z.string(), z.string()).optional(),
});

const ScenarioEvent = z.looseObject({ at: when, type: z.string() });
export type ScenarioEvent = z.infer<typeof ScenarioEvent>;

export const Expectation = z.looseObject({ asOf: when });
export type Expectation = Record<string, unknown> & { asOf?: string };

export const Scenario = z.looseObject({
  id: Text(100),
  area: Text(100),
  title: Text(1000),
  gateway: Word(),
  strictness: z.enum(["seed", "derived", "ambiguous"]).optional(),
  given: z.looseObject({
    t0: when,
    settings: Settings.prefault({}),
    orders: z.array(ScenarioOrder).default([]),
    gateway: z.array(GatewayEntry).default([]),
    storedSnapshots: z.record(z.string(), z.object({ machineVersion: z.number(), value: z.unknown() })).optional(),
    machine: z.object({ version: z.number(), renamed: z.record(z.string(), z.string()).default({}) }).optional(),
  }),
  events: z.array(ScenarioEvent),
  expect: Expectation,
});
export type Scenario = z.infer<typeof Scenario>;

export interface Difference {
  expect: string;
  want: unknown;
  got: unknown;
}

export interface ScenarioResult {
  id: string;
  title: string;
  area: string;
  ok: boolean;
  differences: Difference[];
  /** Expectations that nothing here looks at, by name. */
  unchecked: string[];
  /** Why it was not run; null = it was. */
  unsupported: string | null;
}

/** What was seen of a scenario's life. */
export interface Observed {
  asOf: number;
  t0: number;
  status: string | null;
  statuses: Record<string, string>;
  history: { at: number; orderId: string; from: string; to: string }[];
  /** The order whose status is asked for where none is named. */
  orderId: string | null;
  gatewayCalls: {
    op: string;
    amount: number;
    lines?: ScenarioLine[];
    paymentId: string;
    at: number;
    orderId: string | null;
  }[];
  books: { authorized: number; captured: number; canceled: number; refunded: number } | null;
  reads: Record<string, number>;
  confirmationMails: number;
  stockReductions: number;
  stockReleased: boolean;
  notes: string[];
  answers: { event: number; orderId: string; outcome: string; reason: string | null; until: number | null }[];
  flags: string[];
  flagPeriods: { flag: string; from: number; to: number | null }[];
  parked: string[];
  deadLetters: number;
  logged: string[];
  http: Record<number, string[]>;
  createPayment: Record<string, unknown> | null;
  /** What Nets was told when the customer pressed Pay; null = it did not ask. */
  reply: boolean | null;
  /** The customer sees an error, as on Nets's page when the shop said no. */
  errorShown: boolean;
  /** Where the customer was sent last. */
  redirect: string | null;
  /** What process_payment answered. */
  result: string | null;
  /** What the order view shows in place of a payment. */
  explanation: string | null;
  /** The order's metadata in the shop. */
  meta: Record<string, unknown>;
  orderTotal: number | null;
  orderCount: number;
}
