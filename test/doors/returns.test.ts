/** Row 1 of the doors: what somebody can do who knows an order's number and nothing else. */
import { createHmac } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { noSuchPayment } from "../../machines/facts.js";
import { addressKeys, type CallbackKey, type HttpOptions, urlsFor } from "../../src/http/app.js";
import { systemClock } from "../../src/ports/clock.js";
import { sqliteStore } from "../../src/stores/sqlite/store.js";
import { bankHas, gatewayTo, Place, returnPath, T0, temporary, trusted, unlimited } from "../engine/place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const MOUNT = "https://engine.test";
const made = async (options: Partial<HttpOptions> = {}, engine: Parameters<typeof Place.made>[0] = {}) => {
  place = await Place.made(engine);
  const world = place;
  const { fetch } = trusted({ engine: world.engine, limits: unlimited, publicUrl: MOUNT, ...options });
  const open = async (address: string) => {
    const answering = fetch(new Request(new URL(address, MOUNT)));
    await world.rest();
    const answer = await answering;
    return { status: answer.status, location: answer.headers.get("location"), text: await answer.text() };
  };
  const begun = async (id: string, keys?: CallbackKey[]) => {
    const urls = urlsFor(MOUNT, id, "resurs-mapi", await addressKeys(world.engine, keys));
    const created = await world.engine.checkout(id, "resurs-mapi", urls);
    if (created.kind === "failed") throw new Error(created.detail);
    return { ...urls, paymentId: created.paymentId };
  };
  const facts = async (id: string) => (await world.engine.queries.read(id))?.facts;
  return { world, open, begun, facts };
};

const pages = ["success", "fail", "signing-landing", "signing-cancelled"] as const;
const AWAY = "TASK_REDIRECTION_REQUIRED";
const openStatuses = ["pending", "on-hold", "processing", "failed"] as const;

describe("doors 1: a return address without a proof", () => {
  test("40 order numbers walked with /fail while their customers are at the bank: none moves", async () => {
    const { world, open } = await made();
    const ids = Array.from({ length: 40 }, (_, n) => String(1100 + n));
    for (const id of ids) await world.order(id, { payment: AWAY });
    for (const id of ids) await open(`/returns/${id}/fail`);
    expect(ids.filter((id) => world.status(id) !== "pending")).toEqual([]);
    expect(ids.flatMap((id) => world.woo.order(id).notes)).toEqual([]);
  });

  test.each(pages)("/%s moves no order whose customer is at the bank, in any status that is open", async (page) => {
    const { world, open, facts } = await made();
    for (const status of openStatuses) await world.order(status, { payment: AWAY, status });
    for (const status of openStatuses) await open(`/returns/${status}/${page}`);
    for (const status of openStatuses) {
      expect(world.status(status)).toBe(status);
      expect((await facts(status))?.order.customerReturnedAt).toBeNull();
      expect(world.woo.order(status).notes).toEqual([]);
    }
    expect(world.bank.calls).toEqual([]);
    const answers = (await world.engine.queries.history("pending")).flatMap((entry) => entry.answers);
    expect(answers.find(({ rule }) => rule === "return/unproven")).toMatchObject({
      type: "customer.returned",
      outcome: "ignored",
      reason: "still-at-the-bank",
    });
  });

  test.each(pages)("/%s has the payment read, and what the bank says of it counts", async (page) => {
    const { world, open } = await made();
    await world.order("paid");
    await world.order("rejected", { payment: "REJECTED" });
    await world.order("frozen", { payment: "FROZEN" });
    for (const id of ["paid", "rejected", "frozen"]) await open(`/returns/${id}/${page}`);
    expect(["paid", "rejected", "frozen"].map((id) => world.status(id))).toEqual(["processing", "failed", "on-hold"]);
    const notes = world.woo.order("paid").notes.map(({ text }) => text);
    expect(notes.filter((text) => text.startsWith("Payment complete"))).toHaveLength(1);
    expect(notes.filter((text) => text.startsWith("Customer returned"))).toEqual([]);
  });

  test.each([
    ["JSON", {}],
    ["a redirect", { thankYouUrl: `${MOUNT}/thanks/{orderId}`, cartUrl: `${MOUNT}/cart?error={error}` }],
  ])("is answered with %s that tells nothing of the order, nor whether there is one", async (_, urls) => {
    const { world, open } = await made(urls);
    await world.order("1001", { payment: AWAY });
    await world.order("1002", { payment: "REJECTED" });
    await world.order("1003", { status: "completed" });
    for (const page of pages) {
      const answers = [];
      for (const id of ["1001", "1002", "1003", "9999"]) {
        const { status, location, text } = await open(`/returns/${id}/${page}`);
        answers.push(JSON.stringify({ status, location: location?.replace(id, "N"), text }));
      }
      expect(new Set(answers).size, answers.join("\n")).toBe(1);
    }
    expect(await world.engine.queries.history("9999")).toEqual([]);
  });

  test("the signing's landing page books nothing; with its proof it books", async () => {
    const calls: string[] = [];
    const gateway = {
      ...gatewayTo("http://127.0.0.1:1", systemClock()),
      name: "resurs-simplified",
      readPayment: async (paymentId: string) => ({ kind: "ok" as const, reading: noSuchPayment(paymentId) }),
      bookSignedPayment: async ({ paymentId }: { paymentId: string }) => {
        calls.push(paymentId);
        return { kind: "refused" as const, reason: "not-signed", detail: "the customer has not signed" };
      },
    };
    const { world, open } = await made({}, { gateways: [gateway] });
    await world.order("1001", { gateway: "resurs-simplified" });
    await open("/returns/1001/signing-landing");
    expect(calls).toEqual([]);
    expect(world.status("1001")).toBe("pending");
    await open(await returnPath(world.engine, "1001", "signing-landing"));
    expect(calls).toEqual(["pay-1001"]);
  });
});

