/** The books of a shop whose bank loses one answer in five. */
import { beforeAll, describe, expect, it } from "vitest";
import type { Command } from "../../machines/events.js";
import { type Breach, breachesOf, campaign, type MoneyLives, moneyLives, type Tally } from "./ledger.js";
import { littleWorld, MINUTE, T0 } from "./world.js";

/** `npm run campaign money` makes as many as one likes: 100,000 where nothing is said. */
/** `npm run campaign money` makes a hundred thousand. */
const CALLS = 1_000;
const SEED = 20_261_120;

const laws = (breaches: Breach[]): string[] => [...new Set(breaches.map((b) => b.law))].sort();
const about = (tally: Tally, ...some: string[]): Breach[] => tally.breaches.filter((b) => some.includes(b.law));

describe(`After ${CALLS} calls about money, one in four of them lost or thrown back`, () => {
  let tally: Tally;
  beforeAll(async () => {
    tally = await campaign(CALLS, SEED);
  }, 480_000);

  it("that many calls were really made, and the bank really lost so many answers", () => {
    expect(tally.calls).toBeGreaterThanOrEqual(CALLS);
    const share = (fault: string) => (tally.faults[fault] ?? 0) / tally.calls;
    expect(share("lost, done")).toBeCloseTo(0.1, 1);
    expect(share("lost, not done")).toBeCloseTo(0.1, 1);
    expect(share("429")).toBeGreaterThan(0.03);
    expect(share("500")).toBeGreaterThan(0.03);
    expect(tally.lostReads).toBeGreaterThan(CALLS / 25);
    for (const op of ["capture", "cancel", "refund", "addOrderLines"])
      expect(tally.byOp[op]).toBeGreaterThan(CALLS / 25);
  });

  it("no capture, cancellation, refund or change of lines took effect twice", () => {
    expect(tally.breaches.filter((b) => b.law.includes("twice") || b.law.includes("sent again"))).toEqual([]);
  });

  it("nobody was charged more than was authorised, or refunded more than was charged", () => {
    expect(
      about(
        tally,
        "captured more than was authorised",
        "captured more than the customer agreed to",
        "refunded more than was captured",
        "the ledger and the books disagree",
      ),
    ).toEqual([]);
  });

  it("no order reads completed without its money, at no moment", () => {
    expect(about(tally, "completed without its capture", "completed before its capture")).toEqual([]);
  });

  it("no order reads refunded without its credit, at no moment", () => {
    expect(about(tally, "refunded without its credit", "refunded before its credit")).toEqual([]);
  });

  it("no order reads cancelled while the customer's money is still held", () => {
    expect(about(tally, "cancelled while the money is held")).toEqual([]);
  });

  it("every order came to rest, and what was given up says so", () => {
    expect(about(tally, "not at rest", "given up without a word", "something is given up for good")).toEqual([]);
  });

  it("every key was only ever sent with one body, and the bank never had to say no", () => {
    expect(about(tally, "one key, several bodies", "the bank had to refuse")).toEqual([]);
  });

  it("nothing else is wrong either, and the shop reads what the engine decided", () => {
    expect(tally.breaches).toEqual([]);
  });
});

describe("Calls that never get through", () => {
  it("are given up after six tries with a note, and a capture with a flag; the order stays what it was", async () => {
    const none = { lostButDone: 0, lostAndLate: 0, tooMany: 0, broken: 0, readLost: 0, readTooMany: 0 };
    const lives = await moneyLives({ orders: 60, seed: 5, faults: { ...none, lostAndNotDone: 1 } });
    expect(breachesOf(lives)).toEqual([]);
    expect(lives.givenUp.some((g) => g.rule === "capture/given-up")).toBe(true);
    expect(lives.givenUp.some((g) => g.rule === "cancel/given-up")).toBe(true);
    const tries = new Map<string, number>();
    for (const { key } of lives.ledger) tries.set(key, (tries.get(key) ?? 0) + 1);
    expect(Math.max(...tries.values())).toBe(6);
    const paid = lives.records.filter((r) => r.facts.order.total > 0);
    expect(new Set(paid.map((r) => r.facts.order.status))).toEqual(new Set(["processing"]));
  });
});

describe("The checker sees a bug that is planted", () => {
  const planted = (plant: "repeats-blind" | "completes-first", gullible: boolean, orders = 60): Promise<MoneyLives> =>
    moneyLives({ orders, seed: 7, plant, gullible });

  it("a client that repeats a capture when the answer is lost is caught capturing twice", async () => {
    const lives = await planted("repeats-blind", true);
    const found = laws(breachesOf(lives));
    expect(found).toContain("capture took effect twice");
    expect(found).toContain("refund took effect twice");
    expect(found).toContain("captured more than was authorised");
    expect(found).toContain("refunded more than was captured");
  }, 120_000);

  it("it is caught as well where the bank itself refuses the second capture", async () => {
    const found = laws(breachesOf(await planted("repeats-blind", false, 120)));
    expect(found).toContain("capture sent again after it took effect");
    expect(found).toContain("the bank had to refuse");
  }, 120_000);

  it("a client that says captured without capturing is caught", async () => {
    const found = laws(breachesOf(await planted("completes-first", false)));
    expect(found).toContain("completed before its capture");
    expect(found).toContain("completed without its capture");
  }, 120_000);
});

describe("The same click delivered twice in the same moment", () => {
  it("is decided once, answered alike, and does not keep the engine busy for ever", async () => {
    const world = await littleWorld();
    world.woo.addOrder({
      id: "1",
      status: "processing",
      total: 1000,
      currency: "SEK",
      lines: [],
      needsProcessing: true,
      createdAt: T0 - 60 * MINUTE,
      updatedAt: T0 - 60 * MINUTE,
      datePaid: null,
    });
    world.bank.accept("p", 1000);
    const order = { status: "processing", total: 1000, currency: "SEK", lines: [], needsProcessing: true } as const;
    const ids = { gateway: "bank", paymentId: "p", previousPaymentIds: [], customerReturned: true };
    await world.engine.place("1", { ...order, lines: [], ...ids, createdAt: T0 - MINUTE, updatedAt: T0 - MINUTE });
    const click: Command = { type: "merchant.completed", via: "api" };
    const both = await world.during(
      Promise.all([1, 2, 3].map(() => world.engine.submit("1", click, { id: "click", wait: "settled" }))),
    );
    await world.rest();
    for (const one of both) expect(one).toMatchObject({ outcome: "moved", to: "completed", final: true });
    expect(world.bank.ledger).toHaveLength(1);
    const entries = await world.engine.queries.history("1");
    expect(entries.filter((e) => e.eventId === "click")).toHaveLength(1);
    await world.engine.stop();
  });
});
