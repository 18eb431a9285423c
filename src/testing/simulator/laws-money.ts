/** Money: what reached the bank, against what was decided and what the bank had said. */
import { flowOf } from "../../../machines/index.js";
import { type Decided, decisionsOf, entered, toldTotal, tookOne } from "./decided-calls.js";
import type { GivenReading, LedgerEntry } from "./evidence.js";
import type { Finding, Law } from "./laws.js";
import type { Lived } from "./life.js";
import { clockJumps, MINUTE } from "./script.js";

const effectOf: Record<string, string> = {
  capture: "capturePayment",
  cancel: "cancelPayment",
  refund: "refundPayment",
  addOrderLines: "addOrderLines",
  book: "bookSignedPayment",
};

const orderOf = (lived: Lived, paymentId: string): string =>
  lived.evidence.commits.find(({ record }) => record.facts.payment.id === paymentId)?.orderId ?? "";

const perCall = (find: (entry: LedgerEntry, decided: Decided[], lived: Lived) => string | null) => {
  return (lived: Lived): Finding[] => {
    return lived.evidence.ledger.flatMap((entry) => {
      const detail = find(entry, decisionsOf(lived.evidence, entry), lived);
      return detail === null ? [] : [{ orderId: orderOf(lived, entry.paymentId), detail }];
    });
  };
};

const byKey = ({ evidence }: Lived): Map<string, LedgerEntry[]> => {
  const keys = new Map<string, LedgerEntry[]>();
  for (const entry of evidence.ledger) {
    const key = `${entry.op} ${entry.paymentId} ${entry.key}`;
    keys.set(key, [...(keys.get(key) ?? []), entry]);
  }
  return keys;
};

const forbidsCapture = ({ reading }: GivenReading): boolean =>
  !reading.exists ||
  ["FROZEN", "INSPECTION", "REJECTED"].includes(reading.status) ||
  !reading.offers.some((offer) => offer === "CAPTURE" || offer === "PARTIAL_CAPTURE") ||
  reading.authorized === 0;

/** When the event that asked for a call was taken in. */
const askedAt = ({ evidence }: Lived, { commit }: Decided): number => {
  const { operation } = commit.record.facts;
  const asked = evidence.commits.find(
    ({ orderId, history }) => orderId === commit.orderId && history.some((h) => h.eventId === operation?.askedBy),
  );
  // A reading that makes the order go on asks by itself, and the one before it allowed it.
  return asked === undefined || asked === commit ? 0 : asked.tick;
};

/** A process whose clock jumps while it waits for a lost answer waits too short or too long. */
const aClockJumped = ({ script }: Pick<Lived, "script">): boolean => clockJumps(script).length > 0;

/** The gateways' settle window. */
const SETTLE = 10 * MINUTE;
const twice: Partial<Record<LedgerEntry["op"], string>> = {
  refund: "discrepancy:refunded-twice",
  addOrderLines: "discrepancy:reserved-twice",
  // It let new lines go with it: nothing is too much, and nothing is left.
  cancel: "discrepancy:payment-cancelled-order-active",
};

/** A call that the bank might carry out more than once: neither all that is left, nor one whose key it remembers. */
const isPart = (lived: Lived, call: LedgerEntry): boolean => {
  const { op } = call;
  if (op !== "refund" && op !== "addOrderLines") return false;
  const [decided] = decisionsOf(lived.evidence, call);
  const gateway = decided?.commit.record.facts.payment.gateway ?? null;
  if (flowOf(lived.world.registry, gateway).repeatableByKey.includes("refund")) return false;
  return op === "addOrderLines" || decided?.effect.all === false;
};

