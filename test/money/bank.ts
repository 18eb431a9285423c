/**
 * A bank in this process, on the same books as the one behind HTTP: it keeps a ledger of every call that moves
 * money, and loses answers the way a network does. Its faults come from a seed.
 */
import { noSuchPayment, type Reading } from "../../machines/facts.js";
import type { Line } from "../../machines/lines.js";
import { orderLines } from "../../src/gateways/resurs/requests.js";
import type { Clock } from "../../src/ports/clock.js";
import type { Gateway, GatewayAnswer, ReadAnswer } from "../../src/ports/gateway.js";
import {
  amountOf,
  authorizedBooks,
  type BankLine,
  booksAfter,
  type MoneyCall,
  objection,
  type ResursBooks,
} from "../../src/testing/doubles/resurs/books.js";

/** xorshift32, spread by a multiplication: the same seed, the same life. */
export const seeded = (seed: number): (() => number) => {
  let state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return (Math.imul(state, 0x85ebca6b) >>> 0) / 2 ** 32;
  };
};

/** What goes wrong, each as a share of all calls. */
export interface FaultShares {
  /** The answer is lost, and the money moved. */
  lostButDone: number;
  /** The answer is lost, and nothing happened. */
  lostAndNotDone: number;
  /** The answer is lost, and the money moves up to two minutes later, where it still can. */
  lostAndLate: number;
  /** 429 with Retry-After. */
  tooMany: number;
  /** 500; nothing happened, but nobody is told. */
  broken: number;
  readLost: number;
  readTooMany: number;
}

export const usualFaults: FaultShares = {
  lostButDone: 0.1,
  lostAndNotDone: 0.1,
  lostAndLate: 0.05,
  tooMany: 0.05,
  broken: 0.05,
  readLost: 0.1,
  readTooMany: 0.05,
};
export const noFaults: FaultShares = {
  lostButDone: 0,
  lostAndNotDone: 0,
  lostAndLate: 0,
  tooMany: 0,
  broken: 0,
  readLost: 0,
  readTooMany: 0,
};

export type Fault = "lost, done" | "lost, not done" | "lost, late" | "429" | "500";

export interface LedgerEntry {
  op: MoneyCall;
  key: string;
  paymentId: string;
  /** Everything that the call says beside its key. */
  body: string;
  /** What it took effect with, in minor units; 0 = it did not. */
  effect: number;
  fault: Fault | null;
  answer: GatewayAnswer["kind"];
  at: number;
  /** When it took effect, or would have. */
  bookedAt: number;
}

export interface Account {
  status: string;
  rejectedReason: string | null;
  books: ResursBooks;
  creditLimit: number | null;
  taskCompleted: Reading["taskCompleted"];
  /** false = a payment without an order structure. */
  hasOrder: boolean;
}

export interface Bank extends Gateway {
  readonly accounts: Map<string, Account>;
  readonly ledger: LedgerEntry[];
  /** Payment ids in the order they were asked about, answered or not. */
  readonly reads: string[];
  readonly readFaults: { lost: number; tooMany: number };
  accept(paymentId: string, total: number): void;
}

export interface BankOptions {
  clock: Clock;
  random?: () => number;
  faults?: FaultShares;
  /** It books whatever it is asked to, possible or not: so that a doubled call shows in the amounts. */
  gullible?: boolean;
}

const drawn = (roll: number, faults: FaultShares): Fault | null => {
  const kinds: [Fault, number][] = [
    ["lost, done", faults.lostButDone],
    ["lost, not done", faults.lostAndNotDone],
    ["lost, late", faults.lostAndLate],
    ["429", faults.tooMany],
    ["500", faults.broken],
  ];
  let reach = 0;
  for (const [kind, share] of kinds) {
    reach += share;
    if (roll < reach) return kind;
  }
  return null;
};

/** The books after a call that nobody questions. */
const believed = (books: ResursBooks, op: MoneyCall, amount: number): ResursBooks => {
  switch (op) {
    case "capture":
      return { ...books, authorized: Math.max(0, books.authorized - amount), captured: books.captured + amount };
    case "cancel":
      return { ...books, authorized: Math.max(0, books.authorized - amount), canceled: books.canceled + amount };
    case "refund":
      return { ...books, refunded: books.refunded + amount };
    case "addOrderLines":
      return { ...books, total: books.total + amount, authorized: books.authorized + amount };
  }
};

