/** Who waits for a call is decided by the event that asked for it. How the lanes share a peer is in the port. */
import type { Envelope, OrderEvent } from "../../../machines/events.js";
import type { Answer, OrderRecord, OutboxRow } from "../../core/record.js";
import { type CallKind, kinds, type LaneCapacity, mostUrgent, rankOf } from "../../ports/lanes.js";
import type { Claim } from "../../ports/store.js";

/** What says who waits for an event. */
export interface Urgency {
  envelope: Envelope;
  /** null = as its event says. */
  kind: CallKind | null;
  /** The effect whose result it is; null = of none. */
  completesEffect: string | null;
}

/** Of the calls to one peer, what is kept for each kind; the rest goes to whoever comes, the most urgent first. */
const kept: Record<CallKind, number> = { customer: 1 / 4, merchant: 1 / 16, callback: 1 / 8, background: 1 / 16 };

export const roomIn = (perPeer: number, underWay: Iterable<Pick<Claim, "peer" | "kind">>): LaneCapacity => {
  const used: Record<string, number[]> = {};
  for (const { peer, kind } of underWay) {
    used[peer] ??= kinds.map(() => 0);
    const rank = rankOf(kind);
    used[peer][rank] = (used[peer][rank] ?? 0) + 1;
  }
  return { perPeer, kept: kinds.map((kind) => Math.floor(perPeer * kept[kind])), underWay: used };
};

const kindOfType = (type: string): CallKind => {
  // At the checkout he waits for the payment that was opened for him.
  if (type === "customer.returned" || /^(payment|checkout)\./.test(type)) return "customer";
  if (type.startsWith("merchant.") || type === "data.revealed") return "merchant";
  if (/^(callback|order)\./.test(type)) return "callback";
  return "background";
};

const isReply = (type: string): boolean => type === "payment.read" || type === "payment.readBack";

/** A page that proved nothing may be anybody's: it is no more than a message. */
const isStranger = (event: OrderEvent): boolean => event.type === "customer.returned" && event.attempt === null;

/** What answers a call is as urgent as the call was. */
export const kindOfEntry = ({ envelope, kind }: Urgency): CallKind => {
  if (kind !== null) return kind;
  const { event, source } = envelope;
  if (source === "reconcile" || source === "timer" || source === "gateway") return "background";
  return isStranger(event) ? "callback" : kindOfType(event.type);
};

/** A reply answers whoever waited for it, and may begin a reading for those who came meanwhile. */
const kindsOfReply = (answers: Answer[], { facts }: OrderRecord, effects: OutboxRow[]): CallKind[] => {
  const begun = facts.waiting.filter(({ readingId }) => effects.some(({ id }) => id === readingId));
  const told = answers.filter(({ outcome }) => outcome !== "deferred");
  return [...told, ...begun].map(({ type }) => (isReply(type) ? "background" : kindOfType(type)));
};

export const kindOfChange = (
  decided: { entry: Urgency; decision: { entry: { answers: Answer[] }; effects: OutboxRow[] } }[],
  record: OrderRecord,
): CallKind =>
  mostUrgent(
    decided.flatMap(({ entry, decision }) => [
      kindOfEntry(entry),
      ...(entry.completesEffect === null ? [] : kindsOfReply(decision.entry.answers, record, decision.effects)),
    ]),
  );
