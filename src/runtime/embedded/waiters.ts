/** Callers that wait for the end of what they asked for. */
import { backoffMs } from "../../core/backoff.js";
import type { Answer } from "../../core/record.js";
import type { Clock } from "../../ports/clock.js";
import { postponedReceipt, type Receipt, receiptFor } from "./receipt.js";

const FIRST_LOOK_MS = 50;
const LONGEST_WAIT_MS = 2000;

export interface WaitingCaller {
  /** The final answer, or null when the time is over or the engine stops. */
  end: Promise<Receipt | null>;
  forget(): void;
}

export class Waiters {
  /** The same event may be asked for by several callers at once. */
  private readonly waiting = new Map<string, Set<(receipt: Receipt | null) => void>>();
  private stopped = false;

  /** @param look reads the answer that another node gave; null where there is none */
  constructor(
    private readonly clock: Clock,
    private readonly look: ((orderId: string, eventId: string) => Promise<Answer | null>) | null = null,
  ) {}

  add(orderId: string, eventId: string, timeoutMs: number): WaitingCaller {
    const key = `${orderId}\n${eventId}`;
    const abort = new AbortController();
    const callers = this.waiting.get(key) ?? new Set();
    this.waiting.set(key, callers);
    let tell: (receipt: Receipt | null) => void = () => {};
    const told = new Promise<Receipt | null>((resolve) => {
      tell = resolve;
    });
    callers.add(tell);
    if (this.stopped) tell(null);
    const late = this.clock.sleep(timeoutMs, abort.signal).then(
      () => null,
      () => null,
    );
    void this.lookout(orderId, eventId, abort.signal);
    return {
      end: Promise.race([told, late]),
      forget: () => {
        callers.delete(tell);
        if (callers.size === 0 && this.waiting.get(key) === callers) this.waiting.delete(key);
        abort.abort();
      },
    };
  }

  /** The other nodes tell nobody here; most answers are there before the first look. */
  private async lookout(orderId: string, eventId: string, signal: AbortSignal): Promise<void> {
    if (this.look === null) return;
    for (let looks = 1; ; looks += 1) {
      await this.clock.sleep(backoffMs(looks, FIRST_LOOK_MS, LONGEST_WAIT_MS), signal).catch(() => {});
      if (signal.aborted) return;
      const answer = await this.look(orderId, eventId).catch(() => null);
      if (answer !== null) this.tell(orderId, answer);
    }
  }

  /** Nobody waits any longer: what they wait for goes on without this process. */
  stop(): void {
    this.stopped = true;
    for (const callers of this.waiting.values()) for (const hear of callers) hear(null);
  }

  /** Whoever waits for an event of this order is told that deciding it threw. */
  threw(orderId: string, detail: string): void {
    for (const [key, callers] of this.waiting) {
      if (!key.startsWith(`${orderId}\n`)) continue;
      const receipt = postponedReceipt({ orderId, id: key.slice(orderId.length + 1) }, "threw", { detail });
      for (const hear of callers) hear(receipt);
    }
  }

  tell(orderId: string, answer: Answer): void {
    if (answer.outcome === "deferred") return;
    const callers = this.waiting.get(`${orderId}\n${answer.eventId}`) ?? [];
    for (const hear of callers) hear(receiptFor(orderId, answer));
  }
}
