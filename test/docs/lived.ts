/** How an order comes into a situation, in one line each. */
import type { OrderStatus, Reading } from "../../machines/facts.js";
import type { PendingCall } from "../../src/core/why.js";
import { type EventInput, Life } from "../../src/testing/decision/life.js";
import { anOrder, callback, payments, reading } from "../../src/testing/decision/samples.js";
import { T0 } from "../../src/testing/simulator/script.js";

export interface Ended {
  life: Life;
  open?: PendingCall[];
  parked?: string;
}
export type Row = [title: string, situation: string, live: () => Ended];

export const rejected = (rejectedReason: string | null, taskCompleted: boolean | null = true): Reading =>
  reading({ status: "REJECTED", rejectedReason, taskCompleted, authorized: 0, offers: [] });
export const asks: EventInput = { type: "reconcile.asked" };

/** Placed so, and the payment read once. */
export const stood = (status: OrderStatus, pays?: Reading, order: Parameters<typeof anOrder>[0] = {}): Ended => {
  const life = new Life(anOrder({ status, ...order }));
  if (pays !== undefined) life.settle(asks, pays);
  return { life };
};
/** Waited for its payment, and this was read when the event came. */
export const came = (event: EventInput, pays: Reading): Ended => {
  const life = new Life();
  life.settle(event, pays);
  return { life };
};
export const paid = (): Life => {
  const life = new Life();
  life.settle(callback());
  return life;
};
export const told = (life: Life, event: EventInput, pays: Reading = reading()): Ended => {
  life.settle(event, pays);
  return { life };
};
export const answered = (life: Life, event: EventInput, books: Reading, says: Reading = reading()): Ended => {
  life.settle(event, says);
  life.bankAnswers({ is: "confirmed", reading: books });
  return { life };
};
export const lostIn = (life: Life, event: EventInput, says: Reading = reading()): Ended => {
  life.settle(event, says);
  life.bankAnswers({ is: "lost" });
  return { life };
};
export const givenUp = (type: PendingCall["effect"]["type"], life: Life = paid()): Ended => ({
  life,
  open: [{ effect: { type }, attempts: 9, notBefore: T0, dead: true, error: "409" }],
});
export const complete: EventInput = { type: "merchant.completed", via: "dropdown" };
export const cancel: EventInput = { type: "merchant.cancelled", via: "dropdown" };
export const refund: EventInput = { type: "merchant.refunded", via: "dropdown" };
export const fewerLines: EventInput = {
  type: "merchant.editedLines",
  via: "api",
  lines: [{ sku: "a", quantity: 1, total: 60_000 }],
  total: 60_000,
  adds: false,
};
export const back = (page: "success" | "fail"): EventInput => ({ type: "customer.returned", page });
export const captured = () => answered(paid(), complete, payments.captured);
export const partRefund = (amount: number): EventInput => ({ type: "merchant.refundedAmount", via: "api", amount });
