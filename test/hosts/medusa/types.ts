/** The provider, held against Medusa's own interface: it compiles, or the provider does not fit. */
import type { IPaymentProvider } from "@medusajs/framework/types";
import type { OrderStatusProvider } from "../../../src/hosts/medusa/module.js";

/** What Medusa calls of a provider without account holders. */
type Called =
  | "getIdentifier"
  | "initiatePayment"
  | "updatePayment"
  | "authorizePayment"
  | "capturePayment"
  | "refundPayment"
  | "cancelPayment"
  | "deletePayment"
  | "retrievePayment"
  | "getPaymentStatus";
export const fits = (provider: InstanceType<typeof OrderStatusProvider>): Pick<IPaymentProvider, Called> => provider;
