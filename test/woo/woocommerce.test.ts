/** The shop adapter against the double, over HTTP. */
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import type { ShopEffect } from "../../machines/effects.js";
import type { Statuses } from "../../machines/statuses.js";
import { httpApp } from "../../src/http/app.js";
import { placedOrder, type WooShopOptions, wooShop, wooWebhooks } from "../../src/shops/woocommerce/index.js";
import { leftBy } from "../../src/shops/woocommerce/notes.js";
import type { NewWooOrder } from "../../src/testing/doubles/woocommerce/double.js";
import {
  type Disturbance,
  VirtualClock,
  type WooServer,
  type WooServerOptions,
  wooServer,
} from "../../src/testing/index.js";
import { MINUTE, order, Place, T0, until } from "../engine/place.js";
import { ask } from "../testing/woocommerce-rest.js";

const shops: WooServer[] = [];
let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
  for (const shop of shops.splice(0)) await shop.close();
});

type Told = { method: string; path: string };
const shopWith = async (
  over: Partial<NewWooOrder> = {},
  options: Partial<WooServerOptions> = {},
  more: Partial<WooShopOptions> = {},
) => {
  const clock = new VirtualClock(T0);
  const asked: Told[] = [];
  let disturb: ((told: Told) => Disturbance | undefined) | undefined;
  const server = await wooServer({
    clock,
    disturb: (told) => {
      asked.push(told);
      return disturb?.(told);
    },
    ...options,
  });
  shops.push(server);
  const lines = [{ sku: "tea", quantity: 2, total: 1000 }];
  const at = { createdAt: T0, updatedAt: T0, datePaid: null };
  server.woo.addOrder({
    id: "7",
    status: "pending",
    total: 1000,
    currency: "EUR",
    lines,
    needsProcessing: true,
    ...at,
    ...over,
  });
  const { key: consumerKey, secret: consumerSecret } = server.keys.engine;
  const shop = wooShop({ url: server.url, consumerKey, consumerSecret, clock, ...more });
  return {
    server,
    clock,
    shop,
    asked,
    execute: (effectId: string, effect: ShopEffect) => shop.execute("7", effectId, effect),
    merchant: (status: string) => ask(server, clock.now(), "PUT", "/orders/7", { status }),
    order: () => server.woo.order("7"),
    notes: () => server.woo.order("7").notes.map(({ text }) => text),
    /** Does something in the middle of the next such request. */
    meddle: (disturbed: (told: Told) => Disturbance | undefined) => {
      disturb = disturbed;
    },
  };
};

const pay = {
  type: "completePayment",
  from: "pending",
  to: "processing",
  transactionId: "T-1",
  note: "Paid by card.",
} as const;
const complete = { type: "setOrderStatus", from: "processing", to: "completed", note: "Sent." } as const;
const mine = (notes: string[], text: string) => notes.filter((note) => note.startsWith(text));

