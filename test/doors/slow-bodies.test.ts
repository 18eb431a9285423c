/** Rows 2 and 4 of the doors: sockets that send their bodies slowly, or never. */
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { wooWebhooks } from "../../src/shops/woocommerce/index.js";
import type { WooShop } from "../../src/shops/woocommerce/shop.js";
import { until } from "../engine/place.js";
import { callbackPath, type Doors, doors, everything, head, key, Slow, told } from "./place.js";

const open: { end(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.end();
});

const SECRET = "the webhook's own secret";
const TOKEN = "token-of-the-api";
const limits = { total: everything, unprovenOrder: everything };

const stage = async (options: Parameters<typeof doors>[0] = {}): Promise<Doors> => {
  const gateways = { more: ["resurs-simplified", "resurs-rco", "nets-easy"] };
  let engine: Doors["world"]["engine"] | null = null;
  const made = await doors(
    {
      callbackKeys: [key],
      apiToken: TOKEN,
      limits,
      onPayInitialized: async () => null,
      // It reads the shop only for a known order.
      shopWebhooks: (...asked) =>
        wooWebhooks({ engine: engine as NonNullable<typeof engine>, shop: {} as WooShop, secrets: [SECRET] })(...asked),
      ...options,
    },
    gateways,
  );
  engine = made.world.engine;
  open.push(made);
  await made.world.order("o");
  await made.world.order("frame", { gateway: "resurs-rco" });
  return made;
};

const held = async (made: Doors, count: number, path: string, text?: (n: number) => string): Promise<Slow[]> => {
  const sockets = await Slow.many(count, made.served.url, text ?? (() => head(path, { "Content-Length": 100 })));
  open.push(...sockets);
  return sockets;
};

const bank = async (made: Doors, n = 0): Promise<number> => {
  const init = { method: "POST", body: told("pay-o", { created: `${n}` }) };
  return (await fetch(`${made.served.url}${callbackPath("o")}`, init)).status;
};

const JSON_TYPE = { "content-type": "application/json" };
const rejection = JSON.stringify({ paymentId: "pay-frame", rejection: "deny", message: null });
const reject = (made: Doors) =>
  fetch(`${made.served.url}/resurs-checkout/rejected`, { method: "POST", body: rejection, headers: JSON_TYPE });

const paths = [
  "/resurs-checkout/rejected",
  "/shop/webhooks",
  "/nets/pay-initialized",
  "/callbacks/resurs/legacy/UPDATE?paymentId=pay-o",
];

describe("doors 2: bodies that do not come", () => {
  test("4,100 sockets at a route that asks for no proof: the bank's callback and the API are answered", async () => {
    const made = await stage();
    await held(made, 4100, "/resurs-checkout/rejected");
    expect(await bank(made)).toBe(202);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(`${made.served.url}/orders/o`, { headers })).status).toBe(200);
    // Whoever sends at once is served as well, though he proves nothing.
    expect((await reject(made)).status).toBe(204);
  }, 240_000);

  test.each(paths)(
    "%s held by more than there are places for: those who prove themselves have their own",
    async (path) => {
      const made = await stage({ requestsAtOnce: 20 });
      await held(made, 40, path);
      for (let n = 0; n < 5; n += 1) expect(await bank(made, n)).toBe(202);
      expect((await reject(made)).status).toBe(204);
    },
  );

  test.each(paths)(
    "%s: a body has its time and not more, whether nothing comes or a byte now and then",
    async (path) => {
      const made = await stage({ bodyTimeoutMs: 400 });
      const sockets = await held(made, 3, path, (n) => {
        const chunked = { "Transfer-Encoding": "chunked" };
        return n === 2 ? `${head(path, chunked)}1\r\n{\r\n` : head(path, { "Content-Length": 100 });
      });
      const [, dripping, chunked] = sockets as [Slow, Slow, Slow];
      const drip = setInterval(() => {
        dripping.send("{");
        chunked.send("1\r\n{\r\n");
      }, 50);
      open.push({ end: () => clearInterval(drip) });
      await until(() => sockets.every(({ closedAfter }) => closedAfter !== null), "the end of the slow ones");
      for (const { status, answer, closedAfter } of sockets) {
        expect([status, /connection: close/i.test(answer), /retry-after: 1/i.test(answer)]).toEqual([408, true, true]);
        expect(closedAfter).toBeLessThan(3000);
      }
    },
  );

  test("who proved himself has no more time for his body than anybody", async () => {
    const made = await stage({ bodyTimeoutMs: 300 });
    const [api, callback] = (await held(made, 2, "", (n) =>
      n === 0
        ? head("/orders/o/events", { "Content-Length": 100, Authorization: `Bearer ${TOKEN}` })
        : head(callbackPath("o"), { "Content-Length": 100 }),
    )) as [Slow, Slow];
    await until(() => api.closedAfter !== null && callback.closedAfter !== null, "their end");
    expect([api.status, callback.status]).toEqual([408, 408]);
  });

  test("a head that does not end, and a socket that says nothing, are cut off", async () => {
    const made = await stage();
    const sockets = await held(made, 2, "", (n) =>
      n === 0 ? "POST /callbacks/nets HTTP/1.1\r\nHost: engine.test\r\n" : "",
    );
    await until(() => sockets.every(({ closedAfter }) => closedAfter !== null), "their end");
    for (const { closedAfter } of sockets) expect(closedAfter).toBeLessThan(20_000);
  }, 160_000);
});

