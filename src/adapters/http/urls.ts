/** The addresses that a bank is given with a payment: where it sends the customer, and where it reports. */
import type { CheckoutUrls } from "../../ports/runtime.js";
import { type CallbackKey, callbackToken } from "./token.js";

const callbacksOf: Record<string, string> = {
  "resurs-mapi": "resurs/authorization",
  "resurs-simplified": "resurs/legacy",
  "resurs-hosted": "resurs/legacy",
  "resurs-rco": "resurs/legacy",
  "nets-easy": "nets",
};

/** Registered once at the bank for all payments, so a payment's own token would never be used. */
const registeredOnce = "resurs/legacy";

/**
 * What a payment is opened with: where its customer comes back to, and where the bank reports.
 *
 * @param base where this app is mounted, as the bank and the customer reach it
 * @param keys as the app has them; with them the callbacks' address carries a token of this payment
 */
export const urlsFor = (
  base: string,
  orderId: string,
  gateway: string,
  keys: CallbackKey[] | null = null,
): CheckoutUrls => {
  const callbacks = callbacksOf[gateway] ?? gateway;
  const way = keys === null || callbacks === registeredOnce ? "" : `/t/${callbackToken(keys, orderId)}`;
  const at = `${base.replace(/\/+$/, "")}/returns/${encodeURIComponent(orderId)}`;
  return {
    successUrl: `${at}/success`,
    failUrl: `${at}/fail`,
    signedUrl: `${at}/signing-landing`,
    signingFailedUrl: `${at}/signing-cancelled`,
    callbackUrl: `${base.replace(/\/+$/, "")}/callbacks${way}/${callbacks}`,
  };
};