describe("a status", () => {
  test("is completed as WooCommerce completes a payment, with one note, and with the transaction", async () => {
    const { execute, order, notes } = await shopWith();
    expect(await execute("e1", pay)).toEqual({ kind: "done" });
    expect(order()).toMatchObject({ status: "processing", transactionId: "T-1", stockReductions: 1 });
    expect(notes()).toContain("Payment complete.");
    expect(await execute("e1", pay)).toEqual({ kind: "done" });
    expect(mine(notes(), "Paid by card.").length).toBe(1);
    expect(order().statusHistory.length).toBe(1);
  });

  test("words that WooCommerce has written itself are not written again", async () => {
    const { execute, notes } = await shopWith();
    await execute("e1", { ...pay, note: "Payment complete." });
    expect(mine(notes(), "Payment complete.").length).toBe(1);
  });

  test("an order on hold is completed too, which set_paid alone would not do", async () => {
    const { execute, order } = await shopWith({ status: "on-hold" });
    expect(await execute("e1", { ...pay, from: "on-hold" })).toEqual({ kind: "done" });
    expect(order()).toMatchObject({ status: "processing", transactionId: "T-1" });
    expect(order().datePaid).not.toBeNull();
  });

  test.each(["cancelled", "on-hold", "refunded"] as const)(
    "another hand was faster and made it %s: nothing is written",
    async (status) => {
      const { execute, order, server } = await shopWith();
      server.woo.setStatus("7", status);
      const before = order().notes;
      expect(await execute("e1", pay)).toEqual({ kind: "conflict", status });
      expect(await execute("e2", complete)).toEqual({ kind: "conflict", status });
      expect(order().notes).toEqual(before);
      expect(server.changes).toEqual([]);
    },
  );

  describe("written past WooCommerce, which leaves no note, before the payment:", () => {
    test.each([
      ["a first hold", []],
      ["a hold after one that a person made and ended", ["on-hold", "pending"]],
    ] as const)("%s is nobody's, and the order is paid", async (_, byHand) => {
      const { execute, order, server } = await shopWith();
      for (const status of byHand) server.woo.setStatus("7", status);
      server.woo.directWrite("7", "on-hold");
      expect(await execute("e1", pay)).toEqual({ kind: "done" });
      expect(order()).toMatchObject({ status: "processing", transactionId: "T-1" });
      expect(order().stockReductions - order().stockIncreases).toBe(1);
      expect(await execute("e1", pay)).toEqual({ kind: "done" });
    });
    test.each(["cancelled", "failed", "completed", "refunded"] as const)(
      "%s stays, and is reported",
      async (status) => {
        const { execute, order, server } = await shopWith();
        server.woo.directWrite("7", status);
        expect(await execute("e1", pay)).toEqual({ kind: "conflict", status });
        expect(order().status).toBe(status);
      },
    );
    test("a hold of a paid order stays", async () => {
      const { execute, server } = await shopWith({ status: "processing" });
      server.woo.directWrite("7", "on-hold");
      expect(await execute("e1", complete)).toEqual({ kind: "conflict", status: "on-hold" });
    });
  });

  test("another hand did the same: done, and nothing is written", async () => {
    const { execute, order } = await shopWith({ status: "processing" });
    expect(await execute("e1", pay)).toEqual({ kind: "done" });
    expect(order().notes).toEqual([]);
  });

  test("a change between our look and our write is put back and reported", async () => {
    const { execute, order, meddle, server, notes } = await shopWith();
    let meddled = false;
    meddle(({ method }) => {
      if (method !== "PUT" || meddled) return undefined;
      meddled = true;
      // Within the time in which our request is on its way.
      server.woo.setStatus("7", "failed");
      return undefined;
    });
    expect(await execute("e1", pay)).toEqual({ kind: "conflict", status: "failed" });
    expect(order().status).toBe("failed");
    expect(order().statusHistory.map(({ to }) => to)).toEqual(["failed", "processing", "failed"]);
    expect(mine(notes(), "Paid by card.")).toEqual([]);
    // Asked again, it says the same.
    expect(await execute("e1", pay)).toEqual({ kind: "conflict", status: "failed" });
  });

  test("the same where the process died after its write", async () => {
    const { execute, order, meddle, server } = await shopWith({ status: "processing" });
    let put = false;
    meddle(({ method, path }) => {
      if (method === "PUT") {
        put = true;
        server.woo.setStatus("7", "cancelled");
      }
      // Whatever is asked after the write is lost, as with a process that is gone.
      return put && method === "GET" && path.endsWith("/notes") ? { lost: true } : undefined;
    });
    expect(await execute("e1", complete)).toMatchObject({ kind: "retry" });
    expect(order().status).toBe("completed");
    meddle(() => undefined);
    expect(await execute("e1", complete)).toEqual({ kind: "conflict", status: "cancelled" });
    expect(order().status).toBe("cancelled");
  });

  test("a change after ours stays, and is reported", async () => {
    const { execute, order, meddle, server, notes } = await shopWith();
    meddle(({ method }) => {
      if (method === "POST") server.woo.setStatus("7", "on-hold");
      return undefined;
    });
    expect(await execute("e1", pay)).toEqual({ kind: "conflict", status: "on-hold" });
    expect(order().status).toBe("on-hold");
    expect(mine(notes(), "Paid by card.").length).toBe(1);
  });

  test("the shop's own names of statuses are read, in whatever language", async () => {
    const { execute, order, meddle, server } = await shopWith(
      { status: "processing" },
      { customStatuses: { completed: "Klar", processing: "Behandlas", cancelled: "Avbruten" } },
    );
    let meddled = false;
    meddle(({ method }) => {
      if (method === "PUT" && !meddled) {
        meddled = true;
        server.woo.setStatus("7", "cancelled");
      }
      return undefined;
    });
    expect(await execute("e1", complete)).toEqual({ kind: "conflict", status: "cancelled" });
    expect(order().status).toBe("cancelled");
  });

  test("a status of a plugin counts as what it stands for, and is said to be unknown where nobody told", async () => {
    const options = { customStatuses: { picking: "Being picked" } };
    const told = await shopWith({}, options, { statuses: { picking: "processing" } });
    await told.merchant("picking");
    expect(await told.shop.readStatus("7")).toBe("picking");
    expect(await told.execute("e1", pay)).toEqual({ kind: "done" });
    expect(await told.execute("e2", complete)).toEqual({ kind: "done" });
    expect(told.order().status).toBe("completed");
    expect(() =>
      wooShop({ url: told.server.url, consumerKey: "", consumerSecret: "", statuses: { failed: "on-hold" } }),
    ).toThrow("statuses.failed: is one of the eight already");
    const untold = await shopWith({}, options);
    await untold.merchant("picking");
    const answer = await untold.execute("e1", pay);
    expect(answer).toEqual({ kind: "refused", detail: expect.stringContaining("declare it in statuses") });
    // Asked before money moves, which waits for as long as nobody can say what the order is.
    await expect(untold.shop.readOrder("7")).rejects.toThrow("declare it in statuses");
    expect(await told.shop.readOrder("7")).toMatchObject({ total: 1000, gone: false });
  });
});

