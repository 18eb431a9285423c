/** The longest ids that may enter, through the whole round: placed, paid for, reported by the bank, come back from. */
import { afterEach, describe, expect, it } from "vitest";
import { noSuchPayment } from "../../machines/facts.js";
import { returnProof } from "../../src/http/return-proof.js";
import { callbackToken, orderOfToken } from "../../src/http/token.js";
import { systemClock } from "../../src/ports/clock.js";
import type { Gateway, NewPayment } from "../../src/ports/gateway.js";
import { gatewayTo, lines, shopHas, T0 } from "../engine/place.js";
import { type Doors, doors, key, told } from "./place.js";

const open: Doors[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.end();
});

const LONGEST = {
  "three bytes each": "漢".repeat(100),
  "four bytes a pair": "🎉".repeat(50),
  "two bytes each": "é".repeat(100),
  "one byte each": "x".repeat(100),
  "all that an address escapes": `${"/?#%&+;=@ ".repeat(9)}/?#%&+;=@x`,
};

const token = { authorization: "Bearer the token of the API" };

describe("an order's id of 100 characters", () => {
  it.each(Object.entries(LONGEST))("of %s goes the whole round", async (_, orderId) => {
    const given: NewPayment[] = [];
    // The bank's own limit for an order's reference is 32 characters, so this one keeps the id to itself.
    const gateway: Gateway = {
      ...gatewayTo("http://127.0.0.1:1", systemClock()),
      createPayment: async (payment) => {
        given.push(payment);
        return {
          kind: "ok",
          paymentId: "pay-1",
          status: "TASK_REDIRECTION_REQUIRED",
          redirectUrl: "https://bank.test",
        };
      },
      readPayment: async (paymentId) => ({
        kind: "ok",
        reading: { ...noSuchPayment(paymentId), exists: true, status: "TASK_REDIRECTION_REQUIRED" },
      }),
    };
    const made = await doors({ callbackKeys: [key] }, { gateways: [gateway] });
    open.push(made);
    const { world, from } = made;
    const post = (path: string, body: object) =>
      from("192.0.2.1", path, { method: "POST", headers: token, body: JSON.stringify(body) });
    shopHas(world.woo, orderId, T0);
    const order = { status: "pending", gateway: "resurs-mapi", total: 100_000, currency: "SEK", lines };
    expect((await post("/orders", { orderId, order })).status).toBe(201);
    const checkout = await post(`/orders/${encodeURIComponent(orderId)}/checkout`, { gateway: "resurs-mapi" });
    expect(await checkout.json()).toMatchObject({ result: "success" });
    const [urls] = given;
    if (urls === undefined) throw new Error("the bank was told no addresses");

    const callbackPath = new URL(urls.callbackUrl).pathname;
    const reported = await from("192.0.2.2", callbackPath, { method: "POST", body: told("pay-1") });
    expect(reported.status).toBe(202);
    for (const page of [urls.successUrl, urls.failUrl, urls.signedUrl ?? "", urls.signingFailedUrl ?? ""]) {
      const answering = from("192.0.2.3", new URL(page).pathname);
      await world.rest();
      const answer = await answering;
      // Only with the proof is the order named in the answer.
      expect([answer.status, await answer.json()]).toMatchObject([200, { orderId }]);
    }
    const types = (await world.engine.queries.history(orderId)).flatMap(({ answers }) =>
      answers.map(({ type }) => type),
    );
    expect(types).toContain("callback.received");
    expect(types).toContain("customer.returned");
  });

  it("and the longest key id and attempt make an address that is known again, and nothing longer is looked at", () => {
    const longest = { id: "k".repeat(20), secret: key.secret };
    for (const orderId of Object.values(LONGEST)) {
      const made = callbackToken([longest], orderId);
      expect(orderOfToken([longest], made)).toBe(orderId);
      expect(orderOfToken([longest], `${made}${"A".repeat(700)}`)).toBeNull();
      expect(returnProof([longest], orderId, "fail", orderId).length).toBeLessThanOrEqual(600);
    }
  });
});
