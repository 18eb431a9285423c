/**
 * Why an order is where it is, what comes next and what to do, told once for the command, the pages and the API: the facts as
 * fields, and each with its sentence in both languages. Pure.
 */
import type { EffectType } from "../../machines/effects.js";
import type { EventType, Source } from "../../machines/events.js";
import type { OrderStatus } from "../../machines/facts.js";
import { type FlagName, flags as flagRules } from "../../machines/flags.js";
import { registry as currentRegistry, type Registry } from "../../machines/index.js";
import { quoted } from "../../machines/quoted.js";
import { reasonInWords } from "../../machines/reasons.js";
import { defaultSettings, type Settings } from "../../machines/settings.js";
import { withChild } from "../../machines/statuses.js";
import { flagsInSwedish, reasonsInSwedish } from "../../machines/swedish.js";
import type { Answer, HistoryEntry, OrderRecord } from "./record.js";
import { type Offers, offersOf } from "./verdict.js";
import { asked, callNamed } from "./why/calls.js";
import { causeOf } from "./why/cause.js";
import { changeIn, movedBy } from "./why/change.js";
import { evidenceOf, paymentsSaid, valuesOf } from "./why/facts.js";
import { callBeside, type FoundSentences, find, flagFirst, remedyFor, standing } from "./why/found.js";
import { cooldownOf, heldSaid, isAside } from "./why/held.js";
import { nextOf } from "./why/next.js";
import { notes } from "./why/under-way.js";
import {
  type Action,
  moment,
  type Pair,
  type Said,
  said,
  type Tongue,
  times,
  type Values,
  withOwn,
} from "./why/words.js";

export { isHeldByHand } from "./why/cause.js";
export { type Said, type Tongue, tongues } from "./why/words.js";

export interface PendingCall {
  effect: { type: EffectType; paymentId?: string };
  attempts: number;
  notBefore: number;
  dead: boolean;
  /** What went wrong the last time; null = nothing did. */
  error?: string | null;
}

export interface Why {
  orderId: string;
  status: OrderStatus;
  /** The status of the shop's own that it has there; left out: none. */
  child?: string;
  /** Which sentence this is, such as `on-hold/frozen`, `flagged/discrepancy:paid-twice` or `dead/capturePayment`. */
  situation: string;
  /** When the order took its status, ISO 8601; null = its history does not reach back so far. */
  since: string | null;
  /** The state in a few words: "On hold, frozen by the bank". */
  state: Said;
  /** State, cause and what follows from it, in one sentence. */
  answer: Said;
  cause: {
    /** What the bank says of the payment, or who moved the order. */
    code: string;
    /** The rule by which it took its status, as docs/rules.md names it; null = none is known. */
    rule: string | null;
    /** Who set that off; null = its history does not reach back so far. */
    by: Source | null;
  };
  evidence: {
    paymentId: string | null;
    gateway: string | null;
    /** As the bank said it last; null = it was not asked. */
    status: string | null;
    readAt: string | null;
    says: Said;
  };
  /** What else is to be known: the shop's own word, a call under way, what failed, was refused or is held, other payments. */
  notes: { kind: "child" | "call" | "failed" | "refused" | "held" | "payments"; says: Said }[];
  next: { at: string | null; says: Said };
  action: { says: Said; events: EventType[] };
  flags: { flag: FlagName; amount: number | null; says: Said; remedy: Said }[];
}

/** What is said of a moment that nobody knows any more: nothing. */
const sinceWhen = / (?:since|sedan) \{since\}/g;
const undated = ([english, swedish]: Pair): Pair => [english.replace(sinceWhen, ""), swedish.replace(sinceWhen, "")];

/** The first that offers nothing which the order would refuse; else the last, without that. */
const chosen = (actions: readonly Action[], offers: Offers): Action => {
  const fits = actions.find(([, , ...events]) => events.every(offers));
  if (fits !== undefined) return fits;
  const [english, swedish, ...events] = actions.at(-1) as Action;
  return [english, swedish, ...events.filter(offers)];
};

const lowered = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

/** Longer answers of a shop are pages of HTML. */
const LONGEST_ERROR = 200;

/** What a call that is tried again, or was given up, failed with. Of several the one that holds the others up. */
const failedSaid = (record: OrderRecord, open: PendingCall[]): Said | null => {
  const hasFailed = ({ error, attempts }: PendingCall) => error != null && attempts > 0;
  const failed = open.find(({ dead }) => dead) ?? open.find(hasFailed);
  if (failed?.error == null || !hasFailed(failed)) return null;
  return said(notes.failed, {
    call: said(callNamed(failed, record)),
    error: quoted(failed.error, LONGEST_ERROR).replaceAll(/\s+/g, " "),
  });
};

/** The last word to a merchant since the order took its status, where it was a no. */
const refusedSaid = (history: HistoryEntry[], change: HistoryEntry | undefined): Said | null => {
  const since = history.slice(change === undefined ? 0 : history.indexOf(change));
  const answers = since.flatMap(({ at, answers: all }) => all.map((answer) => ({ at, answer })));
  const last = answers.findLast(({ answer }) => answer.type.startsWith("merchant.") && answer.outcome !== "deferred");
  if (last?.answer.outcome !== "refused") return null;
  return said(notes.refused, {
    asked: said(askedFor(last.answer)),
    at: moment(last.at),
    reason: reasonSaid(last.answer),
  });
};
const askedFor = ({ type }: Answer): Pair => asked[type] ?? [type, type];
const reasonSaid = ({ reason }: Answer): Said => {
  const code = reason ?? "";
  const english = reasonInWords(code);
  return { en: lowered(english), sv: lowered(reasonsInSwedish[code] ?? english) };
};