describe("a child of a status", () => {
  const labels = { picking: "Being picked", packed: "Packed", delivered: "Delivered" };
  const statuses = { picking: "processing", packed: "processing", delivered: "completed" } as const;
  const deliver = { ...complete, to: "completed", child: "delivered" } as const;
  const pack = { ...complete, to: "processing", child: "packed" } as const;
  const inPicking = async () => {
    const shop = await shopWith({ status: "processing" }, { customStatuses: labels }, { statuses });
    await shop.merchant("picking");
    return shop;
  };

  test("is written in place of its parent, once, with its note", async () => {
    const { execute, order, notes } = await inPicking();
    for (const again of ["e1", "e1"]) expect(await execute(again, deliver)).toEqual({ kind: "done" });
    expect(order().status).toBe("delivered");
    expect(mine(notes(), "Sent.").length).toBe(1);
    // It is there, so a later effect changes nothing.
    const { statusHistory } = order();
    expect(await execute("e2", deliver)).toEqual({ kind: "done" });
    expect(order().statusHistory).toEqual(statusHistory);
  });

  test("of the same parent is written too, and without one the shop's own word stays", async () => {
    const { execute, order } = await inPicking();
    expect(await execute("e1", pack)).toEqual({ kind: "done" });
    expect(order().status).toBe("packed");
    expect(await execute("e2", { ...pack, from: "on-hold", child: undefined } as never)).toEqual({ kind: "done" });
    expect(order().status).toBe("packed");
  });

  test("another hand that made it the parent meanwhile stands not in its way", async () => {
    const { execute, order, merchant } = await inPicking();
    await merchant("completed");
    expect(await execute("e1", deliver)).toEqual({ kind: "done" });
    expect(order().status).toBe("delivered");
  });

  test("another status is a conflict, told in the shop's own word; and it is put back where it crossed ours", async () => {
    const { execute, order, merchant, meddle, server } = await inPicking();
    await merchant("delivered");
    expect(await execute("e1", pack)).toEqual({ kind: "conflict", status: "delivered" });
    await merchant("picking");
    let meddled = false;
    meddle(({ method }) => {
      if (method === "PUT" && !meddled) {
        meddled = true;
        server.woo.setStatus("7", "cancelled");
      }
      return undefined;
    });
    expect(await execute("e2", deliver)).toEqual({ kind: "conflict", status: "cancelled" });
    expect(order().status).toBe("cancelled");
  });
});

