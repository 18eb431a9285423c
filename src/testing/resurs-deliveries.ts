/** Delivers authorization callbacks and sends again what was not taken. */
import type { Clock } from "../ports/clock.js";

/**
 * Seconds between one attempt and the next, the first attempt included. An assumption: the Merchant API's own
 * schedule is not public, so this is the one documented for Resurs's older platform (19 attempts after the first).
 */
export const ASSUMED_SCHEDULE_S = [
  0, 30, 45, 60, 90, 150, 240, 330, 510, 780, 1200, 1800, 2700, 3600, 5400, 9000, 14_400, 18_000, 28_800, 43_200,
];

const LONGEST_ANSWER_MS = 30_000;

export interface Delivery {
  paymentId: string;
  status: string;
  at: number;
  attempt: number;
  /** The HTTP status; null = no answer came. */
  answer: number | null;
}

export interface Deliveries {
  list: Delivery[];
  /** Attempts that wait for their answer right now. */
  underWay(): number;
  /** Resolves when the callback was taken, or given up. */
  send(url: string, callback: { paymentId: string; status: string }): Promise<void>;
}

export const deliveriesOf = (clock: Clock, closed: AbortSignal): Deliveries => {
  const list: Delivery[] = [];
  let underWay = 0;

  const post = async (url: string, body: string): Promise<number | null> => {
    const call = new AbortController();
    const wait = new AbortController();
    const late = clock.sleep(LONGEST_ANSWER_MS, AbortSignal.any([closed, wait.signal])).then(
      () => null,
      () => null,
    );
    const answered = fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
      // The documents: redirects are not followed.
      redirect: "manual",
      signal: AbortSignal.any([closed, call.signal]),
    }).then(
      async (response) => {
        await response.body?.cancel();
        return response.status;
      },
      () => null,
    );
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
    async send(url, { paymentId, status }) {
      // The same message each time it is sent again, its moment included.
      const body = JSON.stringify({ paymentId, status, created: new Date(clock.now()).toISOString() });
      for (const [index, seconds] of ASSUMED_SCHEDULE_S.entries()) {
        try {
          if (seconds > 0) await clock.sleep(seconds * 1000, closed);
        } catch {
          return;
        }
        const at = clock.now();
        const answer = await post(url, body);
        if (closed.aborted) return;
        list.push({ paymentId, status, at, attempt: index + 1, answer });
        if (answer !== null && answer >= 200 && answer < 300) return;
      }
    },
  };
};
