/** What a test can do to the bank's double, and what it can see of it. */
import type { FrontPage } from "../front-page.js";
import type { SeriesEntry } from "./accounts.js";
import type { MoneyCall } from "./books.js";
import type { CallbackDelivery } from "./deliveries.js";
import type { HttpOperation } from "./http.js";

export interface RecordedCall {
  op: MoneyCall;
  paymentId: string;
  /** Major units: what the call acts on, which without lines is all that is left. */
  amount: number;
  lines?: { sku: string; quantity: number; total: number }[];
  at: number;
  /** The transaction id, where the call carries one. */
  key: string | null;
  applied: boolean;
  /** The HTTP status, or "lost". */
  answer: string;
}

export interface ResursDouble {
  url: string;
  close(): Promise<void>;
  setSeries(paymentId: string, entries: SeriesEntry[]): void;
  /** The next answer to the operation is worked out at once and sent `ms` later. */
  delayNext(operation: HttpOperation, ms: number): void;
  /** Answers to the operation are worked out at once and kept back until the returned function is called. */
  hold(operation: HttpOperation): () => void;
  /** From now on whatever stands before the bank answers everything, with or without having passed it on; null = no more. */
  front(page: FrontPage | null): void;
  /** Who pays next; `callbacks: false` loses every callback about that payment. */
  nextPerson(governmentId: string, options?: { callbacks?: boolean }): void;
  /** The customer finishes at the bank and is sent on to `redirectUrl`. */
  customerSigns(paymentId: string): { status: string; redirectUrl: string | null };
  /** Sends an authorization callback about a payment that was created here, whatever its state. */
  deliver(paymentId: string, status: "AUTHORIZED" | "CAPTURED" | "FROZEN" | "REJECTED"): Promise<void>;
  /** A hand at the bank does it, in its portal: all that is left, or so much in major units. @throws Error where it cannot */
  portal(paymentId: string, op: MoneyCall, amount?: number): void;
  /** Withdraws every token, as a restart of the bank's token service would. */
  forgetTokens(): void;
  /** Requests that are kept waiting right now: until the client hangs up, for `delayNext`, or by `hold`. */
  held(): number;
  /** Callbacks that wait for the shop's answer right now. */
  delivering(): number;
  /** Amounts now, in major units. */
  books(
    paymentId: string,
  ): { total: number; authorized: number; captured: number; canceled: number; refunded: number } | null;
  /** Mutating calls that reached the bank, answered with an error or not. */
  calls: RecordedCall[];
  reads: { op: "getPayment" | "getTaskStatuses"; paymentId: string; at: number }[];
  /** Bodies of the requests to create a payment. */
  creates: unknown[];
  /** How many tokens were given out. */
  readonly tokens: number;
  deliveries: CallbackDelivery[];
}
