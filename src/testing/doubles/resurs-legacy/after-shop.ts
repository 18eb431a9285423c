/** What the double does to a payment that is there, and whom it tells. */
import { randomUUID } from "node:crypto";
import type { Clock } from "../../../ports/clock.js";
import type { ResursAccount } from "../resurs/accounts.js";
import { amountOf, type BankLine, booksAfter, major, objection } from "../resurs/books.js";
import type { HttpAnswer } from "../resurs/http.js";
import type { LegacyCallback } from "./callbacks.js";
import { noPayment } from "./checkouts.js";
import { answerOf, faultOf, type LegacyCall, type LegacyRequest } from "./http.js";
import { type Diff, diffsOf, stands } from "./words.js";

export type AfterShopCall = Exclude<LegacyCall, "bookSignedPayment">;

/** Why the bank does not do what is not possible, by its list of error codes. */
const IMPOSSIBLE = { capture: "26", cancel: "36", refund: "23" };
const WRONG_STATE = "20";
const DIFFS = { capture: "DEBIT", cancel: "ANNUL", refund: "CREDIT" };

/** UPDATE's body, as update.md shows it: a paymentDiff whose parts have longer names than getPayment's. */
const updateOf = ({ amount, created, ...diff }: Diff) => ({
  paymentDiff: {
    ...diff,
    created: Date.parse(created),
    paymentSpecification: {
      paymentSpecificationLines: null,
      totalAmount: major(amount),
      totalVatAmount: 0,
      bonusPoints: 0,
    },
    orderId: null,
    invoiceId: null,
  },
});

export const movesOf =
  (clock: Clock, strict: boolean, tell: (kind: LegacyCallback, id: string, more?: { body?: object }) => void) =>
  (
    op: AfterShopCall,
    { id, payment }: ResursAccount,
    { amount, key, content }: Pick<LegacyRequest, "amount" | "key" | "content">,
  ): { answer: HttpAnswer; amount: number; applied: boolean } => {
    if (!stands(payment) || !payment.books) return { answer: noPayment(id), amount: 0, applied: false };
    const lines: BankLine[] | null = amount === null ? null : [{ totalAmountIncludingVat: major(amount) }];
    const acted = major(amountOf(payment.books, op, lines));
    const why = strict ? objection(payment.books, payment.status, op, lines) : null;
    const code = payment.status === "ACCEPTED" ? IMPOSSIBLE[op] : WRONG_STATE;
    if (why) return { answer: faultOf(code, why), amount: acted, applied: false };
    payment.books = booksAfter(payment.books, op, {
      lines,
      actionId: randomUUID(),
      created: new Date(clock.now()).toISOString(),
      ...(key === null ? {} : { transactionId: key }),
      creator: (content as { createdBy?: string }).createdBy,
    });
    const diff = diffsOf(payment).findLast(({ type }) => type === DIFFS[op]);
    if (diff) tell("UPDATE", id, { body: updateOf(diff) });
    // Only once nothing is left of it.
    if (op === "cancel" && payment.books.canceled === payment.books.total) tell("ANNULMENT", id);
    return { answer: answerOf(op), amount: acted, applied: true };
  };