describe("what is written beside the status", () => {
  test("a note whose answer was lost is there once", async () => {
    const { execute, meddle, notes } = await shopWith();
    const note = { type: "addOrderNote", note: "Refused by the bank." } as const;
    meddle(({ method }) => (method === "POST" ? { answerLost: true } : undefined));
    // Not before the shop has certainly ended what it was at.
    expect(await execute("e1", note)).toMatchObject({ kind: "retry", afterMs: 30_000 });
    meddle(() => undefined);
    expect(await execute("e1", note)).toEqual({ kind: "done" });
    expect(mine(notes(), "Refused").length).toBe(1);
    await execute("e2", note);
    expect(mine(notes(), "Refused").length).toBe(2);
  });

  test("a note that came twice all the same is taken out with the next", async () => {
    const { execute, server, notes } = await shopWith();
    const note = { type: "addOrderNote", note: "Refused by the bank." } as const;
    await execute("e1", note);
    server.woo.addNote("7", notes()[0] as string);
    await execute("e2", note);
    expect(new Set(notes()).size).toBe(notes().length);
  });

  test("a refund is recorded once, and moves no money", async () => {
    const { execute, meddle, order } = await shopWith({ status: "completed" });
    const refund = { type: "recordRefund", amount: 400, lines: null } as const;
    meddle(({ method }) => (method === "POST" ? { answerLost: true } : undefined));
    expect(await execute("e1", refund)).toMatchObject({ kind: "retry" });
    meddle(() => undefined);
    expect(await execute("e1", refund)).toEqual({ kind: "done" });
    expect(order().refunds.map(({ amount }) => amount)).toEqual([400]);
    expect(await execute("e2", { ...refund, amount: 601 })).toMatchObject({
      kind: "refused",
      detail: expect.stringContaining("Invalid refund amount."),
    });
  });

  test.each([
    ["once its plugin has said that it stays", { _order_status_engine_refund: "confirmed" }, 0],
    ["after the time that its plugin may take", {}, 6 * MINUTE],
  ])("a refund that was begun in the shop is recorded by the shop alone, %s", async (_when, meta, later) => {
    const { execute, order, server, clock } = await shopWith({ status: "completed" });
    server.woo.refund("7", 300);
    server.woo.refund("7", 400, meta);
    const told = await ask(server, clock.now(), "GET", "/orders/7/refunds");
    const ids = (told.body as { id: number; amount: string }[]).map(({ id }) => String(id));
    const refund = (id = "") => ({ type: "recordRefund", amount: 400, lines: null, refund: id }) as const;
    if (later === 0) expect(await execute("e0", refund(ids[1]))).toMatchObject({ kind: "retry", afterMs: 2000 });
    await clock.advanceTo(clock.now() + later, async () => {});
    expect(await execute("e1", refund(ids[0]))).toEqual({ kind: "done" });
    expect(order().refunds.map(({ amount }) => amount)).toEqual([300, 400]);
  });

  test("one that the shop took back meanwhile is written anew, because the money went", async () => {
    const { execute, order } = await shopWith({ status: "completed" });
    const refund = { type: "recordRefund", amount: 400, lines: null, refund: "991" } as const;
    expect(await execute("e1", refund)).toEqual({ kind: "done" });
    expect(order().refunds.map(({ amount }) => amount)).toEqual([400]);
  });

  test.each([
    ["of the same amount is not recorded again", [400], [400], [400]],
    ["of less is recorded for the rest", [300], [400], [300, 100]],
    ["is found again part by part, each once", [400], [100, 300, 50], [400, 50]],
    ["of two is found again, too", [100, 200], [300, 10], [100, 200, 10]],
  ])("a refund by hand that the bank carries out later %s", async (_, byHand, atBank, inShop) => {
    const { execute, order, server } = await shopWith({ status: "completed" });
    for (const amount of byHand) server.woo.refund("7", amount, { _order_status_engine_refund: "by-hand" });
    for (const [n, amount] of atBank.entries()) {
      const refund = { type: "recordRefund", amount, lines: null } as const;
      expect(await execute(`e${n}`, refund)).toEqual({ kind: "done" });
      // A second time, as after a lost answer.
      expect(await execute(`e${n}`, refund)).toEqual({ kind: "done" });
    }
    expect(order().refunds.map(({ amount }) => amount)).toEqual(inShop);
  });

  test("metadata and lines are written as they are wanted, and not twice", async () => {
    const { execute, order, asked } = await shopWith(
      {},
      { products: [{ id: 3, name: "Cup", sku: "cup", price: 250 }] },
    );
    await execute("e1", { type: "setOrderMeta", meta: { resursPaymentId: "p" } });
    expect(order().meta).toMatchObject({ resursPaymentId: "p" });
    const lines = [
      { sku: "tea", quantity: 1, total: 500 },
      { sku: "cup", quantity: 2, total: 500 },
    ];
    expect(await execute("e2", { type: "setOrderLines", lines, total: 1000 })).toEqual({ kind: "done" });
    expect(order()).toMatchObject({ lines, total: 1000 });
    const writes = () => asked.filter(({ method }) => method === "PUT").length;
    const before = writes();
    expect(await execute("e3", { type: "setOrderLines", lines, total: 1000 })).toEqual({ kind: "done" });
    expect(writes()).toBe(before);
    expect(await execute("e4", { type: "setOrderLines", lines, total: 1200 })).toMatchObject({ kind: "refused" });
  });

  const tea = (quantity: number, total: number) => ({ sku: "tea", quantity, total });
  test.each([
    ["one of them becomes smaller", [tea(1, 400), tea(1, 200)]],
    ["one of them is taken out", [tea(1, 400)]],
    ["another is added", [tea(1, 400), tea(2, 600), tea(1, 300)]],
    ["both go for another", [{ sku: "cup", quantity: 1, total: 250 }]],
  ])("of one article on several lines, %s", async (_what, lines) => {
    const products = [
      { id: 3, name: "Cup", sku: "cup", price: 250 },
      { id: 4, name: "Tea", sku: "tea", price: 300 },
    ];
    const { execute, order } = await shopWith({ lines: [tea(1, 400), tea(2, 600)], total: 1000 }, { products });
    const total = lines.reduce((sum, line) => sum + line.total, 0);
    expect(await execute("e1", { type: "setOrderLines", lines, total })).toEqual({ kind: "done" });
    expect(order()).toMatchObject({ lines, total });
  });
});

