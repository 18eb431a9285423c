/** One line of `decide`: an order, its payment and an event in a scenario's words, and what would become of it. Pure. */
import type { Effect } from "../../../machines/effects.js";
import type { Envelope, OrderEvent, PlacedOrder } from "../../../machines/events.js";
import { type FlagName, flags } from "../../../machines/flags.js";
import { flowOf, registry, Settings } from "../../../machines/index.js";
import type { Rules } from "../../core/builder.js";
import { decide } from "../../core/decide.js";
import { toMajor } from "../../core/money.js";
import { type DecisionPreview, preview } from "../../core/preview.js";
import type { OrderRecord, OutboxRow } from "../../core/record.js";
import { LINK_TIMER } from "../../core/timer-names.js";
import { sourceOf } from "../../runtime/embedded/receipt.js";
import { issuesOf, ourEvent } from "./event-words.js";
import { type Follow, followed } from "./follow.js";
import { BadLine, DecideLine, idOf, type PaymentAnswer, placedFrom, readingFrom } from "./line-words.js";

/** Whoever needs no reading is flagged by the payment given as well: the shop knows it, however long ago it was read. */
const flagsOf = (
  seen: DecisionPreview,
  told: PaymentAnswer,
  now: number,
  { settings, registry }: Rules,
): FlagName[] => {
  const { facts } = seen.record;
  if (told == null || facts.payment.readAt !== null || seen.answer.outcome === "deferred") return seen.flags;
  const { paymentId: _, ...says } = told;
  const considered = {
    ...facts,
    payment: { ...facts.payment, ...says, readAt: now },
    now,
    settings,
    flow: flowOf(registry, facts.payment.gateway),
  };
  return (Object.keys(flags) as FlagName[]).filter((name) =>
    flags[name].test({ ...considered, wish: null, seen: null }),
  );
};

const amounts = new Set(["amount", "total"]);
/** An effect in major units, without its key, which is made for this order's real history, and what the shop is asked first. */
const plain = (effect: Effect, currency: string): Record<string, unknown> =>
  JSON.parse(JSON.stringify(effect), (name, value) => {
    if (name === "key" || name === "expects") return undefined;
    return amounts.has(name) && typeof value === "number" ? toMajor(value, currency) : value;
  });

const shown = (effects: OutboxRow[], { facts }: OrderRecord): Record<string, unknown>[] =>
  effects
    .filter(({ effect }) => effect.type !== "readPayment")
    .map(({ effect }) => plain(effect, facts.order.currency));

const eventFrom = (words: { type: string }, order: PlacedOrder, at: string): OrderEvent => {
  const mapped = ourEvent(words, order);
  if ("event" in mapped) return mapped.event;
  throw new BadLine(mapped.issues.map(({ path, message }) => ({ path: path.replace("event", at), message })));
};

/** When an order that still waits for its customer gives up, if nothing else happens. */
const expiry = ({ timers }: OrderRecord): { expires?: string } => {
  const timer = timers[LINK_TIMER];
  return timer === undefined ? {} : { expires: new Date(timer.at).toISOString() };
};

/** Where it all leads, if the bank answers every call in the same way. */
const endOf = (seen: DecisionPreview, now: number, rules: Rules, told: PaymentAnswer, ends: Follow) => {
  const { record, answer, effects, at, open } = followed(seen, EVENT, now, rules, told, ends);
  const { outcome, rule } = answer;
  return {
    outcome,
    to: record.facts.order.status,
    reason: open ?? answer.reason,
    rule,
    at: new Date(at).toISOString(),
    effects: shown(effects, record),
  };
};

const EVENT = "event";

/** What `decide` answers to a line, already parsed from JSON. */
export const decideLine = (json: unknown, settingsGiven: Record<string, unknown>, clock: () => number) => {
  const read = DecideLine.safeParse(json);
  if (!read.success) {
    throw new BadLine(read.error.issues.map(({ path, message }) => ({ path: path.join(".") || "line", message })));
  }
  const line = read.data;
  const rules = rulesFrom({ ...settingsGiven, ...line.settings });
  const now = line.now ?? clock();
  const paymentId = idOf(line);
  const told = readingFrom(line, paymentId, now);
  const order = placedFrom(line, paymentId, told, now);
  const orderId = String(line.order.id);
  const envelope = (id: string, event: OrderEvent, at: number): Envelope => {
    return { id, orderId, at, source: sourceOf(event.type), event };
  };
  const event = eventFrom(line.event, order, "event");
  const placedAt = Math.min(order.updatedAt, now);
  let { record } = decide(null, envelope("placed", { type: "order.placed", order }, placedAt), placedAt, rules);
  for (const [index, { at = placedAt, ...words }] of line.earlier.entries()) {
    const one = envelope(`earlier/${index}`, eventFrom(words, order, `earlier.${index}`), at);
    record = preview(record, one, at, rules, told).record;
  }
  const seen = preview(record, envelope(EVENT, event, now), now, rules, told);
  const { outcome, from, to, reason, rule, until } = seen.answer;
  return {
    ...(line.id === undefined ? {} : { id: line.id }),
    outcome,
    from,
    to,
    reason,
    rule,
    ...(until === null ? {} : { until: new Date(until).toISOString() }),
    ...expiry(seen.record),
    effects: shown(seen.effects, seen.record),
    flags: flagsOf(seen, told, now, rules),
    ...(line.follow === undefined ? {} : { end: endOf(seen, now, rules, told, line.follow) }),
  };
};

let known: { key: string; rules: Rules } | null = null;

/** Most lines share their settings. */
const rulesFrom = (given: Record<string, unknown>): Rules => {
  const key = JSON.stringify(given);
  if (known?.key === key) return known.rules;
  const settings = Settings.safeParse(given);
  if (!settings.success) throw new BadLine(issuesOf(settings.error, "settings"));
  known = { key, rules: { settings: settings.data, registry } };
  return known.rules;
};
