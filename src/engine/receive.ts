/** The one way in: whatever happens to an order is posted to its mailbox, and answered when it is durable. */
import type { Envelope } from "../../machines/events.js";
import type { Log } from "../ports/log.js";
import type { Observer } from "../ports/observer.js";
import type { Posted } from "./posted.js";
import { type Receipt, receiptOf, UnknownOrder } from "./receipt.js";

export interface ReceiveParts {
  observer: Observer;
  log: Log;
  post(event: Posted): void;
}

export type How = { mayRepeat: boolean; settles?: string; attempts?: number };

export class Reception {
  /** What the store said when it last could not write; null = it can. */
  trouble: string | null = null;

  constructor(private readonly parts: ReceiveParts) {}

  receive(envelope: Envelope, how: How): Promise<Receipt> {
    return this.parts.observer.receive(envelope, (mark) => this.post(envelope, how, mark));
  }

  private post(envelope: Envelope, how: How, mark: unknown): Promise<Receipt> {
    return new Promise((resolve, reject) => {
      this.parts.post({
        envelope,
        mark,
        mayRepeat: how.mayRepeat,
        settles: how.settles ?? null,
        attempts: how.attempts ?? 0,
        decided: (result) => {
          this.trouble = null;
          resolve(receiptOf(envelope, result));
        },
        failed: (error) => {
          if (!(error instanceof UnknownOrder)) {
            this.trouble = error instanceof Error ? error.message : String(error);
            this.parts.log.error({ orderId: envelope.orderId, detail: this.trouble }, "an event could not be stored");
          }
          reject(error);
        },
      });
    });
  }
}
