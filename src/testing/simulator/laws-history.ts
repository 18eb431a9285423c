/** The history: complete, answered, and the same again when it is decided again. */
import { isDeepStrictEqual } from "node:util";
import { flags } from "../../../machines/flags.js";
import { flowOf } from "../../../machines/index.js";
import { reasons } from "../../../machines/reasons.js";
import { notAhead } from "../../core/ahead.js";
import type { Answer, HistoryEntry, OrderRecord } from "../../core/record.js";
import { isHeldByPerson } from "./by-hand.js";
import type { OrderEnd } from "./evidence.js";
import type { Finding, Law } from "./laws.js";
import { timeLaws } from "./laws-time.js";
import type { Lived } from "./life.js";
import { type Asker, afterReading } from "./table.js";

const perOrder =
  (find: (end: OrderEnd, lived: Lived) => string | null) =>
  (lived: Lived): Finding[] =>
    lived.after.flatMap((end) => {
      const detail = find(end, lived);
      return detail === null ? [] : [{ orderId: end.orderId, detail }];
    });

const gap = ({ history, record }: OrderEnd): string | null => {
  const at = history.findIndex(({ seq }, i) => seq !== i + 1);
  if (at >= 0) return `entry ${at + 1} has the number ${history[at]?.seq}`;
  if (record?.version !== history.length) return `${history.length} entries, version ${record?.version}`;
  const broken = history.findIndex((entry, i) => i > 0 && entry.from !== history[i - 1]?.to);
  if (broken >= 0) return `entry ${broken + 1} begins with ${history[broken]?.from}`;
  const ids = history.map(({ eventId }) => eventId);
  const twice = ids.find((id, i) => ids.indexOf(id) !== i);
  return twice === undefined ? null : `${twice} was decided twice`;
};

const replayed = ({ history, record }: OrderEnd, { script, evidence, world }: Lived): string | null => {
  const rules = { settings: script.settings, registry: world.registry };
  let again: OrderRecord | null = null;
  for (const entry of history) {
    const { orderId, eventId: id, source, event, at } = entry;
    const envelope = evidence.envelopes.get(entry) ?? { id, orderId, at, source, event };
    try {
      // A record that a clock ahead has written is loaded as one of now.
      const loaded: OrderRecord | null = again === null ? null : notAhead(again, at);
      const decision = world.decide(loaded, envelope, at, rules);
      if (decision.record.facts.order.status !== entry.to)
        return `entry ${entry.seq} leads to ${decision.record.facts.order.status} now`;
      again = decision.record;
    } catch (error) {
      return `entry ${entry.seq} throws now: ${(error as Error).message}`;
    }
  }
  return isDeepStrictEqual(again, record) ? null : "the record is another one";
};

const answersOf = (history: HistoryEntry[]): Map<string, Answer> =>
  new Map(history.flatMap(({ answers }) => answers.map((answer) => [answer.eventId, answer])));

const askers: Record<string, Asker> = {
  "reconcile.asked": "reconcile",
  "shop.holdStockDue": "time is up",
  "checkout.asked": "pays again",
  // An edit leaves a customer who is at the bank alone.
  "order.updated": "reconcile",
};

/** Whether another payment was asked for between the two: whoever came back from the one before proves nothing of it. */
const paysAnew = (history: HistoryEntry[], from: HistoryEntry, to: HistoryEntry): boolean => {
  let payment: string | null = null;
  for (const { seq, event, answers } of history) {
    if (seq > to.seq) return false;
    if (event.type === "order.placed") payment = event.order.paymentId;
    if (event.type === "checkout.asked" && seq > from.seq) return true;
    if (event.type !== "payment.created" || answers[0]?.outcome !== "moved") continue;
    if (seq > from.seq && event.paymentId !== payment) return true;
    payment = event.paymentId;
  }
  return false;
};

