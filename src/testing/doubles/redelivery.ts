/** Sends a message, and the same message again until it is taken, in the time of the clock. */
import { setMaxListeners } from "node:events";
import type { Clock } from "../../ports/clock.js";

const LONGEST_ANSWER_MS = 30_000;

export interface DeliveryAttempt {
  at: number;
  attempt: number;
  /** The HTTP status; null = no answer came. */
  answer: number | null;
}

export interface RedeliveredRequest {
  url: string;
  headers?: Record<string, string>;
  /** Posted as JSON; without one it is a GET. */
  body?: string;
  /** What is posted and not taken is asked for as a GET at once. */
  elseGet?: boolean;
  /** Seconds before each attempt, the first included. */
  schedule: number[];
  taken(answer: number): boolean;
  attempted(attempt: DeliveryAttempt, method: "GET" | "POST"): void;
}

export const redelivery = (clock: Clock, closed: AbortSignal) => {
  // One for each message that waits for its next attempt.
  setMaxListeners(0, closed);
  let underWay = 0;

  const ask = async ({ url, headers, body }: RedeliveredRequest): Promise<number | null> => {
    const call = new AbortController();
    const wait = new AbortController();
    const nothing = () => null;
    const late = clock.sleep(LONGEST_ANSWER_MS, AbortSignal.any([closed, wait.signal])).then(nothing, nothing);
    const answered = fetch(url, {
      method: body === undefined ? "GET" : "POST",
      headers: { ...(body === undefined ? {} : { "content-type": "application/json" }), ...headers },
      body,
      // The documents: redirects are not followed.
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
    /** Attempts that wait for their answer right now. */
    underWay: () => underWay,
    /** Resolves when the message was taken, or given up. */
    async send(message: RedeliveredRequest): Promise<void> {
      for (const [index, seconds] of message.schedule.entries()) {
        try {
          if (seconds > 0) await clock.sleep(seconds * 1000, closed);
        } catch {
          return;
        }
        const ways = message.elseGet ? [message, { ...message, body: undefined }] : [message];
        for (const way of ways) {
          const at = clock.now();
          const answer = await ask(way);
          if (closed.aborted) return;
          message.attempted({ at, attempt: index + 1, answer }, way.body === undefined ? "GET" : "POST");
          if (answer !== null && message.taken(answer)) return;
        }
      }
    },
  };
};
