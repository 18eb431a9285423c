/** A shop in which everything worth looking at has happened, with the inspector in front of it. */

import type { Command } from "../../machines/commands.js";
import { noSuchPayment } from "../../machines/facts.js";
import { decide } from "../../src/core/decide.js";
import { listen, type Served } from "../../src/http/serve.js";
import { type InspectorOptions, inspector } from "../../src/inspector/inspector.js";
import type { Log } from "../../src/ports/log.js";
import type { EngineOptions } from "../../src/runtime/embedded/options.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { bankHas, MINUTE, order, Place, post, shopHas, T0, temporary } from "../engine/place.js";
import { reply } from "../engine/reply.js";

export const BASE = "/inspector";
/** Stands in every field that may be about a person. */
export const CANARY = "Kim Canary, Storgatan 1";
/** In the text of an exception: a log has it, a page has not. */
export const THROWN = "Canary thrown";

export class Stage {
  place!: Place;
  served!: Served;
  file!: string;
  readonly logged: string[] = [];
  /** Orders about which the shop refuses everything, until somebody mends it. */
  readonly refuses = new Set(["dead", "canary"]);
  private clear = async () => {};

  static async made(
    more: Partial<InspectorOptions> = {},
    engine: Partial<EngineOptions> & { more?: string[] } = {},
  ): Promise<Stage> {
    const stage = new Stage();
    const { file, remove } = await temporary();
    stage.file = file;
    stage.clear = remove;
    const { log } = stage;
    stage.place = await Place.made({
      store: sqliteStore({ file }),
      log,
      shop: {
        execute: async (orderId, effectId, effect) =>
          stage.refuses.has(orderId)
            ? { kind: "refused", detail: `409 ${CANARY} is not there` }
            : stage.place.woo.shop.execute(orderId, effectId, effect),
        readStatus: (orderId) => stage.place.woo.shop.readStatus(orderId),
      },
      decide: (record, envelope, now, rules) => {
        if (envelope.id === "poison") throw new Error(THROWN);
        return decide(record, envelope, now, rules);
      },
      ...engine,
      limits: { secondWordMs: 0, ...engine.limits },
    });
    const looks = inspector({ engine: stage.place.engine, base: BASE, actions: true, log, ...more });
    stage.served = await listen((request) =>
      new URL(request.url).pathname.startsWith(BASE) ? looks.fetch(request) : stage.place.fetch(request),
    );
    return stage;
  }

  get url(): string {
    return `${this.served.url}${BASE}`;
  }

  get log(): Log {
    const write = (details: Record<string, unknown>, message: string) => {
      this.logged.push(JSON.stringify({ ...details, message }));
    };
    return { debug: write, info: write, warn: write, error: write };
  }

  get engine() {
    return this.place.engine;
  }

  /** A callback as the bank sends it, over the real door. */
  async callback(paymentId: string, status = "AUTHORIZED"): Promise<void> {
    await this.place.fetch(post("/callbacks/resurs/authorization", { paymentId, status }));
    await this.place.rest();
  }

  async get(path: string, headers: Record<string, string> = {}): Promise<string> {
    return (await fetch(this.url + path, { headers })).text();
  }

  /** As a browser sends a form of our own page. */
  submit(path: string, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Response> {
    const { origin } = new URL(this.url);
    return fetch(this.url + path, {
      method: "POST",
      body: new URLSearchParams(form),
      redirect: "manual",
      headers: { origin, "sec-fetch-site": "same-origin", ...headers },
    });
  }

  /** One order for each of the things that other dashboards do not show. */
  async everything(): Promise<void> {
    const { place, engine } = this;
    await place.order("held", { at: T0 });
    await this.callback("pay-held");
    await this.callback("pay-held");
    await place.order("noisy", { at: T0 });
    for (let i = 0; i < 21; i += 1) await this.callback("pay-noisy");
    await place.order("stale", { paymentId: "pay-stale", previousPaymentIds: ["pay-earlier"] });
    await this.callback("pay-earlier");
    await place.order("frozen", { status: "on-hold", payment: "FROZEN" });
    await place.tell("frozen", { type: "merchant.completed" });
    await place.order("flagged", { status: "processing", payment: "TASK_REDIRECTION_REQUIRED" });
    await place.tell("flagged", { type: "reconcile.asked" });
    await place.order("paid", {});
    await this.callback("pay-paid");
    await place.order("dead", {});
    await this.callback("pay-dead");
    await place.order("poisoned", {});
    await engine.submit("poisoned", { type: "reconcile.asked" }, { id: "poison" }).catch(() => {});
    for (let i = 0; i < 12; i += 1) await place.after(5 * MINUTE);
    for (let i = 0; i < 4; i += 1) await this.callback("pay-noisy");
    await place.order("waiting", { at: place.clock.now() });
    await this.callback("pay-waiting");
  }

  /** An order with a person in every field that may hold one. */
  async person(): Promise<void> {
    const { place, engine } = this;
    const at = T0 - 10 * MINUTE;
    const lines = [{ sku: CANARY, quantity: 1, total: 100_000 }];
    const meta = { _billing_email: CANARY, apiDataId: CANARY, nested: { status: CANARY, address: [CANARY] } };
    shopHas(place.woo, "canary", at);
    await engine.place("canary", order("pay-canary", at, { lines, meta }));
    bankHas(place.bank, "pay-canary", "REJECTED");
    const tell = (event: Command, id?: string) => engine.submit("canary", event, id === undefined ? {} : { id });
    await tell({ type: "order.updated", by: CANARY, change: CANARY });
    await tell({ type: "payment.notCreated", detail: CANARY });
    await tell({ type: "checkout.rejected", rejection: "deny", message: CANARY });
    await tell({ type: "payment.created", paymentId: "pay-canary", meta: { _customer: CANARY } });
    await tell({
      type: "callback.received",
      kind: "AUTHORIZATION",
      paymentId: "pay-canary",
      claims: CANARY,
      content: null,
    });
    await tell({ type: "merchant.editedLines", via: "api", lines, total: 100_000, adds: false });
    await tell({
      type: "merchant.refundedAmount",
      via: "api",
      amount: 1,
      lines: [{ sku: CANARY, quantity: 1, total: 1 }],
    });
    for (const family of ["book", "capture", "cancel", "refund", "rebuild"] as const) {
      await reply(engine, "canary", { type: `${family}.refused`, effectId: "e", reason: CANARY, detail: CANARY });
      await reply(engine, "canary", { type: `${family}.unknown`, effectId: "e", detail: CANARY });
    }
    const reading = { ...noSuchPayment("pay-canary"), exists: true, status: "REJECTED", rejectedReason: CANARY };
    await reply(engine, "canary", { type: "payment.readBack", effectId: "e", reading });
    await place.after(5 * MINUTE);
  }

  async end(): Promise<void> {
    await this.served.close();
    await this.place.end();
    await this.clear();
  }
}
