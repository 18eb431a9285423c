/** What is done when callbacks never came: the bank is asked once about every order in doubt. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import type { OrderStatus } from "../../machines/facts.js";
import type { Reconciled, ReconcileOptions } from "../../src/ports/runtime.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { Mortal } from "../../src/testing/mortal.js";
import type { Bank } from "./bank.js";
import { type LittleWorld, littleWorld, MINUTE, T0, type WorldOptions } from "./world.js";

const ORDERS = 400;
const PAID = 380;

const idOf = (i: number): string => `o${String(i).padStart(4, "0")}`;
const isPaid = (i: number): boolean => i % 20 !== 7;

const worlds: LittleWorld[] = [];
const aWorld = async (options: WorldOptions = {}): Promise<LittleWorld> => {
  const world = await littleWorld(options);
  worlds.push(world);
  return world;
};
afterEach(async () => {
  for (const world of worlds.splice(0)) await world.engine.stop();
});

/** Pending orders whose callbacks were lost: of twenty, nineteen are paid, and one customer is still at the bank or gone. */
const fill = async ({ engine, bank, woo }: LittleWorld): Promise<void> => {
  await Promise.all(
    Array.from({ length: ORDERS }, async (_, i) => {
      const [id, paymentId] = [idOf(i), `pay-${i}`];
      const common = { total: 1000, currency: "SEK", lines: [], needsProcessing: true };
      const times = { createdAt: T0 - 30 * MINUTE, updatedAt: T0 - 30 * MINUTE };
      if (isPaid(i)) bank.accept(paymentId, 1000);
      else if (i % 40 === 7) {
        bank.accept(paymentId, 1000);
        const account = bank.accounts.get(paymentId);
        if (account !== undefined) account.status = "TASK_REDIRECTION_REQUIRED";
      }
      woo.addOrder({ id, status: "pending", ...common, ...times, datePaid: null });
      const ids = { gateway: "bank", paymentId, previousPaymentIds: [], customerReturned: false };
      await engine.place(id, { status: "pending", ...common, ...times, ...ids });
    }),
  );
};

const all = async (run: AsyncGenerator<Reconciled>): Promise<Reconciled[]> => {
  const rows: Reconciled[] = [];
  for await (const row of run) rows.push(row);
  return rows;
};
const reconciled = (world: LittleWorld, options: ReconcileOptions = {}): Promise<Reconciled[]> =>
  world.during(all(world.engine.reconcile(options)));

const counted = (bank: Bank): Map<string, number> => {
  const counts = new Map<string, number>();
  for (const id of bank.reads) counts.set(id, (counts.get(id) ?? 0) + 1);
  return counts;
};

const outcomes = (rows: Reconciled[]) => ({
  moved: rows.filter((r) => r.outcome === "moved").length,
  explained: rows.filter((r) => r.outcome === "explained").length,
  unread: rows.filter((r) => r.outcome === "unread").length,
});

const checkAllPutRight = async ({ engine, woo }: LittleWorld): Promise<void> => {
  for (let i = 0; i < ORDERS; i += 1) {
    const expected: OrderStatus = isPaid(i) ? "processing" : "pending";
    const record = await engine.queries.read(idOf(i));
    expect([idOf(i), record?.facts.order.status, woo.order(idOf(i)).status]).toEqual([idOf(i), expected, expected]);
    expect(woo.confirmationMails(idOf(i))).toBe(isPaid(i) ? 1 : 0);
  }
};

