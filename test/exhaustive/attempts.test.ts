/**
 * Two attempts of one order, a callback about each, the customer's return, and Pay pressed once more: every order in which
 * they can come, and the bank's answers at any moment between them.
 */
import { expect, test } from "vitest";
import { type Effect, movesMoney, resultOf } from "../../machines/effects.js";
import { OrderEvent } from "../../machines/events.js";
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import { decide } from "../../src/core/decide.js";
import type { OrderRecord, OutboxRow } from "../../src/core/record.js";
import { sourceOf } from "../../src/runtime/embedded/receipt.js";
import { type EventInput, rulesWith } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";

const OLDER = "pay-0";
const NEWER = "pay-1";
const NEWEST = "pay-2";

/** What has happened so far; all of it is data. */
interface World {
  record: OrderRecord;
  /** Asked of the bank, and not answered. */
  open: OutboxRow[];
  /** What is still to come, each list in its own order. */
  left: EventInput[][];
  /** Payments that were let go. */
  letGo: string[];
  captured: string[];
  answers: Map<string, string>;
}

type Bank = Record<string, Reading>;
const rules = rulesWith();
const now = T0 + 10 * MINUTE;

const told = (world: World, event: EventInput, id: string): World => {
  const parsed = OrderEvent.parse(event);
  const envelope = { id, orderId: "o", at: now, source: sourceOf(parsed.type), event: parsed };
  const { record, effects, entry } = decide(world.record, envelope, now, rules);
  const answers = new Map(world.answers);
  for (const { eventId, outcome } of entry.answers) answers.set(eventId, outcome);
  const open = [...world.open, ...effects.filter(({ lane }) => lane === "gateway")];
  return { ...world, record, open, answers };
};

const readingOf = (bank: Bank, { letGo }: World, id: string): Reading =>
  letGo.includes(id) ? { ...payments.cancelled, paymentId: id } : (bank[id] ?? noSuchPayment(id));

/** The bank answers the call that came first: effects of one order go out one after the other. */
const answered = (world: World, bank: Bank): World => {
  const [row, ...open] = world.open as [OutboxRow, ...OutboxRow[]];
  const effect = row.effect as Extract<Effect, { paymentId: string }>;
  const { paymentId } = effect;
  if (!movesMoney(effect.type)) {
    const type = effect.type === "readBack" ? "payment.readBack" : "payment.read";
    const event = { type, effectId: row.id, reading: readingOf(bank, world, paymentId) } as EventInput;
    return told({ ...world, open }, event, `${row.id}/read`);
  }
  const moved: World = {
    ...world,
    open,
    letGo: effect.type === "cancelPayment" ? [...world.letGo, paymentId] : world.letGo,
    captured: effect.type === "capturePayment" ? [...world.captured, paymentId] : world.captured,
  };
  const family = resultOf[effect.type as keyof typeof resultOf];
  const reading = readingOf(bank, moved, paymentId);
  return told(moved, { type: `${family}.confirmed`, effectId: row.id, reading } as EventInput, `${row.id}/ok`);
};

/** Every end that can be reached from here. */
const endsOf = (from: World, bank: Bank): { ends: World[]; states: number } => {
  const seen = new Set<string>();
  const ends: World[] = [];
  const walk = (world: World): void => {
    const { version: _, ...record } = world.record;
    const key = JSON.stringify([
      record.states,
      record.facts,
      world.open,
      world.left.map((list) => list.length),
      world.letGo,
    ]);
    if (seen.has(key)) return;
    seen.add(key);
    let moved = false;
    for (const [i, list] of world.left.entries()) {
      const [event, ...rest] = list;
      if (event === undefined) continue;
      moved = true;
      const left = world.left.map((one, j) => (i === j ? rest : one));
      walk(told({ ...world, left }, event, `e${i}-${rest.length}`));
    }
    if (world.open.length > 0) {
      moved = true;
      walk(answered(world, bank));
    }
    if (!moved) ends.push(world);
  };
  walk(from);
  return { ends, states: seen.size };
};

const began = (): World => {
  const placed = OrderEvent.parse({
    type: "order.placed",
    order: anOrder({ previousPaymentIds: [OLDER], createdAt: T0, updatedAt: T0 }),
  });
  const envelope = { id: "placed", orderId: "o", at: T0, source: "shop", event: placed } as const;
  const { record } = decide(null, envelope, T0, rules);
  const left: EventInput[][] = [
    [callback({ paymentId: OLDER, content: "older" })],
    [callback({ paymentId: NEWER, content: "newer" })],
    [{ type: "customer.returned", page: "success" }],
    [{ type: "checkout.asked" }, { type: "payment.created", paymentId: NEWEST }],
  ];
  return { record, open: [], left, letGo: [], captured: [], answers: new Map() };
};

const accepted = (id: string): Reading => ({ ...payments.accepted, paymentId: id });
const waits = (id: string): Reading => ({ ...payments["at the bank"], paymentId: id });
const rejected = (id: string): Reading => ({ ...payments["rejected, task open"], paymentId: id });

test.each<[string, Bank]>([
  ["the older one is paid", { [OLDER]: accepted(OLDER), [NEWER]: waits(NEWER), [NEWEST]: waits(NEWEST) }],
  ["the newer one is paid", { [OLDER]: waits(OLDER), [NEWER]: accepted(NEWER), [NEWEST]: waits(NEWEST) }],
  ["both are paid", { [OLDER]: accepted(OLDER), [NEWER]: accepted(NEWER), [NEWEST]: waits(NEWEST) }],
  [
    "the older one is paid, the newer one rejected",
    { [OLDER]: accepted(OLDER), [NEWER]: rejected(NEWER), [NEWEST]: waits(NEWEST) },
  ],
  ["all are paid", { [OLDER]: accepted(OLDER), [NEWER]: accepted(NEWER), [NEWEST]: accepted(NEWEST) }],
])("%s: in every order of events and answers it is paid once, and everybody is answered", (_which, bank) => {
  const { ends, states } = endsOf(began(), bank);
  console.info(`two attempts × two callbacks × return × checkout, ${_which}: ${states} states, ${ends.length} ends`);
  expect(ends.length).toBeGreaterThan(0);
  for (const { record, letGo, captured, answers } of ends) {
    const { order, payment, others, waiting, operation } = record.facts;
    const holding = Object.values(bank)
      .filter(({ status, paymentId }) => status === "ACCEPTED" && !letGo.includes(paymentId))
      .map(({ paymentId }) => paymentId);
    const known = [payment.id, ...others.map(({ id }) => id)];
    expect(order.status).toBe("processing");
    expect(holding.filter((id) => known.includes(id))).toEqual([payment.id]);
    expect(captured).toEqual([]);
    expect(operation).toBeNull();
    // Callbacks may wait for the customer's minute; nobody else does.
    expect(waiting.filter(({ held }) => !held)).toEqual([]);
    expect(record.states.cooldown).toBe(waiting.length > 0 ? "holding" : "idle");
    for (const [id, outcome] of answers) if (/^e[23]/.test(id)) expect(outcome).not.toBe("deferred");
  }
});
