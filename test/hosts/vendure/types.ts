/** What the plugin sees of Vendure, held against Vendure's own types: it compiles, or the plugin does not fit. */
import type * as vendure from "@vendure/core";
import type { VendureCore, VendureOrder, VendurePayment } from "../../../src/hosts/vendure/core.js";

type Fits<Ours, Theirs extends Ours> = [Ours, Theirs];

export type Order = Fits<VendureOrder, vendure.Order>;
export type Payment = Fits<VendurePayment, vendure.Payment>;
export type Core = Fits<Record<keyof VendureCore, unknown>, typeof vendure>;
export type Orders = Fits<
  Record<
    | "findOne"
    | "findOneByCode"
    | "getOrderPayments"
    | "getEligiblePaymentMethods"
    | "transitionToState"
    | "transitionRefundToState",
    unknown
  >,
  vendure.OrderService
>;
export type Payments = Fits<
  Record<"createPayment" | "transitionToState" | "findOneOrThrow", unknown>,
  vendure.PaymentService
>;