const flagsSaid = (record: OrderRecord, open: PendingCall[], { offers, settings }: Asked): Why["flags"] =>
  standing(record).map((one) => {
    const [en, sv] = chosen(remedyFor(record, one, open, settings), offers);
    const { flag, amount } = one;
    return {
      flag,
      amount: amount ?? null,
      says: { en: flagRules[flag].says, sv: flagsInSwedish[flag].says },
      remedy: { en, sv },
    };
  });

interface Asked {
  offers: Offers;
  settings: Settings;
}

/** The call under way where something else is told first, and whether a person may end the wait for it. */
const callSaid = (
  record: OrderRecord,
  open: PendingCall[],
  found: FoundSentences,
  { values, offers }: { values: Values; offers: Offers },
): { says: Said | null; ends: EventType[] } => {
  const call = callBeside(record, open, found);
  if (call === null) return { says: null, ends: [] };
  const ends = call.ends !== null && offers(ENDS) ? call.ends : null;
  const [english, swedish] = call.says;
  const whole: Pair = ends === null ? call.says : [`${english} ${ends[0]}`, `${swedish} ${ends[1]}`];
  return { says: said(whole, values), ends: ends === null ? [] : [ENDS] };
};
const ENDS: EventType = "merchant.endedWait";

const iso = (ms: number): string => new Date(ms).toISOString();

/**
 * @param history the latest entries in order, back to the last change of the status; without it no cause is told
 * @param open calls not carried out yet, the dead ones among them
 * @param settings the shop's: nothing is offered that the order would refuse under them
 */
export const why = (
  record: OrderRecord,
  history: HistoryEntry[],
  open: PendingCall[],
  parked: string | null = null,
  registry: Registry = currentRegistry,
  settings: Settings = defaultSettings,
): Why => {
  const { order, payment } = record.facts;
  const change = changeIn(history);
  const { rule, by } = movedBy(history);
  const code = causeOf(record, rule ?? "", by);
  const now = history.at(-1)?.at ?? Math.max(order.updatedAt, payment.readAt ?? 0);
  const offers = offersOf(record, now, { registry, settings });
  const found = find(record, { open, parked, code, settings });
  const { situation, sentences } = found;
  const [state, whole, ...actions] = sentences;
  const [english, swedish, ...events] = chosen(actions, offers);
  const answer = change === undefined ? undated(whole) : whole;
  const givenUp = open.find((call) => call.dead);
  const values: Values = {
    ...valuesOf(record, standing(record).find(({ flag }) => flag === flagFirst(record))?.amount ?? 0),
    since: moment(change?.at ?? order.createdAt),
    parked: parked ?? "",
    call: givenUp === undefined ? "" : said(callNamed(givenUp, record)),
    times: times(givenUp?.attempts ?? 0),
    due: moment(cooldownOf(record)?.at ?? order.createdAt),
  };
  const held = heldSaid(record);
  const call = callSaid(record, open, found, { values, offers });
  const next = nextOf(record, open, parked);
  const { child } = order;
  const others = [
    { kind: "child" as const, says: child === undefined ? null : said(notes.child, { child }) },
    { kind: "call" as const, says: call.says },
    { kind: "failed" as const, says: failedSaid(record, open) },
    { kind: "refused" as const, says: refusedSaid(history, change) },
    { kind: "held" as const, says: situation === "pending/held" ? null : held },
    { kind: "payments" as const, says: paymentsSaid(record, registry) },
  ];
  return {
    orderId: record.orderId,
    status: order.status,
    ...withChild(child),
    situation,
    since: change === undefined ? null : iso(change.at),
    state: said(withOwn(state, order.status, child), values),
    answer: said(answer, values),
    cause: { code, rule, by },
    evidence: {
      paymentId: payment.id,
      gateway: payment.gateway,
      status: payment.readAt === null ? null : payment.status,
      readAt: payment.readAt === null ? null : iso(payment.readAt),
      says: evidenceOf(record, registry),
    },
    notes: others.flatMap(({ kind, says }) => (says === null ? [] : [{ kind, says }])),
    next: { at: next.at === null ? null : iso(next.at), says: next.says },
    action: { says: said([english, swedish]), events: [...call.ends, ...events] },
    flags: flagsSaid(record, open, { offers, settings }),
  };
};

const heads: Record<"next" | "action", Pair> = { next: ["Next", "Härnäst"], action: ["To do", "Att göra"] };

/** What is told before what comes next, and what after it. */
export const notesOf = ({ status, notes: all }: Pick<Why, "status" | "notes">) => ({
  first: all.filter(({ kind }) => !isAside(status, kind)),
  aside: all.filter(({ kind }) => isAside(status, kind)),
});

/** As the command prints it: the answer, what stands in the way, what the bank said, what comes next, what to do. */
export const linesOf = (told: Why, tongue: Tongue = "en"): string[] => {
  const head = (name: keyof typeof heads): string => heads[name][tongue === "en" ? 0 : 1];
  const { first, aside } = notesOf(told);
  return [
    told.answer[tongue],
    ...first.map(({ says }) => says[tongue]),
    told.evidence.says[tongue],
    `${head("next")}: ${told.next.says[tongue]}`,
    ...aside.map(({ says }) => says[tongue]),
    `${head("action")}: ${told.action.says[tongue]}`,
  ];
};
