/** One payment at the simulator's bank: its books, what a reading of it says, and what becomes of it. */
import { noSuchPayment, type PossibleAction, type Reading } from "../../../machines/facts.js";
import type { Flow } from "../../../machines/index.js";
import {
  amountOf,
  authorizedBooks,
  type BankLine,
  booksAfter,
  objection,
  type ResursBooks,
} from "../doubles/resurs/books.js";
import type { Truth } from "./evidence.js";
import type { BankChange } from "./script.js";

type AccountMove = "capture" | "cancel" | "refund" | "addOrderLines";

/** What a bank is like, read off the traits of its flow. */
export interface Manner {
  /** It has no word for the payment's state: its amounts say it (004). */
  byAmounts: boolean;
  /** A payment comes into being only once it is booked (002). */
  booked: boolean;
  /** It logs our keys, which proves what took effect. */
  logsKeys: boolean;
}

export const mannerOf = (flow: Flow): Manner => ({
  byAmounts: flow.comparesAmounts,
  booked: flow.booksWhenSigned,
  logsKeys: flow.recreatesLines,
});

/** In these the bank has made up its mind: what it reserves, it has reserved. */
const DECIDED = ["ACCEPTED", "FROZEN", "INSPECTION", "REJECTED"];

const asLines = (amount: number): BankLine[] => [{ totalAmountIncludingVat: amount / 100 }];

export class BankAccount {
  status = "TASK_REDIRECTION_REQUIRED";
  task: boolean | null | "unavailable" = false;
  books: ResursBooks | null;
  /** The status that booking will give it; null = nobody has signed. */
  signed: string | null = null;
  changedAt: number;
  /** When a call of the shop's last took effect: it always reads its own writes. */
  private ownAt = 0;
  private readonly views: { at: number; reading: Reading }[] = [];
  /** Keys of calls that took effect. */
  readonly done = new Set<string>();

  constructor(
    readonly id: string,
    readonly orderId: string,
    private readonly asked: number,
    readonly manner: Manner,
    now: number,
  ) {
    this.books = manner.booked ? null : { ...authorizedBooks(asked, []), authorized: 0, actions: [] };
    this.changedAt = now;
    this.keep(now);
  }

  private keep(now: number): void {
    this.views.push({ at: now, reading: this.reading() });
  }

  reading(): Reading {
    const { books, manner } = this;
    if (books === null) return noSuchPayment(this.id);
    const { total, authorized, captured, canceled, refunded } = books;
    const status = this.statusRead(books);
    const accepted = status === "ACCEPTED";
    const offers = (accepted || this.stillOffers ? books.actions : []) as PossibleAction[];
    return {
      paymentId: this.id,
      exists: true,
      status,
      rejectedReason: status === "REJECTED" && !manner.byAmounts ? "CREDIT_DENIED" : null,
      hasOrder: true,
      total,
      authorized,
      captured,
      canceled,
      refunded,
      offers: manner.byAmounts ? offers.filter((action) => action !== "PARTIAL_CANCEL") : offers,
      creditLimit: accepted ? this.limit : null,
      taskCompleted: status === "REJECTED" ? (manner.byAmounts ? false : this.task) : null,
      transactionIds: manner.logsKeys ? books.log.flatMap(({ transactionId }) => transactionId ?? []) : [],
    };
  }

  private limit: number | null = null;
  private stillOffers = false;

  private statusRead({ authorized, captured, canceled }: ResursBooks): string {
    if (!this.manner.byAmounts) return this.status;
    if (authorized + captured + canceled > 0) return "ACCEPTED";
    return this.status === "REJECTED" ? "REJECTED" : "TASK_REDIRECTION_REQUIRED";
  }

  truth(): Truth {
    return { ...this.reading(), changedAt: this.changedAt };
  }

  /** As it was `lag` ago: news spread slowly, but nobody unlearns what he did himself. */
  readingAsOf(at: number): Reading {
    const from = Math.max(at, this.ownAt);
    return this.views.findLast((view) => view.at <= from)?.reading ?? this.reading();
  }

  /** Whether anything changed. */
  change(change: BankChange, now: number): boolean {
    const changed = this.changes(change);
    if (changed) {
      this.changedAt = now;
      this.keep(now);
    }
    return changed;
  }

