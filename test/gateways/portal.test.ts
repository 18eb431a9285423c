/** What a hand does in the bank's portal is heard of from the bank itself, and in the shop a second later. */
import { afterEach, describe, expect, test } from "vitest";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursCheckout, resursHosted, resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { registrationAt } from "../../src/testing/doubles/resurs-legacy/callbacks.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble, netsDouble, resursDouble, VirtualClock } from "../../src/testing/index.js";
import { shopWith } from "./shop-with.js";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const HOUR = 3_600_000;

describe("Resurs's portal", () => {
  const paid = async () => {
    const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
    const bank = await resursDouble({ clock });
    closing.push(bank.close);
    const gateway = resursMapi({ baseUrl: bank.url, clientId: "shop", clientSecret: "secret", clock });
    const shop = await shopWith(clock, gateway, { delivering: bank.delivering });
    closing.push(shop.close);
    const paymentId = await shop.opened("1001");
    bank.customerSigns(paymentId);
    await shop.pass(HOUR);
    expect(shop.woo.order("1001").status).toBe("processing");
    const payment = async () => (await shop.engine.queries.read("1001"))?.facts.payment;
    const flags = async () => (await shop.engine.queries.read("1001"))?.flags;
    return { ...shop, bank, paymentId, payment, flags };
  };
  test("a capture, and a part of it refunded", async () => {
    const { bank, paymentId, pass, payment } = await paid();
    bank.portal(paymentId, "capture");
    await pass(1_000);
    expect(await payment()).toMatchObject({ captured: 100_000 });
    await pass(HOUR);
    bank.portal(paymentId, "refund", 250);
    await pass(1_000);
    expect(await payment()).toMatchObject({ refunded: 25_000 });
    expect(bank.deliveries.map(({ status, answer }) => [status, answer])).toEqual([
      ["AUTHORIZED", 202],
      ["CAPTURE", 202],
      ["REFUND", 202],
    ]);
  });
  test("a cancellation", async () => {
    const { bank, flags, paymentId, pass, payment } = await paid();
    bank.portal(paymentId, "cancel");
    await pass(1_000);
    expect(await payment()).toMatchObject({ canceled: 100_000, authorized: 0 });
    expect(await flags()).toMatchObject([{ flag: "discrepancy:payment-cancelled-order-active", clearedAt: null }]);
  });
  test("our own call is told of, too, and changes nothing more", async () => {
    const { bank, engine, pass, woo } = await paid();
    await engine.submit("1001", { type: "merchant.completed" });
    await pass(HOUR);
    expect(bank.deliveries.at(-1)).toMatchObject({ status: "CAPTURE", answer: 202 });
    expect([woo.order("1001").status, bank.calls.length]).toEqual(["completed", 1]);
  });
});

