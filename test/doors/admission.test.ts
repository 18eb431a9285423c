/** Rows 3 and 11 of the doors: floods of requests that prove nothing, and where they come from. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test, vi } from "vitest";
import type { PlacedOrder } from "../../machines/events.js";
import { Buckets } from "../../src/http/buckets.js";
import { clientAddress, plainAddress, sourceOfAddress } from "../../src/http/source.js";
import { VirtualClock } from "../../src/testing/index.js";
import { callbackPath, type Doors, doors, everything, key, told } from "./place.js";

const open: { end(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.end();
});

type Options = NonNullable<Parameters<typeof doors>[0]>;
const stage = async (options: Options = {}): Promise<Doors> => {
  const made = await doors(
    { callbackKeys: [key], ...options },
    { more: ["resurs-simplified", "resurs-rco", "nets-easy"] },
  );
  open.push(made);
  return made;
};

const post = (body: object | string) => ({
  method: "POST",
  body: typeof body === "string" ? body : JSON.stringify(body),
});
const readings = ({ world }: Doors) => world.bank.reads.filter(({ op }) => op === "getPayment").length;
const notes = ({ world }: Doors, id: string) => world.woo.order(id).notes.length;
const tally = async (answers: Promise<Response>[]): Promise<Record<number, number>> => {
  const counts: Record<number, number> = {};
  for (const answer of answers) {
    const { status, headers } = await answer;
    counts[status] = (counts[status] ?? 0) + 1;
    if (status === 429 || status === 503) expect(headers.get("retry-after")).toMatch(/^\d+$/);
  }
  return counts;
};
/** A new address each time, in a network of its own. */
const elsewhere = (n: number) => `2001:db8:${(n >> 8).toString(16)}:${(n & 255).toString(16)}::1`;

describe("doors 3: returns that prove nothing", () => {
  const opened = async (made: Doors, address: (n: number) => string, paths: string[]) => {
    const answers: Promise<Response>[] = [];
    for (const [n, path] of paths.entries()) {
      answers.push(made.from(address(n), path));
      if (n % 20 === 0) await made.world.rest();
    }
    await made.world.rest();
    return tally(answers);
  };
  const orders = Array.from({ length: 60 }, (_, n) => `w${n}`);
  const walk = Array.from({ length: 12 }, () => orders.map((id) => `/returns/${id}/success`)).flat();

  test.each([
    ["from one address", () => "198.51.100.7", 50],
    ["from a network of 64 bits", (n: number) => `2001:db8:1:1::${n.toString(16)}`, 50],
    ["from everywhere", elsewhere, 30],
  ] as const)("720 returns over 60 orders, %s: few readings at the bank", async (_, address, most) => {
    const made = await stage();
    for (const id of orders) await made.world.order(id, { payment: "TASK_REDIRECTION_REQUIRED" });
    await opened(made, address, walk);
    expect(readings(made)).toBeLessThanOrEqual(most);
  });

  test("10,400 returns for invented orders make no limit of a true one forgotten", async () => {
    const unprovenReadings = everything;
    const made = await stage({ limits: { total: everything, source: everything, unprovenReadings } });
    await made.world.order("o", { payment: "TASK_REDIRECTION_REQUIRED" });
    const mine = Array.from({ length: 12 }, () => "/returns/o/success");
    await opened(made, elsewhere, mine);
    const before = readings(made);
    await opened(
      made,
      elsewhere,
      Array.from({ length: 10_400 }, (_, n) => `/returns/invented-${n}/success`),
    );
    await opened(made, elsewhere, mine);
    expect([before > 0, readings(made)]).toEqual([true, before]);
  }, 240_000);

  test("a bucket is forgotten when it is full again, and never before, however many others there are", () => {
    const clock = new VirtualClock(0);
    const buckets = new Buckets(clock, { burst: 2, perSecond: 0.1 });
    expect([buckets.take("mine"), buckets.take("mine"), buckets.take("mine")]).toEqual([0, 0, 10]);
    for (let n = 0; n < 50_000; n += 1) buckets.take(`other-${n}`);
    expect(buckets.wait("mine")).toBe(10);
    clock.set(10_000);
    expect([buckets.take("mine"), buckets.wait("mine")]).toEqual([0, 10]);
  });
});

