/** The doors of the older flows: callbacks that prove themselves, the way to the bank, the bank's frame. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import type { Statuses } from "../../machines/statuses.js";
import { type ApiData, decodeApiData, encodeApiData } from "../../src/gateways/resurs-legacy/index.js";
import type { HttpOptions } from "../../src/http/app.js";
import { type DigestOptions, provesItself } from "../../src/http/digest.js";
import type { CustomerBack } from "../../src/ports/shop.js";
import { MINUTE, Place, post, trusted } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const doors = async (options: Partial<HttpOptions> = {}, statuses: Statuses = {}) => {
  place = await Place.made({ more: ["resurs-simplified", "resurs-rco"], statuses });
  const world = place;
  const app = trusted({ engine: world.engine, publicUrl: "http://shop.test", ...options });
  const send = async (request: Request) => {
    const answering = app.fetch(request);
    await world.rest();
    const answer = await answering;
    const text = await answer.text();
    return { status: answer.status, text, body: text.startsWith("{") ? JSON.parse(text) : null };
  };
  const visit = async (url: string) => {
    const answering = app.fetch(new Request(url, { redirect: "manual" }));
    await world.rest();
    return answering;
  };
  return { world, send, visit, get: (path: string) => send(new Request(`http://shop.test${path}`)) };
};

const digest = (values: string, salt: string, algorithm = "sha1") =>
  createHash(algorithm)
    .update(values + salt)
    .digest("hex")
    .toUpperCase();
const sha1: DigestOptions = { algorithm: "SHA1", salts: ["SecretHashSalt"] };
const md5: DigestOptions = { algorithm: "MD5", salts: ["iCanHasCheezeburger"] };

describe("a digest", () => {
  test.each([
    [
      "the documents' MD5",
      md5,
      "UNFREEZE",
      { paymentId: "lePayment", digest: "ED3381936CCAA2659CF3089F4AA83007" },
      true,
    ],
    [
      "the documents' SHA-1",
      sha1,
      "UNFREEZE",
      { paymentId: "10000016", digest: "C60345B6E58FD0B363FD2904A39EBB03442CF778" },
      true,
    ],
    [
      "small letters",
      sha1,
      "UNFREEZE",
      { paymentId: "10000016", digest: "c60345b6e58fd0b363fd2904a39ebb03442cf778" },
      true,
    ],
    [
      "another payment's",
      sha1,
      "UNFREEZE",
      { paymentId: "10000017", digest: "C60345B6E58FD0B363FD2904A39EBB03442CF778" },
      false,
    ],
    ["a part of it", md5, "UNFREEZE", { paymentId: "lePayment", digest: "ED33" }, false],
    ["it and more", md5, "UNFREEZE", { paymentId: "lePayment", digest: "ED3381936CCAA2659CF3089F4AA8300700" }, false],
    ["none", md5, "UNFREEZE", { paymentId: "lePayment" }, false],
    ["an empty one", md5, "UNFREEZE", { paymentId: "lePayment", digest: "" }, false],
    ["a very long one", md5, "UNFREEZE", { paymentId: "lePayment", digest: "E".repeat(100_000) }, false],
    [
      "the result in it",
      sha1,
      "AUTOMATIC_FRAUD_CONTROL",
      { paymentId: "p", result: "THAWED", digest: digest("pTHAWED", "SecretHashSalt") },
      true,
    ],
    [
      "another result than it says",
      sha1,
      "AUTOMATIC_FRAUD_CONTROL",
      { paymentId: "p", result: "THAWED", digest: digest("pFROZEN", "SecretHashSalt") },
      false,
    ],
    [
      "the salt before this one",
      { ...sha1, salts: ["new", "SecretHashSalt"] },
      "UPDATE",
      { paymentId: "p", digest: digest("p", "SecretHashSalt") },
      true,
    ],
    [
      "the parameters that were registered",
      { ...sha1, parameters: ["result", "paymentId"] },
      "UPDATE",
      { paymentId: "p", result: "r", digest: digest("rp", "SecretHashSalt") },
      true,
    ],
    [
      "no salt that was registered",
      { ...sha1, salts: [] },
      "UPDATE",
      { paymentId: "p", digest: digest("p", "") },
      false,
    ],
  ] as [string, DigestOptions, string, Record<string, string>, boolean][])(
    "with %s",
    (_, options, kind, query, proves) => {
      expect(provesItself(options, kind, query)).toBe(proves);
    },
  );

  test("whatever is sent, it says no and never throws", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom("paymentId", "result", "digest", "param1"), fc.string()), (query) => {
        expect(provesItself(sha1, "UNFREEZE", query)).toBe(
          query.digest?.toUpperCase() === digest(query.paymentId ?? "", "SecretHashSalt"),
        );
      }),
    );
  });
});

describe("a callback of the older flows", () => {
  const path = (kind: string, query: Record<string, string> = {}) =>
    `/callbacks/resurs/legacy/${kind}?${new URLSearchParams({ paymentId: "pay-o", ...query })}`;
  const signed = { digest: digest("pay-o", "SecretHashSalt") };

  test.each(["BOOKED", "UNFREEZE", "ANNULMENT", "FINALIZATION", "UPDATE"])(
    "%s is taken by GET and by POST",
    async (kind) => {
      const { world, send, get } = await doors({ resursDigest: sha1 });
      await world.order("o", { payment: "FROZEN", status: "on-hold", gateway: "resurs-simplified" });
      expect((await get(path(kind, signed))).status).toBe(202);
      const body = { addedPaymentSpecificationLines: [] };
      expect((await send(post(path(kind, signed), body))).status).toBe(202);
      expect((await world.engine.queries.history("o")).filter((h) => h.source === "callback")).toHaveLength(2);
    },
  );

  test("without a digest where one was registered: nothing is looked up, known or not, and nothing is told apart", async () => {
    const { world, get } = await doors({ resursDigest: sha1 });
    await world.order("o", { gateway: "resurs-simplified" });
    const answers = [await get(path("UNFREEZE")), await get(path("UNFREEZE", { paymentId: "nobody" }))];
    expect(answers).toEqual([answers[0], answers[0]]);
    expect(answers[0]).toMatchObject({ status: 406, body: { error: { code: "bad-digest" } } });
    expect((await world.engine.queries.history("o")).map((h) => h.source)).toEqual(["shop"]);
    expect(world.bank.reads).toEqual([]);
  });

  test("where the shop registered none, none is asked for", async () => {
    const { world, get } = await doors();
    await world.order("o", { payment: "ACCEPTED", gateway: "resurs-simplified" });
    expect((await get(path("UNFREEZE"))).status).toBe(202);
    expect(world.status("o")).toBe("processing");
  });

  test("the same message again waits as one; another result is another message", async () => {
    const { world, get } = await doors();
    await world.order("o", { at: world.clock.now(), gateway: "resurs-simplified" });
    const outcomes = [];
    for (const result of ["FROZEN", "FROZEN", "THAWED"]) {
      outcomes.push((await get(path("AUTOMATIC_FRAUD_CONTROL", { result }))).body.outcome);
    }
    expect(outcomes).toEqual(["deferred", "ignored", "deferred"]);
    await world.after(2 * MINUTE);
    expect(world.bank.reads.filter((r) => r.op === "getPayment")).toHaveLength(1);
    expect(world.status("o")).toBe("processing");
  });

  test("a test is answered 204 and touches nothing; a kind that is none is 404", async () => {
    const { world, get } = await doors();
    expect((await get("/callbacks/resurs/legacy/TEST?param1=a")).status).toBe(204);
    expect((await get("/callbacks/resurs/legacy/GIFT?paymentId=p")).status).toBe(404);
    expect((await get("/callbacks/resurs/legacy/UPDATE")).status).toBe(400);
    expect((await get("/callbacks/resurs/legacy/UPDATE?paymentId=nobody")).status).toBe(404);
    expect(world.bank.reads).toEqual([]);
  });

  test.each([
    ["x".repeat(20_000), 413],
    ["[".repeat(100), 400],
    ["{", 400],
    ["", 202],
  ])("a body of %j", async (body, status) => {
    const { world, send } = await doors();
    await world.order("o", { gateway: "resurs-simplified" });
    expect((await send(post(path("UPDATE"), body))).status).toBe(status);
  });
});

describe("process_payment", () => {
  test("success leads to the bank, and the order keeps its status", async () => {
    const { world, send } = await doors({ publicUrl: "https://shop.example/pay/" });
    await world.order("o", { paymentId: null });
    const { status, body } = await send(post("/orders/o/checkout", { gateway: "resurs-mapi" }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ result: "success", redirect: expect.stringContaining(world.bank.url) });
    expect(world.status("o")).toBe("pending");
    expect((await world.engine.queries.read("o"))?.facts.payment.id).toBe(body.paymentId);
    const address = /^https:\/\/shop\.example\/pay\/returns\/o\/success\/_\.[\w-]+\.[\w-]{22}$/;
    expect(world.bank.creates).toMatchObject([
      {
        options: {
          callbacks: { authorization: { url: "https://shop.example/pay/callbacks/resurs/authorization" } },
          redirectionUrls: { customer: { successUrl: expect.stringMatching(address) } },
        },
      },
    ]);
  });

  test("failure is noted on the order, which keeps its status", async () => {
    const { world, send } = await doors();
    const id = "o".repeat(40);
    await world.order(id, { paymentId: null });
    world.bank.front({ status: 503 });
    expect((await send(post(`/orders/${id}/checkout`, { gateway: "resurs-mapi" }))).body).toMatchObject({
      result: "failure",
      redirect: null,
    });
    await world.rest();
    expect(world.status(id)).toBe("pending");
    expect(world.woo.order(id).notes.map((n) => n.text)).toEqual([
      expect.stringContaining("Creating the payment at Resurs Bank failed"),
    ]);
  });

  test.each([
    ["{}", 400],
    ['{"gateway":7}', 400],
    ["", 400],
  ])("%s is %i", async (body, status) => {
    const { world, send } = await doors();
    await world.order("o");
    expect((await send(post("/orders/o/checkout", body))).status).toBe(status);
  });
});

describe("a checkout of the shop's own", () => {
  const METHOD = "7d63eb50-94b4-4238-8c0d-22d095bfe46b";
  const cart = (total: number) => ({ total, currency: "SEK", lines: [{ sku: "cup", quantity: 1, total }] });

  test("its methods are those that the bank of each gateway lists; one that does not answer has none", async () => {
    const { world, get } = await doors();
    const { status, body } = await get("/payment-methods");
    const invoice = { id: METHOD, title: "Invoice", min: 100, max: 10_000_000, countries: ["SE"] };
    const gateways = ["resurs-mapi", "resurs-simplified", "resurs-rco"];
    expect(status).toBe(200);
    expect(body.methods).toEqual(gateways.map((gateway) => ({ gateway, ...invoice })));
    world.bank.front({ status: 503 });
    expect(await get("/payment-methods")).toMatchObject({ status: 200, body: { methods: [] } });
  });

  test("its plugin is told whose orders and which statuses of other plugins the engine knows, and what it finds", async () => {
    const findings = [{ check: "keys", verdict: "ok", says: "the key reads and writes orders", fix: null }];
    const told = { follows: ["resursbank"], doctor: async () => findings };
    const { get } = await doors(told, { picking: "processing" });
    expect((await get("/payment-methods")).body).toMatchObject({ follows: ["resursbank"], statuses: ["picking"] });
    expect(await get("/doctor")).toMatchObject({ status: 200, body: { findings } });
    await place?.end();
    const bare = await doors();
    expect((await bare.get("/payment-methods")).body).toMatchObject({ follows: null, statuses: [] });
    expect((await bare.get("/doctor")).status).toBe(404);
  });

  test("brings the order along, and the bank is asked for the method that was chosen", async () => {
    const { world, send } = await doors();
    const asked = { gateway: "resurs-mapi", method: METHOD, order: cart(1000) };
    expect((await send(post("/orders/77/checkout", asked))).body).toMatchObject({ result: "success" });
    expect(world.bank.creates).toMatchObject([{ paymentMethodId: METHOD }]);
    expect((await world.engine.queries.read("77"))?.facts).toMatchObject({
      order: { total: 1000 },
      payment: { gateway: "resurs-mapi" },
    });
  });

  test("what the customer changed since the last try is what the next payment is made for", async () => {
    const { world, send } = await doors();
    for (const total of [1000, 2500]) {
      await send(post("/orders/77/checkout", { gateway: "resurs-mapi", order: cart(total) }));
    }
    const amounts = (world.bank.creates as { order: { orderLines: { totalAmountIncludingVat: number }[] } }[]).map(
      ({ order }) => order.orderLines[0]?.totalAmountIncludingVat,
    );
    expect(amounts).toEqual([10, 25]);
  });
});

describe("a customer who is back", () => {
  /** The bank's test person whose credit is turned down. */
  const DENIED = "197211072793";
  const opened = async (person?: string) => {
    const back: CustomerBack[] = [];
    const returnTo = (one: CustomerBack) => {
      back.push(one);
      return `https://shop.example/?order=${one.orderId}`;
    };
    const one = await doors({ returnTo });
    await one.world.order("o", { paymentId: null });
    if (person !== undefined) one.world.bank.nextPerson(person);
    const { body } = await one.send(post("/orders/o/checkout", { gateway: "resurs-mapi" }));
    const urls = (one.world.bank.creates[0] as { options: { redirectionUrls: { customer: Record<string, string> } } })
      .options.redirectionUrls.customer;
    const visit = async (url = "") => {
      const answer = await one.visit(url);
      return [answer.status, answer.headers.get("location")];
    };
    return { ...one, back, urls, visit, paymentId: body.paymentId as string };
  };

  test("is sent where the shop says, which is told that he paid", async () => {
    const { world, urls, back, visit, paymentId } = await opened();
    world.bank.customerSigns(paymentId);
    expect(await visit(urls.successUrl)).toEqual([303, "https://shop.example/?order=o"]);
    expect(back).toEqual([{ orderId: "o", paid: true, proven: true, reason: null }]);
    // The payment was read for it.
    await world.rest();
    expect(world.status("o")).toBe("processing");
  });

  test("and why not, in the bank's word", async () => {
    const { world, urls, back, visit, paymentId } = await opened(DENIED);
    world.bank.customerSigns(paymentId);
    await visit(urls.failUrl);
    expect(back).toEqual([{ orderId: "o", paid: false, proven: true, reason: "CREDIT_DENIED" }]);
  });

  test("an address that proves nothing is told apart", async () => {
    const { back, visit } = await opened();
    await visit("http://shop.test/returns/o/success");
    expect(back).toEqual([{ orderId: "o", paid: true, proven: false, reason: null }]);
  });
});

