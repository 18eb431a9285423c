/** Many orders' money, from the merchant's first click to rest, at a bank whose answers get lost. */
import type { Command } from "../../machines/events.js";
import { MOST_TRIES } from "../../machines/guards.js";
import type { Line } from "../../machines/lines.js";
import { callAgainMs } from "../../src/core/ask.js";
import type { HistoryEntry, OrderRecord } from "../../src/core/record.js";
import type { Gateway, GatewayAnswer } from "../../src/ports/gateway.js";
import type { NewWooOrder } from "../../src/testing/doubles/woocommerce/double.js";
import { type Account, type Bank, type FaultShares, type LedgerEntry, seeded, usualFaults } from "./bank.js";
import { littleWorld, MINUTE, T0 } from "./world.js";

export interface MoneyLivesOptions {
  orders: number;
  seed: number;
  faults?: FaultShares;
  /** The bank books whatever it is asked to: a doubled call shows in the amounts. */
  gullible?: boolean;
  /** A planted bug, to see that the checker sees it. */
  plant?: "repeats-blind" | "completes-first";
}

export interface MoneyLives {
  ledger: LedgerEntry[];
  records: OrderRecord[];
  accounts: Map<string, Account>;
  totals: Map<string, { initial: number }>;
  /** The status in the shop, the notes, by order. */
  shop: Map<string, { status: string; notes: string[] }>;
  /** Answers that gave up or were refused by the bank. */
  givenUp: { orderId: string; rule: string }[];
  /** Things seen at the very moment of a decision. */
  seen: Breach[];
  reads: number;
  readFaults: { lost: number; tooMany: number };
  clicks: number;
  /** Effects nobody carries out any more. */
  dead: number;
}

export interface Breach {
  law: string;
  orderId: string;
  detail: string;
}

interface Click {
  at: number;
  id: string;
  event: Command;
}

const via = "api" as const;
const SECOND = 1000;

/** What the merchant does to one order, repeated clicks and repeated deliveries included. */
const plan = (orderId: string, lines: Line[], random: () => number): Click[] => {
  const clicks: Click[] = [];
  let time = Math.floor(random() * 30) * SECOND;
  let count = 0;
  const sum = (some: Line[]) => some.reduce((all, line) => all + line.total, 0);
  const click = (event: Command): void => {
    count += 1;
    const id = `${orderId}-${count}`;
    clicks.push({ at: time, id, event });
    // The same delivery again, and the same button again: at once, or while the bank still thinks.
    if (random() < 0.15) clicks.push({ at: time + Math.floor(random() * 3) * SECOND, id, event });
    if (random() < 0.25) clicks.push({ at: time + Math.floor(random() * 6) * SECOND, id: `${id}-again`, event });
  };
  const pause = (): void => {
    time += (5 + Math.floor(random() * 120)) * SECOND;
  };

  let left = lines;
  for (let edits = 0; edits < 2 && random() < 0.35; edits += 1) {
    left = random() < 0.9 ? left.slice(1) : [];
    click({ type: "merchant.editedLines", via, lines: left, total: sum(left), adds: false });
    pause();
  }
  if (random() < 0.2) {
    click({ type: "merchant.cancelled", via });
    // Two hands at once: whoever is second is told.
    if (random() < 0.2) click({ type: "merchant.completed", via });
    return clicks;
  }
  if (random() < 0.15) {
    click({ type: "merchant.captured", via, lines: null });
    pause();
  }
  click({ type: "merchant.completed", via });
  if (random() < 0.05) click({ type: "merchant.cancelled", via });
  pause();
  const total = sum(left);
  const parts = random() < 0.6 ? 1 + Math.floor(random() * 3) : 0;
  for (let part = 0; part < parts; part += 1) {
    const amount = Math.max(1, Math.floor((total * (0.1 + random() * 0.5)) / parts));
    const line = left[part % Math.max(1, left.length)];
    const byLine = line !== undefined && line.total > 0 && random() < 0.3;
    click({
      type: "merchant.refundedAmount",
      via,
      amount: byLine ? line.total : amount,
      lines: byLine ? [line] : null,
    });
    pause();
  }
  if (random() < 0.4) click({ type: "merchant.refunded", via, amount: null });
  return clicks;
};

