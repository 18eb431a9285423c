/**
 * The webhooks of the double, as WooCommerce's were seen to be: the body is built when it is delivered, nothing is
 * sent twice, the seventh failure in a row is the last, and the ping is not signed.
 */
import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../../../ports/clock.js";
import { failure, type RestAnswer } from "./json.js";

export interface WooWebhook {
  id: number;
  name: string;
  status: "active" | "paused" | "disabled";
  topic: string;
  deliveryUrl: string;
  secret: string;
  createdAt: number;
  modifiedAt: number | null;
  failureCount: number;
  /** The ping has not been answered with 200 yet. */
  pendingDelivery: boolean;
}

export interface WebhookParts {
  clock: Clock;
  url(): string;
  /** What is delivered; null = the order is gone. */
  orderJson(orderId: string): object | null;
  /** How long the receiver may take. */
  pingTimeoutMs: number;
  deliveryTimeoutMs: number;
}

const hooksOf: Record<string, string[]> = {
  "order.created": ["woocommerce_new_order"],
  "order.updated": ["woocommerce_update_order", "woocommerce_order_refunded"],
  "order.deleted": ["wp_trash_post", "woocommerce_trash_order"],
  "order.restored": ["untrashed_post", "woocommerce_untrash_order"],
};

/** Failures in a row that are forgiven; the next one disables. */
const FORGIVEN = 6;

const agent = "WooCommerce/11.0.1 Hookshot (WordPress/7.1)";

/** PHP escapes slashes and all that is not ASCII, and the signature is over these very bytes. */
export const phpJson = (value: unknown): string =>
  JSON.stringify(value)
    .replaceAll("/", "\\/")
    .replace(/[^\x20-\x7e]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);

const iso = (ms: number | null): string | null => (ms === null ? null : new Date(ms).toISOString().slice(0, 19));

export class Webhooks {
  private readonly all = new Map<number, WooWebhook>();
  private last = 0;
  /** A delivery's id is WordPress's `wp_hash` of webhook and second: the same for two orders of one second. */
  private readonly salt = randomBytes(16);
  /** What happened in the request under way; it is queued when the request ends. */
  private touched: { webhook: WooWebhook; orderId: string }[] = [];
  private queue: { webhook: WooWebhook; orderId: string }[] = [];

  constructor(private readonly parts: WebhookParts) {}

  onHook(hook: string, orderId: string): void {
    for (const webhook of this.all.values()) {
      const { resource, event } = split(webhook.topic);
      const hooks = resource === "action" ? [event] : hooksOf[webhook.topic];
      if (webhook.status === "active" && hooks?.includes(hook)) this.touched.push({ webhook, orderId });
    }
  }

  /** The end of a PHP request: each webhook takes an order once, and not while the same delivery waits already. */
  endRequest(): void {
    const known = [...this.queue];
    for (const one of this.touched.sort((a, b) => a.webhook.id - b.webhook.id)) {
      if (known.some((other) => other.webhook === one.webhook && other.orderId === one.orderId)) continue;
      known.push(one);
      this.queue.push(one);
    }
    this.touched = [];
  }

  /** WordPress's queue, which the real one works off about once a minute. Answers with how much was done. */
  async runQueue(): Promise<number> {
    this.endRequest();
    const due = this.queue;
    this.queue = [];
    for (const { webhook, orderId } of due) if (webhook.status === "active") await this.deliver(webhook, orderId);
    return due.length;
  }

  byId(id: number): WooWebhook | undefined {
    return this.all.get(id);
  }

  /** `/webhooks` of the REST API. */
  async rest(method: string, id: number | null, body: Record<string, unknown>): Promise<RestAnswer> {
    if (id === null && method === "GET") return { status: 200, body: [...this.all.values()].map((w) => this.json(w)) };
    if (id === null) {
      const webhook = this.add(body);
      await this.ping(webhook);
      return { status: 201, body: this.json(webhook) };
    }
    const webhook = this.all.get(id);
    if (webhook === undefined) return failure(404, "woocommerce_rest_shop_webhook_invalid_id", "Invalid ID.");
    if (method === "DELETE") this.all.delete(id);
    else if (method !== "GET") {
      if (typeof body.status === "string") webhook.status = body.status as WooWebhook["status"];
      if (typeof body.delivery_url === "string") webhook.deliveryUrl = body.delivery_url;
      if (typeof body.secret === "string") webhook.secret = body.secret;
      await this.saved(webhook);
    }
    return { status: 200, body: this.json(webhook) };
  }

