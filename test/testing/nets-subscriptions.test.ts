/** Subscriptions at the Nets double: begun by a payment, asked for, and charged again. */
import { afterEach, expect, test } from "vitest";
import { netsDouble, VirtualClock } from "../../src/testing/index.js";

const T0 = Date.parse("2026-11-20T12:00:00.000Z");
const YEAR = 365 * 86_400_000;
const ID = /^[0-9a-f]{32}$/;

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const given = async () => {
  const clock = new VirtualClock(T0);
  const nets = await netsDouble({ clock });
  closing.push(nets.close);
  const ask = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const response = await fetch(`${nets.url}/v1/${path}`, {
      method,
      headers: { authorization: "secret", "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? undefined : JSON.parse(text) };
  };
  const created = async (more: object, amount = 1000): Promise<string> => {
    const { body } = await ask("POST", "payments", {
      order: orderOf(amount),
      checkout: { termsUrl: "https://shop.example/terms" },
      ...more,
    });
    return body.paymentId;
  };
  const read = async (id: string) => (await ask("GET", `payments/${id}`)).body.payment;
  /** The subscription of a payment that is paid. */
  const begun = async (more: object): Promise<string> => {
    const id = await created(more);
    nets.customerPays(id);
    const { subscription, unscheduledSubscription } = await read(id);
    return subscription?.id ?? unscheduledSubscription?.unscheduledSubscriptionId;
  };
  return { clock, nets, ask, created, read, begun };
};

const orderOf = (amount: number) => ({
  items: [
    {
      reference: "tea",
      name: "Tea",
      quantity: 1,
      unit: "pcs",
      unitPrice: amount,
      grossTotalAmount: amount,
      netTotalAmount: amount,
    },
  ],
  amount,
  currency: "SEK",
  reference: "1002",
});
const scheduled = { subscription: { endDate: "2031-11-20T12:00", interval: 30 } };
const unscheduled = { unscheduledSubscription: { create: true } };
const card = { maskedPan: expect.stringMatching(/^\d{6}\*+\d{4}$/), expiryDate: expect.stringMatching(/^\d{4}$/) };
const paidByCard = { paymentType: "CARD", paymentMethod: "CARD", cardDetails: card };

test("it begins when its payment is paid, and not before", async () => {
  const { nets, created, read } = await given();
  const id = await created(scheduled);
  expect(await read(id)).not.toHaveProperty("subscription");
  nets.customerPays(id);
  expect(await read(id)).toMatchObject({ subscription: { id: expect.stringMatching(ID) } });
  const other = await created(unscheduled);
  nets.customerPays(other);
  expect(await read(other)).toMatchObject({
    unscheduledSubscription: { unscheduledSubscriptionId: expect.stringMatching(ID) },
  });
  const none = await created({ unscheduledSubscription: { create: false } });
  nets.customerPays(none);
  expect(await read(none)).not.toHaveProperty("unscheduledSubscription");
});

test("a card is taken note of for nothing, and only where a subscription begins", async () => {
  const { nets, ask, created, read } = await given();
  const id = await created(unscheduled, 0);
  nets.customerPays(id);
  expect(await read(id)).toMatchObject({
    summary: {},
    paymentDetails: { cardDetails: card },
    unscheduledSubscription: { unscheduledSubscriptionId: expect.stringMatching(ID) },
  });
  const bare = { order: orderOf(0), checkout: { termsUrl: "https://shop.example/terms" } };
  expect(await ask("POST", "payments", bare)).toMatchObject({ status: 400, body: { errors: {} } });
});

test("it is found by its id, and by the reference that it was imported with", async () => {
  const { nets, ask, begun } = await given();
  const id = await begun(scheduled);
  expect((await ask("GET", `subscriptions/${id}`)).body).toEqual({
    subscriptionId: id,
    interval: 30,
    endDate: "2031-11-20T12:00:00.000Z",
    paymentDetails: paidByCard,
  });
  const other = await begun(unscheduled);
  expect((await ask("GET", `unscheduledsubscriptions/${other}`)).body).toEqual({
    unscheduledSubscriptionId: other,
    paymentDetails: paidByCard,
  });
  const imported = nets.importSubscription("ticket-7", "subscription");
  const found = await ask("GET", "subscriptions?externalreference=ticket-7");
  expect(found).toMatchObject({ status: 200, body: { subscriptionId: imported } });
  const card = nets.importSubscription("ticket-8", "unscheduledSubscription");
  expect((await ask("GET", "unscheduledsubscriptions?externalReference=ticket-8")).body).toMatchObject({
    unscheduledSubscriptionId: card,
  });
});

test("what is not there is refused in Nets's own words", async () => {
  const { ask, begun } = await given();
  const id = await begun(scheduled);
  const refused = { status: 404, body: { code: expect.any(String), message: expect.any(String), source: "Internal" } };
  for (const path of [
    `subscriptions/${"0".repeat(32)}`,
    // Each kind has its own.
    `unscheduledsubscriptions/${id}`,
    "subscriptions?externalreference=none",
    "unscheduledsubscriptions?externalreference=none",
    `subscriptions/charges/${"0".repeat(32)}`,
  ]) {
    expect(await ask("GET", path), path).toMatchObject(refused);
  }
  expect(await ask("POST", `subscriptions/${"0".repeat(32)}/charges`, { order: orderOf(500) })).toMatchObject(refused);
});

test.each([
  ["subscriptions", scheduled, { subscription: { id: expect.stringMatching(ID) } }],
  [
    "unscheduledsubscriptions",
    unscheduled,
    { unscheduledSubscription: { unscheduledSubscriptionId: expect.stringMatching(ID) } },
  ],
])("a charge of one of the %s is a new payment that is charged", async (path, more, begunBy) => {
  const { nets, ask, begun, read } = await given();
  const id = await begun(more);
  const charged = await ask("POST", `${path}/${id}/charges`, { order: orderOf(500) });
  expect(charged).toEqual({
    status: 202,
    body: { paymentId: expect.stringMatching(ID), chargeId: expect.stringMatching(ID) },
  });
  const { paymentId, chargeId } = charged.body;
  expect(await read(paymentId)).toMatchObject({
    ...begunBy,
    orderDetails: { amount: 500, currency: "SEK", reference: "1002" },
    summary: { reservedAmount: 500, chargedAmount: 500 },
    charges: [{ chargeId, amount: 500 }],
  });
  expect((await ask("POST", `charges/${chargeId}/refunds`, { amount: 500 })).status).toBe(201);
  expect(nets.books(paymentId)).toMatchObject({ captured: 5, refunded: 5 });
});

test("a charge whose items do not add up is refused by field, and nothing is charged", async () => {
  const { ask, begun } = await given();
  const id = await begun(scheduled);
  const odd = { order: { ...orderOf(500), amount: 400 } };
  expect(await ask("POST", `subscriptions/${id}/charges`, odd)).toMatchObject({
    status: 400,
    body: { errors: { order: [expect.any(String)] } },
  });
  expect((await ask("POST", `subscriptions/${id}/charges`, {})).body).toMatchObject({
    errors: { order: ["is missing"] },
  });
});

test("a charge that is asked for twice with one key is made once", async () => {
  const { ask, begun } = await given();
  const id = await begun(scheduled);
  const once = () => ask("POST", `subscriptions/${id}/charges`, { order: orderOf(500) }, { "idempotency-key": "k" });
  const first = await once();
  expect(await once()).toEqual(first);
});

test("many that are charged twice with one key are charged once, and as another charge once more", async () => {
  const { ask, begun } = await given();
  const id = await begun(scheduled);
  const bulk = { externalBulkChargeId: "december", subscriptions: [{ subscriptionId: id, order: orderOf(500) }] };
  const once = (key: string, body: object = bulk) =>
    ask("POST", "subscriptions/charges", body, { "idempotency-key": key });
  const first = await once("k");
  expect(await once("k")).toEqual(first);
  expect(await once("k", { ...bulk, externalBulkChargeId: "january" })).toEqual(first);
  const other = await once("l", { ...bulk, externalBulkChargeId: "february" });
  expect(other.body).not.toEqual(first.body);
  const paid = async ({ body }: typeof first) =>
    (await ask("GET", `subscriptions/charges/${body.bulkId}`)).body.page[0].paymentId;
  expect(await paid(await once("k"))).toBe(await paid(first));
  expect(await paid(other)).not.toBe(await paid(first));
});

test.each<[string, (string | null)[]]>([
  ["no key", [null, null]],
  ["the key of the first, and then none", ["k", null]],
  ["a key each", ["k", "l"]],
])("a bulk charge by its own id is made once, with %s", async (_, keys) => {
  const { nets, ask, begun, read } = await given();
  const id = await begun(scheduled);
  const own = { externalBulkChargeId: "december", subscriptions: [{ subscriptionId: id, order: orderOf(500) }] };
  const answers = [];
  for (const key of keys) {
    answers.push(await ask("POST", "subscriptions/charges", own, key === null ? {} : { "idempotency-key": key }));
  }
  const [first, second] = answers;
  expect(second).toEqual(first);
  const { page } = (await ask("GET", `subscriptions/charges/${first?.body.bulkId}`)).body;
  expect(page).toHaveLength(1);
  expect((await read(page[0].paymentId)).charges).toHaveLength(1);
  expect(nets.books(page[0].paymentId)).toMatchObject({ captured: 5 });
  // Another letter is another charge.
  const other = await ask("POST", "subscriptions/charges", { ...own, externalBulkChargeId: "December" });
  expect(other.body.bulkId).not.toBe(first?.body.bulkId);
});

test("a bulk charge that was refused is made when it comes again", async () => {
  const { ask, begun } = await given();
  const id = await begun(scheduled);
  const own = { externalBulkChargeId: "december", subscriptions: [{ subscriptionId: id, order: orderOf(500) }] };
  const odd = { ...own, subscriptions: [{ subscriptionId: id, order: { ...orderOf(500), amount: 400 } }] };
  expect((await ask("POST", "subscriptions/charges", odd)).status).toBe(400);
  expect((await ask("POST", "subscriptions/charges", own)).status).toBe(202);
});

test("one that has ended is not charged", async () => {
  const { clock, ask, begun } = await given();
  const id = await begun(scheduled);
  clock.set(T0 + 6 * YEAR);
  expect(await ask("POST", `subscriptions/${id}/charges`, { order: orderOf(500) })).toMatchObject({
    status: 402,
    body: { code: "1030", source: "Internal" },
  });
});

test("many are charged at once, and what came of each is asked for later", async () => {
  const { clock, nets, ask, begun, read } = await given();
  const id = await begun(scheduled);
  const ended = await begun({ subscription: { endDate: "2026-11-21T12:00:00+01:00", interval: 0 } });
  nets.importSubscription("ticket-7", "subscription");
  clock.set(T0 + 86_400_000);
  const asked = await ask("POST", "subscriptions/charges", {
    externalBulkChargeId: "december",
    subscriptions: [
      { subscriptionId: id, order: orderOf(500) },
      { externalReference: "ticket-7", order: orderOf(700) },
      { subscriptionId: ended, order: orderOf(500) },
    ],
  });
  expect(asked).toEqual({ status: 202, body: { bulkId: expect.stringMatching(ID) } });
  const { body } = await ask("GET", `subscriptions/charges/${asked.body.bulkId}`);
  expect(body).toMatchObject({
    page: [
      { subscriptionId: id, status: "Succeeded", paymentId: expect.stringMatching(ID), chargeId: expect.any(String) },
      { externalReference: "ticket-7", status: "Succeeded" },
      { subscriptionId: ended, status: "Failed", code: "1030", message: expect.any(String), source: "Internal" },
    ],
    more: false,
    status: "Done",
  });
  expect(await read(body.page[1].paymentId)).toMatchObject({ summary: { chargedAmount: 700 } });
});

test("whoever charged is told by webhook, and a new card keeps the subscription's id", async () => {
  const { nets, ask, begun } = await given();
  const id = await begun(scheduled);
  const notifications = { webHooks: [{ eventName: "payment.charge.created.v2", url: "http://127.0.0.1:9/nets" }] };
  const { body } = await ask("POST", `subscriptions/${id}/charges`, { order: orderOf(500), notifications });
  await expect
    .poll(() => nets.deliveries.map(({ paymentId, event }) => `${paymentId} ${event}`))
    .toEqual([`${body.paymentId} payment.charge.created.v2`]);
  expect(await begun({ subscription: { subscriptionId: id, interval: 0, endDate: "2032-11-20T12:00" } })).toBe(id);
  expect((await ask("GET", `subscriptions/${id}`)).body).toMatchObject({
    interval: 0,
    endDate: "2032-11-20T12:00:00.000Z",
  });
});