describe("trouble", () => {
  test.each([
    [{ front: { status: 401 } }, "retry", "woo doctor"],
    [{ front: { status: 429 } }, "retry", "HTTP 429"],
    [{ front: { status: 502 } }, "retry", "HTTP 502"],
    [{ front: { status: 500 } }, "retry", "HTTP 500"],
    [{ front: { status: 200 } }, "retry", "not an answer of WooCommerce"],
    [{ lost: true }, "retry", "network"],
  ] as const)("%j is a %s, and the order stays as it was", async (disturbance, kind, detail) => {
    const { execute, meddle, order } = await shopWith();
    meddle(() => disturbance);
    expect(await execute("e1", pay)).toMatchObject({ kind, detail: expect.stringContaining(detail) });
    expect(order().status).toBe("pending");
  });

  test("keys that are wrong are not told to anybody, and are waited for", async () => {
    const { server, clock } = await shopWith();
    const shop = wooShop({ url: server.url, consumerKey: "ck_wrong", consumerSecret: "cs_canary", clock });
    const answer = await shop.execute("7", "e1", pay);
    expect(answer).toMatchObject({ kind: "retry", afterMs: 60_000 });
    expect(JSON.stringify(answer)).not.toMatch(/cs_canary|ck_wrong/);
  });

  test("what the order is now: its money, who is paid, and whether it is still there", async () => {
    const { shop, server } = await shopWith({}, {}, { gateways: { resursbank: "resurs-mapi" } });
    const is = { total: 1000, currency: "EUR", lines: [{ sku: "tea", quantity: 2, total: 1000 }], gone: false };
    expect(await shop.readOrder("7")).toEqual(is);
    for (const [name, paid] of [
      ["resursbank", "resurs-mapi"],
      ["bacs", null],
      ["constructor", null],
    ] as const) {
      await ask(server, T0, "PUT", "/orders/7", { payment_method: name });
      expect(await shop.readOrder("7")).toEqual({ ...is, gateway: paid });
    }
    server.woo.edit("7", { total: 900, currency: "SEK" });
    await ask(server, T0, "DELETE", "/orders/7", {});
    expect(await shop.readOrder("7")).toMatchObject({ total: 900, currency: "SEK", gone: true });
  });

  test("an order that the shop does not have, and an id that leads elsewhere", async () => {
    const { shop } = await shopWith();
    expect(await shop.readStatus("8")).toBeNull();
    for (const id of ["8", "../users", "7/notes"]) {
      expect(await shop.execute(id, "e1", pay)).toMatchObject({ kind: "refused" });
    }
  });
});

