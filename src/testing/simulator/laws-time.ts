/** Time: what has to wait waits, what has to be asked first is asked first, and what was replaced does not ring. */
import { flowOf } from "../../../machines/index.js";
import type { Answer, HistoryEntry } from "../../core/record.js";
import type { Committed } from "./evidence.js";
import type { Finding, Law } from "./laws.js";
import type { Lived } from "./life.js";
import { clockJumps } from "./script.js";

const each = (lived: Lived, find: (commit: Committed, entry: HistoryEntry) => string | null): Finding[] =>
  lived.evidence.commits.flatMap((commit) =>
    commit.history.flatMap((entry) => {
      const detail = find(commit, entry);
      return detail === null ? [] : [{ orderId: commit.orderId, detail }];
    }),
  );

/** Something came of it: the status moved, or money is asked for. */
const acts = ({ outcome, from, to, reason }: Answer): boolean =>
  (outcome === "moved" && from !== to) || reason === "awaiting-gateway";

/** When the order was last written before an entry, as the history tells it. */
const writtenBefore = (history: HistoryEntry[], seq: number, lived: Lived): { created: number; written: number } => {
  let created = 0;
  let written = 0;
  for (const entry of history) {
    if (entry.seq >= seq) break;
    const { event, eventId, answers, from, to, at, effects } = entry;
    if (event.type === "order.placed") {
      // What a shop's clock that is ahead says of the future counts as now.
      created = Math.min(event.order.createdAt, at);
      written = Math.min(event.order.updatedAt, at);
    }
    // A payment that comes too late for the order is written nowhere.
    if (answers.some((answer) => answer.eventId === eventId && answer.outcome === "refused")) continue;
    const lines = effects.some(({ type }) => type === "setOrderLines");
    if (event.type === "order.updated" || event.type === "payment.created" || event.type === "shop.differs")
      written = Math.max(written, lived.evidence.envelopes.get(entry)?.at ?? at);
    if ((from !== null && from !== to) || lines) written = at;
  }
  return { created, written };
};

/** What a clock that was ahead stamped and set counts from when it was put right, which no entry tells. */
const isPutBack = ({ script }: Lived): boolean => clockJumps(script).some((ms) => ms < 0);

/** An order that is written again and again keeps no callback for longer. */
const LONGEST_HOLD_MS = 600_000;

const tooEarly = (lived: Lived): Finding[] => {
  if (isPutBack(lived)) return [];
  return each(lived, ({ orderId, before, record }, entry) => {
    const callback = entry.answers.find((answer) => answer.type === "callback.received" && acts(answer));
    // The end of a call answers whoever asked for it; he was let through when it began.
    if (callback === undefined || endsACall(entry, before)) return null;
    const history = lived.after.find((end) => end.orderId === orderId)?.history ?? [];
    const { created, written } = writtenBefore(history, entry.seq, lived);
    const { choices, cooldownSeconds } = lived.script.settings;
    const from = choices.cooldownFrom === "created" ? created : Math.max(created, written);
    const arrived = history.find(({ eventId }) => eventId === callback.eventId);
    const { callbackDelaySeconds } = flowOf(lived.world.registry, record.facts.payment.gateway);
    const isDelayed = arrived !== undefined && [null, "checkout-draft", "pending", "failed"].includes(arrived.from);
    const came = (arrived && lived.evidence.envelopes.get(arrived)?.at) ?? entry.at;
    const own = isDelayed ? came + callbackDelaySeconds * 1000 : 0;
    const longest = came + Math.max(LONGEST_HOLD_MS, cooldownSeconds * 1000);
    const early = Math.max(Math.min(from + cooldownSeconds * 1000, longest), own) - entry.at;
    return early > 0 ? `a callback moved it ${early} ms too early` : null;
  });
};

/** Events that may not act on what was known before they came. */
const asksFirst = (type: string): boolean =>
  ["callback.received", "customer.returned", "reconcile.asked", "shop.holdStockDue", "timer.fired"].includes(type) ||
  (type.startsWith("merchant.") && !["merchant.failed", "merchant.held", "merchant.reopened"].includes(type));

