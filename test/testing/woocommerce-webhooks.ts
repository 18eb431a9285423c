/** Plays the recorded webhook rows against the double: real requests to a real receiver on this computer. */
import { createHmac } from "node:crypto";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type WooServer, wooServer } from "../../src/testing/doubles/woocommerce/server.js";
import type { WooWebhook } from "../../src/testing/doubles/woocommerce/webhooks.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import type { Row } from "./woocommerce-replay.js";
import { ask } from "./woocommerce-rest.js";

export const SECRET = "webhook secret";
/** The recorder's receiver took 8 s, where WordPress waits 5 for a ping and 60 for a delivery: so a ping goes unheard. */
const PING_MS = 2000;

interface Received {
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Answers with what its path says. */
export const receiver = async (): Promise<{ url: string; got: Received[]; close(): Promise<void> }> => {
  const got: Received[] = [];
  const server: Server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    const url = request.url ?? "";
    const body = Buffer.concat(parts).toString("utf8");
    got.push({ url, headers: request.headers, body });
    if (url === "/drop") return void request.socket.destroy();
    if (url === "/slow" && body.startsWith("webhook_id=")) return;
    const status = Number(/^\/status\/(\d+)$/.exec(url)?.[1] ?? 200);
    response.writeHead(status, status === 301 || status === 302 ? { location: "/ok" } : {}).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const close = () =>
    new Promise<void>((done) => {
      server.close(() => done());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, close };
};

type Receiver = Awaited<ReturnType<typeof receiver>>;

export class WebhookReplay {
  private order = "";
  private failing: WooWebhook | undefined;

  private constructor(
    private readonly shop: WooServer,
    private readonly clock: VirtualClock,
    private readonly to: Receiver,
  ) {}

  static async start(): Promise<WebhookReplay> {
    const clock = new VirtualClock(Date.parse("2026-11-21T00:27:47.000Z"));
    const products = [{ id: 1, name: "P physical", sku: "physical", price: 10_000 }];
    return new WebhookReplay(await wooServer({ clock, products, pingTimeoutMs: PING_MS }), clock, await receiver());
  }

  async close(): Promise<void> {
    await this.shop.close();
    await this.to.close();
  }

  private ask(method: string, path: string, body?: unknown) {
    return ask(this.shop, this.clock.now(), method, path, body);
  }

  /** What the recorder did in a case; the deliveries come of it when the queue runs. */
  private async act(name: string): Promise<void> {
    const path = `/orders/${this.order}`;
    const created = async (more: object) => {
      const line_items = [{ product_id: 1, quantity: 1 }];
      const told = await this.ask("POST", "/orders", { line_items, ...more });
      this.order = String((told.body as { id: number }).id);
    };
    const put = (body: object) => this.ask("PUT", path, body);
    switch (name) {
      case "REST POST order":
        return created({ payment_method: "bacs", billing: { first_name: "A", email: "b@shop.test" } });
      case "REST POST order set_paid":
        return created({ set_paid: true });
      case "REST PUT status processing":
      case "REST PUT same status processing":
      case "REST PUT status on trashed order":
        await put({ status: "processing" });
        return;
      case "REST PUT empty body":
        await put({});
        return;
      case "REST PUT billing change":
        await put({ billing: { first_name: "Bea", email: "b@shop.test" } });
        return;
      case "REST PUT meta only":
        await put({ meta_data: [{ key: "x", value: "y" }] });
        return;
      case "REST POST note":
        await this.ask("POST", `${path}/notes`, { note: "Hello" });
        return;
      case "REST POST refund partial":
        await this.ask("POST", `${path}/refunds`, { amount: "5.00", api_refund: false });
        return;
      case "REST POST refund rest => refunded":
        await this.ask("POST", `${path}/refunds`, { amount: "95.00", api_refund: false });
        return;
      case "three quick status PUTs in three requests, then queue runs":
        for (const status of ["on-hold", "processing", "completed"]) await put({ status });
        return;
      case "REST DELETE (trash)":
        await this.ask("DELETE", path);
        return;
      case "REST DELETE force":
        await this.ask("DELETE", `${path}?force=true`);
        return;
      case "REST batch: two status updates of the same order in one request": {
        const id = Number(this.order);
        await this.ask("POST", "/orders/batch", {
          update: [
            { id, status: "on-hold" },
            { id, status: "completed" },
          ],
        });
        return;
      }
      default:
        throw new Error(`a case nobody plays: ${name}`);
    }
  }

  async register(row: Row): Promise<Row> {
    const topic = String(row.case).replace("REST create webhook ", "");
    const delivery_url = `${this.to.url}/ok/${topic}`;
    const told = await this.ask("POST", "/webhooks", { name: `H ${topic}`, topic, delivery_url, secret: SECRET });
    return { http_status: told.status, body: told.body };
  }

  /** The rows of one case, without its summary, and the summary. */
  async play(name: string): Promise<{ deliveries: Row[]; summary: Row }> {
    const pings = name.startsWith("pings");
    if (!pings) this.to.got.length = 0;
    this.clock.set(this.clock.now() + 1000);
    if (!pings) await this.act(name);
    const before = this.to.got.length;
    const run = await this.shop.webhooks.runQueue();
    const deliveries = this.to.got.map(({ url, headers, body }, index) => {
      const expected = createHmac("sha256", SECRET).update(body).digest("base64");
      const json = body.startsWith("{") ? (JSON.parse(body) as Row) : null;
      return {
        phase: index < before ? "ping/sync (before queue run)" : "queue",
        method: "POST",
        url,
        headers,
        body_raw: body,
        signature_matches: headers["x-wc-webhook-signature"] === expected,
        body_status: json?.status ?? null,
      };
    });
    const topics = deliveries
      .slice(before)
      .map(({ headers }) => `${headers["x-wc-webhook-topic"]}${headers["x-wc-webhook-event"]}`);
    const summary = {
      summary: true,
      scheduled_actions_run: run,
      deliveries_before_queue: before,
      deliveries_from_queue: deliveries.length - before,
      delivered_topics: topics,
      delivered_order_statuses: deliveries.slice(before).map(({ body_status }) => body_status),
    };
    return { deliveries, summary };
  }

  private state(): Row {
    const { failureCount, status, pendingDelivery } = this.failing as WooWebhook;
    return { failure_count: failureCount, webhook_status: status, pending_delivery: pendingDelivery };
  }

  /** One row of "failing endpoint" and of what followed. */
  async fail(row: Row): Promise<Row> {
    const id = this.failing?.id;
    if (row.case === "re-enabled after disabled") {
      await this.ask("PUT", `/webhooks/${id}`, { status: "active" });
      return this.state();
    }
    if (row.case === "failure count after a later success") {
      await this.ask("PUT", `/webhooks/${id}`, { delivery_url: `${this.to.url}/ok` });
    }
    if (row.attempt === 1) {
      for (let other = 1; other <= (id ?? 7); other += 1) await this.ask("DELETE", `/webhooks/${other}`);
      const delivery_url = `${this.to.url}/${row.path}`;
      this.failing = this.shop.webhooks.add({ topic: "order.updated", delivery_url, secret: SECRET });
    }
    this.to.got.length = 0;
    await this.ask("PUT", `/orders/${this.order}`, {});
    const run = await this.shop.webhooks.runQueue();
    return {
      ...this.state(),
      requests_received: this.to.got.length,
      requests_urls: this.to.got.map(({ url }) => url),
      requests_kind: this.to.got.map(({ body }) =>
        body.startsWith("webhook_id=") ? "ping" : "delivery order.updated",
      ),
      actions_run: run,
    };
  }
}
