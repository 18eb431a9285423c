/** A server may ask to be left alone for ten minutes at most, and whoever asks anew does not wait for that. */
import { afterEach, describe, expect, test } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import type { Command } from "../../src/index.js";
import type { Clock } from "../../src/ports/clock.js";
import { limits } from "../../src/runtime/embedded/limits.js";
import { wooShop } from "../../src/shops/woocommerce/index.js";
import { VirtualClock } from "../../src/testing/virtual-clock.js";
import { bankHas, callback, MINUTE, Place, post, returnPath, T0 } from "./place.js";

const TEN_MINUTES = 10 * MINUTE;
let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

/** A server that answers every question with 429 and this wish. */
const busy =
  (wish: string): typeof fetch =>
  async (url) =>
    String(url).endsWith("/oauth2/token")
      ? Response.json({ access_token: "t", expires_in: 3599 })
      : new Response("{}", { status: 429, headers: { "retry-after": wish, "content-type": "application/json" } });

const wishes = (now: number): [string, string][] => [
  ["a day", "86400"],
  ["a year", "31536000"],
  ["a number without end", "9".repeat(40)],
  ["tomorrow, as a date", new Date(now + 86_400_000).toUTCString()],
];

describe.each(wishes(T0))("asked to wait for %s", (_, wish) => {
  const clock: Clock = new VirtualClock(T0);
  const way = { baseUrl: "http://bank.test", clock, fetch: busy(wish) };
  const call = { paymentId: "p-1", amount: 100, key: "k" };
  const banks = {
    resurs: resursMapi({ ...way, clientId: "c", clientSecret: "s" }),
    nets: netsEasy({ ...way, secretKey: "a secret key" }),
    "older flow": resursSimplified({ ...way, userName: "u", password: "p" } as never),
  };
  test.each(Object.entries(banks))("%s: a reading and calls wait for ten minutes", async (_name, gateway) => {
    const ten = { kind: "retry", afterMs: TEN_MINUTES };
    expect(await gateway.readPayment("p-1")).toMatchObject(ten);
    expect(await gateway.capture(call)).toMatchObject(ten);
    expect(await gateway.cancel(call)).toMatchObject(ten);
    expect(await gateway.refund({ ...call, lines: null, all: true })).toMatchObject(ten);
  });
  test("the shop: a write waits for ten minutes", async () => {
    const shop = wooShop({
      url: "http://shop.test",
      consumerKey: "ck",
      consumerSecret: "cs",
      clock,
      fetch: busy(wish),
    });
    const answer = await shop.execute("7", "e", { type: "addOrderNote", note: "n" });
    expect(answer).toMatchObject({ kind: "retry", afterMs: TEN_MINUTES });
  });
});

type Ask = (world: Place) => Promise<unknown>;
const submits =
  (event: Command): Ask =>
  (world) =>
    world.engine.submit("o", event);

const asks: [string, Ask, string][] = [
  [
    "a callback over HTTP",
    async (world) =>
      world.fetch(post("/callbacks/resurs/authorization", { paymentId: "pay-o", status: "AUTHORIZED", created: "x" })),
    "processing",
  ],
  [
    "the customer's return over HTTP",
    async (world) =>
      world.fetch(
        new Request(`http://shop.test${await returnPath(world.engine, "o", "success")}`, { redirect: "manual" }),
      ),
    "processing",
  ],
  ["a click", submits({ type: "merchant.completed", via: "dropdown" }), "completed"],
  [
    "reconcile --apply",
    async (world) => {
      for await (const _ of world.engine.reconcile({ freshMs: 0 }));
    },
    "processing",
  ],
];

describe.each([
  ["600", "http-429:retry-after=600"],
  ["86400", "http-429:retry-after=86400"],
])("the last reading was answered with Retry-After: %s", (_, fault) => {
  test.each(asks)("%s has the payment read within a second", async (_who, ask, status) => {
    place = await Place.made();
    const world = place;
    await world.order("o", { faults: { getPayment: fault } });
    await world.engine.submit("o", callback("pay-o", { content: "first" }));
    await world.after(5000);
    expect(world.bank.reads).toHaveLength(1);
    bankHas(world.bank, "pay-o");
    const asked = ask(world);
    // Behind HTTP the event comes a moment later.
    for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setTimeout(resolve, 5));
    await world.after(limits.askedAnewMs + 100);
    expect(world.bank.reads.length).toBeGreaterThan(1);
    await world.after(2 * MINUTE);
    expect(world.status("o")).toBe(status);
    await asked;
  });

  test("nobody asks: it is read again after ten minutes at the latest", async () => {
    place = await Place.made();
    await place.order("o", { faults: { getPayment: `${fault}:1` } });
    await place.engine.submit("o", callback("pay-o"));
    await place.after(TEN_MINUTES - 1000);
    expect(place.status("o")).toBe("pending");
    await place.after(2000);
    expect(place.status("o")).toBe("processing");
  });
});
