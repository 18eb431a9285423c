/** The end of a payment that nobody has paid, at a bank that has a call for it. */
import { type Reading, waitsForCustomer } from "../../../machines/facts.js";
import type { OrderRecord } from "../../core/record.js";
import type { Clock } from "../../ports/clock.js";
import type { Gateway, GatewayAnswer } from "../../ports/gateway.js";
import { type Log, redacted } from "../../ports/log.js";
import type { ClaimedEffect } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";

/** At once, where nobody gave the order up: it may be about to be paid otherwise. */
const MOST_TRIES = 3;
/** For a minute after the order was given up: its readings wait behind this so long at most, and the looks go on from there. */
const AGAIN_AFTER_MS = [5_000, 15_000, 30_000, 45_000, 60_000];

/** Whether nobody is to pay anything of this order any more. */
export const isGivenUp = (record: OrderRecord | null): boolean => record?.facts.order.status === "cancelled";

/** An end that was asked for when the order was given up did not come through, if its bank waits for the customer still. */
export const isStillOpen = (reading: Reading): boolean =>
  waitsForCustomer(reading) && (reading.orderReference ?? null) === null;

/** Nobody answered, or nobody was reached: the next call may come through. A bank that names a time is let alone. */
const isTrouble = (answer: GatewayAnswer): boolean =>
  answer.kind === "unknown" || (answer.kind === "retry" && answer.afterMs === null);

/**
 * When an end that met with trouble is asked for again; null: no more. A bank that names a time is given it, if it is short.
 */
export const endsAgainAt = (
  { createdAt }: Pick<ClaimedEffect, "createdAt">,
  answer: GatewayAnswer,
  now: number,
): number | null => {
  if (answer.kind !== "unknown" && answer.kind !== "retry") return null;
  const earliest = now + (answer.kind === "retry" ? (answer.afterMs ?? 0) : 0);
  const next = AGAIN_AFTER_MS.find((ms) => createdAt + ms > now && createdAt + ms >= earliest);
  return next === undefined ? null : createdAt + next;
};

interface EndOptions {
  clock: Clock;
  log: Log;
  sendUntil: number;
  tries?: number;
}

/**
 * The payment is watched in any case. One of a cancelled order that is found open then is asked to end again; it does no
 * harm: what an earlier call ended is refused to the next.
 *
 * @param sendUntil no call is begun again after this moment
 * @param tries how often it is asked, at most
 * @returns null: the bank has no such call
 */
export const endedAt = async (
  gateway: Gateway,
  { id: effect, orderId }: ClaimedEffect,
  paymentId: string,
  { clock, log, sendUntil, tries: most = MOST_TRIES }: EndOptions,
): Promise<GatewayAnswer | null> => {
  if (gateway.endPayment === undefined) return null;
  const ask = async (): Promise<GatewayAnswer | null> => {
    try {
      return (await gateway.endPayment?.({ paymentId })) ?? null;
    } catch (error) {
      const detail = thrownText(error);
      log.error({ effect, detail }, "ending a payment threw");
      return { kind: "unknown", detail };
    }
  };
  let answer = await ask();
  for (let tries = 1; tries < most && answer !== null && isTrouble(answer); tries += 1) {
    if (clock.now() > sendUntil) break;
    answer = await ask();
  }
  if (answer !== null && answer.kind !== "ok") {
    const { detail } = answer;
    redacted(log).warn({ orderId, effect, detail }, "an unpaid payment was not ended at the bank");
  }
  return answer;
};
