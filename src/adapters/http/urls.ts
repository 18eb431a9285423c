/** The addresses that a bank is given with a payment: where it sends the customer, and where it reports. */
import type { CheckoutUrls } from "../../ports/runtime.js";

const callbacksOf: Record<string, string> = {
  "resurs-mapi": "resurs/authorization",
  "resurs-simplified": "resurs/legacy",
  "resurs-hosted": "resurs/legacy",
  "resurs-rco": "resurs/legacy",
  "nets-easy": "nets",
};

/** @param base where this app is mounted, as the bank and the customer reach it */
export const urlsFor = (base: string, orderId: string, gateway: string): CheckoutUrls => {
  const at = `${base.replace(/\/+$/, "")}/returns/${encodeURIComponent(orderId)}`;
  return {
    successUrl: `${at}/success`,
    failUrl: `${at}/fail`,
    signedUrl: `${at}/signing-landing`,
    signingFailedUrl: `${at}/signing-cancelled`,
    callbackUrl: `${base.replace(/\/+$/, "")}/callbacks/${callbacksOf[gateway] ?? gateway}`,
  };
};