describe("doors 1: a return address as the bank was given it", () => {
  test("cancels, holds and thanks as before, also with what banks append to it", async () => {
    const { world, open, begun, facts } = await made();
    for (const id of ["fail", "success", "paid"]) await world.order(id, { paymentId: null });
    const { failUrl } = await begun("fail");
    await open(`${failUrl}?paymentid=0123&x=%00`);
    expect(world.status("fail")).toBe("cancelled");
    await open((await begun("success")).successUrl);
    expect(world.status("success")).toBe("on-hold");
    const paid = await begun("paid");
    bankHas(world.bank, paid.paymentId);
    expect(JSON.parse((await open(paid.successUrl)).text)).toEqual({
      orderId: "paid",
      status: "processing",
      next: "thankYou",
      error: null,
    });
    expect((await facts("paid"))?.order.customerReturnedAt).toBe(T0);
  });

  test("is good for its own order, attempt and page alone, and for no byte changed", async () => {
    const { world, open, begun } = await made();
    for (const id of ["1001", "1002"]) await world.order(id, { paymentId: null });
    const { successUrl, failUrl } = await begun("1001");
    await begun("1002");
    const proof = (address: string) => new URL(address).pathname.split("/").at(-1) ?? "";
    const [id = "", attempt = "", mac = ""] = proof(failUrl).split(".");
    const turned = (text: string, at: number) =>
      `${text.slice(0, at)}${text[at] === "A" ? "B" : "A"}${text.slice(at + 1)}`;
    const forged = [
      proof(successUrl),
      // The last digit of 128 bits in base64url holds four bits that nobody reads.
      ...Array.from({ length: mac.length - 1 }, (_, at) => `${id}.${attempt}.${turned(mac, at)}`),
      ...Array.from({ length: attempt.length }, (_, at) => `${id}.${turned(attempt, at)}.${mac}`),
      `k1.${attempt}.${mac}`,
      `${id}.${attempt}`,
      `${id}.${attempt}.`,
      `.${attempt}.${mac}`,
      `${id}..${mac}`,
      `${proof(failUrl)}.${mac}`,
      `${proof(failUrl)}=`,
      `${id}.${attempt}.${mac}${"A".repeat(20_000)}`,
      "%00",
      "%ED%A0%80",
      "__proto__.a.b",
    ];
    for (const one of forged) await open(`/returns/1001/fail/${one}`);
    await open(`/returns/1002/fail/${proof(failUrl)}`);
    for (const page of pages.filter((page) => page !== "fail")) await open(`/returns/1001/${page}/${proof(failUrl)}`);
    expect(["1001", "1002"].map((order) => world.status(order))).toEqual(["pending", "pending"]);
    await open(failUrl);
    expect(["1001", "1002"].map((order) => world.status(order))).toEqual(["cancelled", "pending"]);
  });

  test("a callback's token is no proof of a return, whatever its key", async () => {
    const key = { id: "k1", secret: "a secret of a shop" };
    const { world, open } = await made({ callbackKeys: [key] });
    await world.order("1001", { payment: AWAY });
    const { callbackUrl } = urlsFor(MOUNT, "1001", "resurs-mapi", await addressKeys(world.engine, [key]));
    const token = /\/t\/([^/]+)\//.exec(callbackUrl)?.[1] ?? "";
    const named = Buffer.from("pay-1001").toString("base64url");
    const mac = createHmac("sha256", key.secret).update(`order-status callback\n["k1","1001","fail","${named}"]`);
    const other = mac.digest().subarray(0, 16).toString("base64url");
    for (const one of [token, `k1.${named}.${other}`]) await open(`/returns/1001/fail/${one}`);
    expect(world.status("1001")).toBe("pending");
  });

  test("an earlier attempt's pages move nothing of a newer one; the newer one's do", async () => {
    const { world, open, begun, facts } = await made();
    await world.order("1001", { paymentId: null });
    const first = await begun("1001");
    const second = await begun("1001");
    for (const address of [first.failUrl, first.successUrl, first.signedUrl, first.signingFailedUrl]) {
      await open(address);
      expect(world.status("1001")).toBe("pending");
    }
    expect((await facts("1001"))?.order.customerReturnedAt).toBeNull();
    expect((await facts("1001"))?.others).toMatchObject([{ id: first.paymentId }]);
    await open(second.failUrl);
    expect(world.status("1001")).toBe("cancelled");
  });

  test("a return that waits for its reading while a new attempt begins moves nothing of that one", async () => {
    const { world, begun } = await made();
    await world.order("1001", { paymentId: null });
    const first = await begun("1001");
    world.bank.delayNext("getPayment", 5000);
    const { attempt } = first;
    await world.engine.submit("1001", { type: "customer.returned", page: "fail", attempt });
    const second = begun("1001");
    await world.after(60_000);
    expect((await world.engine.queries.read("1001"))?.facts.payment.id).toBe((await second).paymentId);
    expect(world.status("1001")).toBe("pending");
    expect((await world.engine.queries.read("1001"))?.facts.waiting).toEqual([]);
  });

  test("what the shop's own code says of its customer counts without an address", async () => {
    const { world } = await made();
    await world.order("1001", { payment: AWAY });
    expect(await world.tell("1001", { type: "customer.returned", page: "fail" })).toMatchObject({ to: "cancelled" });
  });

  test("opened again and again by strangers, it is still read for its customer", async () => {
    const { world, open } = await made({ limits: {} });
    await world.order("1001", { payment: AWAY });
    for (let n = 0; n < 40; n += 1) await open("/returns/1001/success");
    bankHas(world.bank, "pay-1001");
    await open(await returnPath(world.engine, "1001", "success"));
    expect(world.status("1001")).toBe("processing");
  });
});

