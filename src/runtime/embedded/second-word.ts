/**
 * What is believed only when it is said twice.
 *
 * "There is no such payment" and "no" end an order's way: a link that has run out cancels the order, a change that the
 * shop refuses is parked. The adapters see to it that the bank and the shop say it themselves and nobody before them
 * (`ownError`). But a replica that lags behind, or a plugin in the middle of an update, says it in their name. So
 * what was there before is gone, and a change is refused, when a second answer says so too, `limits.secondWordMs` after
 * the first. Until then it is trouble like any other: nothing is decided, and it is tried again.
 *
 * The first answer is remembered as the error that is kept with the effect, so a restart forgets nothing. Another error
 * in between takes its place, and the count begins anew.
 */
import { quoted } from "../../../machines/text.js";
import { type OrderRecord, paymentsOf } from "../../core/record.js";
import type { ClaimedEffect } from "../../ports/store.js";

/** The first time that the bank knew no such payment. */
export const MISSING_ONCE = "the bank knows no such payment any more; asked again before that is believed";

const REFUSED_ONCE = "the shop refuses it; tried again before that is believed";
/** Of an error that is kept with an effect. */
export const LONGEST_ERROR = 500;

/** The first time that the shop said no, and why. */
export const refusedOnce = (detail: string): string => quoted(`${REFUSED_ONCE}: ${detail}`, LONGEST_ERROR);

export const wasRefusedOnce = ({ previousError }: ClaimedEffect): boolean =>
  previousError?.startsWith(REFUSED_ONCE) ?? false;

/** Whether a reading found this payment before. One that nobody has read yet may well not be there. */
export const wasSeen = (record: OrderRecord | null, paymentId: string): boolean => {
  const payment = record === null ? undefined : paymentsOf(record.facts).find(({ id }) => id === paymentId);
  return payment?.exists === true && payment.readAt !== null;
};