describe("Nets's portal", () => {
  const paid = async () => {
    const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
    const nets = await netsDouble({ clock });
    closing.push(nets.close);
    const authorization = "a0b1c2d3e4f5a6b7";
    const gateway = netsEasy({ baseUrl: nets.url, secretKey: "secret", webhook: { authorization }, clock });
    const shop = await shopWith(clock, gateway, { delivering: nets.delivering, netsAuthorization: authorization });
    closing.push(shop.close);
    const paymentId = await shop.opened("1001");
    nets.customerPays(paymentId);
    await shop.pass(HOUR);
    expect(shop.woo.order("1001").status).toBe("processing");
    const record = () => shop.engine.queries.read("1001");
    return { ...shop, nets, paymentId, record };
  };
  test("a charge, a part of it refunded, and that refund failing", async () => {
    const { nets, paymentId, pass, record } = await paid();
    nets.portal(paymentId, "capture");
    await pass(1_000);
    expect((await record())?.facts.payment).toMatchObject({ captured: 100_000 });
    nets.portal(paymentId, "refund", 250);
    await pass(1_000);
    expect((await record())?.facts.payment).toMatchObject({ refunded: 25_000 });
    nets.refundTurns(paymentId, "Failed");
    await pass(1_000);
    expect((await record())?.facts.payment).toMatchObject({ refunded: 0 });
    expect(nets.deliveries.map(({ event, answer }) => [event, answer])).toEqual(
      [
        "payment.reservation.created.v2",
        "payment.checkout.completed",
        "payment.charge.created.v2",
        "payment.refund.initiated.v2",
        "payment.refund.completed",
        "payment.refund.failed",
      ].map((event) => [event, 200]),
    );
  });
  test.each<["Completed" | "Failed", string, number]>([
    ["Completed", "payment.refund.completed", 25_000],
    ["Failed", "payment.refund.failed", 0],
  ])("a refund that waited turns %s, and is heard of", async (state, event, refunded) => {
    const { nets, paymentId, pass, record } = await paid();
    nets.portal(paymentId, "capture");
    nets.portal(paymentId, "refund", 250, "Pending");
    await pass(HOUR);
    expect((await record())?.facts.payment).toMatchObject({ refunded: 25_000, pendingRefund: 25_000 });
    const before = nets.deliveries.length;
    nets.refundTurns(paymentId, state);
    await pass(1_000);
    expect(nets.deliveries.slice(before).map((one) => [one.event, one.answer])).toEqual([[event, 200]]);
    expect((await record())?.facts.payment).toMatchObject({ refunded, pendingRefund: 0 });
    nets.refundTurns(paymentId, state);
    await pass(1_000);
    expect(nets.deliveries).toHaveLength(before + 1);
  });
  test.each(["Cancelled", "Expired"] as const)("a refund that turns %s is told of by nobody", async (state) => {
    const { nets, paymentId, pass } = await paid();
    nets.portal(paymentId, "capture");
    nets.portal(paymentId, "refund", 250);
    nets.refundTurns(paymentId, "Pending");
    await pass(HOUR);
    const before = nets.deliveries.length;
    nets.refundTurns(paymentId, state);
    await pass(1_000);
    expect(nets.deliveries).toHaveLength(before);
  });
  test("a cancellation", async () => {
    const { nets, paymentId, pass, record } = await paid();
    nets.portal(paymentId, "cancel");
    await pass(1_000);
    expect((await record())?.facts.payment).toMatchObject({ canceled: 100_000, authorized: 0 });
    expect((await record())?.flags).toMatchObject([{ flag: "discrepancy:payment-cancelled-order-active" }]);
  });
  test("a cancellation that fails at the bank of the cards: the money is reserved again", async () => {
    const { nets, paymentId, pass, record } = await paid();
    nets.portal(paymentId, "cancel");
    await pass(HOUR);
    nets.cancelFails(paymentId);
    await pass(1_000);
    expect(nets.deliveries.at(-1)).toMatchObject({ event: "payment.cancel.failed", answer: 200 });
    expect((await record())?.facts.payment).toMatchObject({ canceled: 0, authorized: 100_000 });
    expect(() => nets.cancelFails(paymentId)).toThrow("no cancellation");
  });
  test("our own cancellation that fails there is flagged", async () => {
    const { engine, nets, paymentId, pass, record } = await paid();
    await engine.submit("1001", { type: "merchant.cancelled", via: "dropdown" }, { wait: "settled" });
    await pass(HOUR);
    expect(await record()).toMatchObject({ facts: { order: { status: "cancelled" } }, flags: [] });
    nets.cancelFails(paymentId);
    await pass(1_000);
    expect((await record())?.flags).toMatchObject([{ flag: "discrepancy:paid-but-cancelled", clearedAt: null }]);
    expect(nets.books(paymentId)).toMatchObject({ authorized: 1000, captured: 0 });
  });
  test("a refund is heard of as soon as it begins, and its money counts as on its way", async () => {
    const { nets, paymentId, pass, record } = await paid();
    nets.portal(paymentId, "capture");
    await pass(HOUR);
    const before = nets.deliveries.length;
    nets.portal(paymentId, "refund", 250, "Pending");
    await pass(1_000);
    expect(nets.deliveries.slice(before).map(({ event }) => event)).toEqual(["payment.refund.initiated.v2"]);
    expect((await record())?.facts.payment).toMatchObject({ refunded: 25_000, pendingRefund: 25_000 });
  });
  test("what is left after a part was charged there is let go from here", async () => {
    const { engine, nets, paymentId, pass } = await paid();
    nets.portal(paymentId, "capture", 400);
    await pass(1_000);
    expect((await engine.submit("1001", { type: "merchant.released" }, { wait: "settled" })).outcome).toBe("moved");
    expect(nets.books(paymentId)).toMatchObject({ captured: 400, canceled: 600, authorized: 0 });
  });
});

