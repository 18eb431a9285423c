/** A bank that books after the answer to a call was lost: the money moves once, or what moved too much is flagged. */
import { describe, expect, it } from "vitest";
import type { Command } from "../../machines/commands.js";
import type { Gateway, GatewayAnswer } from "../../src/ports/gateway.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Bank } from "./bank.js";
import { littleWorld, MINUTE, T0 } from "./world.js";

type Call = "capture" | "cancel" | "refund" | "addOrderLines";

interface Plan {
  call: Call;
  /** The first so many calls get no answer. */
  lost: number;
  /** Seconds after which the lost calls are booked; null = never. */
  after: number | null;
}

/** Loses the first answers to one kind of call, and books those calls later. */
const late = (bank: Bank, clock: VirtualClock, { call, lost, after }: Plan): Gateway => {
  let left = lost;
  const losing =
    <C>(send: (c: C) => Promise<GatewayAnswer>) =>
    async (c: C): Promise<GatewayAnswer> => {
      if (left === 0) return send(c);
      left -= 1;
      if (after !== null) void clock.sleep(after * 1000).then(() => send(c));
      return { kind: "unknown", detail: "HTTP 504" };
    };
  return { ...bank, [call]: losing(bank[call] as (c: unknown) => Promise<GatewayAnswer>) };
};

const via = "api" as const;
const clicks: Record<string, { call: Call; event: Command; captured: boolean }> = {
  capture: { call: "capture", event: { type: "merchant.completed", via }, captured: false },
  cancel: { call: "cancel", event: { type: "merchant.cancelled", via }, captured: false },
  "refund of a part": {
    call: "refund",
    event: { type: "merchant.refundedAmount", via, amount: 100_00, lines: null },
    captured: true,
  },
  "refund of all": { call: "refund", event: { type: "merchant.refunded", via, amount: null }, captured: true },
  "change of lines": {
    call: "addOrderLines",
    event: {
      type: "merchant.editedLines",
      via,
      lines: [{ sku: "A", quantity: 1, total: 600_00 }],
      total: 600_00,
      adds: false,
    },
    captured: false,
  },
};

const order = {
  status: "processing",
  total: 1000_00,
  currency: "SEK",
  lines: [
    { sku: "A", quantity: 1, total: 600_00 },
    { sku: "B", quantity: 1, total: 400_00 },
  ],
  needsProcessing: true,
  createdAt: T0 - 60 * MINUTE,
  updatedAt: T0 - 50 * MINUTE,
} as const;

/** One click at such a bank, until nothing waits any more. */
const live = async (name: string, plan: Omit<Plan, "call">, end?: number) => {
  const { call, event, captured } = clicks[name] as (typeof clicks)[string];
  const clock = new VirtualClock(T0);
  const world = await littleWorld({ clock, gateway: (bank) => late(bank, clock, { ...plan, call }) });
  const { engine, bank, woo } = world;
  const lines = [...order.lines];
  woo.addOrder({ id: "1", ...order, lines, datePaid: T0 - 50 * MINUTE });
  bank.accept("p", order.total);
  const known = { gateway: "bank", paymentId: "p", previousPaymentIds: [], customerReturned: true };
  await engine.place("1", { ...order, lines, ...known });
  if (captured) {
    await world.during(engine.submit("1", { type: "merchant.completed", via }, { wait: "settled" }));
    await world.rest();
  }
  const before = bank.ledger.length;
  await engine.submit("1", event, { id: "click" });
  if (end === undefined) await world.rest();
  await world.until(T0 + (end ?? 60) * MINUTE);
  const record = await engine.queries.read("1");
  const booked = bank.ledger.slice(before).filter((entry) => entry.op === call && entry.effect > 0);
  const effects = booked.map(({ effect }) => effect);
  const flags = record?.flags.filter((f) => f.clearedAt === null).map((f) => f.flag) ?? [];
  const answer = (await engine.queries.history("1")).flatMap((h) => h.answers).findLast((a) => a.eventId === "click");
  return { world, record, effects, flags, answer, bank };
};

const delays = [0, 1, 3, 8, 20, 33, 45, 90, 300, 590, null];

describe.each(Object.keys(clicks))("the answer to a %s is lost", (name) => {
  it.each(delays)("and it is booked after %s s: once, and the order says so", async (after) => {
    const { world, record, effects, flags, answer } = await live(name, { lost: 1, after });
    expect(effects).toHaveLength(1);
    expect(flags).toEqual([]);
    expect(record?.facts.operation).toBeNull();
    expect(answer).toMatchObject({ outcome: "moved" });
    await world.engine.stop();
  });
});

describe("a part is booked after the settle window", () => {
  it("twice, and the flag says by how much", async () => {
    const { world, record, bank } = await live("refund of a part", { lost: 1, after: 900 });
    expect(bank.accounts.get("p")?.books.refunded).toBe(200_00);
    const flag = record?.flags.find((f) => f.flag === "discrepancy:refunded-twice");
    expect(flag).toMatchObject({ clearedAt: null, amount: 100_00 });
    await world.engine.stop();
  });
});
