/** What the events of one order come to: decided one after the other, and made one change of the store. */
import { quoted } from "../../../machines/text.js";
import type { Decision } from "../../core/decide.js";
import { timersBetween } from "../../core/finish.js";
import type { OrderRecord } from "../../core/record.js";
import { refusalOf } from "../../ports/storable.js";
import type { Change, InboxRow } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";
import type { EngineContext } from "./context.js";
import { kindOfChange } from "./lanes.js";
import { retryAfterMs } from "./limits.js";
import type { MailboxEntry } from "./queue.js";
import { duplicateReceipt, postponedReceipt, UnknownOrder } from "./receipt.js";
import type { KnownOrder } from "./records.js";

export interface DecidedOrder {
  /** null = there is nothing to commit. */
  change: Change | null;
  decided: { entry: MailboxEntry; decision: Decision }[];
  /** The same event, delivered again in the same turn. */
  duplicates: MailboxEntry[];
  /** Rows for the inbox. */
  postponed: InboxRow[];
  /** What was thrown while the answer to a call was decided, for which any of its callers may wait; null = nothing. */
  threw: string | null;
  /** Tells whoever waits for what needs no commit; called once all else is written. */
  acknowledge: (() => void)[];
}

export const decideOrder = (
  ctx: EngineContext,
  orderId: string,
  known: KnownOrder,
  entries: MailboxEntry[],
): DecidedOrder => {
  const { limits, log, clock, random, rules, decide } = ctx;
  const { processedIds, parked, waitMs } = known;
  const decided: DecidedOrder["decided"] = [];
  const duplicates: MailboxEntry[] = [];
  const postponed: InboxRow[] = [];
  const acknowledge: (() => void)[] = [];
  let threw: string | null = null;
  const result = (change: Change | null) => ({ change, decided, duplicates, postponed, threw, acknowledge });
  const postpone = (entry: MailboxEntry, error: string, ms: number): void => {
    postponed.push(inboxRow(entry, error, clock.now() + ms, limits.attemptsPerEvent));
  };

  const fresh = entries.filter(({ envelope }) => !processedIds.includes(envelope.id));
  for (const entry of entries) {
    if (fresh.includes(entry)) continue;
    // Decided by another while it waited: the store takes it out.
    if (entry.kept) postpone(entry, "decided already", 0);
    acknowledge.push(() => entry.resolve(duplicateReceipt(entry.envelope)));
  }
  if (parked !== null) {
    const until = clock.now() + waitMs;
    for (const entry of fresh) {
      // A result stays with its effect: whoever can decide the order carries the effect out, or looks what came of it.
      const stays = entry.completesEffect !== null;
      if (!stays) postpone(entry, `parked: ${parked}`, waitMs);
      acknowledge.push(() =>
        entry.resolve(postponedReceipt(entry.envelope, "parked", { until: stays ? until : null })),
      );
    }
    return result(null);
  }

  const now = clock.now();
  const ids = new Set<string>();
  let { record } = known;
  for (const entry of fresh) {
    const { id, event } = entry.envelope;
    if (ids.has(id)) {
      duplicates.push(entry);
      continue;
    }
    if (record === null && event.type !== "order.placed") {
      acknowledge.push(() => entry.reject(new UnknownOrder(orderId)));
      continue;
    }
    try {
      const decision = decide(record, entry.envelope, now, rules);
      record = decision.record;
      decided.push({ entry, decision });
      ids.add(id);
    } catch (error) {
      const detail = quoted(thrownText(error), 500);
      if (entry.completesEffect !== null) threw = detail;
      log.error({ orderId, event: event.type, detail }, "deciding an event threw");
      postpone(entry, detail, retryAfterMs(entry.attempts + 1, limits.longestRetryMs, random));
      acknowledge.push(() => entry.resolve(postponedReceipt(entry.envelope, "threw", { detail })));
    }
  }
  if (record === null || decided.length === 0) return result(null);
  const change = changeOf(ctx.worker, known.record, record, decided);
  const refused = refusalOf(change);
  if (refused === null) return result(change);
  for (const entry of [...decided.map((one) => one.entry), ...duplicates])
    acknowledge.push(() => entry.reject(refused));
  return result(null);
};

const changeOf = (
  worker: string,
  before: OrderRecord | null,
  record: OrderRecord,
  decided: DecidedOrder["decided"],
): Change => {
  const decisions = decided.map((one) => one.decision);
  const settled = decided.flatMap(({ entry }) => entry.completesEffect ?? []);
  const { set, cancel } = timersBetween(before, record);
  // A timer that rang is over, also one that was replaced before it could ring.
  const rang = decided.map(({ entry }) => entry.envelope.event).filter((event) => event.type === "timer.fired");
  return {
    orderId: record.orderId,
    expectedVersion: before?.version ?? 0,
    record,
    history: decisions.map((one) => one.entry),
    effects: decisions.flatMap((one) => one.effects),
    kind: kindOfChange(decided, record),
    timers: { set, cancel: [...cancel, ...rang] },
    settled,
    ...(settled.length === 0 ? {} : { settledBy: worker }),
    // An id from outside may wait in the inbox since an earlier try; decided now, it waits no longer.
    decided: decided.flatMap(({ entry }) => (entry.kept || entry.mayRepeat ? [entry.envelope.id] : [])),
  };
};

/** The event as it waits in the inbox; one of a parked order waits for as long as it takes. */
const inboxRow = (entry: MailboxEntry, error: string, notBefore: number, attemptsPerEvent: number): InboxRow => {
  const attempts = entry.attempts + 1;
  const parked = error.startsWith("parked:");
  return { envelope: entry.envelope, attempts, notBefore, error, dead: !parked && attempts >= attemptsPerEvent };
};