/** Sends the call again at once when it does not know how the first one ended. */
const blind = (bank: Bank): Gateway => {
  const twice =
    <C>(call: (c: C) => Promise<GatewayAnswer>) =>
    async (c: C): Promise<GatewayAnswer> => {
      const answer = await call(c);
      return answer.kind === "unknown" ? call(c) : answer;
    };
  return {
    ...bank,
    capture: twice(bank.capture),
    cancel: twice(bank.cancel),
    refund: twice(bank.refund),
    addOrderLines: twice(bank.addOrderLines),
  };
};

/** Says ok to a capture that it never sent. */
const hasty = (bank: Bank): Gateway => ({
  ...bank,
  async capture(call) {
    const answer = await bank.readPayment(call.paymentId);
    if (answer.kind !== "ok") return answer;
    const { total } = answer.reading;
    return { kind: "ok", reading: { ...answer.reading, authorized: 0, captured: total, transactionIds: [call.key] } };
  },
});

export const moneyLives = async (options: MoneyLivesOptions): Promise<MoneyLives> => {
  const { orders, seed, plant } = options;
  const random = seeded(seed);
  const givenUp: MoneyLives["givenUp"] = [];
  const seen: Breach[] = [];
  const totals: MoneyLives["totals"] = new Map();
  const shop: MoneyLives["shop"] = new Map();

  const watch = (entry: HistoryEntry, record: OrderRecord): void => {
    const { orderId } = entry;
    for (const { rule } of entry.answers) {
      if (rule?.endsWith("/given-up") || rule?.endsWith("/refused")) givenUp.push({ orderId, rule });
    }
    if (entry.from === entry.to || entry.from === null) return;
    const books = world.bank.accounts.get(`pay-${orderId}`)?.books;
    const total = record.facts.order.total;
    if (entry.to === "completed" && total > 0 && books?.captured !== total) {
      seen.push({ law: "completed before its capture", orderId, detail: `captured ${books?.captured} of ${total}` });
    }
    if (entry.to === "refunded" && (books?.captured === 0 || books?.refunded !== books?.captured)) {
      seen.push({ law: "refunded before its credit", orderId, detail: `${books?.refunded} of ${books?.captured}` });
    }
  };
  const { gullible = false } = options;
  const world = await littleWorld({
    bank: { random, faults: options.faults ?? (gullible ? neverLate : usualFaults), gullible },
    gateway: (bank) => (plant === "repeats-blind" ? blind(bank) : plant === "completes-first" ? hasty(bank) : bank),
    random,
    onDecision: watch,
  });
  const { engine, bank, woo, clock } = world;

  const clicks: (Click & { orderId: string })[] = [];
  for (let i = 0; i < orders; i += 1) {
    const orderId = String(seed * 100_000 + i);
    const free = random() < 0.02;
    const lines: Line[] = Array.from({ length: 2 + Math.floor(random() * 3) }, (_, n) => ({
      sku: `sku-${n}`,
      quantity: 1 + Math.floor(random() * 3),
      total: free ? 0 : 100 + Math.floor(random() * 50_000),
    }));
    const total = lines.reduce((sum, line) => sum + line.total, 0);
    const order: NewWooOrder = {
      id: orderId,
      status: "processing",
      total,
      currency: "SEK",
      lines,
      needsProcessing: true,
      createdAt: T0 - 60 * MINUTE,
      updatedAt: T0 - 50 * MINUTE,
      datePaid: T0 - 50 * MINUTE,
    };
    const paymentId = `pay-${orderId}`;
    totals.set(orderId, { initial: total });
    woo.addOrder(order);
    bank.accept(paymentId, total);
    const { id: _, datePaid: __, ...known } = order;
    await engine.place(orderId, {
      ...known,
      gateway: "bank",
      paymentId,
      previousPaymentIds: [],
      customerReturned: true,
    });
    for (const click of plan(orderId, lines, random)) clicks.push({ ...click, orderId });
  }

  clicks.sort((a, b) => a.at - b.at);
  for (let i = 0; i < clicks.length; ) {
    const at = T0 + (clicks[i] as Click).at;
    if (at > clock.now()) await world.until(at);
    const now: Promise<unknown>[] = [];
    for (; i < clicks.length && T0 + (clicks[i] as Click).at <= clock.now(); i += 1) {
      const { orderId, id, event } = clicks[i] as Click & { orderId: string };
      now.push(engine.submit(orderId, event, { id }));
    }
    await Promise.all(now);
  }
  await world.rest();

  const records: OrderRecord[] = [];
  for (const orderId of totals.keys()) {
    const record = await engine.queries.read(orderId);
    if (record !== null) records.push(record);
    const { status, notes } = woo.order(orderId);
    shop.set(orderId, { status, notes: notes.map((n) => n.text) });
  }
  const { deadEffects } = await world.store.counts();
  await engine.stop();
  return {
    ledger: bank.ledger,
    records,
    accounts: bank.accounts,
    totals,
    shop,
    givenUp,
    seen,
    reads: bank.reads.length,
    readFaults: bank.readFaults,
    clicks: clicks.length,
    dead: deadEffects,
  };
};