const actedUnread = (lived: Lived): Finding[] => {
  const takenIn = new Map<string, number>();
  for (const { orderId, tick, history } of lived.evidence.commits)
    for (const { eventId } of history) takenIn.set(`${orderId} ${eventId}`, tick);
  return each(lived, ({ orderId, tick, before }, entry) => {
    const payment = before?.facts.payment;
    if (payment === undefined || payment.gateway === null || payment.id === null) return null;
    if (endsACall(entry, before)) return null;
    const read = entry.event.type === "payment.read" ? entry.event.reading.paymentId : payment.id;
    for (const answer of entry.answers) {
      if (!asksFirst(answer.type) || !acts(answer)) continue;
      const since = takenIn.get(`${orderId} ${answer.eventId}`) ?? 0;
      const asked = lived.evidence.given.some((g) => g.paymentId === read && g.tick > since && g.tick < tick);
      if (!asked) return `${answer.type} ${answer.eventId} acted, and the bank was not asked after it came`;
    }
    return null;
  });
};

/** An answer, or a reading while the call was under way: whoever asked for it was let through when it began. */
const endsACall = ({ event }: HistoryEntry, before: Committed["before"]): boolean =>
  /^(book|capture|cancel|refund|rebuild)\./.test(event.type) ||
  event.type === "payment.readBack" ||
  (before?.facts.operation ?? null) !== null;

const staleTimers = (lived: Lived): Finding[] =>
  each(lived, ({ before }, entry) => {
    const { event, eventId, answers, at } = entry;
    if (event.type !== "timer.fired") return null;
    const generation = Number(eventId.split("/").at(-1));
    const own = answers.find((answer) => answer.eventId === eventId);
    if (own?.reason === "stale-timer") return null;
    const standing = before?.timers[event.timer];
    // Two decisions of one commit: the first may have set the timer that the second obeys.
    if (entry.seq !== (before?.version ?? 0) + 1) return null;
    if (standing?.generation !== generation) return `timer ${generation} was obeyed, ${standing?.generation} stood`;
    return at < standing.at && !isPutBack(lived) ? `a timer rang ${standing.at - at} ms too early` : null;
  });

/** However far ahead the shop's clock is: what it says of the future counts as now. */
const heldTooLong = (lived: Lived): Finding[] => {
  const { settings } = lived.script;
  // Our own clock, set forward and back, is another matter.
  if (clockJumps(lived.script).length > 0) return [];
  return each(lived, ({ record }, { at, answers }) => {
    const { callbackDelaySeconds } = flowOf(lived.world.registry, record.facts.payment.gateway);
    const most = Math.max(settings.cooldownSeconds, callbackDelaySeconds) * 1000;
    const held = answers.find(({ reason, until }) => reason === "cooldown" && (until ?? 0) - at > most);
    return held === undefined ? null : `a callback was held for ${(held.until ?? 0) - at} ms`;
  });
};

export const timeLaws: readonly Law[] = [
  {
    name: "held-no-longer",
    says: "a callback is held for the customer for the cooldown and no longer, whatever the shop's clock says",
    source: "seed 003, Order Status Flow; docs/security.md",
    broken: heldTooLong,
  },
  {
    name: "customer-first",
    says: "no callback moves anything before the cooldown is over, counted from the order's last write",
    source: "seed 003, Order Status Flow; fault model I7",
    broken: tooEarly,
  },
  {
    name: "asked-first",
    says: "nothing acts on an event before the bank was asked about the payment after it came",
    source: "seed 003, Callbacks, 2; fault model I6",
    broken: actedUnread,
  },
  {
    name: "timers-of-their-generation",
    says: "a timer is obeyed only in its generation, and not before its time",
    source: "docs/architecture.md, wake; fault model F17",
    broken: staleTimers,
  },
];