describe("doors 3: rejections in the bank's frame", () => {
  const rejection = (message: string, paymentId = "pay-o") => post({ paymentId, rejection: "deny", message });

  test("400 times the same is one note", async () => {
    const made = await stage();
    await made.world.order("o", { gateway: "resurs-rco" });
    const answers = Array.from({ length: 400 }, (_, n) =>
      made.from(elsewhere(n), "/resurs-checkout/rejected", rejection("no")),
    );
    expect(await tally(answers)).toEqual({ 204: 400 });
    await made.world.rest();
    expect(notes(made, "o")).toBe(1);
    expect((await made.world.engine.queries.history("o")).length).toBe(2);
  });

  test.each([
    ["in other words", { paymentId: "pay-o", rejection: "deny", message: "another card" }],
    ["of the other kind", { paymentId: "pay-o", rejection: "fail", message: "no" }],
    ["without words", { paymentId: "pay-o", rejection: "fail" }],
  ])("one that is told again and again takes nothing from the next, %s", async (_, next) => {
    const made = await stage();
    await made.world.order("o", { gateway: "resurs-rco" });
    const tell = (body: object) => tally([made.from(elsewhere(1), "/resurs-checkout/rejected", post(body))]);
    for (let n = 0; n < 6; n += 1) await tell({ paymentId: "pay-o", rejection: "deny", message: "no" });
    await made.world.after(20_000);
    await tell(next);
    await made.world.rest();
    expect(made.world.woo.order("o").meta.rco_rejected).toEqual([
      expect.objectContaining({ type: "deny" }),
      expect.objectContaining({ type: next.rejection }),
    ]);
  });

  test("one that the store did not take is taken when the page tells it again", async () => {
    const made = await stage();
    await made.world.order("o", { gateway: "resurs-rco" });
    const submit = vi.spyOn(made.world.engine, "submit").mockRejectedValueOnce(new Error("the disk is full"));
    for (const status of [500, 204]) {
      expect(await tally([made.from(elsewhere(1), "/resurs-checkout/rejected", rejection("no"))])).toEqual({
        [status]: 1,
      });
    }
    await made.world.rest();
    expect([submit.mock.calls.length, notes(made, "o")]).toEqual([2, 1]);
  });

  test("400 different ones are a few notes, and another order's is kept all the same", async () => {
    const made = await stage();
    for (const id of ["o", "p"]) await made.world.order(id, { gateway: "resurs-rco" });
    await tally(
      Array.from({ length: 400 }, (_, n) =>
        made.from(elsewhere(n), "/resurs-checkout/rejected", rejection(`no, ${n}`)),
      ),
    );
    await tally([made.from(elsewhere(999), "/resurs-checkout/rejected", rejection("no", "pay-p"))]);
    await made.world.rest();
    expect([notes(made, "o"), notes(made, "p")]).toEqual([5, 1]);
  });

  test("known or not, the answer is the same; from one source it is 429 after fifty", async () => {
    const made = await stage();
    await made.world.order("o", { gateway: "resurs-rco" });
    await made.world.order("mapi");
    const said = [];
    for (const id of ["pay-o", "pay-mapi", "pay-invented"]) {
      const answer = await made.from("198.51.100.1", "/resurs-checkout/rejected", rejection("no", id));
      said.push([answer.status, await answer.text()]);
    }
    expect(said).toEqual([said[0], said[0], said[0]]);
    await made.world.rest();
    expect(notes(made, "mapi")).toBe(0);
    const flood = Array.from({ length: 100 }, (_, n) =>
      made.from("198.51.100.1", "/resurs-checkout/rejected", rejection("no", `invented-${n}`)),
    );
    expect(await tally(flood)).toEqual({ 204: 47, 429: 53 });
  });
});