/** A bank that books all of it twice and late keeps nothing that the engine could rely on. */
const neverLate: FaultShares = { ...usualFaults, lostAndLate: 0 };
/** The longest that a repeated call waits after the reading that showed nothing of it, with the time that a breaker adds. */
const JUST_BOOKED_MS = callAgainMs(MOST_TRIES - 1) + 20_000;

/** How the order note begins, whatever the bank is called. */
const failureNote: Record<string, RegExp> = {
  capture: /^Capturing payment at .+ failed/,
  cancel: /^Cancelling payment at .+ failed/,
  refund: /^Refunding payment at .+ failed/,
  modify: /^Updating payment at .+ failed/,
};

const sumOf = (entries: LedgerEntry[], op: LedgerEntry["op"]): number =>
  entries.reduce((sum, e) => sum + (e.op === op ? e.effect : 0), 0);

/** Every money law that was broken, in the words that a merchant would use. */
export const breachesOf = (lives: MoneyLives): Breach[] => {
  const breaches: Breach[] = [...lives.seen];
  const byPayment = new Map<string, LedgerEntry[]>();
  for (const entry of lives.ledger) {
    const own = byPayment.get(entry.paymentId);
    if (own === undefined) byPayment.set(entry.paymentId, [entry]);
    else own.push(entry);
  }
  if (lives.dead > 0) breaches.push({ law: "something is given up for good", orderId: "-", detail: `${lives.dead}` });
  if (lives.records.length !== lives.totals.size) breaches.push({ law: "an order is lost", orderId: "-", detail: "" });

  for (const record of lives.records) {
    const { orderId, facts } = record;
    const broken = (law: string, detail: string): void => {
      breaches.push({ law, orderId, detail });
    };
    const calls = byPayment.get(`pay-${orderId}`) ?? [];
    const keys = new Map<string, LedgerEntry[]>();
    for (const call of calls) keys.set(call.key, [...(keys.get(call.key) ?? []), call]);
    for (const [key, sent] of keys) {
      const done = sent.filter((e) => e.effect > 0).length;
      if (done > 1) broken(`${sent[0]?.op} took effect twice`, `${key} ${done} times`);
      // Between a reading and the call that follows it the bank may book what it got before.
      const known = (e: LedgerEntry) => e.bookedAt + (e.fault === "lost, late" ? JUST_BOOKED_MS : 0);
      if (sent.some((e) => sent.some((before) => before.effect > 0 && before !== e && known(before) < e.at)))
        broken(`${sent[0]?.op} sent again after it took effect`, key);
      if (new Set(sent.map((e) => e.body)).size > 1) broken("one key, several bodies", key);
    }
    const isLate = ({ key }: LedgerEntry) => calls.some((e) => e.key === key && e.fault === "lost, late");
    if (calls.some((e) => e.answer === "refused" && !isLate(e)))
      broken("the bank had to refuse", JSON.stringify(calls));

    // The ledger's own arithmetic, beside the books.
    const initial = lives.totals.get(orderId)?.initial ?? 0;
    const captured = sumOf(calls, "capture");
    const cancelled = sumOf(calls, "cancel");
    const added = sumOf(calls, "addOrderLines");
    const refunded = sumOf(calls, "refund");
    if (captured > initial + added - cancelled) broken("captured more than was authorised", `${captured}`);
    if (captured > initial) broken("captured more than the customer agreed to", `${captured} of ${initial}`);
    if (refunded > captured) broken("refunded more than was captured", `${refunded} of ${captured}`);
    const books = lives.accounts.get(`pay-${orderId}`)?.books;
    if (books === undefined) broken("no books", "");
    else if (books.captured !== captured || books.refunded !== refunded || books.canceled !== cancelled) {
      broken("the ledger and the books disagree", JSON.stringify(books));
    }

    const { status, total } = facts.order;
    if (status === "completed" && total > 0 && captured !== total) {
      broken("completed without its capture", `${captured} of ${total}`);
    }
    if (status === "refunded" && (captured === 0 || refunded !== captured)) {
      broken("refunded without its credit", `${refunded} of ${captured}`);
    }
    if (status === "cancelled" && (captured > 0 || (books?.authorized ?? 0) > 0)) {
      broken("cancelled while the money is held", `${books?.authorized} reserved, ${captured} captured`);
    }
    if (facts.operation !== null) broken("not at rest", `${facts.operation.kind} still under way`);
    if (facts.waiting.length > 0) broken("not at rest", `${facts.waiting.length} still wait`);
    if (typeof record.states.order !== "string") broken("not at rest", JSON.stringify(record.states.order));
    const inShop = lives.shop.get(orderId);
    if (inShop?.status !== status) broken("the shop reads another status", `${inShop?.status} instead of ${status}`);
  }
  for (const { orderId, rule } of lives.givenUp) {
    const note = failureNote[rule.split("/")[0] ?? ""];
    const noted = lives.shop.get(orderId)?.notes.some((text) => note?.test(text) ?? false) ?? false;
    const flagged = lives.records.find((r) => r.orderId === orderId)?.flags.some((f) => f.flag === "capture-failed");
    if (!noted || (rule.startsWith("capture/") && !flagged)) {
      breaches.push({ law: "given up without a word", orderId, detail: rule });
    }
  }
  return breaches;
};

