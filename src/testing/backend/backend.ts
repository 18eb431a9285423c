/** A shop's own backend, as the harness sees it: what is done to it, and what can be seen of it. */
import type { OrderStatus } from "../../../machines/facts.js";
import type { Line } from "../../../machines/lines.js";
import type { SomeSettings } from "../../../machines/settings.js";
import type { ResursDouble } from "../doubles/resurs/double.js";
import type { VirtualClock } from "../virtual-clock.js";
import type { BackendLaw } from "./laws.js";

export interface Basket {
  /** Minor units. */
  total: number;
  lines: Line[];
}

/** What anybody can see of an order in the shop. */
export interface ObservedOrder {
  status: OrderStatus;
  /** How often the customer was told that the order is paid. */
  confirmationMails: number;
  stockReductions: number;
  /** How often the stock was restored. */
  stockIncreases: number;
}

/**
 * The user's side of the harness. The bank's callbacks are not here: the bank sends them to the address that the
 * backend gave it with the payment.
 */
export interface Backend {
  /** The customer checks out, and the backend begins a payment at the bank. */
  checkout(basket: Basket): Promise<{ orderId: string; paymentId: string }>;
  /** The customer's browser opens the page of the shop that the bank sends it to. */
  customerReturns(orderId: string, page: "success" | "fail"): Promise<unknown>;
  /** The merchant picks a status; a refusal is an answer like any other and does not throw. */
  merchantSets(orderId: string, status: "completed" | "cancelled" | "refunded"): Promise<unknown>;
  look(orderId: string): Promise<ObservedOrder>;
  /**
   * The backend's own clock moves on by so many ms, and whatever became due is done. Left out: the backend lives by
   * the wall clock, and no step lets time go by; then `settings.cooldownSeconds` has to be 0 on both sides.
   */
  timePasses?(ms: number): Promise<unknown>;
}

export interface ShopUnderTest {
  backend: Backend;
  /** The bank that the backend talks to. */
  bank: ResursDouble;
  /** The bank's clock; it may be the backend's too. */
  clock: VirtualClock;
  /** The shop's settings, where they are not the defaults. */
  settings?: SomeSettings;
  basket?: Basket;
  /** Default: `backendLaws`. */
  laws?: readonly BackendLaw[];
}