describe("400 pending orders, 380 of them paid, and no callback ever came", () => {
  it("one reconciliation puts 380 right and explains 20, and asks about no order twice", async () => {
    const world = await aWorld();
    await fill(world);
    const rows = await reconciled(world);
    expect(rows).toHaveLength(ORDERS);
    expect(outcomes(rows)).toEqual({ moved: PAID, explained: ORDERS - PAID, unread: 0 });
    expect(rows.filter((r) => r.why.trim() === "")).toEqual([]);
    const explained = new Set(rows.filter((r) => r.outcome === "explained").map((r) => r.why));
    expect([...explained].sort()).toEqual([
      "payment NOT_FOUND: The bank knows no such payment.",
      "payment TASK_REDIRECTION_REQUIRED: The customer has not finished at the bank; the order waits.",
    ]);
    expect(world.bank.reads).toHaveLength(ORDERS);
    expect(Math.max(...counted(world.bank).values())).toBe(1);
    await world.settle();
    await checkAllPutRight(world);
  }, 120_000);

  it("a second reconciliation right after it asks nothing, reports no order, and counts those it skipped", async () => {
    const world = await aWorld();
    await fill(world);
    await reconciled(world);
    const before = world.bank.reads.length;
    const skipped: number[] = [];
    expect(await reconciled(world, { onSkipped: (orders) => skipped.push(orders) })).toEqual([]);
    expect(skipped).toEqual([ORDERS]);
    expect(world.bank.reads.length).toBe(before);
  }, 120_000);

  it("a dry run says the very same and changes nothing", async () => {
    const world = await aWorld();
    await fill(world);
    const listed = async () => [
      ...(await world.engine.queries.list({ limit: 1000 })),
      await world.store.counts(),
      ...(await Promise.all(Array.from({ length: ORDERS }, (_, i) => world.engine.queries.read(idOf(i))))),
    ];
    const before = await listed();
    const foretold = await reconciled(world, { dryRun: true });
    expect(await listed()).toEqual(before);
    expect(world.bank.reads).toHaveLength(ORDERS);
    expect(Math.max(...counted(world.bank).values())).toBe(1);
    for (let i = 0; i < ORDERS; i += 1) expect(world.woo.order(idOf(i)).status).toBe("pending");
    expect(await reconciled(world)).toEqual(foretold);
  }, 120_000);

  it("killed half-way and started again, it finishes without asking about the first ones again", async () => {
    const directory = await mkdtemp(join(tmpdir(), "reconcile-"));
    const file = join(directory, "orders.db");
    const store = sqliteStore({ file });
    let mortal: Mortal | null = null;
    const first = await littleWorld({
      store,
      gateway: (bank) => {
        mortal = new Mortal(() => T0);
        return mortal.gateway(bank);
      },
    });
    await fill(first);
    const rows: Reconciled[] = [];
    await first.during(
      (async () => {
        for await (const row of first.engine.reconcile()) {
          rows.push(row);
          if (rows.length === 160) return;
        }
      })(),
    );
    // No call of it ever answers from here on, and another process takes over the file.
    (mortal as Mortal | null)?.die();
    await first.engine.stop();
    const asked = new Set(first.bank.reads);
    expect(asked.size).toBe(160);

    const second = await aWorld({ store: sqliteStore({ file }), of: first, worker: "second" });
    rows.push(...(await reconciled(second)));
    expect(rows).toHaveLength(ORDERS);
    expect(new Set(rows.map((r) => r.orderId)).size).toBe(ORDERS);
    expect(outcomes(rows)).toEqual({ moved: PAID, explained: ORDERS - PAID, unread: 0 });
    expect(first.bank.reads).toHaveLength(ORDERS);
    expect(Math.max(...counted(first.bank).values())).toBe(1);
    await second.rest();
    await checkAllPutRight(second);
    await second.engine.stop();
    await rm(directory, { recursive: true, force: true });
  }, 240_000);

  it("killed while the bank is being asked, it asks again only about those whose answer it never saw", async () => {
    const store = memoryStore();
    const mortal = new Mortal(() => T0);
    let answers = 0;
    const first = await littleWorld({
      store: mortal.store(store),
      gateway: (bank) => ({
        ...mortal.gateway(bank),
        readPayment: (id) => {
          answers += 1;
          if (answers === 200) mortal.die();
          return mortal.gateway(bank).readPayment(id);
        },
      }),
    });
    await fill(first);
    const heard: Reconciled[] = [];
    void (async () => {
      for await (const row of first.engine.reconcile()) heard.push(row);
    })();
    while (!mortal.dead) {
      await new Promise((resolve) => setImmediate(resolve));
      const next = first.clock.nextAt;
      if (first.engine.idle && next !== null) first.clock.set(next);
    }
    await store.close();
    const before = first.bank.reads.length;
    expect(before).toBeLessThan(ORDERS);
    const second = await aWorld({ store, of: first, worker: "second" });
    // What the first one left under way is taken up at the start.
    await second.settle();
    const rows = await reconciled(second);
    expect(rows.length + heard.length).toBeGreaterThanOrEqual(ORDERS - 16);
    await second.rest();
    await checkAllPutRight(second);
    const counts = [...counted(first.bank).values()];
    expect(Math.max(...counts)).toBeLessThanOrEqual(2);
    expect(counts.filter((n) => n === 2).length).toBeLessThanOrEqual(16);
    expect(counted(first.bank).size).toBe(ORDERS);
  }, 120_000);
});

describe("A reconciliation looks into the shop as well", () => {
  const placed = async (status: OrderStatus): Promise<LittleWorld> => {
    const world = await aWorld();
    const common = { total: 1000, currency: "SEK", lines: [], needsProcessing: true };
    const times = { createdAt: T0 - 30 * MINUTE, updatedAt: T0 - 30 * MINUTE };
    world.bank.accept("p", 1000);
    world.woo.addOrder({ id: "1", status, ...common, ...times, datePaid: null });
    const ids = { gateway: "bank", paymentId: "p", previousPaymentIds: [], customerReturned: true };
    await world.engine.place("1", { status, ...common, ...times, ...ids });
    return world;
  };

  it("an order that somebody wrote to completed behind our back is followed, flagged, and not captured", async () => {
    const world = await placed("processing");
    world.woo.directWrite("1", "completed");
    const foretold = await reconciled(world, { dryRun: true });
    const rows = await reconciled(world);
    expect(rows).toEqual(foretold);
    expect(rows).toMatchObject([
      {
        orderId: "1",
        before: "processing",
        after: "completed",
        outcome: "moved",
        flags: ["discrepancy:completed-not-captured"],
      },
    ]);
    const entries = await world.engine.queries.history("1");
    expect(entries.map((e) => e.event.type)).toContain("order.seen");
    expect(world.bank.ledger).toEqual([]);
  });

  it("an order that somebody wrote to cancelled keeps the customer's money in sight", async () => {
    const world = await placed("on-hold");
    world.woo.directWrite("1", "cancelled");
    const rows = await reconciled(world);
    expect(rows).toMatchObject([{ after: "cancelled", flags: ["discrepancy:paid-but-cancelled"] }]);
    expect(world.woo.order("1").status).toBe("cancelled");
  });

  it("an order without a payment is explained and the bank is not asked", async () => {
    const world = await aWorld();
    const common = { total: 1000, currency: "SEK", lines: [], needsProcessing: true };
    const times = { createdAt: T0 - 30 * MINUTE, updatedAt: T0 - 30 * MINUTE };
    world.woo.addOrder({ id: "1", status: "pending", ...common, ...times, datePaid: null });
    const ids = { gateway: "bank", paymentId: null, previousPaymentIds: [], customerReturned: false };
    await world.engine.place("1", { status: "pending", ...common, ...times, ...ids });
    const rows = await reconciled(world);
    expect(rows).toMatchObject([{ outcome: "explained", before: "pending", after: "pending" }]);
    expect(rows[0]?.why).toContain("no payment at the bank");
    expect(world.bank.reads).toEqual([]);
  });
});
