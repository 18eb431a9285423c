/** Runs a scenario through the real engine and says where it differs from what was expected. */
import { registry } from "../../../machines/index.js";
import type { HistoryEntry } from "../../core/record.js";
import { check } from "./check.js";
import type { Observed, Scenario, ScenarioEvent, ScenarioResult } from "./format.js";
import { netsPaymentId } from "./nets.js";
import { killPointAfter, play, playable } from "./play.js";
import type { Played } from "./played.js";
import { type OpenStage, sqliteStage } from "./stage.js";
import { ScenarioWorld } from "./world.js";

const major = (amount: number): number => amount / 100;

const supported = new Set(Object.keys(registry.flows));

/** Why this scenario cannot be run yet; null = it can. */
export const unsupportedBecause = (scenario: Scenario): string | null => {
  if (!supported.has(scenario.gateway)) return `the gateway "${scenario.gateway}" is not supported yet`;
  const strange = scenario.events.find((event) => !playable(event.type));
  return strange === undefined ? null : `the event "${strange.type}" is not supported yet`;
};

const played = (): Played => ({
  http: new Map(),
  ids: new Map(),
  acknowledged: new Set(),
  open: [],
  created: null,
  reply: null,
  errorShown: false,
  redirect: null,
  result: null,
  explanation: null,
  turnedAway: [],
});

/** One life, in the given order of events, up to `asOf`. */
const live = async (scenario: Scenario, order: number[], stage: OpenStage): Promise<Observed> => {
  const world = new ScenarioWorld(scenario, stage);
  const seen = played();
  try {
    await world.begin();
    for (const [position, index] of order.entries()) {
      const event = scenario.events[index] as ScenarioEvent;
      await world.clock.advanceTo(Date.parse(event.at), () => world.settle());
      if (event.type === "process.kill") {
        await world.settle();
        await world.kill("A");
        continue;
      }
      const point = killPointAfter(scenario.events[order[position + 1] ?? -1]);
      if (point !== null) world.node().mortal.arm(point);
      await play(world, event, index, seen);
      const next = scenario.events[order[position + 1] ?? -1];
      // Events of one instant meet in the engine; later ones find it at rest.
      if (next === undefined || next.at !== event.at) await world.settle();
    }
    await world.clock.advanceTo(Date.parse(String(scenario.expect.asOf)), () => world.settle());
    return await observe(world, seen);
  } finally {
    await world.end();
  }
};

const reasonsSeen = (
  history: HistoryEntry[],
  orderId: string,
  seen: Played,
  byTime: (entry: HistoryEntry) => number | null,
) =>
  history.flatMap((entry) =>
    entry.answers.flatMap((answer) => {
      const known = seen.ids.get(answer.eventId);
      const asked = known?.event ?? byTime(history.find((h) => h.eventId === answer.eventId) ?? entry);
      return asked === null
        ? []
        : [{ event: asked, orderId, outcome: answer.outcome, reason: answer.reason, until: answer.until }];
    }),
  );

const observe = async (world: ScenarioWorld, seen: Played): Promise<Observed> => {
  const { scenario } = world;
  const t0 = Date.parse(scenario.given.t0);
  const ids = [...scenario.given.orders.map((o) => String(o.id)), ...(seen.created === null ? [] : [seen.created])];
  const orderId = ids[0] ?? null;
  const shopOrders = ids.map((id) => ({ ...world.woo.order(id), id }));
  const first = shopOrders[0];
  const histories = await Promise.all(ids.map((id) => world.stage.history(id)));
  const rows = await world.stage.rows();
  // Deliveries carry no id of ours: the event of the scenario is the one of that moment and kind.
  const eventAt = (entry: HistoryEntry): number | null => {
    if (entry.source !== "callback" && entry.source !== "customer") return null;
    const i = scenario.events.findIndex(
      (e) =>
        Date.parse(e.at) === entry.at &&
        (entry.source === "callback"
          ? e.type === "callback" || e.type === "http.request"
          : e.type === "customer.return" || e.type === "nets.paymentCompleted"),
    );
    return i < 0 ? null : i;
  };
  const paymentId = netsPaymentId(scenario);
  const books = paymentId === null ? null : booksOf(world, paymentId);
  const reads: Record<string, number> = {};
  for (const { op } of world.banks.all.flatMap((bank): { op: string }[] => bank.reads))
    reads[op] = (reads[op] ?? 0) + 1;
  const changes = shopOrders.flatMap((order) =>
    order.statusHistory.map(({ at, from, to }) => ({ at, orderId: order.id, from, to })),
  );
  const orderByPayment = new Map(scenario.given.orders.map((o) => [o.paymentId, String(o.id)]));
  return {
    asOf: world.clock.now(),
    t0,
    orderId,
    status: first?.status ?? null,
    statuses: Object.fromEntries(shopOrders.map((o) => [o.id, o.status])),
    history: changes.sort((a, b) => a.at - b.at),
    gatewayCalls: callsOf(world).map(({ op, amount, lines, paymentId: id, at }) => ({
      op,
      amount,
      ...(lines === undefined ? {} : { lines }),
      paymentId: id,
      at,
      orderId: orderByPayment.get(id) ?? null,
    })),
    books:
      books === null
        ? null
        : {
            authorized: books.authorized,
            captured: books.captured,
            canceled: books.canceled,
            refunded: books.refunded,
          },
    reads,
    confirmationMails: orderId === null ? 0 : world.woo.confirmationMails(orderId),
    stockReductions: first?.stockReductions ?? 0,
    stockReleased: first === undefined ? false : !first.stockReserved,
    notes: shopOrders.flatMap((o) => o.notes.map((n) => n.text)),
    answers: [
      ...ids.flatMap((id, i) => reasonsSeen(histories[i] ?? [], id, seen, eventAt)),
      ...seen.turnedAway.map((one) => ({ ...one, orderId: orderId ?? "", outcome: "refused", until: null })),
    ],
    flags: [...new Set(rows.flatMap((row) => row.flags))],
    flagPeriods: flagPeriods(histories),
    parked: rows.filter((row) => row.parked !== null).map((row) => row.orderId),
    deadLetters: await world.stage.deadLetters(),
    logged: [...new Set(world.logged)],
    http: Object.fromEntries(seen.http),
    createPayment: createdPayment(world),
    reply: seen.reply,
    errorShown: seen.errorShown,
    redirect: seen.redirect,
    result: seen.result,
    explanation: seen.explanation,
    meta: first?.meta ?? {},
    orderTotal: first === undefined ? null : major(first.total),
    orderCount: ids.length,
  };
};

