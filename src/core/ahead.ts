/**
 * What a clock that was ahead left behind. A node that began with its clock three days ahead stamped what it wrote, and
 * set what is to happen, three days too late. Put right, it would hold its orders for three days. Pure.
 *
 * Nothing waits longer than its kind can have to: what is due later than that was set by a clock that was ahead.
 */
import type { Facts, Operation } from "../../machines/facts.js";
import { LONGEST_LOOK_MS } from "../../machines/guards.js";
import { linkLifetimeMinutes } from "../../machines/settings.js";
import type { Rules } from "./builder.js";
import { LATER_LOOKS } from "./intended.js";
import type { OrderRecord } from "./record.js";
import { CHECKOUT_MS, COOLDOWN, LATER_LOOK, LINK, NEXT_LOOK, UNANSWERED } from "./timer-names.js";

/** Nodes' clocks differ by less; a wait that is longer by this much harms nobody. */
export const SLACK_MS = 60_000;
const DAY_MS = 86_400_000;

/** How long a timer can have to wait, by how its name begins. */
export const longestTimers = ({ settings, registry }: Rules): Record<string, number> => {
  const callbacks = Object.values(registry.flows).map(({ callbackDelaySeconds }) => callbackDelaySeconds);
  return {
    [COOLDOWN]: Math.max(settings.cooldownSeconds, ...callbacks) * 1000,
    [LINK]: linkLifetimeMinutes(settings) * 60_000,
    [UNANSWERED]: CHECKOUT_MS,
    [NEXT_LOOK]: LONGEST_LOOK_MS,
    [LATER_LOOK]: Math.max(...LATER_LOOKS) * 60_000,
  };
};

/** Whether a timer that is set to `at` can still have to wait: not for longer than its delay can be, where that is known. */
export const mayWait = (timer: string, at: number, now: number, rules: Rules): boolean => {
  const known = Object.entries(longestTimers(rules)).find(([prefix]) => timer.startsWith(prefix));
  return at > now && (known === undefined || at <= now + known[1] + SLACK_MS);
};

/**
 * The record with no moment in it that has not come yet: such a one counts as now. When the payment was read is then not
 * known, so it counts as long ago. The same record where there is none.
 */
export const notAhead = (record: OrderRecord, now: number): OrderRecord => {
  const { order, payment, others, waiting, operation, tries } = record.facts;
  const moments = [
    order.createdAt,
    order.updatedAt,
    order.customerReturnedAt ?? 0,
    payment.readAt ?? 0,
    operation?.since ?? 0,
    operation?.lostAt ?? 0,
    ...tries.map(({ since }) => since),
    ...others.flatMap(({ readAt, release }) => [readAt ?? 0, release?.since ?? 0, release?.lostAt ?? 0]),
    ...order.rejections.map(({ at }) => at),
    ...waiting.map(({ at }) => at),
  ];
  if (!moments.some((at) => at > now + SLACK_MS)) return record;
  const late = (at: number) => Math.min(at, now);
  const read = <P extends Facts["payment"]>(one: P): P =>
    one.readAt !== null && one.readAt > now ? { ...one, readAt: now - DAY_MS } : one;
  const moving = (one: Operation | null) =>
    one && { ...one, since: late(one.since), lostAt: one.lostAt === null ? null : late(one.lostAt) };
  return {
    ...record,
    facts: {
      ...record.facts,
      order: {
        ...order,
        createdAt: late(order.createdAt),
        updatedAt: late(order.updatedAt),
        customerReturnedAt: order.customerReturnedAt === null ? null : late(order.customerReturnedAt),
        rejections: order.rejections.map((one) => ({ ...one, at: late(one.at) })),
      },
      payment: read(payment),
      others: others.map((one) => ({ ...read(one), release: moving(one.release) })),
      waiting: waiting.map((one) => ({ ...one, at: late(one.at) })),
      operation: moving(operation),
      tries: tries.map((one) => ({ ...one, since: late(one.since) })),
    },
  };
};
