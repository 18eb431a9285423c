/** What a test can do to the Nets double, and what it can see of it. */
import type { FrontPage } from "../front-page.js";
import type { NetsSeriesEntry } from "./accounts.js";
import type { NetsCall, NetsRefund } from "./books.js";
import type { NetsDelivery } from "./deliveries.js";
import type { NetsOperation } from "./http.js";
import type { NetsSubscriptionKind } from "./subscriptions.js";

export interface RecordedNetsCall {
  op: NetsCall;
  paymentId: string;
  /** Major units. */
  amount: number;
  at: number;
  /** The Idempotency-Key, where the call carries one. */
  key: string | null;
  /** This very call changed the books; a repeated one did not. */
  applied: boolean;
  /** The HTTP status, or "lost". */
  answer: string;
}

export interface NetsDouble {
  url: string;
  close(): Promise<void>;
  setSeries(paymentId: string, entries: NetsSeriesEntry[]): void;
  /** The next answer to the operation is worked out at once and sent `ms` later. */
  delayNext(operation: NetsOperation, ms: number): void;
  /** From now on whatever stands before the bank answers everything, with or without having passed it on; null = no more. */
  front(page: FrontPage | null): void;
  /** The customer of a payment created here pays all of it; the webhooks go out. */
  customerPays(paymentId: string, paymentType?: string): { redirectUrl: string | null };
  /** A subscription of another platform's is taken over under this reference; its id here. */
  importSubscription(externalReference: string, kind: NetsSubscriptionKind): string;
  /** The customer's card is refused, and he may try another; the webhook goes out. @throws Error where it is paid */
  cardRefused(paymentId: string): void;
  /**
   * A hand in Nets's portal does it: all that is left, or so much in major units. A refund is completed at once, or is
   * pending. @throws Error where it cannot
   */
  portal(paymentId: string, op: NetsCall, amount?: number, refund?: "Completed" | "Pending"): void;
  /** The latest cancellation fails: its amount is reserved again; the webhook goes out. @throws Error where there is none */
  cancelFails(paymentId: string): void;
  /** The latest refund turns out so; the webhook goes out where it failed, or came through after it had waited. */
  refundTurns(paymentId: string, state: NetsRefund["state"]): void;
  /** Sends an event to whoever subscribed to it when the payment was created, until it is answered with 200. */
  deliver(paymentId: string, event: string, data?: object, id?: string): Promise<void>;
  /** Requests that are kept waiting right now: until the client hangs up, or for `delayNext`. */
  held(): number;
  /** Webhooks that wait for the shop's answer right now. */
  delivering(): number;
  /** Amounts now, in major units. */
  books(
    paymentId: string,
  ): { total: number; authorized: number; captured: number; canceled: number; refunded: number } | null;
  /** Mutating calls that reached Nets, answered with an error or not. */
  calls: RecordedNetsCall[];
  /** Bodies of those calls, as far as they are any. */
  bodies: { amount: number; orderItems?: { reference: string; grossTotalAmount: number }[] | null }[];
  reads: { op: "getPayment"; paymentId: string; at: number }[];
  /** Bodies of the requests to create a payment. */
  creates: unknown[];
  /** Bodies of the requests that say anew what is to be paid. */
  updates: unknown[];
  deliveries: NetsDelivery[];
}
