/** Delivers Nets's webhooks and sends again what was not answered with 200. */
import type { Clock } from "../ports/clock.js";

/** Seconds between attempts. An assumption: "growing intervals until given up" is all that is documented. */
const ASSUMED_SCHEDULE_S = [0, 30, 60, 300, 900, 3600, 14_400, 43_200];
const LONGEST_ANSWER_MS = 30_000;

export interface NetsDelivery {
  paymentId: string;
  event: string;
  id: string;
  at: number;
  attempt: number;
  /** The HTTP status; null = no answer came. */
  answer: number | null;
}

export interface NetsWebhook {
  eventName: string;
  url: string;
  authorization: string;
}

export const netsDeliveriesOf = (clock: Clock, closed: AbortSignal) => {
  const list: NetsDelivery[] = [];
  let underWay = 0;

  const post = async ({ url, authorization }: NetsWebhook, body: string): Promise<number | null> => {
    const call = new AbortController();
    const wait = new AbortController();
    const nothing = () => null;
    const late = clock.sleep(LONGEST_ANSWER_MS, AbortSignal.any([closed, wait.signal])).then(nothing, nothing);
    const answered = fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json", authorization },
      body,
      redirect: "manual",
      signal: AbortSignal.any([closed, call.signal]),
    }).then(async (response) => {
      await response.body?.cancel();
      return response.status;
    }, nothing);
    underWay += 1;
    const answer = await Promise.race([answered, late]);
    underWay -= 1;
    wait.abort();
    call.abort();
    return answer;
  };

  return {
    list,
    underWay: () => underWay,
    /** Resolves when the webhook was taken, or given up. The same message each time, its id included. */
    async send(webhook: NetsWebhook, message: { id: string; event: string; data: { paymentId: string } }) {
      const body = JSON.stringify({ ...message, merchantId: 100_000, timestamp: new Date(clock.now()).toISOString() });
      const { id, event } = message;
      for (const [index, seconds] of ASSUMED_SCHEDULE_S.entries()) {
        try {
          if (seconds > 0) await clock.sleep(seconds * 1000, closed);
        } catch {
          return;
        }
        const at = clock.now();
        const answer = await post(webhook, body);
        if (closed.aborted) return;
        list.push({ paymentId: message.data.paymentId, event, id, at, attempt: index + 1, answer });
        // No other 2xx will do.
        if (answer === 200) return;
      }
    },
  };
};