  private changes(change: BankChange): boolean {
    if ("signed" in change) {
      if (!this.manner.booked || this.books !== null || this.signed !== null) return false;
      this.signed = change.signed;
      return true;
    }
    if ("status" in change) return this.becomes(change);
    const { books } = this;
    if (books === null) return false;
    if ("takenAtOnce" in change) {
      if (this.status !== "TASK_REDIRECTION_REQUIRED") return false;
      this.becomes({ status: "ACCEPTED" });
      return this.byPortal("capture", null);
    }
    if (change.portal === "cancel" && books.captured > 0 && this.manner.byAmounts) return false;
    const part = change.portal.endsWith("-part");
    const op = change.portal.replace("-part", "") as AccountMove;
    const left = amountOf(books, op, null);
    return this.byPortal(op, part ? asLines(Math.round(left * 0.4)) : null);
  }

  private byPortal(op: AccountMove, lines: BankLine[] | null): boolean {
    if (this.books === null || objection(this.books, this.statusRead(this.books), op, lines) !== null) return false;
    this.books = booksAfter(this.books, op, { lines, actionId: "", created: "" });
    return true;
  }

  /** A status of the bank's own. Money that was captured is not rejected any more, and what was let go stays so. */
  private becomes({ status, task, amountOff = 0, offers }: Extract<BankChange, { status: string }>): boolean {
    if (this.manner.booked && this.books === null) {
      if (status !== "ACCEPTED" && status !== "FROZEN") return false;
      // The bank booked it by itself.
      this.books = authorizedBooks(this.asked, []);
    }
    const { books } = this;
    if (books === null || status === this.status) return false;
    if (this.status === "REJECTED" || books.canceled > 0 || (books.captured > 0 && status !== "FROZEN")) {
      if (!(this.status === "FROZEN" && status === "ACCEPTED")) return false;
    }
    const waiting = !DECIDED.includes(this.status);
    const fresh = books.captured === 0 && books.canceled === 0;
    this.status = status;
    this.stillOffers = offers === true;
    if (task !== undefined) this.task = task;
    if (status === "REJECTED") this.books = { ...books, authorized: 0, actions: [] };
    else if (waiting && fresh && (status === "ACCEPTED" || status === "FROZEN" || status === "INSPECTION")) {
      this.books = authorizedBooks(Math.max(0, this.asked + amountOff), books.log);
    }
    if (status === "ACCEPTED") this.limit ??= this.books?.total ?? null;
    return true;
  }

  /** Why a call of the shop's cannot be, or null. */
  objectionTo(op: AccountMove, amount: number, all: boolean): string | null {
    const { books } = this;
    if (books === null) return "no such payment";
    if (op === "addOrderLines" && !this.manner.logsKeys) return "nothing is reserved anew without the customer";
    const refusal = objection(books, this.statusRead(books), op, this.linesOf(op, amount, all));
    if (refusal !== null) return refusal;
    const limit = this.limit ?? books.total;
    return op === "addOrderLines" && books.authorized + books.captured + amount > limit ? "above the limit" : null;
  }

  /** That it is done already, which may well have been an earlier try of the same call. */
  isDoneAlready(op: AccountMove): boolean {
    const { books } = this;
    if (books === null) return false;
    if (op === "capture") return books.authorized === 0 && books.captured > 0;
    if (op === "cancel") return books.canceled > 0;
    return op === "refund" && books.captured > 0 && books.captured === books.refunded;
  }

  private linesOf(op: AccountMove, amount: number, all: boolean): BankLine[] | null {
    if (op === "addOrderLines" || (op === "refund" && !all)) return asLines(amount);
    return this.manner.byAmounts ? asLines(amount) : null;
  }

  /** Carries out a call that was not objected to; answers with what it moved. */
  execute(op: AccountMove, amount: number, all: boolean, key: string, now: number): number {
    const books = this.books as ResursBooks;
    const lines = this.linesOf(op, amount, all);
    const moved = amountOf(books, op, lines);
    this.books = booksAfter(books, op, { lines, actionId: "", created: "", transactionId: key });
    this.own(key, now);
    return moved;
  }

  /** Why it cannot be booked, or null when it is now. */
  book(key: string, now: number): string | null {
    if (this.books !== null) return "it is booked already";
    if (this.signed === null) return "nobody has signed";
    const status = this.signed;
    this.signed = null;
    if (status === "DENIED") return "denied";
    this.books = authorizedBooks(this.asked, []);
    this.status = status;
    this.limit = this.asked;
    this.own(key, now);
    return null;
  }

  private own(key: string, now: number): void {
    this.done.add(key);
    this.ownAt = now;
    this.keep(now);
  }
}
