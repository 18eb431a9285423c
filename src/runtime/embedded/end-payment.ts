/** The end of a payment that nobody has paid, at a bank that has a call for it. */
import type { Clock } from "../../ports/clock.js";
import type { Gateway, GatewayAnswer } from "../../ports/gateway.js";
import { type Log, redacted } from "../../ports/log.js";
import type { ClaimedEffect } from "../../ports/store.js";
import { thrownText } from "../../ports/thrown.js";

const MOST_TRIES = 3;

/** Nobody answered, or nobody was reached: the next call may come through. A bank that names a time is let alone. */
const isTrouble = (answer: GatewayAnswer): boolean =>
  answer.kind === "unknown" || (answer.kind === "retry" && answer.afterMs === null);

/**
 * At once or not at all: readings wait for their turn behind this, and the payment is watched in any case. Asked again it
 * does no harm: what the first call ended is refused to the second.
 *
 * @param sendUntil no call is begun again after this moment
 * @returns null: the bank has no such call
 */
export const endedAt = async (
  gateway: Gateway,
  { id: effect, orderId }: ClaimedEffect,
  paymentId: string,
  { clock, log, sendUntil }: { clock: Clock; log: Log; sendUntil: number },
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
  for (let tries = 1; tries < MOST_TRIES && answer !== null && isTrouble(answer); tries += 1) {
    if (clock.now() > sendUntil) break;
    answer = await ask();
  }
  if (answer !== null && answer.kind !== "ok") {
    const { detail } = answer;
    redacted(log).warn({ orderId, effect, detail }, "an unpaid payment was not ended at the bank");
  }
  return answer;
};