describe("webhooks", () => {
  const SECRET = "secret of the webhook";
  const signed = (body: string, headers: Record<string, string> = {}, secret = SECRET) =>
    new Request("http://engine.test/shop/webhooks", {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-wc-webhook-topic": "order.updated",
        "x-wc-webhook-signature": createHmac("sha256", secret).update(body).digest("base64"),
        ...headers,
      },
      body,
    });
  /** An engine with an order that is paid, and whose shop says what it likes. */
  const paid = async (statuses: Statuses = {}, labels: Record<string, string> = {}) => {
    const world = await shopWith({}, { customStatuses: labels }, { statuses });
    place = await Place.made({ shop: world.shop, statuses });
    const { engine } = place;
    const secrets = ["the secret that is next", SECRET];
    const warned: string[] = [];
    const quiet = { debug() {}, info() {}, error() {} };
    const log = { ...quiet, warn: (_: object, says: string) => void warned.push(says) };
    const shopWebhooks = wooWebhooks({ engine, shop: world.shop, secrets, gateways: { resurs: "resurs-mapi" }, log });
    const app = httpApp({ engine, apiToken: null, shopWebhooks });
    const outcome = async (request: Request) => {
      const response = await app.fetch(request);
      return { status: response.status, ...((await response.json()) as { outcome: string }) };
    };
    await engine.place("7", order(null, T0, { total: 1000, currency: "EUR" }));
    return { ...world, engine, outcome, warned, clock: place.clock };
  };

  test("the greeting is answered, and nothing else without a signature", async () => {
    const { outcome, warned, clock } = await paid();
    const bare = (body: string) => new Request("http://engine.test/shop/webhooks", { method: "POST", body });
    expect(await outcome(bare("webhook_id=12"))).toEqual({ status: 200, outcome: "pong" });
    expect(await outcome(bare('{"id":7}'))).toEqual({ status: 401, outcome: "bad-signature" });
    expect(await outcome(bare("webhook_id=12&x=1"))).toMatchObject({ status: 401 });
    expect(await outcome(signed('{"id":7}', {}, "another"))).toMatchObject({ status: 401 });
    // The log says so, and once a minute, whoever sends them.
    expect(warned).toEqual([expect.stringContaining("a webhook's signature is wrong")]);
    await clock.advanceTo(clock.now() + MINUTE, async () => {});
    await outcome(bare('{"id":7}'));
    expect(warned.length).toBe(2);
    // One byte more than what was signed.
    const body = '{"id":7}';
    const signature = createHmac("sha256", SECRET).update(body).digest("base64");
    expect(await outcome(signed(`${body} `, { "x-wc-webhook-signature": signature }))).toMatchObject({ status: 401 });
    expect(await outcome(new Request("http://engine.test/shop/webhooks"))).toMatchObject({ status: 404 });
    expect(await outcome(signed("x".repeat(1024 * 1024 + 1)))).toMatchObject({ status: 413 });
  });

  test("what the body claims is not believed: the shop is asked", async () => {
    const { outcome, engine, merchant } = await paid();
    expect(await outcome(signed('{"id":7,"status":"completed"}'))).toEqual({ status: 200, outcome: "nothing-new" });
    await merchant("cancelled");
    expect(await outcome(signed('{"id":7,"status":"completed"}'))).toEqual({ status: 200, outcome: "moved" });
    expect((await engine.queries.read("7"))?.facts.order.status).toBe("cancelled");
    const seen = (await engine.queries.history("7")).find(({ event }) => event.type === "order.seen");
    expect(seen).toMatchObject({ source: "shop", event: { type: "order.seen", status: "cancelled" } });
    expect(seen?.answers[0]?.rule).toBe("shop/seen");
    // Delivered again, it is no event.
    expect(await outcome(signed('{"id":7,"status":"completed"}'))).toEqual({ status: 200, outcome: "nothing-new" });
    const told = (await engine.queries.history("7")).filter(({ event }) => event.type !== "payment.read");
    expect(told.map(({ event }) => event.type)).toEqual(["order.placed", "order.seen"]);
  });

  test("a child of the status that the order has is recorded: no status, no e-mail, no call", async () => {
    const labels = { picking: "Being picked", backorder: "On backorder" };
    const { outcome, engine, merchant, server, order } = await paid(
      { picking: "pending", backorder: "on-hold" },
      labels,
    );
    await merchant("picking");
    const { mails } = order();
    expect(await outcome(signed('{"id":7}'))).toEqual({ status: 200, outcome: "ignored" });
    expect((await engine.queries.read("7"))?.facts.order).toMatchObject({ status: "pending", child: "picking" });
    expect(await outcome(signed('{"id":7}', { "x-wc-webhook-delivery-id": "2" }))).toMatchObject({
      outcome: "nothing-new",
    });
    expect([await engine.queries.effectsOf("7"), server.changes.length, order().mails]).toEqual([[], 1, mails]);
    await merchant("backorder");
    expect(await outcome(signed('{"id":7}', { "x-wc-webhook-delivery-id": "3" }))).toMatchObject({ outcome: "moved" });
    expect((await engine.queries.read("7"))?.facts.order).toMatchObject({ status: "on-hold", child: "backorder" });
  });

  test("an order is placed in the child that the shop has it in", async () => {
    const { outcome, engine, server } = await paid({ picking: "processing" }, { picking: "Being picked" });
    server.woo.addOrder({ ...server.woo.order("7"), id: "8", status: "processing" });
    await ask(server, server.woo.order("7").createdAt, "PUT", "/orders/8", {
      status: "picking",
      payment_method: "resurs",
    });
    expect(await outcome(signed('{"id":8}'))).toMatchObject({ outcome: "placed" });
    expect((await engine.queries.read("8"))?.facts.order).toMatchObject({ status: "processing", child: "picking" });
  });

  test("while a change of our own is on its way, its past is not taken for another hand", async () => {
    const { outcome, engine, meddle, order: inShop } = await paid();
    meddle(({ method }) => (method === "PUT" ? { lost: true } : undefined));
    await engine.submit("7", { type: "merchant.held", via: "api" });
    await until(
      async () => (await engine.queries.effectsOf("7")).some(({ error }) => error !== null),
      "the failed write",
    );
    expect((await engine.queries.read("7"))?.facts.order.status).toBe("on-hold");
    expect(inShop().status).toBe("pending");
    expect(await outcome(signed('{"id":7}'))).toEqual({ status: 200, outcome: "own-change-under-way" });
    expect((await engine.queries.history("7")).every(({ event }) => event.type !== "order.seen")).toBe(true);
  });

  test("an order with a cost that is no number is placed, and a note says once that it counts as 0", async () => {
    const server = await shopWith();
    const { key: consumerKey, secret: consumerSecret } = server.server.keys.engine;
    /** An extension of the shop writes texts for costs. */
    const odd: typeof globalThis.fetch = async (input, init) => {
      const answer = await fetch(input, init);
      if (!/\/orders\/8$/.test(new URL(String(input)).pathname)) return answer;
      const told = (await answer.json()) as Record<string, unknown>;
      const post = { id: 1, method_title: "Post", total: "free", total_tax: "0.00", taxes: [] };
      return Response.json({ ...told, shipping_lines: [post] });
    };
    const shop = wooShop({ url: server.server.url, consumerKey, consumerSecret, clock: server.clock, fetch: odd });
    place = await Place.made({ shop });
    const { engine } = place;
    const shopWebhooks = wooWebhooks({ engine, shop, secrets: [SECRET], gateways: { resurs: "resurs-mapi" } });
    const app = httpApp({ engine, apiToken: null, shopWebhooks });
    const lines = [{ sku: "tea", quantity: 1, total: 990 }];
    const at = { createdAt: T0 - 5000, updatedAt: T0, datePaid: null };
    const known = { status: "pending", total: 990, currency: "SEK", lines, needsProcessing: true } as const;
    server.server.woo.addOrder({ id: "8", ...known, ...at });
    server.server.describe("8", { paymentMethod: "resurs" });
    for (const topic of ["order.created", "order.updated"]) {
      const answer = await app.fetch(signed('{"id":8}', { "x-wc-webhook-topic": topic }));
      expect(answer.status).toBe(200);
    }
    expect((await engine.queries.read("8"))?.facts.order).toMatchObject({ status: "pending", total: 990 });
    const notes = server.server.woo.order("8").notes.map(({ text }) => text);
    expect(notes).toEqual([expect.stringMatching(/^Counted as 0, because it is no number: Post: free/)]);
  });

  test("an order that is paid our way is placed when the shop first tells of it", async () => {
    const { outcome, engine, server } = await paid();
    const at = { createdAt: T0 - 5000, updatedAt: T0, datePaid: null };
    const lines = [{ sku: "tea", quantity: 1, total: 990 }];
    const known = { status: "pending", total: 990, currency: "SEK", lines, needsProcessing: true } as const;
    for (const id of ["8", "9"]) server.woo.addOrder({ id, ...known, ...at });
    server.describe("8", { paymentMethod: "resurs" });
    expect(await outcome(signed('{"id":8}', { "x-wc-webhook-topic": "order.created" }))).toMatchObject({
      outcome: "placed",
    });
    expect((await engine.queries.read("8"))?.facts.order).toMatchObject({
      status: "pending",
      total: 990,
      createdAt: T0 - 5000,
    });
    expect(await outcome(signed('{"id":9}'))).toMatchObject({ outcome: "not-ours" });
    expect(await engine.queries.read("9")).toBeNull();
    expect(await outcome(signed('{"action":"woocommerce_order_status_changed","arg":8}'))).toMatchObject({
      outcome: "nothing-new",
    });
  });

  test("trouble is no failure of the webhook, which seven of them would switch off", async () => {
    const { outcome, meddle, engine } = await paid();
    meddle(() => ({ front: { status: 502 } }));
    expect(await outcome(signed('{"id":7}'))).toEqual({ status: 200, outcome: "left-to-reconcile" });
    expect(await outcome(signed("not json"))).toEqual({ status: 200, outcome: "not-an-order" });
    const deleted = signed('{"id":7}', { "x-wc-webhook-topic": "order.deleted" });
    expect(await outcome(deleted)).toEqual({ status: 200, outcome: "left-to-reconcile" });
    expect((await engine.queries.history("7")).map(({ event }) => event.type)).toEqual(["order.placed"]);
  });
});