/** What the commit that has the entry left behind; whether the entry's reading is of the payment that was current then. */
const committedWith = (entry: HistoryEntry, { evidence }: Lived) => {
  const commit = evidence.commits.find(({ history }) => history.includes(entry));
  const { event } = entry;
  if (commit === undefined || event.type !== "payment.read") return null;
  // What is booked at the end of a decision is the current payment only from then on.
  const books = entry.answers.some(({ rule }) => rule === "book/signed");
  const { facts } = books && commit.before !== null ? commit.before : commit.record;
  // A payment that was begun later in the same commit was not yet current.
  const later = commit.history.filter(({ seq }) => seq > entry.seq);
  const begunSince = later.some((one) => one.event.type === "payment.created" && one.answers[0]?.outcome === "moved");
  return { facts, isCurrent: begunSince || event.reading.paymentId === facts.payment.id };
};

/** Who an answer is to, as the table knows him; null = a merchant, whose wishes the table does not know. */
const askerOf = ({ type, eventId }: Answer, history: HistoryEntry[], reading: HistoryEntry): Asker | null => {
  if (type.startsWith("merchant.")) return null;
  // A look for the effect of a call whose answer was lost is no end of anybody's time, also once a person ended the wait.
  if (type === "timer.fired" && eventId.includes("look.again.")) return "reconcile";
  if (type === "timer.fired") return eventId.includes(".nextLook.") ? "anybody" : "time is up";
  if (type !== "customer.returned") return askers[type] ?? "anybody";
  const asked = history.find((entry) => entry.eventId === eventId);
  const { page = "success", attempt = undefined } = asked?.event.type === "customer.returned" ? asked.event : {};
  if (attempt === null || (asked !== undefined && paysAnew(history, asked, reading))) return "stranger";
  return page === "fail" || page === "signing-cancelled" ? "fail page" : "anybody";
};

/** Whether a time that was up may still end the order: it may have begun anew before the payment was read. */
const isOutOfTime = ({ eventId, type, reason }: Answer, history: HistoryEntry[], reading: HistoryEntry): boolean => {
  if (reason === "stale-timer" || reason === "not-due") return false;
  const asked = history.find((entry) => entry.eventId === eventId);
  if (asked === undefined || type === "shop.holdStockDue") return true;
  const since = history.filter(({ seq }) => seq > asked.seq && seq < reading.seq);
  const beganAnew = since.some(({ event, answers }) =>
    event.type === "payment.created" ? answers[0]?.outcome === "moved" : event.type === "order.updated",
  );
  // The new time may be up as well by now.
  return !beganAnew || since.some(({ event }) => event.type === "timer.fired");
};

/** Answers to messages about a payment that does not pay the order. */
const aboutAnother = new Set(["callback/stale-payment", "attempt/holds-money"]);

const offTheTable = (end: OrderEnd, lived: Lived): string | null => {
  const { script, world } = lived;
  for (const [i, entry] of end.history.entries()) {
    const { event, answers } = entry;
    const before = end.history[i - 1];
    if (event.type !== "payment.read" || before === undefined || typeof before.states.order !== "string") continue;
    const committed = committedWith(entry, lived);
    if (committed === null || committed.facts.payment.gateway === null) continue;
    const { facts, isCurrent } = committed;
    // The order's other payments are read first; and a reading of one that does not pay it says nothing of the order.
    if (answers.some(({ rule }) => rule === "cooldown/every-payment")) continue;
    const known = {
      payment: isCurrent ? event.reading : facts.payment,
      total: facts.order.total,
      needsProcessing: facts.order.needsProcessing,
      settings: script.settings,
      flow: flowOf(world.registry, facts.payment.gateway),
      tolerance: facts.payment.tolerance,
      captureFailed: facts.payment.captureFailed,
      heldByHand: isHeldByPerson(end.history.slice(0, i), lived.evidence.commits),
    };
    let status = entry.from ?? "pending";
    for (const answer of answers) {
      if (answer.eventId === entry.eventId || aboutAnother.has(answer.rule ?? "")) continue;
      // Whether it is the order's is what was asked; who asked after it finds what came of that, or a call under way.
      if (answer.type === "payment.attached") {
        if (answer.outcome === "deferred") break;
        status = answer.to ?? status;
        continue;
      }
      // A look for a call that has ended since has nothing to move.
      if (answer.eventId.includes(".nextLook.") && answer.rule === null) continue;
      // What was refunded, and was asked for, pending until now or settled by a person, has its own laws.
      if (answer.rule === "refund/confirmed") break;
      const asker = askerOf(answer, end.history, entry);
      // A merchant's wish, or a call under way, has its own laws.
      if (asker === null || answer.outcome === "deferred" || answer.reason === "already-asked") break;
      const isOver = asker === "time is up" && isOutOfTime(answer, end.history, entry);
      const want = asker === "time is up" && !isOver ? status : afterReading(status, known, asker);
      const bank = known.payment.status;
      if (answer.to !== want) return `entry ${entry.seq}: ${status}, read as ${bank}, became ${answer.to}, not ${want}`;
      status = want;
    }
  }
  return null;
};