/** What other hands let go at the bank while these calls were sent and booked. */
const letGoByOthers = (
  { evidence: { commits, ledger }, after }: Lived,
  calls: LedgerEntry[],
  booked: number,
): number => {
  const [{ paymentId, tick: from } = { paymentId: "", tick: 0 }] = calls;
  const mine = commits.filter(({ truth }) => truth?.paymentId === paymentId);
  const end = after.find(({ truth }) => truth?.paymentId === paymentId);
  const before = mine.findLast(({ tick }) => tick < from)?.truth?.canceled ?? 0;
  const later = (mine.find(({ tick }) => tick > booked) ?? end)?.truth?.canceled ?? 0;
  const ours = ledger.filter((e) => e.op === "cancel" && e.paymentId === paymentId && e.tick > from && e.tick < booked);
  return later - before - ours.reduce((sum, { effect }) => sum + effect, 0);
};

/**
 * Booked later than anybody waits, and the order has said by how much it is too much, or a new change of lines has
 * mended it since.
 */
const isFlagged = (lived: Lived, orderId: string, calls: LedgerEntry[]): boolean => {
  const { after, script, evidence } = lived;
  const done = calls.filter(({ effect }) => effect > 0);
  const inTime = done.filter(({ at, bookedLate }) => bookedLate === null || bookedLate.at - at < SETTLE);
  if (inTime.length > 1 && !aClockJumped({ script })) return false;
  const end = after.find((one) => one.orderId === orderId);
  const booked = Math.max(...done.map(({ tick, bookedLate }) => bookedLate?.tick ?? tick));
  const more = done.reduce((sum, { effect }) => sum + effect, 0) - (done[0]?.effect ?? 0);
  const excess = calls[0]?.op === "addOrderLines" ? more - letGoByOthers(lived, calls, booked) : more;
  const flag = end?.record?.flags.find((f) => f.flag === twice[calls[0]?.op ?? "book"]);
  const mends = calls[0]?.op === "cancel" ? "addOrderLines" : "cancel";
  const mended = evidence.ledger.some(
    ({ op, paymentId, effect, tick }) =>
      op === mends && paymentId === calls[0]?.paymentId && effect > 0 && tick > booked,
  );
  const settled = end?.history.some(({ event }) => event.type === "merchant.acknowledged") ?? false;
  // Where a part of the new lines was captured before, the amounts differ instead.
  const differs = end?.record?.flags.some((f) => f.flag === "discrepancy:amount-mismatch") ?? false;
  const told = calls[0]?.op === "cancel" ? flag !== undefined || differs : (flag?.amount ?? 0) >= excess;
  // Nobody waits for the money of an order that is paid another way.
  return mended || settled || told || (calls[0]?.op === "cancel" && end?.record?.facts.order.paidOtherwise === true);
};

/**
 * The calls without those of lines that a cancellation, booked late, let go before they were sent again: the bank had
 * none of them left.
 */
const withoutLetGo = ({ evidence }: Lived, calls: LedgerEntry[]): LedgerEntry[] =>
  calls.filter((call, i) => {
    const next = calls[i + 1];
    if (call.op !== "addOrderLines" || call.effect === 0 || next === undefined) return true;
    const done = call.bookedLate?.tick ?? call.tick;
    return !evidence.ledger.some(({ op, paymentId, effect, bookedLate }) => {
      const booked = bookedLate?.tick ?? 0;
      return op === "cancel" && paymentId === call.paymentId && effect > 0 && booked > done && booked < next.tick;
    });
  });

/** It was sent although it had taken effect: before it was decided, where the bank booked late and was read since. */
const isSentInVain = (lived: Lived, call: LedgerEntry, calls: LedgerEntry[]): boolean => {
  const { given } = lived.evidence;
  const own = decisionsOf(lived.evidence, call).findLast(({ commit }) => commit.tick < call.tick)?.commit.tick ?? 0;
  const orderId = orderOf(lived, call.paymentId);
  return calls.some(({ effect, tick, bookedLate }) => {
    if (effect === 0 || tick >= call.tick) return false;
    if (bookedLate === null) return true;
    const since = given.filter((g) => g.paymentId === call.paymentId && g.tick > bookedLate.tick && g.tick < own);
    return since.some((g) => tookOne(lived.evidence, orderId, g.tick, own));
  });
};