const callsOf = ({ banks }: ScenarioWorld): Omit<Observed["gatewayCalls"][number], "orderId">[] =>
  banks.all
    .flatMap((bank): Omit<Observed["gatewayCalls"][number], "orderId">[] => bank.calls)
    .sort((a, b) => a.at - b.at);

const booksOf = ({ banks }: ScenarioWorld, paymentId: string) =>
  banks.all.map((bank) => bank.books(paymentId)).find((books) => books !== null) ?? null;

const flagPeriods = (histories: HistoryEntry[][]): Observed["flagPeriods"] =>
  histories.flatMap((history) =>
    history.flatMap((entry, i) =>
      entry.raised.map((flag) => ({
        flag,
        from: entry.at,
        to: history.slice(i + 1).find((later) => later.cleared.includes(flag))?.at ?? null,
      })),
    ),
  );

const createdPayment = (world: ScenarioWorld): Record<string, unknown> | null => {
  const body = [...world.banks.resurs.creates, ...world.banks.nets.creates].at(-1) as
    | { options?: Record<string, unknown> }
    | undefined;
  return body === undefined ? null : { ...body, ...body.options };
};

/** Every order in which the events of one instant can arrive. */
const interleavings = (scenario: Scenario): number[][] => {
  const indexes = scenario.events.map((_, i) => i);
  if (scenario.expect.interleavings !== "all") return [indexes];
  const groups: number[][] = [];
  for (const i of indexes) {
    const last = groups.at(-1);
    if (last !== undefined && scenario.events[last[0] as number]?.at === scenario.events[i]?.at) last.push(i);
    else groups.push([i]);
  }
  return groups.reduce<number[][]>(
    (lives, group) => lives.flatMap((life) => permutations(group).map((one) => [...life, ...one])),
    [[]],
  );
};

const permutations = (items: number[]): number[][] =>
  items.length <= 1
    ? [items]
    : items.flatMap((item, i) =>
        permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]),
      );

export interface ScenarioRun {
  result: ScenarioResult;
  /** What was seen in each interleaving. */
  seen: Observed[];
}

/** @param stage where the orders live; the engine on SQLite, where it is left out */
export const runScenario = async (scenario: Scenario, stage: OpenStage = sqliteStage): Promise<ScenarioRun> => {
  const { id, title, area } = scenario;
  const bare = { id, title, area, differences: [], unchecked: [] };
  const unsupported = unsupportedBecause(scenario);
  if (unsupported !== null) return { result: { ...bare, ok: false, unsupported }, seen: [] };
  const seen: Observed[] = [];
  for (const order of interleavings(scenario)) seen.push(await live(scenario, order, stage));
  return { result: judge(scenario, seen), seen };
};

/** The same life held against the expectations, without living it again. */
export const judge = (scenario: Scenario, seen: Observed[]): ScenarioResult => {
  const { id, title, area } = scenario;
  const checks = seen.map((one) => check(scenario.expect, one));
  const failed = checks.find((c) => c.differences.length > 0);
  return {
    id,
    title,
    area,
    ok: failed === undefined,
    differences: failed?.differences ?? [],
    unchecked: checks[0]?.unchecked ?? [],
    unsupported: null,
  };
};
