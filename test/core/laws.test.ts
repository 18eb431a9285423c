/** Random lives against laws that no order may break, whatever the bank, the shop and the people do. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { resultOf } from "../../machines/effects.js";
import { OrderEvent, PlacedOrder } from "../../machines/events.js";
import { OrderStatus, type Reading } from "../../machines/facts.js";
import { registry } from "../../machines/index.js";
import { linkLifetimeMinutes } from "../../machines/settings.js";
import type { OutboxRow } from "../../src/core/record.js";
import { anyEvent, anyOrder, anySettings } from "../../src/testing/decision/arbitraries.js";
import { breachesOf } from "../../src/testing/decision/laws.js";
import { type EventInput, Life } from "../../src/testing/decision/life.js";
import { anyLife, DecisionBreach, play } from "../../src/testing/decision/moves.js";
import { callback, reading } from "../../src/testing/decision/samples.js";
import { MINUTE, T0 } from "../../src/testing/simulator/script.js";
import { frozen } from "./frozen.js";

/** The same lives on every build; LAW_LIVES=200000 lives that many others. */
const LIVES = Number(process.env.LAW_LIVES ?? 2000);
const timeout = 120_000 + LIVES;
const campaign = { numRuns: LIVES, ...(process.env.LAW_LIVES === undefined ? { seed: 20261120 } : {}) };

test("a life of random events, readings, answers and timers breaks no law and never throws", { timeout }, () => {
  let decisions = 0;
  const reached = new Set<string>();
  fc.assert(
    fc.property(anyLife({ minMoves: 10 }), ({ order, settings, moves }) => {
      const life = new Life(order, { settings, registry });
      const seen = new Set<string>();
      for (const move of moves) {
        const before = frozen(life.record);
        const decision = play(life, move);
        if (decision === null) continue;
        decisions += 1;
        const [breach] = breachesOf({ before, decision, settings });
        if (breach !== undefined) throw new DecisionBreach(breach, life);
        reached.add(JSON.stringify(life.record.states.order));
        for (const { id } of decision.effects) {
          if (seen.has(id)) throw new Error(`effect id ${id} came twice`);
          seen.add(id);
        }
      }
      expect(life.decisions.map((d) => d.entry.seq)).toEqual(life.decisions.map((_, i) => i + 1));
    }),
    campaign,
  );
  // The campaign went everywhere: otherwise the laws were kept by staying at home.
  expect(decisions).toBeGreaterThan(LIVES * 10);
  for (const status of OrderStatus.options) expect(reached).toContain(JSON.stringify(status));
  for (const state of ["booking", "capturing", "cancelling", "refunding", "rebuilding"]) {
    expect(
      [...reached].some((s) => s.includes(state)),
      state,
    ).toBe(true);
  }
  expect([...reached].filter((s) => s.includes("nknown")).length).toBeGreaterThanOrEqual(4);
});

/** A bank with books: it carries calls out, or not, and loses answers. */
class Bank {
  authorized = 1000;
  captured = 0;
  canceled = 0;
  refunded = 0;
  total = 1000;
  readonly done: string[] = [];

  read(): Reading {
    const offers: Reading["offers"] = [];
    if (this.authorized > 0) offers.push("CAPTURE", "CANCEL");
    if (this.captured > this.refunded) offers.push("REFUND");
    const { total, authorized, captured, canceled, refunded } = this;
    return reading({
      total,
      authorized,
      captured,
      canceled,
      refunded,
      offers,
      creditLimit: 1000,
      transactionIds: [...this.done],
    });
  }

  execute(row: OutboxRow): boolean {
    const { effect } = row;
    switch (effect.type) {
      case "capturePayment":
        if (this.authorized === 0) return false;
        this.captured += this.authorized;
        this.authorized = 0;
        this.done.push(effect.key);
        return true;
      case "cancelPayment":
        if (this.authorized === 0) return false;
        this.canceled += this.authorized;
        this.authorized = 0;
        this.done.push(effect.key);
        return true;
      case "refundPayment":
        if (effect.amount > this.captured - this.refunded) return false;
        this.refunded += effect.amount;
        this.done.push(effect.key);
        return true;
      case "addOrderLines":
        this.total += effect.amount;
        this.authorized += effect.amount;
        this.done.push(effect.key);
        return true;
      default:
        return false;
    }
  }
}

