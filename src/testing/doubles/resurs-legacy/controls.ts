/** What a test can do to the double of the older services, and what it can see of it. */
import type { FrontPage } from "../front-page.js";
import type { SeriesEntry } from "../resurs/accounts.js";
import type { LegacyCallback, LegacyDelivery, Registration } from "./callbacks.js";
import type { LegacyCall, LegacyOperation } from "./http.js";

export type BookedStatus = "BOOKED" | "FINALIZED" | "FROZEN" | "DENIED";

export interface RecordedLegacyCall {
  op: LegacyCall;
  paymentId: string;
  /** Major units: what the call acts on, which without an amount is all that is left. */
  amount: number;
  at: number;
  /** The preferred transaction id, where the call carries one. */
  key: string | null;
  applied: boolean;
  /** The HTTP status, or "lost". */
  answer: string;
}

export interface LegacyDouble {
  url: string;
  /** What the three gateways are to be given. */
  addresses: { baseUrl: string; hostedUrl: string; checkoutUrl: string };
  close(): Promise<void>;
  /** In the words of the Merchant API; the double says them in those of the older services. */
  setSeries(paymentId: string, entries: SeriesEntry[]): void;
  /** The next answer to the operation is worked out at once and sent `ms` later. */
  delayNext(operation: LegacyOperation, ms: number): void;
  /** From now on whatever stands before the bank answers everything, with or without having passed it on; null = no more. */
  front(page: FrontPage | null): void;
  /** What becomes of the next payment, whoever pays it. */
  nextBooking(booking: { status: BookedStatus | "SIGNING"; signingUrl?: string | null }): void;
  /** Who pays next; his payment goes the way of the test person. */
  nextPerson(governmentId: string): void;
  /** What bookSignedPayment is to answer. */
  whenSigned(paymentId: string, status: BookedStatus): void;
  /** A payment that the customer signs without its having been booked here. */
  expectPayment(paymentId: string, totalMajor: number): void;
  /** The customer finishes at the bank and is sent on to `redirectUrl`. Only in the hosted flow is he booked by that. */
  customerSigns(paymentId: string): { redirectUrl: string | null };
  /** The customer finishes in the checkout's frame: the payment comes into being. */
  customerPays(paymentId: string): { redirectUrl: string | null };
  /** A hand at the bank does it, in its portal: all that is left, or so much in major units. @throws Error where it cannot */
  portal(paymentId: string, op: Exclude<LegacyCall, "bookSignedPayment">, amount?: number): void;
  /** Where one kind of callback goes; null = nowhere. */
  register(kind: LegacyCallback, registration: Registration | null): void;
  /** Sends a callback, whatever the state of the payment. */
  deliver(
    paymentId: string,
    kind: LegacyCallback,
    more?: { result?: "FROZEN" | "THAWED"; body?: object },
  ): Promise<void>;
  /** Requests that are kept waiting right now: until the client hangs up, or for `delayNext`. */
  held(): number;
  /** Callbacks that wait for the shop's answer right now. */
  delivering(): number;
  /** Amounts now, in major units. */
  books(
    paymentId: string,
  ): { total: number; authorized: number; captured: number; canceled: number; refunded: number } | null;
  /** Mutating calls that reached the bank, answered with an error or not. */
  calls: RecordedLegacyCall[];
  reads: { op: "getPayment"; paymentId: string; at: number }[];
  /** The contents of those calls. */
  contents: unknown[];
  /** The contents of bookPayment. */
  bookings: unknown[];
  /** Bodies of the requests to the hosted flow and to the checkout. */
  creates: unknown[];
  deliveries: LegacyDelivery[];
}
