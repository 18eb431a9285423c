/**
 * An order's id as a reference that a bank takes: at most 32 of `A-Z a-z 0-9 _ -`. Another order never has the same one.
 *
 * - an id that fits goes as it is;
 * - a UUID goes without its dashes;
 * - any other goes as what is readable of it and a fingerprint: `order#1` as `order-1--MFk…`.
 *
 * A reference cannot be turned back into an id that is longer than it, so whoever sends one keeps the id beside it.
 */
import { createHash } from "node:crypto";

const FITS = /^[\w-]{1,32}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const WITHOUT_DASHES = /^[0-9a-f]{32}$/;
/** 120 bits: nobody finds two ids with one. */
const FINGERPRINT = 20;
const WITH_FINGERPRINT = /^[\w-]{0,10}--[\w-]{20}$/;

/** An id that looks like one of these goes with a fingerprint itself. */
const isMade = (reference: string): boolean => WITHOUT_DASHES.test(reference) || WITH_FINGERPRINT.test(reference);

export const referenceOf = (orderId: string): string => {
  if (FITS.test(orderId) && !isMade(orderId)) return orderId;
  if (UUID.test(orderId)) return orderId.replaceAll("-", "");
  const readable = orderId.replace(/[^\w]+/g, "-").slice(0, 10);
  return `${readable}--${createHash("sha256").update(orderId).digest("base64url").slice(0, FINGERPRINT)}`;
};

/**
 * The order that a bank has a payment for.
 * @param kept the id that was sent along with the reference; null = none came back
 * @returns null where the bank does not say
 */
export const orderIdOf = (reference: string, kept: string | null): string | null => {
  if (kept !== null && referenceOf(kept) === reference) return kept;
  return isMade(reference) ? null : reference;
};