describe("the payment of an order", () => {
  test("as the bank has it now, without a change of anything", async () => {
    const { world, get } = await doors();
    await world.order("o", { payment: "FROZEN" });
    const before = await world.engine.queries.history("o");
    expect((await get("/orders/o/payment")).body).toMatchObject({ reading: { status: "FROZEN" }, explanation: null });
    expect(await world.engine.queries.history("o")).toEqual(before);
    expect((await get("/orders/ghost/payment")).status).toBe(404);
  });

  test("none was begun, the bank knows none, the bank does not answer", async () => {
    const { world, get } = await doors();
    await world.order("a", { paymentId: null });
    await world.engine.place("b", { ...(await placedLike(world)), paymentId: "pay-b" });
    await world.order("c", { faults: { getPayment: "http-500" } });
    const explanations = [];
    for (const id of ["a", "b", "c"]) explanations.push((await get(`/orders/${id}/payment`)).body.explanation);
    expect(explanations).toEqual(["no-payment-begun", "payment-does-not-exist", "payment-unreadable"]);
  });
});

const placedLike = async (world: Place) => {
  const at = world.clock.now();
  return {
    status: "pending" as const,
    total: 100_000,
    currency: "SEK",
    lines: [],
    needsProcessing: true,
    gateway: "resurs-mapi",
    previousPaymentIds: [],
    createdAt: at,
    updatedAt: at,
    customerReturned: false,
  };
};