export interface Tally {
  orders: number;
  clicks: number;
  calls: number;
  tookEffect: number;
  reads: number;
  lostReads: number;
  throttledReads: number;
  givenUp: number;
  faults: Record<string, number>;
  byOp: Record<string, number>;
  statuses: Record<string, number>;
  breaches: Breach[];
}

const plus = (counts: Record<string, number>, name: string): void => {
  counts[name] = (counts[name] ?? 0) + 1;
};

/** Lives of some hundred orders each, until so many calls have moved money, or tried to. */
export const campaign = async (
  calls: number,
  seed: number,
  options: Omit<MoneyLivesOptions, "orders" | "seed"> & { ordersAtOnce?: number; told?(tally: Tally): void } = {},
): Promise<Tally> => {
  const tally: Tally = {
    orders: 0,
    clicks: 0,
    calls: 0,
    tookEffect: 0,
    reads: 0,
    lostReads: 0,
    throttledReads: 0,
    givenUp: 0,
    faults: {},
    byOp: {},
    statuses: {},
    breaches: [],
  };
  // An order makes more than one call.
  const { ordersAtOnce = Math.min(300, calls), told, ...how } = options;
  for (let round = 0; tally.calls < calls; round += 1) {
    // Every other bank books whatever it is asked to, so that it hides nothing.
    const lives = await moneyLives({ gullible: round % 2 === 1, ...how, orders: ordersAtOnce, seed: seed + round });
    tally.orders += lives.records.length;
    tally.clicks += lives.clicks;
    tally.calls += lives.ledger.length;
    tally.reads += lives.reads;
    tally.lostReads += lives.readFaults.lost;
    tally.throttledReads += lives.readFaults.tooMany;
    tally.givenUp += lives.givenUp.length;
    for (const { op, fault, effect } of lives.ledger) {
      if (effect > 0) tally.tookEffect += 1;
      plus(tally.byOp, op);
      if (fault !== null) plus(tally.faults, fault);
    }
    for (const { facts } of lives.records) plus(tally.statuses, facts.order.status);
    tally.breaches.push(...breachesOf(lives));
    told?.(tally);
  }
  return tally;
};