describe("doors 4: bodies that are held", () => {
  const MB = 1024 * 1024;
  const signed = (body: string) => ({
    method: "POST",
    body,
    headers: { "x-wc-webhook-signature": createHmac("sha256", SECRET).update(body).digest("base64") },
  });
  const webhook = async (made: Doors, bytes: number): Promise<number> => {
    const body = JSON.stringify({ id: 404, padding: "x".repeat(bytes) });
    return (await fetch(`${made.served.url}/shop/webhooks`, signed(body))).status;
  };
  const half = "x".repeat(MB / 2);

  test.each([
    ["with their length", () => `${head("/shop/webhooks", { "Content-Length": MB })}${half}`],
    [
      "without it",
      () => `${head("/shop/webhooks", { "Transfer-Encoding": "chunked" })}${half.length.toString(16)}\r\n${half}\r\n`,
    ],
  ])(
    "300 webhooks of a mebibyte, %s: the slowest give way, and a signed one is taken",
    async (_, text) => {
      const made = await stage({ bufferedBytes: 8 * MB });
      globalThis.gc?.();
      const before = process.memoryUsage().rss;
      const sockets = await held(made, 300, "", text);
      const away = () => sockets.filter(({ status }) => status === 503);
      // Eight mebibytes are sixteen halves; a piece of memory that grows may be twice what is in it.
      await until(() => away().length >= 300 - 16 * 4, "those that give way");
      expect(away().every(({ answer }) => /retry-after: \d+/i.test(answer))).toBe(true);
      expect(await webhook(made, MB / 2)).toBe(200);
      expect(await bank(made)).toBe(202);
      expect((process.memoryUsage().rss - before) / MB).toBeLessThan(300);
    },
    60_000,
  );

  test.each([1, 7, 63])("a body in pieces of %i bytes is not read to its end", async (bytes) => {
    const made = await stage();
    let pieces = 0;
    const pull = (controller: ReadableStreamDefaultController) => {
      pieces += 1;
      controller.enqueue(new Uint8Array(bytes).fill(0x20));
    };
    const init = { method: "POST", body: new ReadableStream({ pull }), duplex: "half" };
    const answer = await made.fetch(new Request("http://engine.test/shop/webhooks", init as RequestInit));
    expect([answer.status, await answer.json()]).toEqual([400, { error: { code: "body-in-crumbs" } }]);
    expect(pieces).toBeLessThan(300);
  });

  test("what was read is released: a hundred signed webhooks one after the other need no more room than one", async () => {
    const made = await stage({ bufferedBytes: 2 * MB });
    for (let n = 0; n < 100; n += 1) expect(await webhook(made, MB / 2)).toBe(200);
  });

  test("who proved himself goes before those who did not, and is told 503 only by his like", async () => {
    const made = await stage({ bufferedBytes: 64 * 1024 });
    const body = "x".repeat(12 * 1024);
    const events = { "Content-Length": 16 * 1024, Authorization: `Bearer ${TOKEN}` };
    const strangers = await held(
      made,
      5,
      "",
      () => `${head("/resurs-checkout/rejected", { "Content-Length": 16_000 })}${body}`,
    );
    const known = await held(made, 5, "", () => `${head("/orders/o/events", events)}${body}`);
    await until(() => strangers.every(({ status }) => status === 503), "the strangers to give way");
    expect(known.map(({ status }) => status)).toEqual([null, null, null, null, null]);
    const more = await held(made, 3, "", () => `${head("/orders/o/events", events)}${body}`);
    await until(() => more.every(({ status }) => status === 503), "the end of the room");
    expect(known.map(({ status }) => status)).toEqual([null, null, null, null, null]);
  });
});
