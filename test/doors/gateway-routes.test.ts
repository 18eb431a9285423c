/** Row 7 of the doors: a gateway's routes exist only with that gateway, and take only its payments. */
import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { callbackPath, type Doors, doors, everything, key } from "./place.js";

const open: { end(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one.end();
});

type Args = Parameters<typeof doors>;
const limits = { total: everything, unprovenOrder: everything, source: everything };
const stage = async (options: Args[0], gateways: Args[1]): Promise<Doors> => {
  const made = await doors(
    { limits, onPayInitialized: async () => null, onCheckoutSubmitted: async () => null, ...options },
    gateways,
  );
  open.push(made);
  return made;
};

type Sent = [method: string, path: string, body: object | null];
const legacy = (id: string): Sent[] => [
  ["GET", `/callbacks/resurs/legacy/BOOKED?paymentId=${id}`, null],
  ["POST", `/callbacks/resurs/legacy/UPDATE?paymentId=${id}`, { addedPaymentSpecificationLines: [] }],
  ["GET", `/callbacks/resurs/legacy/AUTOMATIC_FRAUD_CONTROL?paymentId=${id}&result=THAWED`, null],
];
const mapi = (id: string): Sent[] => [
  ["POST", "/callbacks/resurs/authorization", { paymentId: id, status: "AUTHORIZED" }],
  ["POST", "/callbacks/resurs/management", { paymentId: id, action: "CAPTURE" }],
  ["POST", "/callbacks/resurs/credit-application", { applicationId: id, status: "INSPECTION" }],
];
const nets = (id: string): Sent[] => [
  ["POST", "/callbacks/nets", { id: "w-1", event: "payment.created", data: { paymentId: id } }],
  ["POST", "/nets/pay-initialized", { paymentId: id }],
];
const frame = (id: string): Sent[] => [
  ["POST", "/resurs-checkout/create-order", { paymentId: id, customer: {} }],
  ["POST", "/resurs-checkout/rejected", { paymentId: id, rejection: "deny", message: "no" }],
];

const said = async (made: Doors, [method, path, body]: Sent) => {
  const init = { method, ...(body === null ? {} : { body: JSON.stringify(body) }) };
  const answer = await made.from("203.0.113.9", path, init);
  return [answer.status, (await answer.text()).replaceAll(/"w-\d"/g, "")];
};

const MISSING = [404, '{"error":{"code":"not-found"}}'];

describe("doors 7: routes of a gateway that was not set up", () => {
  test.each([
    ["resurs-mapi", [legacy, nets, frame]],
    ["resurs-simplified", [mapi, nets, frame]],
    ["resurs-hosted", [mapi, nets, frame]],
    ["nets-easy", [mapi, legacy, frame]],
    ["resurs-rco", [mapi, nets]],
  ] as const)(
    "with %s alone there is none of another's, and no payment is told from another",
    async (gateway, groups) => {
      const made = await stage({ netsAuthorization: null }, { only: [gateway] });
      await made.world.order("o", { gateway });
      for (const group of groups) {
        for (const id of ["pay-o", "invented"]) {
          for (const sent of group(id)) expect([sent, await said(made, sent)]).toEqual([sent, MISSING]);
        }
      }
      expect((await made.world.engine.queries.history("o")).length).toBe(1);
    },
  );
});

describe("doors 7: payments of another gateway", () => {
  const both = { more: ["resurs-simplified", "resurs-rco", "nets-easy"] };

  test.each([
    ["the Merchant API's payment at the older flows' callbacks", "resurs-mapi", legacy],
    ["Nets's payment at the older flows' callbacks", "nets-easy", legacy],
    ["an older flow's payment at the Merchant API's callbacks", "resurs-simplified", mapi],
    ["the Merchant API's payment at Nets's webhooks", "resurs-mapi", (id: string) => nets(id).slice(0, 1)],
    ["the simplified flow's payment in the frame", "resurs-simplified", (id: string) => frame(id).slice(1)],
  ] as const)("%s is answered exactly like one that nobody knows", async (_, gateway, group) => {
    const made = await stage({}, both);
    await made.world.order("o", { gateway });
    const unknown = [];
    const known = [];
    for (const sent of group("invented")) unknown.push(await said(made, sent));
    for (const sent of group("pay-o")) known.push(await said(made, sent));
    expect(known).toEqual(unknown);
    await made.world.rest();
    expect((await made.world.engine.queries.history("o")).length).toBe(1);
    expect(made.world.bank.reads).toEqual([]);
  });

  test("a good digest opens nothing for another gateway's payment either", async () => {
    const salt = "a salt of the older flows";
    const digest = createHash("sha1").update(`pay-o${salt}`).digest("hex");
    const made = await stage({ resursDigest: { algorithm: "SHA1", salts: [salt] } }, both);
    await made.world.order("o");
    expect(await said(made, ["GET", `/callbacks/resurs/legacy/BOOKED?paymentId=pay-o&digest=${digest}`, null])).toEqual(
      [404, '{"error":{"code":"unknown-payment"}}'],
    );
  });

  test("nor does a good token of an order that another gateway has", async () => {
    const made = await stage({ callbackKeys: [key] }, both);
    await made.world.order("o", { gateway: "nets-easy" });
    const body = { paymentId: "pay-o", status: "AUTHORIZED" };
    expect((await said(made, ["POST", callbackPath("o"), body]))[0]).toBe(404);
    expect((await made.world.engine.queries.history("o")).length).toBe(1);
  });
});