  /** As PHP adds one: without a greeting, until it is saved again. */
  add(body: Record<string, unknown>): WooWebhook {
    this.last += 1;
    const webhook: WooWebhook = {
      id: this.last,
      name: String(body.name ?? `Webhook created on ${iso(this.parts.clock.now())}`),
      status: "active",
      topic: String(body.topic),
      deliveryUrl: String(body.delivery_url),
      secret: typeof body.secret === "string" ? body.secret : randomBytes(25).toString("hex"),
      createdAt: this.parts.clock.now(),
      modifiedAt: null,
      failureCount: 0,
      pendingDelivery: true,
    };
    this.all.set(webhook.id, webhook);
    return webhook;
  }

  private json(webhook: WooWebhook): object {
    const api = `${this.parts.url()}/wp-json/wc/v3/webhooks`;
    const { id, name, status, topic, deliveryUrl, createdAt, modifiedAt } = webhook;
    const { resource, event } = split(topic);
    return {
      id,
      name,
      status,
      topic,
      resource,
      event,
      hooks: resource === "action" ? [event] : (hooksOf[topic] ?? []),
      delivery_url: deliveryUrl,
      date_created: iso(createdAt),
      date_created_gmt: iso(createdAt),
      date_modified: iso(modifiedAt),
      date_modified_gmt: iso(modifiedAt),
      _links: {
        self: [{ href: `${api}/${id}`, targetHints: { allow: ["GET", "POST", "PUT", "PATCH", "DELETE"] } }],
        collection: [{ href: api }],
      },
    };
  }

  /** Each save of an active webhook tries again to be greeted. */
  private async saved(webhook: WooWebhook): Promise<void> {
    webhook.modifiedAt = this.parts.clock.now();
    if (webhook.status === "active" && webhook.pendingDelivery) await this.ping(webhook);
  }

  private async ping(webhook: WooWebhook): Promise<void> {
    const status = await this.send(webhook.deliveryUrl, this.parts.pingTimeoutMs, true, {
      headers: { "content-type": "application/x-www-form-urlencoded", "user-agent": agent },
      body: `webhook_id=${webhook.id}`,
    });
    if (status === 200) webhook.pendingDelivery = false;
  }

  private async deliver(webhook: WooWebhook, orderId: string): Promise<void> {
    const { resource, event } = split(webhook.topic);
    const order = this.parts.orderJson(orderId);
    if (order === null && event !== "deleted") return;
    const id = Number(orderId);
    const payload = resource === "action" ? { action: event, arg: id } : event === "deleted" ? { id } : order;
    const body = phpJson(payload);
    const second = Math.floor(this.parts.clock.now() / 1000);
    const status = await this.send(webhook.deliveryUrl, this.parts.deliveryTimeoutMs, false, {
      headers: {
        "user-agent": agent,
        "content-type": "application/json",
        "x-wc-webhook-source": `${this.parts.url()}/`,
        "x-wc-webhook-topic": webhook.topic,
        "x-wc-webhook-resource": resource,
        "x-wc-webhook-event": event,
        "x-wc-webhook-signature": createHmac("sha256", webhook.secret).update(body).digest("base64"),
        "x-wc-webhook-id": String(webhook.id),
        "x-wc-webhook-delivery-id": createHmac("md5", this.salt).update(`${webhook.id}${second}`).digest("hex"),
      },
      body,
    });
    if (status >= 200 && status <= 302) webhook.failureCount = 0;
    else if (webhook.failureCount < FORGIVEN) webhook.failureCount += 1;
    else webhook.status = "disabled";
    await this.saved(webhook);
  }

  /** The status of the answer; 0 = there was none. */
  private async send(url: string, timeoutMs: number, follow: boolean, init: RequestInit): Promise<number> {
    const signal = AbortSignal.timeout(timeoutMs);
    try {
      const response = await fetch(url, { ...init, method: "POST", redirect: "manual", signal });
      await response.body?.cancel();
      const location = response.headers.get("location");
      // WordPress asks again in the same way; a browser would ask without the body.
      if (follow && location !== null) return this.send(new URL(location, url).href, timeoutMs, false, init);
      return response.status;
    } catch {
      return 0;
    }
  }
}

const split = (topic: string): { resource: string; event: string } => {
  const dot = topic.indexOf(".");
  return { resource: topic.slice(0, dot), event: topic.slice(dot + 1) };
};
