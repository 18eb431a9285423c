/** The payments at the bank's double: what each one is at this moment, and what will become of it. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../../ports/clock.js";
import { type Dated, faultFor, seriesOf } from "../../series.js";
import {
  authorizedBooks,
  type BankLine,
  booksAfter,
  type LogEntry,
  lineOf,
  major,
  minor,
  type ResursBooks,
  sumOf,
} from "./books.js";
import { type PersonStep, stepsOf } from "./persons.js";

/** A payment in the Merchant API's words and major units, possibleActions as plain names. */
export interface ScenarioPayment {
  status: string;
  rejectedReason?: { category?: string | null } | null;
  order?: {
    totalOrderAmount?: number;
    authorizedAmount?: number;
    capturedAmount?: number;
    canceledAmount?: number;
    refundedAmount?: number;
    possibleActions?: string[];
    actionLog?: LogEntry[];
    [more: string]: unknown;
  } | null;
  [more: string]: unknown;
}

/** One entry of a scenario's `given.gateway`: it counts, whole, from `from` on. */
export interface SeriesEntry {
  from: string | number;
  payment: ScenarioPayment | null;
  taskStatus?: { completed: boolean } | null;
  faults?: Record<string, string>;
}

/** What the customer was given when the payment was created. */
export interface Customer {
  governmentId: string;
  successUrl: string | null;
  failUrl: string | null;
  callbackUrl: string | null;
  managementUrl: string | null;
  /** Taken as soon as the payment is accepted. */
  charges: boolean;
  /** The shop waits for a payment that is frozen; else it is rejected. */
  waits: boolean;
}

type PersonChange = Omit<PersonStep, "afterMs"> & { at: number; completed: boolean };

interface AccountPayment {
  status: string;
  rejectedReason: { category?: string | null } | null;
  completed: boolean | null;
  /** null = a payment without an order. */
  books: ResursBooks | null;
  /** Everything else, as it was given. */
  fields: Record<string, unknown>;
  orderFields: Record<string, unknown>;
}

export interface ResursAccount {
  id: string;
  /** null = the bank knows no such payment. */
  payment: AccountPayment | null;
  customer: Customer | null;
  changes: PersonChange[];
  series: Dated<SeriesEntry>[];
  adopted: Dated<SeriesEntry> | null;
  timer: AbortController | null;
}

const logEntry = (type: LogEntry["type"], created: number, orderLines: BankLine[]): LogEntry => ({
  actionId: randomUUID(),
  type,
  created: new Date(created).toISOString(),
  orderLines,
});

const paymentFrom = (entry: SeriesEntry, from: number, before: AccountPayment | null): AccountPayment | null => {
  if (!entry.payment) return null;
  const { status, rejectedReason, order, ...fields } = entry.payment;
  const { possibleActions, actionLog, ...orderFields } = order ?? {};
  const total = minor(order?.totalOrderAmount ?? 0);
  return {
    status,
    rejectedReason: rejectedReason ?? null,
    completed: entry.taskStatus?.completed ?? null,
    books: order
      ? {
          total,
          authorized: minor(order.authorizedAmount ?? 0),
          captured: minor(order.capturedAmount ?? 0),
          canceled: minor(order.canceledAmount ?? 0),
          refunded: minor(order.refundedAmount ?? 0),
          actions: possibleActions ?? [],
          // A bank does not forget which calls it took, whatever became of the amounts.
          log: actionLog ?? before?.books?.log ?? [logEntry("CREATE", from, [lineOf("order", total)])],
        }
      : null,
    fields: { created: new Date(from).toISOString(), ...fields },
    orderFields,
  };
};

export const STORE_ID = "b7f88ac4-baa7-493b-a0a7-d4e14f91f555";

/** The payment as GET answers it. */
export const answered = (id: string, { status, rejectedReason, books, fields, orderFields }: AccountPayment) => ({
  storeId: STORE_ID,
  customer: {},
  paymentActions: [],
  ...fields,
  id,
  status,
  rejectedReason,
  order: books && {
    ...orderFields,
    totalOrderAmount: major(books.total),
    authorizedAmount: major(books.authorized),
    capturedAmount: major(books.captured),
    canceledAmount: major(books.canceled),
    refundedAmount: major(books.refunded),
    possibleActions: books.actions.map((action) => ({ action })),
    actionLog: books.log,
  },
});

