/** Whether an event is worth sending: what `can` says of it, and what is offered by `why`. Pure. */
import { type Envelope, type EventType, OrderEvent } from "../../machines/events.js";
import type { Reading } from "../../machines/facts.js";
import type { Rules } from "./builder.js";
import { migrate } from "./migrate.js";
import { type DecisionPreview, preview } from "./preview.js";
import type { OrderRecord } from "./record.js";

export interface Verdict extends DecisionPreview {
  /** It moves the order, waits for the bank, settles a flag or ends a wait. */
  allowed: boolean;
}

/** @param reading the payment as it is to be taken; null = as it was last read */
export const verdict = (
  record: OrderRecord,
  envelope: Envelope,
  now: number,
  rules: Rules,
  reading: Reading | null = null,
): Verdict => {
  // One that was never read may be anything.
  const asRead = record.facts.payment.readAt === null ? null : undefined;
  const seen = preview(record, envelope, now, rules, reading ?? asRead);
  const { outcome, reason } = seen.answer;
  // What is merely noted moves nothing; a difference that is settled by it was worth the click.
  const settles =
    reason === "recorded" &&
    record.flags.some(({ flag, clearedAt }) => clearedAt === null && !seen.flags.includes(flag));
  // A person who ends a wait has the payment looked at first.
  const looks = seen.effects.some(({ effect }) => effect.type === "readBack");
  return { ...seen, allowed: outcome === "moved" || outcome === "deferred" || settles || looks };
};

/** Of the events that a sentence may offer, those that the order would take as it stands. */
export type Offers = (type: EventType) => boolean;

/** What a merchant needs to say beside the name of what he asks for: of a refund that failed, the amount. */
const asked = (type: EventType, { facts }: OrderRecord): OrderEvent | undefined =>
  OrderEvent.safeParse({
    type,
    via: "api",
    ...(type === "merchant.refundedAmount" && { amount: facts.payment.refundUndone }),
  }).data;

/** Each event is decided once, however often it is asked about. */
export const offersOf = (stored: OrderRecord, now: number, rules: Rules): Offers => {
  const known = new Map<EventType, boolean>();
  let migrated: ReturnType<typeof migrate> | undefined;
  const takes = (type: EventType): boolean => {
    const event = asked(type, stored);
    if (event === undefined) return false;
    migrated ??= migrate(stored, rules.registry);
    if ("parked" in migrated) return true;
    const { record } = migrated;
    const envelope = { id: "asked", orderId: record.orderId, at: now, source: "merchant", event } as const;
    try {
      return verdict(record, envelope, now, rules).allowed;
    } catch {
      // A rule of the host's that throws refuses nothing: whoever asks is told of it.
      return true;
    }
  };
  return (type) => {
    if (!type.startsWith("merchant.")) return true;
    const taken = known.get(type) ?? takes(type);
    known.set(type, taken);
    return taken;
  };
};