describe("doors 1: the keys of return addresses", () => {
  const young = { id: "k2", secret: "the younger secret" };
  const old = { id: "k1", secret: "the older secret" };

  test("are the callbacks' keys and rotate with them", async () => {
    const { world, open } = await made({ callbackKeys: [young, old] });
    for (const id of ["1", "2", "3"]) await world.order(id, { payment: AWAY });
    const failOf = async (id: string, keys: CallbackKey[]) =>
      urlsFor(MOUNT, id, "resurs-mapi", await addressKeys(world.engine, keys), `pay-${id}`).failUrl;
    await open(await failOf("1", [old]));
    await open(await failOf("2", [young]));
    await open(await failOf("3", [{ ...old, secret: "a withdrawn secret" }]));
    expect(["1", "2", "3"].map((id) => world.status(id))).toEqual(["cancelled", "cancelled", "pending"]);
  });

  test("a shop that configures keys later still knows the addresses of its kept one", async () => {
    const { world, open } = await made();
    await world.order("1", { payment: AWAY });
    const address = await returnPath(world.engine, "1", "fail");
    const { fetch } = trusted({ engine: world.engine, limits: unlimited, callbackKeys: [young] });
    const answering = fetch(new Request(new URL(address, MOUNT)));
    await world.rest();
    expect((await answering).status).toBe(200);
    expect(world.status("1")).toBe("cancelled");
    expect((await open(address)).status).toBe(200);
  });

  test("without configured ones, one is made and kept: the same after a start, another in another store", async () => {
    const [one, two] = [await temporary(), await temporary()];
    const keysAt = async (file: string) => {
      const store = sqliteStore({ file });
      await store.open();
      const keys = await addressKeys(store);
      await store.close();
      return keys;
    };
    const first = await keysAt(one.file);
    expect(first.callbacks).toBeNull();
    expect(first.returns).toHaveLength(1);
    expect(await keysAt(one.file)).toEqual(first);
    expect((await keysAt(two.file)).returns).not.toEqual(first.returns);
    await one.remove();
    await two.remove();
  });

  test("a callback of a shop without configured keys needs no token, as before", async () => {
    const { world, begun } = await made();
    await world.order("1", { paymentId: null });
    const { callbackUrl } = await begun("1");
    expect(callbackUrl).toBe(`${MOUNT}/callbacks/resurs/authorization`);
  });
});