const standing = (record: OrderRecord): string[] =>
  record.flags
    .filter(({ clearedAt }) => clearedAt === null)
    .map(({ flag }) => flag)
    .sort();

const wrongFlags = ({ record }: OrderEnd, { script, world }: Lived): string | null => {
  if (record === null) return null;
  const flow = flowOf(world.registry, record.facts.payment.gateway);
  const facts = { ...record.facts, now: 0, settings: script.settings, flow, wish: null, seen: null };
  const want = Object.entries(flags)
    .filter(([, { test }]) => test(facts))
    .map(([name]) => name)
    .sort();
  const got = standing(record);
  return isDeepStrictEqual(got, want)
    ? null
    : `raised: ${got.join(", ") || "none"}; by the facts: ${want.join(", ") || "none"}`;
};

export const historyLaws: readonly Law[] = [
  {
    name: "by-the-table",
    says: "a reading makes of an order what the documents' table says, whoever asked for it",
    source: "seed 003, Status::update Process; 000, Purchasing; 004",
    broken: perOrder(offTheTable),
  },
  {
    name: "acknowledged-is-kept",
    says: "whatever was acknowledged is in the history, or waits visibly in the inbox",
    source: "fault model I8, F8",
    broken: ({ evidence, after, store }) =>
      evidence.acknowledged.flatMap(({ orderId, eventId, type }) => {
        const history = after.find((end) => end.orderId === orderId)?.history ?? [];
        const kept = history.some((entry) => entry.eventId === eventId);
        const waits = [...store.openEvents, ...store.deadEvents].some((one) => one.startsWith(eventId));
        return kept || waits ? [] : [{ orderId, detail: `${type} ${eventId} is nowhere` }];
      }),
  },
  {
    name: "history-without-gaps",
    says: "decisions are numbered without a gap, each begins where the last one ended, no event is decided twice",
    source: "fault model I9, I14",
    broken: perOrder((end) => gap(end)),
  },
  ...timeLaws,
  {
    name: "answered",
    says: "everything that was taken in has a last word: moved, ignored or refused",
    source: "fault model I8",
    broken: perOrder(({ history }) => {
      const open = [...answersOf(history).values()].find(({ outcome }) => outcome === "deferred");
      return open === undefined ? null : `${open.type} ${open.eventId} still waits: ${open.reason}`;
    }),
  },
  {
    name: "every-no-says-why",
    says: "whatever does not move has a reason, and it stands in the table of reasons",
    source: "fault model I8",
    broken: perOrder(({ history }) => {
      const silent = history
        .flatMap(({ answers }) => answers)
        .find(({ outcome, reason }) => (outcome === "moved" ? false : reason === null || !(reason in reasons)));
      return silent === undefined ? null : `${silent.type} ${silent.outcome}: ${silent.reason ?? "no reason"}`;
    }),
  },
  {
    name: "replays",
    says: "the history, decided again from its beginning, gives the record that is stored",
    source: "fault model I9",
    broken: perOrder(replayed),
  },
  {
    name: "flags-equal-facts",
    says: "a flag stands exactly while the facts say so",
    source: "scenarios, Flags",
    broken: perOrder(wrongFlags),
  },
];
