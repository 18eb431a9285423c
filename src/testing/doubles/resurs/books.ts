/**
 * The bank's books for one payment, as arithmetic without time or network. In minor units, so that many small
 * calls add up exactly. Facts 1.3: capturing and cancelling take from what is authorised; refunding takes
 * nothing from what is captured, it counts up beside it.
 */
import type { PossibleAction } from "../../../../machines/facts.js";

export type MoneyCall = "capture" | "cancel" | "refund" | "addOrderLines";

export interface BankLine {
  description?: string | null | undefined;
  reference?: string | null | undefined;
  quantity?: number;
  totalAmountIncludingVat: number;
  [more: string]: unknown;
}

export interface LogEntry {
  actionId: string;
  type: "CREATE" | "MODIFY_ORDER" | "CAPTURE" | "REFUND" | "CANCEL";
  created: string;
  orderLines: BankLine[];
  transactionId?: string;
  creator?: string;
}

export interface ResursBooks {
  total: number;
  authorized: number;
  captured: number;
  canceled: number;
  refunded: number;
  /** Plain words: a scenario may put any into them. */
  actions: string[];
  log: LogEntry[];
}

export const minor = (major: number): number => Math.round(major * 100);
export const major = (amount: number): number => amount / 100;

/** The amounts in major units. */
export const inMajor = ({ total, authorized, captured, canceled, refunded }: ResursBooks) => ({
  total: major(total),
  authorized: major(authorized),
  captured: major(captured),
  canceled: major(canceled),
  refunded: major(refunded),
});

/** A whole line that stands for an amount, in minor units. */
export const lineOf = (description: string, amount: number): BankLine => ({
  description,
  quantity: 1,
  quantityUnit: "pcs",
  vatRate: 0,
  totalAmountIncludingVat: major(amount),
});

export const sumOf = (lines: BankLine[]): number =>
  lines.reduce((sum, line) => sum + minor(line.totalAmountIncludingVat), 0);

export const authorizedBooks = (total: number, log: LogEntry[]): ResursBooks => {
  const books = { total, authorized: total, captured: 0, canceled: 0, refunded: 0, actions: [], log };
  return { ...books, actions: actionsOf(books) };
};

const actionsOf = (books: ResursBooks): PossibleAction[] => [
  ...(books.authorized > 0 ? (["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] as const) : []),
  ...(books.captured > books.refunded ? (["REFUND", "PARTIAL_REFUND"] as const) : []),
];

/** What a call may act on at most; null = any amount. */
const available = (books: ResursBooks, op: MoneyCall): number | null => {
  if (op === "addOrderLines") return null;
  return op === "refund" ? books.captured - books.refunded : books.authorized;
};

/** What a call acts on: its lines, or all that is left. */
export const amountOf = (books: ResursBooks, op: MoneyCall, lines: BankLine[] | null): number =>
  lines ? sumOf(lines) : (available(books, op) ?? 0);

/** Why the bank says no, or null. */
export const objection = (
  books: ResursBooks,
  status: string,
  op: MoneyCall,
  lines: BankLine[] | null,
): string | null => {
  const amount = amountOf(books, op, lines);
  if (op === "addOrderLines" && !lines?.length) return "orderLines must not be empty";
  if (status !== "ACCEPTED") return `${op} is not possible while the payment is ${status}`;
  if (amount <= 0) return `there is nothing to ${op === "addOrderLines" ? "add" : op}`;
  const most = available(books, op);
  if (most === null) return null;
  const action = op.toUpperCase();
  if (!books.actions.includes(action) && !books.actions.includes(`PARTIAL_${action}`))
    return `${action} is not possible`;
  return amount > most ? `${op} of ${major(amount)} is more than the ${major(most)} that is left` : null;
};

export const ACTIONS = {
  capture: "CAPTURE",
  cancel: "CANCEL",
  refund: "REFUND",
  addOrderLines: "MODIFY_ORDER",
} as const;

/** The books after a call that took effect. */
export const booksAfter = (
  books: ResursBooks,
  op: MoneyCall,
  call: { lines: BankLine[] | null; actionId: string; created: string; transactionId?: string; creator?: string },
): ResursBooks => {
  const { lines, ...entry } = call;
  // Without strictness a call may ask for more than there is; the books never go below nothing.
  const amount = Math.min(amountOf(books, op, lines), available(books, op) ?? Number.POSITIVE_INFINITY);
  const after: ResursBooks = {
    ...books,
    log: [
      ...books.log,
      {
        ...entry,
        type: ACTIONS[op],
        orderLines: lines ?? [lineOf(op, amount)],
      },
    ],
  };
  if (op === "refund") after.refunded += amount;
  else if (op === "addOrderLines") {
    after.total += amount;
    after.authorized += amount;
  } else {
    after.authorized -= amount;
    after[op === "capture" ? "captured" : "canceled"] += amount;
  }
  return { ...after, actions: actionsOf(after) };
};