describe("doors 3: questions of a bank's checkout", () => {
  const asking = async (options: Options = {}) => {
    const asked: string[] = [];
    const create = async (paymentId: string) => {
      asked.push(paymentId);
      return null;
    };
    const made = await stage({ onPayInitialized: create, onCheckoutSubmitted: create, ...options });
    return { made, asked };
  };
  const questions = ["/nets/pay-initialized", "/resurs-checkout/create-order"];

  test.each(questions)("%s from an address that is not allowed: the shop is not asked", async (path) => {
    const { made, asked } = await asking({ allowFrom: ["203.0.113.0/24"] });
    const strangers = ["198.51.100.1", "2001:db8::1", "not an address"];
    for (const address of strangers) {
      expect((await made.from(address, path, post({ paymentId: "made-up", customer: {} }))).status).toBe(403);
    }
    expect(asked).toEqual([]);
    expect((await made.from("203.0.113.9", path, post({ paymentId: "p1", customer: {} }))).status).toBe(200);
    expect(asked).toEqual(["p1"]);
  });

  test.each(questions)("1,000 made-up payments at %s: the shop is asked fifty times", async (path) => {
    const { made, asked } = await asking();
    const flood = Array.from({ length: 1000 }, (_, n) =>
      made.from(elsewhere(n), path, post({ paymentId: `made-up-${n}`, customer: {} })),
    );
    expect(await tally(flood)).toEqual({ 200: 50, 429: 950 });
    expect(asked).toHaveLength(50);
  });

  test.each(questions)("one known payment asked about again and again at %s has a limit of its own", async (path) => {
    const { made, asked } = await asking();
    await made.world.order("o", { gateway: path.startsWith("/nets") ? "nets-easy" : "resurs-rco" });
    const flood = Array.from({ length: 40 }, (_, n) =>
      made.from(elsewhere(n), path, post({ paymentId: "pay-o", customer: {} })),
    );
    expect(await tally(flood)).toEqual({ 200: 10, 429: 30 });
    expect(asked).toEqual([]);
    expect((await made.from(elsewhere(99), path, post({ paymentId: "another", customer: {} }))).status).toBe(200);
  });
});

describe("a checkout at the bank has one order per payment", () => {
  const questions = [
    ["/nets/pay-initialized", "nets-easy"],
    ["/resurs-checkout/create-order", "resurs-rco"],
  ] as const;
  const shop = async (path: string, gateway: string) => {
    const made: string[] = [];
    const create = async (paymentId: string): Promise<{ orderId: string }> => {
      const orderId = `made-${made.push(paymentId)}`;
      await built.world.order(orderId, { gateway, paymentId, payment: "TASK_REDIRECTION_REQUIRED" });
      return { orderId };
    };
    const built = await stage({ onPayInitialized: create, onCheckoutSubmitted: create });
    const press = async (paymentId: string) => {
      await built.from("203.0.113.9", path, post({ paymentId, customer: {} }));
    };
    return { made, press };
  };

  test.each(questions)("%s, pressed again", async (path, gateway) => {
    const { made, press } = await shop(path, gateway);
    for (let n = 0; n < 3; n += 1) await press("pay-once");
    expect(made).toEqual(["pay-once"]);
  });

  test.each(questions)("%s, pressed five times in one moment", async (path, gateway) => {
    const { made, press } = await shop(path, gateway);
    await Promise.all(Array.from({ length: 5 }, () => press("pay-once")));
    expect(made).toEqual(["pay-once"]);
  });

  test.each(questions)("%s: another payment has an order of its own", async (path, gateway) => {
    const { made, press } = await shop(path, gateway);
    await press("pay-once");
    await press("pay-two");
    expect(made).toEqual(["pay-once", "pay-two"]);
  });
});

describe("a checkout at the bank goes on only for a pending order of its payment", () => {
  const questions = [
    ["/nets/pay-initialized", "nets-easy"],
    ["/resurs-checkout/create-order", "resurs-rco"],
  ] as const;
  const programs: [string, unknown, (Partial<PlacedOrder> & { payment?: string })?][] = [
    [
      "one that is paid by another payment",
      { orderId: "o" },
      { status: "processing", paymentId: "pay-first", payment: "ACCEPTED" },
    ],
    ["one that waits for another payment", { orderId: "o" }, { paymentId: "pay-first" }],
    ["one that is given up", { orderId: "o" }, { status: "cancelled", paymentId: "pay-now" }],
    ["one without a payment", { orderId: "o" }, { paymentId: null }],
    ["one that it never placed", { orderId: "o" }],
    ["its number alone", 7],
    ["nothing at all", undefined],
  ];

  describe.each(questions)("%s", (path, gateway) => {
    test.each(programs)("no where the program names %s", async (_, named, order) => {
      const create = async () => {
        if (order) await made.world.order("o", { gateway, payment: "TASK_REDIRECTION_REQUIRED", ...order });
        return named as { orderId: string };
      };
      const made = await stage({ onPayInitialized: create, onCheckoutSubmitted: create });
      const answer = await made.from("203.0.113.9", path, post({ paymentId: "pay-now", customer: {} }));
      const { reply, result } = (await answer.json()) as { reply?: boolean; result?: string };
      expect([answer.status, reply ?? result]).toEqual([200, gateway === "nets-easy" ? false : "failure"]);
      expect(made.world.bank.creates).toEqual([]);
    });
  });
});

