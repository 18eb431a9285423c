/**
 * The registry: which machines decide, under which version, and how a record of an older version is read.
 *
 * Change the structure of a machine and its hash changes; the version must then go up, with a migration.
 */
import type { AnyStateMachine } from "xstate";
import { attemptMachine } from "./attempt.js";
import { cooldownMachine } from "./cooldown.js";
import { earlierPayment, type Facts, type Try } from "./facts.js";
import type { Flow } from "./flow.js";
import { legacyMachine } from "./legacy.js";
import { netsMachine } from "./nets.js";
import { orderMachine } from "./order/order.js";
import { paymentMachine } from "./payment.js";

export * from "./effects.js";
export * from "./events.js";
export * from "./facts.js";
export { type FlagName, flags, remedies } from "./flags.js";
export type { Flow } from "./flow.js";
export { type GuardContext, guards } from "./guards.js";
export { cooldownEndsAt } from "./hold.js";
export { Line, Lines, LineType } from "./lines.js";
export type { Meta } from "./meta.js";
export { type Reason, reasonInWords, reasons } from "./reasons.js";
export * from "./settings.js";
export { Statuses, type StatusTold, type StatusWord, statusNamed } from "./statuses.js";
export * from "./text.js";
export * from "./waiting.js";
export { attemptMachine, cooldownMachine, legacyMachine, netsMachine, orderMachine, paymentMachine };

export interface Registry {
  id: string;
  version: number;
  order: typeof orderMachine;
  cooldown: typeof cooldownMachine;
  /** Every payment of an order but the one that it follows. */
  attempt: typeof attemptMachine;
  /** By the name of the gateway. One that is not named here pays as the Merchant API does. */
  flows: Record<string, Flow>;
  /** From the version before: order states that were renamed. A version without a way here is parked, never guessed. */
  migrations: {
    from: number;
    to: number;
    renamed: Record<string, string>;
    /** Fills in what the facts of the older version did not have. */
    facts?: (facts: Facts) => Facts;
  }[];
}

const SETTLE_SECONDS = 600;

/** Resurs's Merchant API, and every gateway that speaks its words. */
export const merchantApi: Flow = {
  bank: "Resurs Bank",
  payment: paymentMachine,
  callbackDelaySeconds: 0,
  unpaidStaysPending: false,
  comparesAmounts: false,
  recreatesLines: true,
  linkExpires: true,
  endsUnpaid: false,
  booksWhenSigned: false,
  settleSeconds: SETTLE_SECONDS,
  repeatableByKey: [],
};

/** Nets Easy: the webhook waits two minutes for the customer, and rounding may differ. */
export const netsEasy: Flow = {
  bank: "Nets",
  payment: netsMachine,
  callbackDelaySeconds: 120,
  unpaidStaysPending: true,
  comparesAmounts: true,
  recreatesLines: false,
  linkExpires: false,
  endsUnpaid: true,
  booksWhenSigned: false,
  settleSeconds: SETTLE_SECONDS,
  /** Nets's documents, "Idempotency": a charge or refund with a key that came before is answered and not made again. */
  repeatableByKey: ["capture", "refund"],
};

/** Resurs's simplified flow: WooCommerce's own checkout, then signing, then booking. */
export const standardFlow: Flow = {
  bank: "Resurs Bank",
  payment: legacyMachine,
  callbackDelaySeconds: 0,
  unpaidStaysPending: false,
  comparesAmounts: false,
  recreatesLines: false,
  linkExpires: false,
  endsUnpaid: false,
  booksWhenSigned: true,
  settleSeconds: SETTLE_SECONDS,
  repeatableByKey: [],
};

/** Resurs's hosted flow and Resurs Checkout, v1 and v2: the purchase happens at the bank, and the bank books it. */
export const bankBooks: Flow = { ...standardFlow, booksWhenSigned: false };

/** How a gateway pays; one that the registry does not name, and null, pay as the Merchant API does. */
export const flowOf = (registry: Registry, gateway: string | null): Flow =>
  // A host's gateway may be called "constructor": what every object has is no flow.
  (gateway !== null && Object.hasOwn(registry.flows, gateway) && registry.flows[gateway]) || merchantApi;

/** Every machine of a registry, by name. */
export const machinesOf = (registry: Registry): Record<string, AnyStateMachine> =>
  Object.fromEntries(
    [
      registry.order,
      registry.cooldown,
      registry.attempt,
      merchantApi.payment,
      ...Object.values(registry.flows).map((f) => f.payment),
    ].map((machine) => [machine.id, machine]),
  );

/** A call that was under way: its answer may have been lost since it was asked for, and it may have been for a part. */
const withLostAnswers = ({ payment, operation, ...facts }: Facts): Facts => ({
  ...facts,
  payment: { ...payment, intended: { captured: null, refunded: null, reserved: null, at: null } },
  operation: operation && {
    ...operation,
    whole: operation.kind !== "refund" && operation.kind !== "rebuild",
    lostAt: operation.since,
    refused: null,
  },
  tries: [],
});

/** Of earlier attempts no more was known than their ids. */
const withOtherPayments = ({ payment, waiting, ...facts }: Facts): Facts => {
  const { previousIds = [], ...current } = payment as Facts["payment"] & { previousIds?: string[] };
  return {
    ...facts,
    payment: current,
    others: previousIds.map((id) => earlierPayment(current, id)),
    waiting: waiting.map((one) => ({ ...one, paymentId: null })),
  };
};

/** Of the tries to pay the last one was known, and the names of those before it that nobody had answered. */
const withTries = (stored: Facts): Facts => {
  const { checkout = null, ...facts } = stored as Facts & { checkout?: StoredCheckout | null };
  const asked = <P extends Facts["payment"]>(payment: P): P => {
    const { perhapsMadeFor } = payment as { perhapsMadeFor?: unknown };
    return typeof perhapsMadeFor === "number" ? { ...payment, perhapsMadeFor: [perhapsMadeFor] } : payment;
  };
  const known = { ...facts, payment: asked(facts.payment), others: facts.others.map(asked) };
  if (checkout === null) return { ...known, tries: [] };
  const { earlier, open, ...last } = checkout;
  const { since } = last;
  return {
    ...known,
    tries: [
      ...earlier.map((attempt) => ({ attempt, since, answer: "lost" as const })),
      { ...last, answer: open ? "awaited" : "came" },
    ],
  };
};
interface StoredCheckout extends Omit<Try, "answer"> {
  open: boolean;
  earlier: string[];
}

export const registry: Registry = {
  id: "woocommerce-order",
  version: 7,
  order: orderMachine,
  cooldown: cooldownMachine,
  attempt: attemptMachine,
  flows: {
    "resurs-mapi": merchantApi,
    "resurs-simplified": standardFlow,
    "resurs-hosted": bankBooks,
    "resurs-rco": bankBooks,
    "nets-easy": netsEasy,
  },
  migrations: [
    { from: 1, to: 2, renamed: {} },
    { from: 2, to: 3, renamed: {}, facts: withLostAnswers },
    { from: 3, to: 4, renamed: {}, facts: withOtherPayments },
    { from: 4, to: 5, renamed: {}, facts: withTries },
    { from: 5, to: 6, renamed: {} },
    { from: 6, to: 7, renamed: {} },
  ],
};
