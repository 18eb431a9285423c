/** What is Restate's own, beside the contract that it keeps with every other runtime. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { systemClock } from "../../src/ports/clock.js";
import type { Observer } from "../../src/ports/observer.js";
import { NotOffered } from "../../src/ports/runtime.js";
import { StoreError } from "../../src/ports/store.js";
import {
  type RestateRuntimeOptions,
  type RestateServiceOptions,
  registerService,
  restateRuntime,
  restateService,
} from "../../src/runtime/restate/index.js";
import { type ResursDouble, resursDouble, type WooDouble, wooDouble } from "../../src/testing/index.js";
import { bankHas, callback, gatewayTo, MINUTE, order, post, shopHas, trusted, until } from "../engine/place.js";
import { noServerBecause, type RestateServer, restateServer } from "./server.js";

const clock = systemClock();
const complete = { type: "merchant.completed", via: "api" } as const;

describe.skipIf(noServerBecause !== null)(`Restate${noServerBecause === null ? "" : ` (${noServerBecause})`}`, () => {
  let server: RestateServer;
  let bank: ResursDouble;
  let woo: WooDouble;
  let shops = 0;
  const served: { close(): Promise<void> }[] = [];

  beforeAll(async () => {
    server = await restateServer();
    bank = await resursDouble({ clock });
    woo = wooDouble({ now: () => clock.now() });
  });
  afterEach(async () => {
    for (const one of served.splice(0)) await one.close();
  });
  afterAll(async () => {
    await server?.end();
    await bank?.close();
  });

  /** Another shop on the same server. */
  const opened = async (how: Partial<RestateServiceOptions> = {}, door: Partial<RestateRuntimeOptions> = {}) => {
    shops += 1;
    const name = `shop-${shops}`;
    const gateways = [gatewayTo(bank.url, clock)];
    const settings = { cooldownSeconds: 0 };
    const service = await restateService({ gateways, shop: woo.shop, settings, name, ...how }).listen();
    served.push(service);
    await registerService(server.adminUrl, service.url);
    const runtime = restateRuntime({ ...server, name, gateways, shop: woo.shop, settings, ...door });
    const placed = async (
      id: string,
      status: "pending" | "processing" = "pending",
      faults?: Record<string, string>,
    ) => {
      const at = clock.now() - 10 * MINUTE;
      bankHas(bank, `pay-${name}-${id}`, "ACCEPTED", faults);
      shopHas(woo, `${name}-${id}`, at, status);
      return runtime.place(`${name}-${id}`, order(`pay-${name}-${id}`, at, { status }));
    };
    const at = (id: string) => `${name}-${id}`;
    const called = (id: string, wait: "durable" | "settled" = "settled") =>
      runtime.submit(at(id), callback(`pay-${at(id)}`), { wait });
    const calls = (id: string) => bank.calls.filter((call) => call.paymentId === `pay-${at(id)}`).map(({ op }) => op);
    const status = (id: string) => woo.order(at(id)).status;
    return { name, runtime, placed, called, calls, status, at };
  };

  test("the server is killed with ten orders in the middle of everything: each is paid once", {
    timeout: 480_000,
  }, async () => {
    const shop = await opened();
    const ids = Array.from({ length: 10 }, (_, i) => `o${i}`);
    for (const id of ids) await shop.placed(id);
    await Promise.all(ids.map((id) => shop.called(id, "durable")));
    await server.kill();
    await expect(shop.runtime.queries.read(shop.at("o0"))).rejects.toThrow(StoreError);
    expect(await shop.runtime.queries.health()).toMatchObject({ ok: false });
    await server.restart();
    for (const id of ids) await until(() => shop.status(id) === "processing", id);
    for (const id of ids) {
      expect(woo.confirmationMails(shop.at(id))).toBe(1);
      expect(woo.order(shop.at(id)).statusHistory).toHaveLength(1);
    }
  });

  test("a listener, an observer and a log that throw change nothing, and money moves once", {
    timeout: 240_000,
  }, async () => {
    const boom = () => {
      throw new Error("boom");
    };
    const observer = new Proxy({} as Observer, { get: () => boom });
    const log = { debug: boom, info: boom, warn: boom, error: boom };
    const shop = await opened({ onDecision: boom, observer, log });
    await shop.placed("o", "processing");
    const told = await shop.runtime.submit(shop.at("o"), complete, { wait: "settled" });
    expect(told).toMatchObject({ outcome: "moved", to: "completed" });
    await until(() => shop.status("o") === "completed", "the order");
    expect(shop.calls("o")).toEqual(["capture"]);
  });

  test("the server is killed while a capture is on its way to the bank: nobody looks before it can have arrived", {
    timeout: 480_000,
  }, async () => {
    const gateway = gatewayTo(bank.url, clock);
    let begun = false;
    const slow = Object.assign(Object.create(gateway) as typeof gateway, {
      capture: async (call: Parameters<typeof gateway.capture>[0]) => {
        begun = true;
        await clock.sleep(1500);
        return gateway.capture(call);
      },
    });
    const shop = await opened({ gateways: [slow], limits: { leaseMs: 5000 } });
    await shop.placed("o", "processing");
    await shop.runtime.submit(shop.at("o"), complete);
    await until(() => begun, "the capture");
    await server.kill();
    await server.restart();
    await until(() => shop.status("o") === "completed", "the order");
    expect(shop.calls("o")).toEqual(["capture"]);
    const events = (await shop.runtime.queries.history(shop.at("o"))).map(({ event }) => event.type);
    expect(events).toContain("capture.unknown");
    expect(events).toContain("payment.readBack");
  });

  test("a call that would begin too late after its intent does not begin: another may have taken over", {
    timeout: 240_000,
  }, async () => {
    // Whatever time passes is too much, none included.
    const shop = await opened({ limits: { leaseMs: -4 } });
    await shop.placed("o", "processing");
    await shop.runtime.submit(shop.at("o"), complete);
    const events = async () => (await shop.runtime.queries.history(shop.at("o"))).map(({ event }) => event.type);
    await until(async () => (await events()).filter((type) => type === "capture.unknown").length >= 2, "a second try");
    expect(shop.calls("o")).toEqual([]);
    expect(await events()).toContain("payment.readBack");
  });

  test("somebody cancels the invocation that asks the bank: the order hears of it, and asks again", {
    timeout: 240_000,
  }, async () => {
    const shop = await opened({ limits: { leaseMs: 500 } });
    await shop.placed("o");
    bank.delayNext("getPayment", 20_000);
    await shop.called("o", "durable");
    await until(() => bank.held() === 1, "the question");
    const response = await fetch(`${server.adminUrl}/query`, {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({
        query: `SELECT id FROM sys_invocation WHERE target_service_name = '${shop.name}-effects' AND status = 'running'`,
      }),
    });
    const { rows } = (await response.json()) as { rows: { id: string }[] };
    expect(rows).toHaveLength(1);
    await fetch(`${server.adminUrl}/invocations/${rows[0]?.id}/cancel`, { method: "PATCH" });
    await until(() => shop.status("o") === "processing", "the order");
    expect(woo.confirmationMails(shop.at("o"))).toBe(1);
  });

  test("two shops on one server do not see each other's orders", async () => {
    const one = await opened();
    const other = await opened();
    await one.placed("o");
    await other.placed("o");
    expect(await other.runtime.queries.read(one.at("o"))).toBeNull();
    expect(await other.runtime.queries.findByPayment(`pay-${one.at("o")}`)).toBeNull();
    expect((await one.runtime.queries.list({ limit: 9 })).map(({ orderId }) => orderId)).toEqual([one.at("o")]);
    expect((await one.runtime.queries.health()).counts).toMatchObject({ orders: 1, deadEffects: 0, parked: 0 });
  });

  test("a long history comes page by page, in order", async () => {
    const { runtime, placed, at } = await opened();
    await placed("o");
    for (let i = 0; i < 25; i += 1) await runtime.submit(at("o"), { type: "order.updated", by: "erp", change: `${i}` });
    const page = await runtime.queries.history(at("o"), 10, 7);
    expect(page.map(({ seq }) => seq)).toEqual([11, 12, 13, 14, 15, 16, 17]);
    expect(await runtime.queries.history(at("o"), 26)).toEqual([]);
  });

  test("a payment is created at the bank, belongs to the order, and is looked at through the same door", async () => {
    const { runtime, at } = await opened();
    const now = clock.now() - 10 * MINUTE;
    shopHas(woo, at("o"), now);
    await runtime.place(at("o"), order(null, now));
    const urls = {
      successUrl: "http://shop.test/ok",
      failUrl: "http://shop.test/no",
      callbackUrl: "http://shop.test/cb",
    };
    const created = await runtime.checkout(at("o"), "resurs-mapi", urls);
    if (created.kind !== "ok") throw new Error(created.kind);
    expect(await runtime.queries.findByPayment(created.paymentId)).toEqual({ orderId: at("o"), current: true });
    expect(await runtime.payment(at("o"))).toMatchObject({ paymentId: created.paymentId, explanation: null });
    bank.customerSigns(created.paymentId);
    const returned = { type: "customer.returned", page: "success" } as const;
    expect(await runtime.submit(at("o"), returned, { wait: "settled" })).toMatchObject({ to: "processing" });
    await expect(runtime.checkout(at("o"), "klarna", urls)).rejects.toThrow(/klarna.*resurs-mapi/);
  });

  test("a reconciliation puts right what no callback told of", { timeout: 240_000 }, async () => {
    const { runtime, placed, at, status } = await opened();
    await placed("lost");
    const found = [];
    for await (const one of runtime.reconcile({ freshMs: 0 })) found.push(one);
    expect(found).toMatchObject([{ orderId: at("lost"), before: "pending", after: "processing", outcome: "moved" }]);
    await until(() => status("lost") === "processing", "the shop");
  });

  test("what Restate cannot tell without its admin API is refused by name, over HTTP as well", async () => {
    const { runtime, placed, at, name } = await opened();
    await placed("o");
    const gateways = [gatewayTo(bank.url, clock)];
    const bare = restateRuntime({ ingressUrl: server.ingressUrl, name, gateways });
    await expect(bare.queries.list({ limit: 1 })).rejects.toThrow(NotOffered);
    await expect(bare.queries.list({ limit: 1 })).rejects.toThrow(/adminUrl/);
    expect(() => bare.reconcile()).toThrow(/adminUrl, gateways and shop/);
    await expect(bare.revive("some-event")).rejects.toThrow(/which order/);
    expect(await bare.queries.health()).toEqual({
      ok: true,
      trouble: null,
      counts: null,
      damaged: [],
      undetermined: [],
    });

    const { fetch } = trusted({ engine: bare });
    const get = (path: string) => fetch(new Request(`http://shop.test${path}`));
    const list = await get("/orders");
    expect(list.status).toBe(501);
    expect(await list.json()).toMatchObject({ error: { code: "not-offered", message: /adminUrl/ } });
    expect((await trusted({ engine: runtime }).fetch(new Request("http://shop.test/orders"))).status).toBe(200);

    const paid = { paymentId: `pay-${at("o")}`, status: "AUTHORIZED", created: "now" };
    expect((await fetch(post("/callbacks/resurs/authorization", paid))).status).toBe(202);
    await until(() => woo.order(at("o")).status === "processing", "the order");
    expect((await get(`/orders/${at("o")}/why`)).status).toBe(200);
    expect((await get("/orders/nobody")).status).toBe(404);
    expect((await fetch(post("/orders/nobody/events", { type: "merchant.completed", via: "api" }))).status).toBe(404);
    expect((await get("/healthz")).status).toBe(200);
  });

  test("doors 6: what cannot come out again enters neither at the runtime nor at Restate's own ingress", async () => {
    const { runtime, placed, at, name } = await opened();
    await placed("o");
    const given = (id: unknown) => id as string;
    for (const id of ["\ud800", "a\0b", "1001 ", "..", 1001, null]) {
      await expect(runtime.place(given(id), order(null, clock.now()))).rejects.toThrow("orderId: must ");
    }
    await expect(runtime.queries.read(given(1001))).rejects.toThrow("orderId: must be a string");
    await expect(runtime.queries.findByPayment(given(7))).rejects.toThrow("paymentId: must be a string");
    await expect(runtime.queries.list({ limit: Number.NaN })).rejects.toThrow("filter.limit: must ");
    const asked = { type: "reconcile.asked" } as const;
    await expect(runtime.submit(at("o"), asked, { id: "x\ud800" })).rejects.toThrow("options.id: must be well-formed");

    const envelope = { id: "e", orderId: at("o"), at: clock.now(), source: "shop", event: asked };
    const hostile: [object, RegExp][] = [
      [{ id: "x\ud800" }, /id: must be well-formed/],
      [{ id: 7 }, /id: must be a string/],
      [{ orderId: "another" }, /orderId: must be the order that it is sent to/],
      [{ at: 8_640_000_000_000_000 }, /at: must not be after the year 2100/],
      [{ source: "stranger" }, /source: /],
      [{ event: { type: "payment.notCreated", detail: "\0" } }, /event.detail: must have no control/],
      [{ event: { type: "timer.fired", timer: "t", generation: 1 } }, /event.type: /],
    ];
    for (const [more, says] of hostile) {
      const message = { kind: "submit", envelope: { ...envelope, ...more }, listener: null };
      const answer = await fetch(`${server.ingressUrl}/${name}/${at("o")}/submit`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(message),
      });
      expect([answer.status, await answer.text()]).toEqual([400, expect.stringMatching(says)]);
    }
    expect(await runtime.queries.history(at("o"))).toHaveLength(1);
    expect(await runtime.submit(at("o"), asked, { id: "e", wait: "settled" })).toMatchObject({ to: "processing" });
  });

  test("a server that does not know the service says what is to be done", async () => {
    const nobody = restateRuntime({ ingressUrl: server.ingressUrl, name: "nobody" });
    await expect(nobody.queries.read("o")).rejects.toThrow(/no service "nobody".*register/);
  });
});