test("an order of the shop in the engine's words", async () => {
  const { shop } = await shopWith({ status: "on-hold" });
  const told = await shop.fetchOrder("7");
  if (told.kind !== "ok") throw new Error(told.kind);
  const taxed = { total: 100, total_tax: 25, taxes: [{ id: 3, total: 25 }] };
  const tea = {
    ...told.body.line_items[0],
    ...taxed,
    id: 5,
    sku: "tea",
    name: "Tea, green",
    product_id: 9,
    quantity: 2,
  };
  const real = {
    ...told.body,
    status: "wc-on-hold",
    payment_method: "resurs",
    transaction_id: "p-1",
    tax_lines: [{ rate_id: 3, rate_percent: 25, compound: false }],
    line_items: [tea, { ...tea, id: 6, sku: "", name: "", taxes: [{ id: 4, total: 25 }] }],
    shipping_lines: [{ ...taxed, id: 1, method_title: "Post", taxes: [] }],
    fee_lines: [
      { ...taxed, id: 2, name: "fee-2" },
      { ...taxed, id: 3, name: "Voucher", total: -50, total_tax: 0 },
    ],
  };
  const placed = (total: number) => placedOrder({ ...real, total }, { resurs: "resurs-mapi" }, {}, Date.now());
  // A rate that the shop does not name is worked out of the amounts.
  const lines = [
    { sku: "tea", quantity: 2, total: 125, description: "Tea, green", vat: 25, vatRate: 2500 },
    { sku: "product-9", quantity: 2, total: 125, vat: 25 },
    { sku: "shipping-1", quantity: 1, total: 125, description: "Post", vat: 25, type: "shipping" },
    { sku: "fee-2", quantity: 1, total: 125, vat: 25, vatRate: 2500, type: "fee" },
    { sku: "fee-3", quantity: 1, total: -50, description: "Voucher", type: "discount" },
  ];
  expect(placed(450)).toMatchObject({ status: "on-hold", gateway: "resurs-mapi", paymentId: "p-1", createdAt: T0 });
  expect(placed(450).lines).toEqual(lines);
  const rest = { sku: "difference", quantity: 1, description: "Difference to the total" };
  expect(placed(440).lines).toEqual([...lines, { ...rest, total: -10, type: "discount" }]);
  expect(placed(451).lines).toEqual([...lines, { ...rest, total: 1, type: "fee" }]);
});

