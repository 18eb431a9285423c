/** What the engine needs of a shop. Carrying out the same effect twice must do no harm. */
import type { ShopEffect } from "../../machines/effects.js";
import type { ShopOrder } from "../../machines/shop-order.js";
import type { StatusWord } from "../../machines/statuses.js";

export type { StatusWord };

export type ShopAnswer<Own extends string = never> =
  | { kind: "done" }
  /** The order reads neither the status we came from nor the one we go to: another hand was faster. */
  | { kind: "conflict"; status: StatusWord<Own> }
  | { kind: "retry"; afterMs: number | null; detail: string }
  /** A definite no, such as an order that the shop does not have. */
  | { kind: "refused"; detail: string };

/** `Own`: its own statuses, as they are declared in the engine's `statuses`; `string` where it has a column of text. */
export interface Shop<Own extends string = never> {
  /** `effectId` marks what was done, so that a note is written once. */
  execute(orderId: string, effectId: string, effect: ShopEffect): Promise<ShopAnswer<Own>>;
  /** The order as the shop reads it now; null = no such order. */
  readStatus(orderId: string): Promise<StatusWord<Own> | null>;
  /**
   * What the order is in the shop now, as far as the shop says; `gone` = there is no such order. It is asked before a
   * capture, a refund of everything and a change of lines, which wait for as long as it throws. Left out: what the shop
   * told last counts. A `gateway` that the engine was not given is another way of paying, as null is.
   */
  readOrder?(orderId: string): Promise<ShopOrder>;
}

/**
 * Takes a webhook of the shop, whose body was read already. Whoever finds it signed says so before anything else is
 * done for it: until then it counts among the requests that prove nothing.
 */
export type ShopWebhooks = (request: Request, taken: { body: Uint8Array; proved(): void }) => Promise<Response>;

/** A customer who is back from the bank. */
export interface CustomerBack {
  orderId: string;
  paid: boolean;
  /** The address proved that it was given out for this order; else anybody may have made it up. */
  proven: boolean;
  /** Why it is not paid, in the bank's word where it said one; null = it is paid. */
  reason: string | null;
}