/** How the operation that this call belongs to was told to end. */
const endOf = (lived: Lived, call: LedgerEntry): { refused: boolean; byPerson: boolean } | null => {
  const { op } = call;
  const [decided] = decisionsOf(lived.evidence, call);
  const { kind, askedBy: asked } = decided?.commit.record.facts.operation ?? {};
  // What is let go before new lines is one half: the other may be refused.
  if (decided === undefined || asked === undefined || (kind === "rebuild" && op === "cancel")) return null;
  const { history = [] } = lived.after.find(({ orderId }) => orderId === decided.commit.orderId) ?? {};
  for (const { answers, seq } of history) {
    if (seq < decided.commit.record.version) continue;
    const answer = answers.find(({ eventId, outcome }) => eventId === asked && outcome !== "deferred");
    if (answer === undefined) continue;
    // What was booked may be captured at once, and that may be refused.
    const own = answer.rule?.startsWith(op === "addOrderLines" ? "modify/" : `${op}/`) ?? false;
    const refused = own && answer.outcome === "refused" && answer.reason === "gateway-refused";
    return { refused, byPerson: answer.rule?.endsWith("ended-by-person") ?? false };
  }
  return null;
};

export const moneyLaws: readonly Law[] = [
  {
    name: "moved-once",
    says: "a call that moves money takes effect once, and is not sent again after it did",
    source: "fault model F14, I4; seed 003, Enable Capture",
    broken: (lived) =>
      [...byKey(lived)].flatMap(([key, sent]) => {
        const calls = withoutLetGo(lived, sent);
        const times = calls.filter(({ effect }) => effect > 0).length;
        const orderId = orderOf(lived, calls[0]?.paymentId ?? "");
        const tooOften = times > 1 && !isFlagged(lived, orderId, calls);
        if (!tooOften && !calls.some((call) => isSentInVain(lived, call, calls))) return [];
        return [{ orderId, detail: `${key} was sent ${sent.length} times and took effect ${times} times` }];
      }),
  },
  {
    name: "a-part-waits",
    says: "a call for a part whose answer was lost goes out again only when the bank can no longer book it",
    source: "docs/evidence/guarantees.md, A bank that books late",
    broken: (lived) =>
      [...byKey(lived)].flatMap(([key, calls]) => {
        const [first] = calls;
        if (first === undefined || !isPart(lived, first) || aClockJumped(lived)) return [];
        const early = calls.find(({ at }, i) => {
          const before = calls[i - 1];
          return before?.answer === "unknown" && at - before.at < SETTLE;
        });
        const orderId = orderOf(lived, first.paymentId);
        return early === undefined ? [] : [{ orderId, detail: `${key} was sent again too soon` }];
      }),
  },
  {
    name: "a-refusal-is-read-back",
    says: "what a merchant is told was refused did not take effect, unless the bank booked it later than anybody waits",
    source: "docs/evidence/guarantees.md, A bank that books late",
    broken: (lived) =>
      [...byKey(lived)].flatMap(([key, calls]) => {
        const done = calls.find(({ effect }) => effect > 0);
        const [first] = calls;
        if (done === undefined || first === undefined) return [];
        const ended = endOf(lived, first);
        const tooLate = done.bookedLate !== null && done.bookedLate.at - done.at >= SETTLE;
        if (!ended?.refused || ended.byPerson || tooLate || aClockJumped(lived)) return [];
        return [{ orderId: orderOf(lived, done.paymentId), detail: `${key} took effect, and was told as refused` }];
      }),
  },
  {
    name: "only-what-was-decided",
    says: "nothing reaches the bank but calls that were made durable first, with the amount and lines decided",
    source: "fault model I13",
    broken: perCall(({ op, key, body, paymentId }, decided) => {
      const mine = decided.filter(({ effect }) => effect.type === effectOf[op]);
      if (mine.length === 0) return `${op} with key ${key} was never decided`;
      const bodies = mine.map(({ effect: { amount, lines, all } }) =>
        JSON.stringify([op, paymentId, amount, all ?? null, lines ?? null]),
      );
      return bodies.includes(body) ? null : `${op} sent as ${body}, decided as ${bodies[0]}`;
    }),
  },
  {
    name: "captured-as-the-bank-allowed",
    says: "captured only where a reading taken since it was asked for, and since the last try, allowed it",
    source: "seed 003, Conditions required for capturing payments; fault model I5",
    broken: perCall(({ op, tick, key }, decided, lived) => {
      if (op !== "capture") return null;
      const own = decided.findLast(({ commit }) => commit.tick < tick);
      if (own === undefined) return null;
      const { ledger, given } = lived.evidence;
      const before = ledger.findLast((e) => e.key === key && e.op === op && e.tick < own.commit.tick)?.tick ?? 0;
      const since = Math.max(askedAt(lived, own), before);
      const { id } = own.commit.record.facts.payment;
      const readings = given.filter((g) => g.paymentId === id && g.tick > since && g.tick < own.commit.tick);
      if (readings.some((one) => !forbidsCapture(one))) return null;
      return `captured; the bank had said ${readings.map(({ reading }) => reading.status).join(", ") || "nothing"}`;
    }),
  },
  {
    name: "never-more-than-there-is",
    says: "captured and let go is never more than was reserved, refunded never more than was captured",
    source: "fault model I4",
    broken: ({ after }) =>
      after.flatMap(({ orderId, truth }) => {
        if (truth === null || !truth.exists) return [];
        const { authorized, captured, canceled, refunded, total } = truth;
        const holds = authorized >= 0 && captured >= 0 && refunded <= captured && captured + canceled <= total;
        return holds ? [] : [{ orderId, detail: JSON.stringify({ total, authorized, captured, canceled, refunded }) }];
      }),
  },
  {
    name: "completed-is-captured",
    says: "an order is completed only once its money was captured, unless capture is off or it cost nothing",
    source: "seed 003, Enable Capture; fault model, ten findings 4",
    broken: (lived) =>
      entered(lived, "completed").flatMap(({ orderId, record, history, truth }) => {
        // Of several events that were committed at once, one made it cost nothing, or dear only after it was completed.
        const cameToNothing = history.some(({ event }) => "total" in event && event.total === 0);
        const completed = history.find(({ from, to }) => to === "completed" && from !== "completed");
        const wasFree = toldTotal(lived, orderId, completed?.seq ?? 0) === 0;
        const free = cameToNothing || wasFree || record.facts.order.total === 0 || !lived.script.settings.enableCapture;
        return free || (truth?.captured ?? 0) > 0
          ? []
          : [{ orderId, detail: `captured ${truth?.captured ?? "nothing"}` }];
      }),
  },
  {
    name: "refunded-is-credited",
    says: "an order is refunded only once everything captured was paid back, unless refunds are off",
    source: "seed 003, Enable Refund",
    broken: (lived) =>
      entered(lived, "refunded").flatMap(({ orderId, truth }) =>
        !lived.script.settings.enableRefund ||
        (truth !== null && truth.captured > 0 && truth.captured === truth.refunded)
          ? []
          : [{ orderId, detail: `refunded ${truth?.refunded} of ${truth?.captured}` }],
      ),
  },
  {
    name: "cancelled-is-let-go",
    says: "an order that a merchant cancelled holds no money that the shop could have let go",
    source: "seed 003, Enable Cancel",
    broken: (lived) =>
      entered(lived, "cancelled").flatMap(({ orderId, truth, history }) =>
        history.some(({ answers }) => answers.some(({ rule }) => rule === "cancel/confirmed")) &&
        truth !== null &&
        truth.authorized > 0
          ? [{ orderId, detail: `${truth.authorized} still reserved` }]
          : [],
      ),
  },
];