export const accountsOf = (
  clock: Clock,
  closed: AbortSignal,
  statusChanged: (account: ResursAccount, status: string) => void,
) => {
  const accounts = new Map<string, ResursAccount>();

  const account = (id: string): ResursAccount => {
    const known = accounts.get(id);
    if (known) return known;
    const added: ResursAccount = {
      id,
      payment: null,
      customer: null,
      changes: [],
      series: [],
      adopted: null,
      timer: null,
    };
    accounts.set(id, added);
    return added;
  };

  const apply = (one: ResursAccount, change: PersonChange): void => {
    const { payment } = one;
    if (!payment?.books) return;
    const { total, log } = payment.books;
    const accepted = authorizedBooks(total, log);
    payment.status = change.status;
    payment.rejectedReason = change.rejectedReason ? { category: change.rejectedReason } : null;
    payment.completed = change.completed;
    // Frozen and inspected money is reserved, but nothing can be done with it.
    if (change.status === "ACCEPTED") payment.books = accepted;
    else payment.books = { ...accepted, authorized: change.status === "REJECTED" ? 0 : total, actions: [] };
    payment.fields.application = {
      requestedCreditLimit: major(total),
      // Whole: the bank's own client knows no other.
      approvedCreditLimit: change.status === "ACCEPTED" ? Math.ceil(major(total)) : 0,
    };
    if (one.customer?.charges && change.status === "ACCEPTED") {
      const created = new Date(change.at).toISOString();
      payment.books = booksAfter(accepted, "capture", { lines: null, actionId: randomUUID(), created });
    }
    statusChanged(one, change.status);
  };

  /** Brings the payment up to this moment. */
  const settle = (one: ResursAccount): ResursAccount => {
    const now = clock.now();
    while (one.changes[0] && one.changes[0].at <= now) apply(one, one.changes.shift() as PersonChange);
    const latest = one.series.findLast(({ from }) => from <= now) ?? null;
    if (latest && latest !== one.adopted) {
      one.payment = paymentFrom(latest.entry, latest.from, one.payment);
      one.adopted = latest;
      one.changes = [];
    }
    return one;
  };

  const plan = (one: ResursAccount, changes: PersonChange[]): void => {
    one.timer?.abort();
    const timer = new AbortController();
    one.timer = timer;
    one.changes = changes;
    settle(one);
    const follow = async (): Promise<void> => {
      while (one.changes[0] && !timer.signal.aborted) {
        await clock.sleep(Math.max(1, one.changes[0].at - clock.now()), AbortSignal.any([closed, timer.signal]));
        settle(one);
      }
    };
    // Only the end of the double, or a newer plan, ends a sleep early.
    follow().catch(() => {});
  };

  return {
    all: (): ResursAccount[] => [...accounts.values()].map(settle),
    at: (id: string): ResursAccount => settle(account(id)),
    setSeries(id: string, entries: SeriesEntry[]): void {
      const one = account(id);
      one.adopted = null;
      one.series = seriesOf(entries);
    },
    faultFor,
    create(
      customer: Customer,
      lines: BankLine[],
      minutes: number,
      orderReference: string | null,
      fields: object,
    ): ResursAccount {
      const now = clock.now();
      const one = account(randomUUID());
      one.customer = customer;
      const books = authorizedBooks(sumOf(lines), [logEntry("CREATE", now, lines)]);
      one.payment = {
        status: "TASK_REDIRECTION_REQUIRED",
        rejectedReason: null,
        completed: false,
        books: { ...books, authorized: 0, actions: [] },
        fields: { created: new Date(now).toISOString(), ...fields },
        // "If it's not provided by you it will be set by Resurs Bank."
        orderFields: { orderReference: orderReference ?? one.id },
      };
      const at = now + minutes * 60_000;
      plan(one, [{ at, status: "REJECTED", rejectedReason: "TIMEOUT", completed: false }]);
      return one;
    },
    /** A payment under an id that the shop chose, and what becomes of it from now on. */
    book(id: string, lines: BankLine[], steps: PersonStep[]): ResursAccount {
      const now = clock.now();
      const one = settle(account(id));
      one.payment = {
        status: "",
        rejectedReason: null,
        completed: null,
        books: authorizedBooks(sumOf(lines), [logEntry("CREATE", now, lines)]),
        fields: { created: new Date(now).toISOString() },
        orderFields: {},
      };
      plan(
        one,
        steps.map(({ afterMs, ...step }) => ({ ...step, at: now + afterMs, completed: true })),
      );
      return one;
    },
    /** Whoever comes after the link has expired, or a second time, changes nothing. */
    sign(one: ResursAccount): void {
      if (!one.customer) throw new Error(`payment ${one.id} was not created here, so nobody can sign it`);
      if (one.payment?.status !== "TASK_REDIRECTION_REQUIRED") return;
      const now = clock.now();
      const { waits } = one.customer;
      const steps = stepsOf(one.customer.governmentId).map(({ afterMs, ...step }): PersonChange => {
        const rejected = step.status === "FROZEN" && !waits;
        const becomes = rejected ? { status: "REJECTED" as const, rejectedReason: "PAYMENT_FROZEN" } : step;
        return { ...becomes, at: now + afterMs, completed: true };
      });
      // What was rejected comes to nothing else.
      const end = steps.findIndex(({ status }) => status === "REJECTED");
      const changes = end < 0 ? steps : steps.slice(0, end + 1);
      plan(one, changes);
    },
  };
};