export const inProcessBank = ({
  clock,
  random = () => 0.5,
  faults = noFaults,
  gullible = false,
}: BankOptions): Bank => {
  const accounts = new Map<string, Account>();
  const ledger: LedgerEntry[] = [];
  const reads: string[] = [];
  const readFaults = { lost: 0, tooMany: 0 };
  let actions = 0;

  const readingOf = (paymentId: string, account: Account): Reading => {
    const { books, status, rejectedReason, creditLimit, taskCompleted, hasOrder } = account;
    const { total, authorized, captured, canceled, refunded } = books;
    return {
      paymentId,
      exists: true,
      status,
      rejectedReason,
      hasOrder,
      total,
      authorized,
      captured,
      canceled,
      refunded,
      offers: books.actions as Reading["offers"],
      creditLimit,
      taskCompleted,
      transactionIds: books.log.flatMap(({ transactionId }) => transactionId ?? []),
    };
  };

  const change = async (
    op: MoneyCall,
    call: { paymentId: string; amount: number; key: string; lines?: Line[] | null; all?: boolean },
  ): Promise<GatewayAnswer> => {
    const { paymentId, amount, key, ...more } = call;
    const account = accounts.get(paymentId);
    const fault = drawn(random(), faults);
    // As the Merchant API takes it: without lines, all that is left; only capture and refund carry the key.
    const lines: BankLine[] | null =
      op === "addOrderLines" || (op === "refund" && !call.all) ? orderLines(call.lines ?? null, amount, op) : null;
    const entry: LedgerEntry = {
      op,
      key,
      paymentId,
      body: JSON.stringify({ op, paymentId, amount, lines: more.lines ?? null, all: more.all ?? null }),
      effect: 0,
      fault,
      answer: "ok",
      at: clock.now(),
      bookedAt: clock.now(),
    };
    ledger.push(entry);
    const answered = (answer: GatewayAnswer): GatewayAnswer => {
      entry.answer = answer.kind;
      return answer;
    };
    if (fault === "429") return answered({ kind: "retry", afterMs: 1000 + Math.floor(random() * 9000), detail: "429" });
    if (fault === "500") return answered({ kind: "unknown", detail: "HTTP 500" });
    if (fault === "lost, not done") return answered({ kind: "unknown", detail: "no answer" });
    if (account === undefined)
      return answered({ kind: "refused", reason: "gateway-refused", detail: "no such payment" });
    /** Books it, or says why not. */
    const book = (): string | null => {
      const why = gullible ? null : objection(account.books, account.status, op, lines);
      if (why !== null) return why;
      actions += 1;
      const transactionId = op === "capture" || op === "refund" ? key : undefined;
      entry.effect = gullible ? amount : amountOf(account.books, op, lines);
      entry.bookedAt = clock.now();
      const after = booksAfter(account.books, op, {
        lines,
        actionId: String(actions),
        created: new Date(clock.now()).toISOString(),
        ...(transactionId === undefined ? {} : { transactionId }),
      });
      account.books = gullible ? { ...after, ...amounts(believed(account.books, op, amount)) } : after;
      return null;
    };
    if (fault === "lost, late") {
      void clock.sleep(Math.floor(random() * 120_000)).then(book);
      return answered({ kind: "unknown", detail: "no answer" });
    }
    const why = book();
    if (why !== null) {
      if (fault === "lost, done") return answered({ kind: "unknown", detail: "no answer" });
      return answered({ kind: "refused", reason: "gateway-refused", detail: why });
    }
    if (fault === "lost, done") return answered({ kind: "unknown", detail: "no answer" });
    return answered({ kind: "ok", reading: op === "addOrderLines" ? null : readingOf(paymentId, account) });
  };

  return {
    name: "bank",
    api: "resurs-mapi",
    tolerance: 0,
    accounts,
    ledger,
    reads,
    readFaults,
    accept(paymentId, total) {
      accounts.set(paymentId, {
        status: "ACCEPTED",
        rejectedReason: null,
        books: authorizedBooks(total, []),
        creditLimit: total,
        taskCompleted: null,
        hasOrder: true,
      });
    },
    async readPayment(paymentId): Promise<ReadAnswer> {
      reads.push(paymentId);
      const roll = random();
      if (roll < faults.readLost) {
        readFaults.lost += 1;
        return { kind: "unknown", detail: "no answer" };
      }
      if (roll < faults.readLost + faults.readTooMany) {
        readFaults.tooMany += 1;
        return { kind: "retry", afterMs: 1000 + Math.floor(random() * 9000), detail: "429" };
      }
      const account = accounts.get(paymentId);
      return { kind: "ok", reading: account === undefined ? noSuchPayment(paymentId) : readingOf(paymentId, account) };
    },
    capture: (call) => change("capture", call),
    cancel: (call) => change("cancel", call),
    refund: (call) => change("refund", call),
    addOrderLines: (call) => change("addOrderLines", call),
    createPayment: async () => ({ kind: "failed", detail: "nobody pays here" }),
  };
};

const amounts = ({ total, authorized, captured, canceled, refunded }: ResursBooks) => ({
  total,
  authorized,
  captured,
  canceled,
  refunded,
});
