/** The addresses that a bank is given with a payment: where it sends the customer, and where it reports. */
import { randomBytes } from "node:crypto";
import type { ReturnPage } from "../../machines/commands.js";
import type { CheckoutUrls } from "../ports/runtime.js";
import { type AddressKeys, requireKeys } from "./keys.js";
import { returnProof } from "./return-proof.js";
import { callbackToken } from "./token.js";

const callbacksOf: Record<string, string> = {
  "resurs-mapi": "resurs/authorization",
  "resurs-simplified": "resurs/legacy",
  "resurs-hosted": "resurs/legacy",
  "resurs-rco": "resurs/legacy",
  "nets-easy": "nets",
};

/** What is done with a payment once it stands is reported to an address of its own. */
const managementOf: Record<string, string> = { "resurs-mapi": "resurs/management" };

/** Registered once at the bank for all payments, so a payment's own token would never be used. */
const registeredOnce = "resurs/legacy";

/**
 * What a payment is opened with: where its customer comes back to, and where the bank reports. Each return address
 * proves that it was given out for this order and attempt.
 *
 * @param base where this app is mounted, as the bank and the customer reach it
 * @param keys `addressKeys` of the same engine and callback keys that the app has
 * @param api the gateway's API, which is its name unless it was given another one
 * @param attempt names this try to pay; made up where left out. Where the payment is there before its addresses are made,
 *   its id
 * @throws TypeError where a key is none
 */
export const urlsFor = (
  base: string,
  orderId: string,
  api: string,
  keys: AddressKeys,
  attempt = randomBytes(9).toString("base64url"),
): CheckoutUrls & { attempt: string; signedUrl: string; signingFailedUrl: string; frameUrl: string } => {
  requireKeys("keys.returns", keys.returns, { own: true });
  if (keys.callbacks !== null) requireKeys("keys.callbacks", keys.callbacks);
  const callbacks = callbacksOf[api] ?? api;
  const management = managementOf[api];
  const tokens = callbacks === registeredOnce ? null : keys.callbacks;
  const way = tokens === null ? "" : `/t/${callbackToken(tokens, orderId)}`;
  const mount = base.replace(/\/+$/, "");
  const pageAt = (page: ReturnPage): string =>
    `${mount}/returns/${encodeURIComponent(orderId)}/${page}/${returnProof(keys.returns, orderId, page, attempt)}`;
  return {
    attempt,
    successUrl: pageAt("success"),
    failUrl: pageAt("fail"),
    signedUrl: pageAt("signing-landing"),
    frameUrl: `${mount}/frames/${encodeURIComponent(orderId)}/${returnProof(keys.returns, orderId, "success", attempt)}`,
    signingFailedUrl: pageAt("signing-cancelled"),
    callbackUrl: `${mount}/callbacks${way}/${callbacks}`,
    ...(management === undefined ? {} : { managementUrl: `${mount}/callbacks${way}/${management}` }),
  };
};