describe("the bank's frame", () => {
  const submitted = { paymentId: "pay-o", customer: { email: "a@example.org" } };

  test("asks for the shop's order: one, however often the customer presses", async () => {
    let made = 0;
    const { world, send } = await doors({
      onCheckoutSubmitted: async (paymentId) => {
        if ((await world.engine.queries.read("o")) === null) {
          made += 1;
          await world.order("o", { paymentId, gateway: "resurs-rco" });
        }
        return { orderId: "o" };
      },
    });
    const answers = [
      await send(post("/resurs-checkout/create-order", submitted)),
      await send(post("/resurs-checkout/create-order", submitted)),
    ];
    expect(answers.map((a) => a.body.result)).toEqual(["success", "failure"]);
    // The first press found that the payment holds the money.
    expect(answers[1]?.body.error).toBe("order-is-processing");
    expect(made).toBe(1);
  });

  test.each([
    [{ onCheckoutSubmitted: async () => null }, "no-order"],
    [
      {
        onCheckoutSubmitted: async () => {
          throw new Error("the stock is gone");
        },
      },
      "no-order",
    ],
  ])("a shop that makes no order says so, example %#", async (options, error) => {
    const { send } = await doors(options);
    const { status, body } = await send(post("/resurs-checkout/create-order", submitted));
    expect([status, body]).toEqual([200, { result: "failure", error }]);
  });

  test("where the shop makes no orders, there is no such door", async () => {
    const { send } = await doors();
    expect((await send(post("/resurs-checkout/create-order", submitted))).status).toBe(404);
  });

  test("a rejection is kept with the order and changes nothing else", async () => {
    const { world, send } = await doors();
    await world.order("o", { at: world.clock.now(), gateway: "resurs-rco" });
    for (const rejection of ["deny", "fail"]) {
      const body = { paymentId: "pay-o", rejection, message: "Please contact customer service" };
      expect((await send(post("/resurs-checkout/rejected", body))).status).toBe(204);
    }
    await world.rest();
    const at = new Date(world.clock.now()).toISOString();
    expect(world.woo.order("o").meta).toMatchObject({
      rco_rejected_once: true,
      rco_rejected: [
        { at, type: "deny" },
        { at, type: "fail" },
      ],
      rco_reject_message: "Please contact customer service",
    });
    expect(world.status("o")).toBe("pending");
  });

  test("each rejection is kept with its date, also in the same words; the message is that of the last", async () => {
    const { world, send } = await doors();
    await world.order("o", { at: world.clock.now(), gateway: "resurs-rco" });
    const dates: string[] = [];
    const first = "Please contact customer service";
    for (const message of [first, first, "Try another card", first]) {
      dates.push(new Date(world.clock.now()).toISOString());
      // A page that tells of it twice tells of one rejection.
      for (let told = dates.length === 1 ? 2 : 1; told > 0; told -= 1) {
        await send(post("/resurs-checkout/rejected", { paymentId: "pay-o", rejection: "deny", message }));
      }
      await world.rest();
      await world.clock.advanceTo(world.clock.now() + 120_000, () => world.rest());
    }
    const { meta } = world.woo.order("o");
    expect(meta.rco_rejected).toEqual(dates.map((at) => ({ at, type: "deny" })));
    expect(meta.rco_reject_message).toBe(first);
    // Nobody has read the payment: what the customer saw explains more than that.
    expect(await world.engine.queries.why("o")).toMatchObject({ situation: "pending/turned-away" });
  });

  test.each([
    [{ paymentId: "pay-o", rejection: "maybe" }, 400],
    [{ paymentId: "../o", rejection: "deny" }, 400],
    [{ paymentId: "pay-o", rejection: "deny", message: "x".repeat(1001) }, 400],
    ["{", 400],
  ])("%j is turned away", async (body, status) => {
    const { world, send } = await doors();
    await world.order("o", { gateway: "resurs-rco" });
    expect((await send(post("/resurs-checkout/rejected", body))).status).toBe(status);
  });

  test("a hundred rejections keep the record small", async () => {
    const { world } = await doors();
    await world.order("o", { gateway: "resurs-rco" });
    for (let i = 0; i < 100; i++) {
      await world.engine.submit("o", { type: "checkout.rejected", rejection: "fail" });
    }
    expect((await world.engine.queries.read("o"))?.facts.order.rejections).toHaveLength(20);
  });
});

