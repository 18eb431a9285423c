/** Resurs Bank's older flows as gateways, and the container that their customers carry. */
export { type ApiData, type DecodedApiData, decodeApiData, encodeApiData } from "./api-data.js";
export { type CheckoutGateway, type OpenedCheckout, type ResursCheckoutOptions, resursCheckout } from "./checkout.js";
export type { HostedCustomer, LegacyAddress, LegacyCustomer } from "./customer.js";
export { type ResursHostedOptions, resursHosted } from "./hosted.js";
export type { BookingOptions, CheckoutOptions, HostedOptions, NewCheckout } from "./requests.js";
export { type ResursSimplifiedOptions, resursSimplified } from "./simplified.js";
export type { LegacyOptions } from "./transport.js";