describe("doors 11: sources", () => {
  const salt = "a salt of the older flows";
  const digest = createHash("sha1").update(`pay-o${salt}`).digest("hex").toUpperCase();
  const legacy = `/callbacks/resurs/legacy/UPDATE?paymentId=pay-o`;
  const resursDigest = { algorithm: "SHA1" as const, salts: [salt] };

  test("1,070 requests from one network of 64 bits: sixteen callbacks with their digest are all taken", async () => {
    const made = await stage({ resursDigest, limits: { order: everything } });
    await made.world.order("o", { gateway: "resurs-simplified" });
    const good: Promise<Response>[] = [];
    const bad: Promise<Response>[] = [];
    for (let n = 0; n < 1070; n += 1) {
      bad.push(made.from(`2001:db8:7:7:${n.toString(16)}::1`, `${legacy}&digest=${n}`));
      if (n % 67 === 0) good.push(made.from("203.0.113.5", `${legacy}&digest=${digest}&n=${n}`));
    }
    expect(await tally(good)).toEqual({ 202: 16 });
    expect(await tally(bad)).toEqual({ 406: 50, 429: 1020 });
  });

  test.each([
    ["its own addresses of a /64", (n: number) => `2001:db8:7:7::${n.toString(16)}`],
    [
      "one IPv4 address in all its spellings",
      (n: number) => ["10.9.8.7", "::ffff:10.9.8.7", "::ffff:a09:807", "10.9.8.7:4711"][n % 4] as string,
    ],
    ["what is no address at all", (n: number) => `somebody-${n}`],
  ] as const)("%s are one source", async (_, address) => {
    const made = await stage();
    await made.world.order("o");
    const flood = Array.from({ length: 80 }, (__, n) => made.from(address(n), "/callbacks/resurs/test"));
    expect(await tally(flood)).toEqual({ 202: 50, 429: 30 });
    // Neither another network nor whoever has the token suffers for it.
    expect((await made.from("2001:db8:7:8::1", "/callbacks/resurs/test")).status).toBe(202);
    expect((await made.from(address(0), callbackPath("o"), post(told("pay-o")))).status).toBe(202);
  });

  test("a flood from ever new networks is stopped by the limit of all, and whoever proved himself is not", async () => {
    const made = await stage();
    await made.world.order("o");
    const flood = Array.from({ length: 3000 }, (_, n) => made.from(elsewhere(n), "/callbacks/resurs/test"));
    expect(await tally(flood)).toEqual({ 202: 1000, 429: 2000 });
    expect((await made.from(elsewhere(1), callbackPath("o"), post(told("pay-o")))).status).toBe(202);
  });

  test("addresses in one spelling", () => {
    const spellings = {
      "[2001:DB8::1]:443": "2001:db8::1",
      "fe80::1%eth0": "fe80::1",
      " 1.2.3.4 ": "1.2.3.4",
      "1.2.3": null,
    };
    expect(Object.fromEntries(Object.keys(spellings).map((one) => [one, plainAddress(one)]))).toEqual(spellings);
    expect(["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::", "1.2.3.4", "x"].map(sourceOfAddress)).toEqual([
      "2001:db8:1:2::/64",
      "2001:db8:1:2::/64",
      "1.2.3.4",
      "no address",
    ]);
  });

  test.each([
    ["127.0.0.1", "203.0.113.9"],
    ["::1", "203.0.113.9"],
    ["::ffff:10.0.0.5", "203.0.113.9"],
    ["fd00::5", "203.0.113.9"],
    ["198.51.100.10", "203.0.113.9"],
    ["198.51.100.11", "198.51.100.11"],
    ["2001:db8::1", "2001:db8::1"],
  ])("from a socket of %s the header counts as it should", (socket, address) => {
    const sourceOf = clientAddress({ header: "x-real-ip", proxies: ["198.51.100.10/32"], socketOf: () => socket });
    const asked = (value?: string) =>
      sourceOf(new Request("http://engine.test/", { headers: value === undefined ? {} : { "x-real-ip": value } }));
    expect(asked("192.0.2.1, 203.0.113.9")).toBe(address);
    expect([asked(), asked("")]).toEqual([socket, socket]);
  });

  test("health without a token says how it is and no figures", async () => {
    const made = await stage({ apiToken: "the token of the API" });
    const health = async (headers: Record<string, string>) =>
      (await made.fetch(new Request("http://engine.test/healthz", { headers }))).json();
    expect(await health({})).toEqual({ ok: true, trouble: null });
    expect(await health({ authorization: "Bearer another" })).toEqual({ ok: true, trouble: null });
    expect(await health({ authorization: "Bearer the token of the API" })).toMatchObject({ counts: { orders: 0 } });
  });
});
