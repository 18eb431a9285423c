/** Delivers Nets's webhooks and sends again what was not answered with 200. */
import type { Clock } from "../../../ports/clock.js";
import { type DeliveryAttempt, redelivery } from "../redelivery.js";

/** Seconds between attempts. An assumption: "growing intervals until given up" is all that is documented. */
const ASSUMED_SCHEDULE_S = [0, 30, 60, 300, 900, 3600, 14_400, 43_200];

export interface NetsDelivery extends DeliveryAttempt {
  paymentId: string;
  event: string;
  id: string;
}

export interface NetsSubscription {
  eventName: string;
  url: string;
  authorization?: string | null | undefined;
}

/** The newer messages have another name for the merchant; of a refund that begins, the sources know both. */
const merchantNames = (event: string): string[] => {
  if (event === "payment.refund.initiated.v2") return ["merchantId", "merchantNumber"];
  return [event.endsWith(".v2") ? "merchantNumber" : "merchantId"];
};

export const netsDeliveriesOf = (clock: Clock, closed: AbortSignal) => {
  const list: NetsDelivery[] = [];
  const { send, underWay } = redelivery(clock, closed);
  return {
    list,
    underWay,
    /** Resolves when the webhook was taken, or given up. The same message each time, its id included. */
    send(
      { url, authorization }: NetsSubscription,
      message: { id: string; event: string; data: { paymentId: string } },
    ) {
      const { id, event, data } = message;
      return send({
        url,
        headers: authorization ? { authorization } : {},
        body: JSON.stringify({
          ...message,
          ...Object.fromEntries(merchantNames(event).map((name) => [name, 100_000])),
          timestamp: new Date(clock.now()).toISOString(),
        }),
        schedule: ASSUMED_SCHEDULE_S,
        // No other 2xx will do.
        taken: (answer) => answer === 200,
        attempted: (attempt) => list.push({ paymentId: data.paymentId, event, id, ...attempt }),
      });
    },
  };
};
