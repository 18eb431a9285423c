/**
 * Which signed webhooks came before.
 *
 * Only the body is signed, so whoever saw one delivery can send its body again under any topic and delivery id. A new
 * body is never held back. The same body under the same delivery id is one delivery. Under another id it may be either a
 * repeat or news (the body of an action is the same each time), so it is worth a few readings of the shop a minute.
 * This is kept in memory: after a restart a body costs one more reading, and the ids of events keep the history clean.
 */
import { createHash } from "node:crypto";
import type { Clock } from "../../ports/clock.js";
import { RecentMap } from "../../ports/recent.js";

/** Entries kept of each kind; the oldest are forgotten first. */
const MOST = 10_000;
const WINDOW_MS = 60_000;
const REPEATS_PER_WINDOW = 3;

export interface WebhookDelivery {
  orderId: string;
  body: Uint8Array;
  /** `X-WC-Webhook-Delivery-ID`; not signed. */
  deliveryId: string | null;
}

const digestOf = (...parts: (string | Uint8Array)[]): string => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part).update("\0");
  return hash.digest("base64");
};

export class Repeats {
  private readonly bodies = new RecentMap<string, true>(MOST);
  private readonly taken = new RecentMap<string, true>(MOST);
  private readonly windows = new RecentMap<string, { since: number; count: number }>(MOST);

  constructor(private readonly clock: Clock) {}

  /** Whether the shop is to be asked because of it. */
  isWorthReading({ orderId, body, deliveryId }: WebhookDelivery): boolean {
    const digest = digestOf(body);
    const isNew = !this.bodies.has(digest);
    this.bodies.set(digest, true);
    if (isNew) return true;
    if (deliveryId !== null && this.taken.has(digestOf(body, deliveryId))) return false;
    return this.mayRepeat(orderId);
  }

  /** It was acted on, so the same delivery is not looked at again. */
  took({ body, deliveryId }: WebhookDelivery): void {
    if (deliveryId !== null) this.taken.set(digestOf(body, deliveryId), true);
  }

  private mayRepeat(orderId: string): boolean {
    const now = this.clock.now();
    const last = this.windows.get(orderId);
    const window = last !== undefined && now - last.since < WINDOW_MS ? last : { since: now, count: 0 };
    const may = window.count < REPEATS_PER_WINDOW;
    if (may) this.windows.set(orderId, { ...window, count: window.count + 1 });
    return may;
  }
}
