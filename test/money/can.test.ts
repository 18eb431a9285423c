/** The answer before the click is the answer after it: every cell of the tables in docs/rules.md, really clicked. */
import { beforeAll, describe, expect, it } from "vitest";
import type { ReadCommand } from "../../machines/commands.js";
import type { OrderStatus, Reading } from "../../machines/facts.js";
import { reasons } from "../../machines/reasons.js";
import type { Shop } from "../../src/ports/shop.js";
import type { Preview, Receipt } from "../../src/runtime/embedded/receipt.js";
import { actions, payments, statuses } from "../docs/tables.js";
import { type LittleWorld, littleWorld, MINUTE, T0 } from "./world.js";

interface Cell {
  orderId: string;
  status: OrderStatus;
  payment: string;
  action: string;
  before: OrderStatus | undefined;
  calls: number;
  verdict: Preview;
  receipt: Receipt;
  after: OrderStatus | undefined;
  sent: number;
}

/** A shop that does as it is told, so that only the engine is seen. */
const willing: Shop = { execute: async () => ({ kind: "done" }), readStatus: async () => null };

const put = (world: LittleWorld, paymentId: string, says: Reading): void => {
  if (!says.exists) return;
  const { total, authorized, captured, canceled, refunded } = says;
  world.bank.accounts.set(paymentId, {
    status: says.status,
    rejectedReason: says.rejectedReason,
    books: { total, authorized, captured, canceled, refunded, actions: [...says.offers], log: [] },
    creditLimit: says.creditLimit,
    taskCompleted: says.taskCompleted,
    hasOrder: says.hasOrder,
  });
};

describe("Whether an action is possible", () => {
  let cells: Cell[] = [];

  beforeAll(async () => {
    const world = await littleWorld({ shop: willing });
    const { engine, bank } = world;
    const asked: Omit<Cell, "before" | "calls" | "verdict" | "receipt" | "after" | "sent">[] = [];
    for (const status of statuses)
      for (const payment of Object.keys(payments))
        for (const action of Object.keys(actions))
          asked.push({ orderId: String(1000 + asked.length), status, payment, action });

    const made = await Promise.all(
      asked.map(async (cell) => {
        const { orderId, status } = cell;
        const paymentId = `pay-${orderId}`;
        put(world, paymentId, payments[cell.payment] as Reading);
        await engine.place(orderId, {
          status,
          total: 100_000,
          currency: "SEK",
          lines: [
            { sku: "A", quantity: 1, total: 60_000 },
            { sku: "B", quantity: 1, total: 40_000 },
          ],
          needsProcessing: true,
          gateway: "bank",
          paymentId,
          previousPaymentIds: [],
          createdAt: T0 - 1440 * MINUTE,
          updatedAt: T0,
          customerReturned: true,
        });
        return cell;
      }),
    );
    // The payment becomes known, which may move the order; it is put back where the table wants it.
    await world.during(Promise.all(made.map(({ orderId }) => engine.submit(orderId, { type: "reconcile.asked" }))));
    await world.settle();
    // Of a paid order that was set to pending the first is undone.
    for (let times = 0; times < 2; times += 1) {
      await Promise.all(
        made.map(({ orderId, status }) => engine.submit(orderId, { type: "order.seen", status }, { source: "shop" })),
      );
      await world.settle();
    }
    const statusOf = async (orderId: string) => (await engine.queries.read(orderId))?.facts.order.status;
    const sentFor = (orderId: string) => bank.ledger.filter((e) => e.paymentId === `pay-${orderId}`).length;
    const answered = Promise.all(
      made.map(async (cell) => {
        const event = actions[cell.action] as ReadCommand;
        const before = await statusOf(cell.orderId);
        const calls = sentFor(cell.orderId);
        const verdict = await engine.queries.can(cell.orderId, event);
        const receipt = await engine.submit(cell.orderId, event, { wait: "settled" });
        return { ...cell, before, calls, verdict, receipt };
      }),
    );
    const done = await world.during(answered);
    await world.settle();
    cells = await Promise.all(
      done.map(async (cell) => ({
        ...cell,
        after: await statusOf(cell.orderId),
        sent: sentFor(cell.orderId) - cell.calls,
      })),
    );
    await engine.stop();
  }, 240_000);

  const named = ({ status, payment, action }: Cell) => `${action} on ${status}, payment ${payment}`;

  it("is asked for in every cell of the tables", () => {
    expect(cells).toHaveLength(statuses.length * Object.keys(payments).length * Object.keys(actions).length);
    expect(cells.length).toBe(588);
    expect(cells.filter((c) => c.before !== c.status).map(named)).toEqual([]);
    expect(cells.filter((c) => c.calls > 0).map(named)).toEqual([]);
    expect(cells.filter((c) => !c.receipt.final).map(named)).toEqual([]);
  });

  it("is answered before the click as the click then turns out", () => {
    const wrong = cells.filter(({ verdict, receipt }) => verdict.allowed !== (receipt.outcome === "moved"));
    expect(wrong.map(named)).toEqual([]);
  });

  it("is refused with the same reason as the click is, and the reason has words", () => {
    const said = cells.filter(({ verdict }) => !verdict.allowed);
    const wrong = said.filter(
      ({ verdict, receipt }) =>
        verdict.outcome !== receipt.outcome || verdict.reason !== receipt.reason || verdict.rule !== receipt.rule,
    );
    expect(wrong.map((c) => `${named(c)}: ${c.verdict.reason} / ${c.receipt.reason}`)).toEqual([]);
    const wordless = said.filter((c) => c.verdict.reason === null || !(c.verdict.reason in reasons));
    expect(wordless.map((c) => `${named(c)}: ${c.verdict.reason}`)).toEqual([]);
    expect(said.length).toBeGreaterThan(200);
  });

  it("names the status that the order then reads", () => {
    const wrong = cells.filter(({ verdict, receipt, after }) => verdict.to !== receipt.to || receipt.to !== after);
    expect(wrong.map((c) => `${named(c)}: ${c.verdict.to} / ${c.receipt.to} / ${c.after}`)).toEqual([]);
  });

  it("sends nothing to the bank when the answer was no", () => {
    expect(cells.filter((c) => !c.verdict.allowed && c.sent > 0).map(named)).toEqual([]);
  });
});
