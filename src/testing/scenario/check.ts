/** Holds what was seen against what was expected. Pure; only what is named is checked. */
import { isDeepStrictEqual } from "node:util";
import type { Difference, Expectation, Observed } from "./format.js";

type TellDifference = (expect: string, want: unknown, got: unknown) => void;
type Check = (want: never, seen: Observed, report: TellDifference, all: Expectation) => void;
interface Bounds {
  min?: number;
  max?: number;
}

const ms = (iso: string): number => Date.parse(iso);

const bounds = (name: string, want: Bounds, got: number, report: TellDifference): void => {
  if (want.min !== undefined && got < want.min) report(`${name}.min`, want.min, got);
  if (want.max !== undefined && got > want.max) report(`${name}.max`, want.max, got);
};

/** Every field that `want` names is equal; what it does not name is free. */
const fits = (want: unknown, got: unknown): boolean => {
  if (Array.isArray(want)) {
    return Array.isArray(got) && got.length === want.length && want.every((part, i) => fits(part, got[i]));
  }
  if (want !== null && typeof want === "object") {
    const found = (got ?? {}) as Record<string, unknown>;
    return Object.entries(want).every(([key, part]) => fits(part, found[key]));
  }
  return isDeepStrictEqual(want, got);
};

const statusAt = (seen: Observed, at: number): string | null => {
  const changes = seen.history.filter((h) => h.orderId === seen.orderId);
  const before = changes.filter((h) => h.at <= at).at(-1);
  return before?.to ?? changes[0]?.from ?? seen.status;
};

const classOf = (reasons: string | string[]): string[] => (Array.isArray(reasons) ? reasons : [reasons]);

interface ExpectedAnswer {
  event: number;
  orderId?: string | number;
  reason: string | string[];
}

const answered =
  (name: string, outcome: string) => (want: ExpectedAnswer[], seen: Observed, report: TellDifference) => {
    for (const [i, { event, orderId, reason }] of want.entries()) {
      const found = seen.answers.filter(
        (a) => a.event === event && a.outcome === outcome && (orderId === undefined || a.orderId === String(orderId)),
      );
      if (!found.some((a) => a.reason !== null && classOf(reason).includes(a.reason))) {
        report(
          `${name}[${i}]`,
          { event, reason },
          seen.answers.filter((a) => a.event === event).map(({ outcome, reason }) => ({ outcome, reason })),
        );
      }
    }
  };

const mapped = (status: string, want: string): boolean =>
  want === status || (want.endsWith("xx") && status.startsWith(want.slice(0, -2)));

