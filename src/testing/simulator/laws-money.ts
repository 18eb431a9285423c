/** Money: what reached the bank, against what was decided and what the bank had said. */
import type { Committed, Evidence, Given, LedgerEntry } from "./evidence.js";
import type { Found, Law } from "./laws.js";
import type { Lived } from "./life.js";

const effectOf: Record<string, string> = {
  capture: "capturePayment",
  cancel: "cancelPayment",
  refund: "refundPayment",
  addOrderLines: "addOrderLines",
  book: "bookSignedPayment",
};

interface Decided {
  commit: Committed;
  effect: { type: string; amount: number; lines?: unknown; all?: boolean };
}

/** Every decided call that moves money, by its key; tried again, the same key comes again. */
const decidedCalls = ({ commits }: Evidence): Map<string, Decided[]> => {
  const calls = new Map<string, Decided[]>();
  for (const commit of commits) {
    for (const { effect } of commit.effects) {
      if (!("key" in effect)) continue;
      const key = `${effect.paymentId} ${effect.key}`;
      calls.set(key, [...(calls.get(key) ?? []), { commit, effect }]);
    }
  }
  return calls;
};

const orderOf = (lived: Lived, paymentId: string): string =>
  lived.evidence.commits.find(({ record }) => record.facts.payment.id === paymentId)?.orderId ?? "";

const perCall = (find: (entry: LedgerEntry, decided: Decided[], lived: Lived) => string | null) => {
  return (lived: Lived): Found[] => {
    const calls = decidedCalls(lived.evidence);
    return lived.evidence.ledger.flatMap((entry) => {
      const detail = find(entry, calls.get(`${entry.paymentId} ${entry.key}`) ?? [], lived);
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

const forbidsCapture = ({ reading }: Given): boolean =>
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
  return asked?.tick ?? 0;
};

export const moneyLaws: readonly Law[] = [
  {
    name: "moved-once",
    says: "a call that moves money takes effect once, and is not sent again after it did",
    source: "fault model F14, I4; seed 003, Enable Capture",
    broken: (lived) =>
      [...byKey(lived)].flatMap(([key, calls]) => {
        const first = calls.findIndex(({ effect }) => effect > 0);
        if (first < 0 || first === calls.length - 1) return [];
        const orderId = orderOf(lived, calls[0]?.paymentId ?? "");
        const times = calls.filter(({ effect }) => effect > 0).length;
        return [{ orderId, detail: `${key} was sent ${calls.length} times and took effect ${times} times` }];
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
    says: "an order reads completed only once its money was captured, unless capture is off or it cost nothing",
    source: "seed 003, Enable Capture; fault model, ten findings 4",
    broken: (lived) =>
      entered(lived, "completed").flatMap(({ orderId, record, truth }) => {
        const free = record.facts.order.total === 0 || !lived.script.settings.enableCapture;
        return free || (truth?.captured ?? 0) > 0
          ? []
          : [{ orderId, detail: `captured ${truth?.captured ?? "nothing"}` }];
      }),
  },
  {
    name: "refunded-is-credited",
    says: "an order reads refunded only once everything captured was given back, unless refunds are off",
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

/** Commits in which one of our orders came to a status that the engine chose itself. */
const entered = ({ evidence }: Lived, status: string): Committed[] =>
  evidence.commits.filter(
    ({ before, record, history }) =>
      before !== null &&
      before.facts.payment.gateway !== null &&
      before.facts.order.status !== status &&
      record.facts.order.status === status &&
      !history.some(({ event }) => event.type === "order.seen" || event.type === "shop.conflicted"),
  );