describe("a landing page without the order in its address", () => {
  const landing = (data: Record<string, unknown>) =>
    `/returns/landing?apiData=${encodeApiData(data as ApiData)}&apiDataId=x`;

  test("finds the order by what its customer carries; as a container proves nothing, it follows only what the bank says", async () => {
    const { world, get } = await doors({ readContainer: decodeApiData });
    const said = { o: "ACCEPTED", frozen: "FROZEN", no: "REJECTED", away: "TASK_REDIRECTION_REQUIRED" };
    for (const [id, payment] of Object.entries(said)) {
      await world.order(id, { payment });
      const { status, body } = await get(landing({ wc_order_id: id, preferred_id: `pay-${id}` }));
      expect([status, body]).toEqual([200, { next: "thankYou", error: null }]);
    }
    const came = Object.keys(said).map((id) => world.status(id));
    expect(came).toEqual(["processing", "on-hold", "failed", "pending"]);
  });

  test.each([
    ["another payment", { wc_order_id: "o", preferred_id: "pay-x" }],
    ["an earlier payment of the order", { wc_order_id: "o", preferred_id: "pay-earlier" }],
    ["no payment", { wc_order_id: "o" }],
    ["nobody's order", { wc_order_id: "ghost", preferred_id: "pay-o" }],
    ["nothing", {}],
    ["the wrong types", { wc_order_id: ["o"], preferred_id: "pay-o" }],
  ])("%s in it leads nowhere, and the bank is not asked", async (_, data) => {
    const { world, get } = await doors({ readContainer: decodeApiData });
    await world.order("o", { previousPaymentIds: ["pay-earlier"] });
    expect(await get(landing(data))).toMatchObject({ status: 400, body: { error: { code: "not-a-landing" } } });
    expect(world.bank.reads).toEqual([]);
  });

  test("opened again and again has the payment read once a minute", async () => {
    const { world, get } = await doors({ readContainer: decodeApiData });
    await world.order("away", { payment: "TASK_REDIRECTION_REQUIRED" });
    const reads: number[] = [];
    for (const seconds of [0, 1, 50, 11, 1]) {
      await world.clock.advanceTo(world.clock.now() + seconds * 1000, () => world.rest());
      expect((await get(landing({ wc_order_id: "away", preferred_id: "pay-away" }))).status).toBe(200);
      await world.rest();
      reads.push(world.bank.reads.length);
    }
    expect(reads).toEqual([1, 1, 1, 2, 2]);
  });

  test("what is no container leads nowhere, whatever it is", async () => {
    const { world, get } = await doors({ readContainer: decodeApiData });
    for (const text of ["", "%%%", "e30", "W10", "x".repeat(20_000), "eyJfX3Byb3RvX18iOnsid2Nfb3JkZXJfaWQiOiJvIn19"]) {
      expect((await get(`/returns/landing?apiData=${encodeURIComponent(text)}`)).status).toBe(400);
    }
    expect(world.bank.reads).toEqual([]);
  });

  test("where nothing reads containers, there is no such page", async () => {
    const { get } = await doors();
    expect((await get(landing({ wc_order_id: "o", preferred_id: "pay-o" }))).status).toBe(404);
  });
});