const checks: Record<string, Check> = {
  status: (want: string, seen, report) => want === seen.status || report("status", want, seen.status),
  statusOneOf: (want: string[], seen, report, all) =>
    all.preferred !== undefined || want.includes(seen.status ?? "") || report("statusOneOf", want, seen.status),
  preferred: (want: string, seen, report) => want === seen.status || report("preferred", want, seen.status),
  statusNotIn: (want: string[], seen, report) =>
    !want.includes(seen.status ?? "") || report("statusNotIn", want, seen.status),
  statuses: (want: Record<string, string>, seen, report) => {
    for (const [id, status] of Object.entries(want)) {
      if (seen.statuses[id] !== status) report(`statuses.${id}`, status, seen.statuses[id]);
    }
  },
  statusHistory: (want: string[], seen, report) => {
    const got = seen.history.filter((h) => h.orderId === seen.orderId).map((h) => h.to);
    if (!isDeepStrictEqual(want, got)) report("statusHistory", want, got);
  },
  checkpoints: (want: { at: string; status: string }[], seen, report) => {
    for (const [i, { at, status }] of want.entries()) {
      const got = statusAt(seen, ms(at));
      if (got !== status) report(`checkpoints[${i}]`, { at, status }, got);
    }
  },
  gatewayCalls: (want: { op: string }[], seen, report) => {
    if (!sameCalls(want, seen.gatewayCalls))
      report(
        "gatewayCalls",
        want,
        seen.gatewayCalls.map(({ op, amount, lines }) => ({ op, amount, lines })),
      );
  },
  noGatewayCalls: (want: string[], seen, report) => {
    const got = seen.gatewayCalls.map((c) => c.op).filter((op) => want.includes(op));
    if (got.length > 0) report("noGatewayCalls", want, got);
  },
  gatewayEffects: (want: Record<string, number>, seen, report) => {
    for (const [name, amount] of Object.entries(want)) {
      const got = (seen.books as Record<string, number> | null)?.[name];
      if (got !== amount) report(`gatewayEffects.${name}`, amount, got);
    }
  },
  reads: (want: Record<string, Bounds>, seen, report) => {
    for (const [op, bound] of Object.entries(want)) bounds(`reads.${op}`, bound, seen.reads[op] ?? 0, report);
  },
  mails: (want: { confirmation: number }, seen, report) =>
    want.confirmation === seen.confirmationMails ||
    report("mails.confirmation", want.confirmation, seen.confirmationMails),
  stockReductions: (want: number, seen, report) =>
    want === seen.stockReductions || report("stockReductions", want, seen.stockReductions),
  stockReleased: (want: boolean, seen, report) =>
    want === seen.stockReleased || report("stockReleased", want, seen.stockReleased),
  notes: (want: Bounds, seen, report) => bounds("notes", want, seen.notes.length, report),
  notesContain: (want: string[], seen, report) => {
    for (const text of want) {
      if (!seen.notes.some((note) => note.toLowerCase().includes(text.toLowerCase()))) {
        report("notesContain", text, seen.notes);
      }
    }
  },
  refusals: answered("refusals", "refused"),
  skipped: answered("skipped", "ignored"),
  deferred: (want: { event: number; notBefore: string; reason: string }[], seen, report) => {
    const got = seen.answers.filter((a) => a.outcome === "deferred" && a.reason === "cooldown");
    if (want.length === 0 && got.length > 0) report("deferred", want, got);
    for (const [i, { event, notBefore, reason }] of want.entries()) {
      const mine = got.find((a) => a.event === event && a.reason === reason);
      if (mine === undefined || (mine.until ?? 0) < ms(notBefore)) {
        report(`deferred[${i}]`, { event, notBefore, reason }, mine ?? null);
      }
    }
  },
  parked: (want: (string | number)[], seen, report) => {
    if (!isDeepStrictEqual(want.map(String).sort(), [...seen.parked].sort())) report("parked", want, seen.parked);
  },
  deadLetters: (want: Bounds, seen, report) => bounds("deadLetters", want, seen.deadLetters, report),
  logged: (want: string[], seen, report) =>
    want.some((level) => seen.logged.includes(level)) || report("logged", want, seen.logged),
  flags: (want: string[], seen, report) => {
    const missing = want.filter((flag) => !seen.flags.includes(flag));
    if (missing.length > 0 || (want.length === 0 && seen.flags.length > 0)) report("flags", want, seen.flags);
  },
  flagsIf: (want: Record<string, string[]>, seen, report) => {
    const flags = want[seen.status ?? ""] ?? [];
    if (!flags.every((flag) => seen.flags.includes(flag))) report("flagsIf", flags, seen.flags);
  },
  flagsDuring: (want: { flag: string; from: string; to: string }[], seen, report) => {
    for (const [i, { flag, from, to }] of want.entries()) {
      const raised = seen.flagPeriods.some(
        (p) => p.flag === flag && p.from <= ms(to) && (p.to ?? Number.POSITIVE_INFINITY) >= ms(from),
      );
      if (!raised) report(`flagsDuring[${i}]`, { flag, from, to }, seen.flagPeriods);
    }
  },
  http: (want: Record<string, string[]>, seen, report) => {
    for (const [event, allowed] of Object.entries(want)) {
      const got = seen.http[Number(event)] ?? [];
      if (got.length === 0 || !got.every((code) => allowed.some((a) => mapped(code, a)))) {
        report(`http.${event}`, allowed, got);
      }
    }
  },
  createPayment: (want: Record<string, unknown>, seen, report) => {
    if (!fits(want, seen.createPayment)) report("createPayment", want, seen.createPayment);
  },
  reply: (want: boolean, seen, report) => want === seen.reply || report("reply", want, seen.reply),
  errorShown: (want: boolean, seen, report) => want === seen.errorShown || report("errorShown", want, seen.errorShown),
  redirect: (want: string, seen, report) => want === seen.redirect || report("redirect", want, seen.redirect),
  result: (want: string, seen, report) => want === seen.result || report("result", want, seen.result),
  explanation: (want: string, seen, report) =>
    want === seen.explanation || report("explanation", want, seen.explanation),
  meta: (want: Record<string, unknown>, seen, report) => {
    for (const [key, value] of Object.entries(want)) {
      if (!fits(value, seen.meta[key])) report(`meta.${key}`, value, seen.meta[key]);
    }
  },
  orderTotal: (want: number, seen, report) => want === seen.orderTotal || report("orderTotal", want, seen.orderTotal),
  orderCount: (want: number, seen, report) => want === seen.orderCount || report("orderCount", want, seen.orderCount),
};

/** In order within one order; calls for different orders in any order. */
const sameCalls = (want: { op: string }[], got: Observed["gatewayCalls"]): boolean => {
  const queues = new Map<string, Observed["gatewayCalls"]>();
  for (const call of got) {
    const order = call.orderId ?? call.paymentId;
    queues.set(order, [...(queues.get(order) ?? []), call]);
  }
  return want.length === got.length && inSomeOrder(want, [...queues.values()]);
};

/** Each wanted call is the next one of some order. */
const inSomeOrder = ([first, ...rest]: { op: string }[], queues: Observed["gatewayCalls"][]): boolean =>
  first === undefined ||
  queues.some(
    (queue, i) =>
      queue.length > 0 &&
      fits(first, queue[0]) &&
      inSomeOrder(
        rest,
        queues.map((other, j) => (i === j ? queue.slice(1) : other)),
      ),
  );

const notChecks = new Set(["asOf", "interleavings", "anyOf"]);

/** Names of everything this file can check. */
export const checkable = Object.keys(checks);

export const check = (expect: Expectation, seen: Observed): { differences: Difference[]; unchecked: string[] } => {
  const differences: Difference[] = [];
  const unchecked: string[] = [];
  for (const [name, want] of Object.entries(expect)) {
    if (notChecks.has(name)) continue;
    const test = checks[name];
    if (test === undefined) {
      unchecked.push(name);
      continue;
    }
    test(want as never, seen, (path, wanted, got) => differences.push({ expect: path, want: wanted, got }), expect);
  }
  const anyOf = expect.anyOf as Expectation[] | undefined;
  if (anyOf !== undefined) {
    const tries = anyOf.map((one) => check(one, seen));
    if (!tries.some((one) => one.differences.length === 0 && one.unchecked.length === 0)) {
      differences.push({ expect: "anyOf", want: anyOf, got: tries.map((one) => one.differences) });
    }
  }
  return { differences, unchecked };
};