describe("a card that is refused", () => {
  const open = async () => {
    const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
    const nets = await netsDouble({ clock, readsPerHour: 30 });
    closing.push(nets.close);
    const authorization = "a0b1c2d3e4f5a6b7";
    const gateway = netsEasy({ baseUrl: nets.url, secretKey: "secret", webhook: { authorization }, clock });
    const shop = await shopWith(clock, gateway, { delivering: nets.delivering, netsAuthorization: authorization });
    closing.push(shop.close);
    return { ...shop, nets, paymentId: await shop.opened("1001"), record: () => shop.engine.queries.read("1001") };
  };
  test("is not asked to be told of: the readings that Nets allows for an hour are kept for when he has paid", async () => {
    const { nets, paymentId, pass, woo } = await open();
    for (let card = 0; card < 40; card += 1) {
      nets.cardRefused(paymentId);
      await pass(HOUR / 60);
    }
    nets.customerPays(paymentId);
    await pass(HOUR / 10);
    expect(woo.order("1001").status).toBe("processing");
    expect(nets.reads.length).toBeLessThan(6);
  });
  test("after the money was reserved, it is not told", async () => {
    const { nets, paymentId } = await open();
    nets.customerPays(paymentId);
    expect(() => nets.cardRefused(paymentId)).toThrow("is paid");
  });
});

describe.each(["simplified", "hosted", "checkout"] as const)("the portal of Resurs's older flows: %s", (flow) => {
  const DIGEST = { algorithm: "SHA1", salt: "a-salt-of-the-shop" } as const;
  const paid = async () => {
    const clock = new VirtualClock(Date.parse("2026-11-20T12:00:00.000Z"));
    const bank = await legacyDouble({ clock });
    closing.push(bank.close);
    const older = { ...bank.addresses, userName: "shop", password: "secret", clock };
    const rco = resursCheckout(older);
    const gateways = { simplified: resursSimplified({ ...older, ...madeUpBooking }), hosted: resursHosted(older) };
    const inFrame: Gateway = {
      ...rco,
      createPayment: async (payment) => {
        const preferredId = payment.orderId;
        await rco.openCheckout({ ...payment, lines: [{ sku: "A", quantity: 1, total: payment.total }], preferredId });
        return rco.createPayment({ ...payment, preferredId });
      },
    };
    const gateway = flow === "checkout" ? inFrame : gateways[flow];
    const resursDigest = { algorithm: DIGEST.algorithm, salts: [DIGEST.salt] };
    const shop = await shopWith(clock, gateway, { delivering: bank.delivering, resursDigest });
    closing.push(shop.close);
    for (const kind of ["BOOKED", "UPDATE", "ANNULMENT"] as const) {
      bank.register(kind, registrationAt(`${shop.url}/callbacks/resurs/legacy`, kind, DIGEST));
    }
    const paymentId = await shop.opened("1001");
    if (flow !== "simplified") bank.customerPays(paymentId);
    await shop.engine.submit("1001", { type: "customer.returned", page: "success" });
    await shop.pass(HOUR);
    expect(shop.woo.order("1001").status).toBe("processing");
    const payment = async () => (await shop.engine.queries.read("1001"))?.facts.payment;
    return { ...shop, bank, paymentId, payment };
  };
  test("a capture, and a part of it refunded", async () => {
    const { bank, paymentId, pass, payment } = await paid();
    bank.portal(paymentId, "capture");
    await pass(1_000);
    expect(await payment()).toMatchObject({ captured: 100_000 });
    await pass(HOUR);
    bank.portal(paymentId, "refund", 250);
    await pass(1_000);
    expect(await payment()).toMatchObject({ refunded: 25_000 });
    const told = bank.deliveries.map(({ kind, answer }) => [kind, answer]);
    expect(told.slice(-2)).toEqual([
      ["UPDATE", 202],
      ["UPDATE", 202],
    ]);
  });
  test("a cancellation", async () => {
    const { bank, paymentId, pass, payment, woo } = await paid();
    bank.portal(paymentId, "cancel");
    await pass(1_000);
    expect(await payment()).toMatchObject({ canceled: 100_000, authorized: 0 });
    // An annulled payment cancels its order (002).
    expect(woo.order("1001").status).toBe("cancelled");
    expect(() => bank.portal(paymentId, "capture")).toThrow("not possible");
  });
});