type Fate = "answered" | "lost after" | "lost before" | "refused";
const fate = fc.constantFrom<Fate>("answered", "answered", "answered", "lost after", "lost before", "refused");

describe("a bank whose answers get lost", () => {
  test("takes no money twice and gives none back twice, whatever the merchant clicks", { timeout }, () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(anyEvent, fc.array(fate, { minLength: 8, maxLength: 8 })), {
          maxLength: 12,
        }),
        (steps) => {
          const life = new Life(
            PlacedOrder.parse({
              total: 1000,
              currency: "SEK",
              lines: [],
              gateway: "resurs-mapi",
              paymentId: "pay-1",
              createdAt: T0 - 10 * MINUTE,
              updatedAt: T0 - 10 * MINUTE,
            }),
          );
          const bank = new Bank();
          let reserved = 1000;
          for (const [event, fates] of [[callback(), []] as [EventInput, Fate[]], ...steps]) {
            // One payment, one total, and nobody else's hand.
            if (["payment.created", "payment.attached", "order.seen", "order.updated"].includes(event.type)) continue;
            life.now += 10 * MINUTE;
            if (OrderEvent.safeParse(event).success) life.tell(event);
            // Whatever was asked for is carried out, in order, with the luck it has.
            for (let i = 0; i < 200; i += 1) {
              const row = life.open.shift();
              if (row === undefined) {
                // A call whose answer was lost is looked for at the times that the order has set.
                const [timer, due] =
                  Object.entries(life.record.timers).find(([name]) => name.includes("nextLook")) ?? [];
                if (timer === undefined || due === undefined) break;
                life.now = Math.max(life.now, due.at);
                life.tell({ type: "timer.fired", timer, generation: due.generation });
                continue;
              }
              life.now = Math.max(life.now, row.notBefore);
              const { type } = row.effect;
              const family = type in resultOf ? resultOf[type as keyof typeof resultOf] : undefined;
              if (type === "readPayment") life.tell({ type: "payment.read", effectId: row.id, reading: bank.read() });
              else if (type === "readBack")
                life.tell({ type: "payment.readBack", effectId: row.id, reading: bank.read() });
              else if (family !== undefined) {
                const luck = fates.shift() ?? "answered";
                const done = (luck === "answered" || luck === "lost after") && bank.execute(row);
                if (done && row.effect.type === "addOrderLines") reserved += row.effect.amount;
                const told: EventInput =
                  luck === "refused" || (luck === "answered" && !done)
                    ? { type: `${family}.refused`, effectId: row.id, reason: "gateway-refused", detail: "no" }
                    : luck === "answered"
                      ? { type: `${family}.confirmed`, effectId: row.id, reading: bank.read() }
                      : { type: `${family}.unknown`, effectId: row.id, detail: "lost" };
                life.tell(told);
              }
            }
            expect(bank.captured + bank.canceled + bank.authorized).toBe(reserved);
            expect(bank.captured).toBeLessThanOrEqual(1000);
            expect(bank.refunded).toBeLessThanOrEqual(bank.captured);
            expect(new Set(bank.done).size).toBe(bank.done.length);
            // It all came to rest, and what the shop was told is what the bank did.
            expect(typeof life.record.states.order).toBe("string");
            if (life.status === "completed" && life.record.facts.order.total > 0)
              expect(bank.captured).toBeGreaterThan(0);
            if (life.status === "refunded") expect(bank.refunded).toBe(bank.captured);
          }
        },
      ),
      campaign,
    );
  });
});

test("the link of a pending order always ends by itself, within the shop's minutes", () => {
  fc.assert(
    fc.property(anyOrder, anySettings, (order, settings) => {
      const placed = PlacedOrder.parse({ ...order, status: "pending", gateway: "resurs-mapi" });
      const life = new Life(placed, { settings, registry }, T0);
      const [[, timer]] = Object.entries(life.record.timers) as unknown as [[string, { at: number }]];
      // A moment that has not come yet counts as now.
      const since = Math.min(T0, Math.max(placed.createdAt, placed.updatedAt));
      const last = since + linkLifetimeMinutes(settings) * MINUTE;
      expect(timer.at).toBe(Math.max(T0, last));
    }),
  );
});
