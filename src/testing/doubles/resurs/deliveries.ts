/** Delivers authorization callbacks and sends again what was not taken. */
import type { Clock } from "../../../ports/clock.js";
import { type DeliveryAttempt, redelivery } from "../redelivery.js";

/**
 * Seconds between one attempt and the next, the first attempt included. An assumption: the Merchant API's own
 * schedule is not public, so this is the one documented for Resurs's older platform (19 attempts after the first).
 */
export const ASSUMED_SCHEDULE_S = [
  0, 30, 45, 60, 90, 150, 240, 330, 510, 780, 1200, 1800, 2700, 3600, 5400, 9000, 14_400, 18_000, 28_800, 43_200,
];

export interface CallbackDelivery extends DeliveryAttempt {
  paymentId: string;
  /** Of an authorization callback, or the action of a management callback. */
  status: string;
}

/** What a callback says beside when it was made. */
export type CallbackBody =
  | { paymentId: string; status: string }
  | { paymentId: string; action: string; actionId: string };

export interface Deliveries {
  list: CallbackDelivery[];
  /** Attempts that wait for their answer right now. */
  underWay(): number;
  /** Resolves when the callback was taken, or given up. */
  send(url: string, callback: CallbackBody): Promise<void>;
}

export const deliveriesOf = (clock: Clock, closed: AbortSignal): Deliveries => {
  const list: CallbackDelivery[] = [];
  const { send, underWay } = redelivery(clock, closed);
  return {
    list,
    underWay,
    send: (url, callback) =>
      send({
        url,
        // The same message each time it is sent again, its moment included.
        body: JSON.stringify({ ...callback, created: new Date(clock.now()).toISOString() }),
        schedule: ASSUMED_SCHEDULE_S,
        taken: (answer) => answer >= 200 && answer < 300,
        attempted: (attempt) => {
          const status = "action" in callback ? callback.action : callback.status;
          list.push({ paymentId: callback.paymentId, status, ...attempt });
        },
      }),
  };
};
