/** Callers that wait for the end of what they asked for. */
import type { Answer } from "../core/record.js";
import type { Clock } from "../ports/clock.js";
import { type Receipt, shortOf } from "./receipt.js";

export interface Waiting {
  /** The final answer, or null when the time is over. */
  end: Promise<Receipt | null>;
  forget(): void;
}

export class Waiters {
  private readonly waiting = new Map<string, (receipt: Receipt) => void>();

  constructor(private readonly clock: Clock) {}

  add(orderId: string, eventId: string, timeoutMs: number): Waiting {
    const key = `${orderId}\n${eventId}`;
    const abort = new AbortController();
    const told = new Promise<Receipt>((resolve) => this.waiting.set(key, resolve));
    const late = this.clock.sleep(timeoutMs, abort.signal).then(
      () => null,
      () => null,
    );
    return {
      end: Promise.race([told, late]),
      forget: () => {
        this.waiting.delete(key);
        abort.abort();
      },
    };
  }

  tell(orderId: string, answer: Answer): void {
    if (answer.outcome === "deferred") return;
    this.waiting.get(`${orderId}\n${answer.eventId}`)?.({ ...shortOf(answer), orderId, final: true });
  }
}