test.each([
  ["nobody else wrote", false, ["Pending payment to Processing"], "pending"],
  [
    "another hand came before a write that leaves a note",
    false,
    ["Pending payment to Cancelled", "Cancelled to Processing"],
    "cancelled",
  ],
  ["another hand came after", false, ["Pending payment to Processing", "Processing to On hold"], "pending"],
  ["a payment leaves no note", true, [], "pending"],
  ["another hand came before a payment", true, ["Pending payment to Failed"], "failed"],
  ["another hand came after a payment", true, ["Processing to On hold"], "pending"],
  [
    "another hand came before a payment, and one after",
    true,
    ["Pending payment to Failed", "Processing to On hold"],
    "failed",
  ],
  // Two writes of another hand; the second did what the payment would have done, so the payment did nothing.
  ["another hand did it all", true, ["Pending payment to Completed", "Completed to Processing"], "pending"],
] as const)("by the notes: %s", (_, silent, changes, left) => {
  const labels = new Map([
    ["pending", "Pending payment"],
    ["processing", "Processing"],
    ["on-hold", "On hold"],
    ["failed", "Failed"],
    ["cancelled", "Cancelled"],
    ["completed", "Completed"],
  ]);
  const notes = ["Failed to Processing", "Payment complete.", 'Email "Processing order" sent.', ...changes].map(
    (text, index) => ({ id: index, note: `Order status changed from ${text}.`, customer_note: false }),
  );
  expect(leftBy({ from: "pending", to: "processing", after: 0, silent }, notes, labels)).toBe(left);
});

test.each([
  ["our plugin's", "ose_resurs-mapi_7d63eb50-94b4-4238-8c0d-22d095bfe46b", "resurs-mapi"],
  ["our plugin's, where the gateway is one method", "ose_nets-easy", "nets-easy"],
  [
    "Resurs's own plugin's, which is the bank's id of the method",
    "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
    "resurs-mapi",
  ],
  ["another's", "cod", null],
])("the gateway of a payment method: %s", async (_whose, payment_method, gateway) => {
  const { shop } = await shopWith();
  const told = await shop.fetchOrder("7");
  if (told.kind !== "ok") throw new Error(told.kind);
  const meta_data = [{ key: "resursbank_payment_id", value: "p-9" }];
  const order = { ...told.body, payment_method, transaction_id: "", meta_data };
  expect(placedOrder(order, { resursbank: "resurs-mapi" }, {}, T0)).toMatchObject({ gateway, paymentId: "p-9" });
});
