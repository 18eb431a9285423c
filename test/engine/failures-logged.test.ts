/** What fails at the bank stands in the log with its order, and once: seed 003, "Status::update Process", step 6. */
import { afterEach, expect, test } from "vitest";
import { addressKeys } from "../../src/http/keys.js";
import { urlsFor } from "../../src/http/urls.js";
import type { EngineOptions } from "../../src/index.js";
import type { Log } from "../../src/ports/log.js";
import { bankHas, callback, gatewayTo, MINUTE, order, Place } from "./place.js";

let place: Place | null = null;
afterEach(async () => {
  await place?.end();
  place = null;
});

const logging = async (options: Partial<EngineOptions> = {}) => {
  const lines: [says: string, details: Record<string, unknown>][] = [];
  const write: Log["warn"] = (details, says) => void lines.push([says, details]);
  const made = await Place.made({ log: { debug() {}, info() {}, warn: write, error: write }, ...options });
  place = made;
  return { place: made, lines };
};

const AGAIN = "a call failed and is tried again";

const told = (lines: Awaited<ReturnType<typeof logging>>["lines"], wanted: string) =>
  lines.filter(([says]) => says === wanted).map(([, details]) => details);

test("a bank that is away for an hour: one line for each order that waits for it", async () => {
  const { place, lines } = await logging();
  for (const id of ["a", "b"]) await place.order(id, { faults: { getPayment: "http-503" } });
  for (const id of ["a", "b"]) await place.engine.submit(id, callback(`pay-${id}`));
  for (let n = 0; n < 60; n += 1) await place.after(MINUTE);
  const lost = { type: "readPayment", detail: expect.stringContaining("503") };
  expect(told(lines, AGAIN)).toMatchObject([
    { orderId: "a", ...lost },
    { orderId: "b", ...lost },
  ]);
});

test("another failure is another line", async () => {
  const { place, lines } = await logging();
  await place.order("o", { faults: { getPayment: "http-503" } });
  await place.engine.submit("o", callback("pay-o"));
  for (let n = 0; n < 5; n += 1) await place.after(MINUTE);
  bankHas(place.bank, "pay-o", "ACCEPTED", { getPayment: "http-401" });
  for (let n = 0; n < 10; n += 1) await place.after(MINUTE);
  expect(told(lines, AGAIN)).toMatchObject([
    { detail: expect.stringContaining("503") },
    { detail: expect.stringContaining("401") },
  ]);
});

test.each([
  ["refused", "http-403", "the bank refused a call"],
  ["lost", "http-500", "the bank's answer to a call was lost"],
])("a capture that is %s", async (_what, fault, says) => {
  const { place, lines } = await logging();
  await place.order("o", { status: "processing", faults: { capture: fault } });
  await place.engine.submit("o", { type: "merchant.completed", via: "api" });
  await place.after(MINUTE);
  expect(told(lines, says)[0]).toMatchObject({ orderId: "o", type: "capturePayment" });
});

test("a rejected payment of which the bank does not say whether its task is completed", async () => {
  const { place, lines } = await logging();
  await place.order("o", { payment: "REJECTED", faults: { getTaskStatuses: "http-500" } });
  await place.engine.submit("o", callback("pay-o"));
  await place.after(MINUTE);
  const says = "the bank did not say whether the customer's task is completed";
  expect(told(lines, says)).toMatchObject([{ orderId: "o", type: "readPayment" }]);
  expect((await place.engine.queries.health()).undetermined).toEqual(["o"]);
  // The bank says it after all.
  bankHas(place.bank, "pay-o", "REJECTED");
  await place.engine.submit("o", { type: "reconcile.asked" });
  await place.after(MINUTE);
  expect((await place.engine.queries.health()).undetermined).toEqual([]);
});

test("a payment that the bank does not create", async () => {
  const { place, lines } = await logging();
  await place.order("o", { paymentId: null });
  // Nothing listens there any more.
  await place.bank.close();
  await place.engine.checkout(
    "o",
    "resurs-mapi",
    urlsFor("http://shop.test", "o", "resurs-mapi", await addressKeys(place.engine), "t"),
  );
  expect(told(lines, "the bank created no payment")).toMatchObject([{ orderId: "o", type: "resurs-mapi" }]);
});

test.each([
  ["that the shop named", "o"],
  ["that the bank names", undefined],
])("a checkout that throws, of a payment %s, is answered as a failure", async (_what, id) => {
  const { place, lines } = await logging();
  const gateway = gatewayTo(place.bank.url, place.clock);
  const createPayment = () => Promise.reject(new Error("no customer"));
  const idOf = id === undefined ? {} : { idOf: async () => id };
  const log = {
    debug() {},
    info() {},
    warn() {},
    error: (details: object, says: string) => void lines.push([says, { ...details }]),
  };
  const engine = await place.start({ gateways: [{ ...gateway, ...idOf, createPayment }], log });
  await engine.place("k", order(null, place.clock.now()));
  const urls = urlsFor("http://shop.test", "k", "resurs-mapi", await addressKeys(engine), "t");
  expect(await engine.checkout("k", "resurs-mapi", urls)).toMatchObject({
    kind: "failed",
    detail: expect.stringContaining("no customer"),
  });
  expect(told(lines, "the checkout threw")).toMatchObject([{ orderId: "k", type: "resurs-mapi" }]);
});

test.each(["idOf", "findCreated"] as const)(
  "a checkout whose %s throws is answered as a failure, and Pay works again",
  async (method) => {
    const { place, lines } = await logging();
    const gateway = gatewayTo(place.bank.url, place.clock);
    const silent = () => Promise.reject(new Error("no answer"));
    const broken = { ...gateway, createPayment: silent, [method]: silent };
    const log = {
      debug() {},
      info() {},
      warn() {},
      error: (details: object, says: string) => void lines.push([says, { ...details }]),
    };
    const engine = await place.start({ gateways: [broken], log });
    await engine.place("k", order(null, place.clock.now()));
    const urls = urlsFor("http://shop.test", "k", "resurs-mapi", await addressKeys(engine), "t");
    for (const _ of ["first", "again"])
      expect(await engine.checkout("k", "resurs-mapi", urls)).toMatchObject({ kind: "failed" });
    expect(told(lines, "the checkout threw")).toMatchObject([{ orderId: "k" }, { orderId: "k" }]);
  },
);

test("says nothing that a bank said of a person", async () => {
  const { place, lines } = await logging();
  const engine = await place.start({
    gateways: [
      {
        ...gatewayTo(place.bank.url, place.clock),
        readPayment: async () => ({ kind: "retry", afterMs: null, detail: "HTTP 409: Kim Canary, Storgatan 1" }),
        createPayment: async () => ({ kind: "failed", detail: "HTTP 400: kim@example.test" }),
      },
    ],
    log: { debug() {}, info() {}, warn: (details, says) => lines.push([says, details]), error() {} },
  });
  await engine.place("k", order("pay-k", place.clock.now()));
  await engine.submit("k", callback("pay-k"));
  await place.after(2 * MINUTE);
  await engine.place("l", order(null, place.clock.now()));
  const keys = await addressKeys(engine);
  await engine.checkout("l", "resurs-mapi", urlsFor("http://shop.test", "l", "resurs-mapi", keys, "t"));
  expect(lines.length).toBeGreaterThan(1);
  expect(JSON.stringify(lines)).not.toMatch(/Kim|Storgatan|kim@/);
  expect(JSON.stringify(lines)).toMatch(/HTTP 409.*HTTP 400/);
});
