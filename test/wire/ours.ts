/** Our own adapters through each of their operations, with everything that is said kept. */
import type { Line } from "../../machines/lines.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursCheckout, resursHosted, resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import type { CreatedPayment, Gateway, NewPayment } from "../../src/ports/gateway.js";
import { madeUpCustomer } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble, netsDouble, resursDouble, VirtualClock } from "../../src/testing/index.js";
import { handServer } from "../conformance/hand.js";
import type { Step } from "./exchange.js";
import { type Recorder, recorderBefore } from "./recorder.js";

const HOUR = 3_600_000;
export const NOW = Date.parse("2026-11-20T12:00:00.000Z");

/** One of each kind that a shop has. */
export const LINES: Line[] = [
  {
    sku: "TEA",
    description: "Tea & <green>",
    quantity: 2,
    unit: "pcs",
    total: 60_000,
    vat: 12_000,
    vatRate: 2500,
    type: "goods",
  },
  { sku: "SONG", quantity: 1, total: 5000, vatRate: 2500, type: "digital" },
  { sku: "HAM", quantity: 0.35, unit: "kg", total: 4999, vatRate: 1200 },
  { sku: "shipping", quantity: 1, total: 36_001, vatRate: 600, type: "shipping" },
  { sku: "fee", quantity: 1, total: 1000, vatRate: 2500, type: "fee" },
  { sku: "card", quantity: 1, total: 500, vatRate: 0, type: "gift-card" },
  { sku: "VOUCHER", quantity: 1, total: -1000, type: "discount" },
];
export const TOTAL = 106_500;
const PART = 36_001;
const part = LINES.filter(({ sku }) => sku === "shipping");

/** Longer than any bank takes. */
const LONG: Line[] = [
  {
    sku: "S".repeat(300),
    description: "D".repeat(300),
    quantity: 1,
    unit: "u".repeat(300),
    total: TOTAL,
    vatRate: 10_000,
    type: "goods",
  },
];
const addressOf = (length: number): string => "https://shop.example/".padEnd(length, "x");
const LONGEST_ID = "x".repeat(32);

export const newPayment = (more: Partial<NewPayment> = {}): NewPayment => ({
  orderId: "1001",
  total: TOTAL,
  currency: "SEK",
  lines: LINES,
  linkLifetimeMinutes: 120,
  successUrl: "https://shop.example/s?a=b&c=d",
  failUrl: "https://shop.example/f",
  callbackUrl: "https://shop.example/c",
  attempt: "try-1",
  ...more,
});

const made = (created: CreatedPayment): string => {
  if (created.kind !== "ok") throw new Error(created.detail);
  return created.paymentId;
};
const done = async (what: string, call: Promise<{ kind: string }>): Promise<void> => {
  const { kind, ...more } = await call;
  if (kind !== "ok") throw new Error(`${what}: ${kind} ${JSON.stringify(more)}`);
};

/** Whole, in parts, and let go: the money's ways. `pay` brings a payment about that is paid. */
const moneyWays = async (gateway: Gateway, about: Recorder["about"], pay: () => Promise<string>): Promise<void> => {
  about("whole");
  const whole = await pay();
  await done("capture", gateway.capture({ paymentId: whole, amount: TOTAL, lines: LINES, key: "1001:5:0" }));
  const refund = { paymentId: whole, amount: PART, lines: part, all: false, refundedBefore: 0, key: "1001:6:0" };
  await done("refund", gateway.refund(refund));
  const rest = {
    paymentId: whole,
    amount: TOTAL - PART,
    lines: null,
    all: true,
    refundedBefore: PART,
    key: "1001:7:0",
  };
  await done("refund", gateway.refund(rest));
  about("let go");
  const gone = await pay();
  await done("cancel", gateway.cancel({ paymentId: gone, amount: TOTAL, lines: LINES, key: "1001:5:0" }));
  if (gateway.api === "resurs-mapi") {
    const more = { paymentId: gone, amount: PART, lines: part, key: "1001:6:0" };
    await done("addOrderLines", gateway.addOrderLines(more));
  }
};

const merchantLife = async (): Promise<Step[]> => {
  const clock = new VirtualClock(NOW);
  const bank = await resursDouble({ clock });
  const between = await recorderBefore(bank.url);
  const hand = await handServer({}, (path, body) => between.noted(`POST ${path.slice(1)}.url`, JSON.parse(body)));
  const gateway = resursMapi({
    baseUrl: between.url,
    clientId: "shop",
    clientSecret: "secret",
    storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555",
    paymentMethodId: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
    clock,
  });
  const create = async (more: Partial<NewPayment> = {}): Promise<string> => {
    const urls = { callbackUrl: `${hand.url}/authorization`, managementUrl: `${hand.url}/management` };
    return made(await gateway.createPayment(newPayment({ ...urls, ...more })));
  };
  const signed = async (): Promise<string> => {
    const id = await create();
    between.noted(`HAND /sign ${id}`);
    bank.customerSigns(id);
    return id;
  };
  between.about("what there is");
  await done("stores", gateway.stores?.() ?? Promise.reject());
  await done("methods", gateway.paymentMethods?.() ?? Promise.reject());
  await moneyWays(gateway, between.about, signed);
  between.about("found again, on the second page");
  for (let other = 0; other < 20; other += 1) await create({ orderId: "order#1", attempt: `other-${other}` });
  const lost = await create({ orderId: "order#1" });
  await gateway.findCreated?.({
    orderId: "order#1",
    attempt: "try-1",
    successUrl: "https://shop.example/s",
    failUrl: "https://shop.example/f",
  });
  between.about("as long as may be");
  await create({ orderId: LONGEST_ID, lines: LONG, linkLifetimeMinutes: 43_200 });
  between.about("denied");
  bank.nextPerson("197211072793");
  const denied = await create({ attempt: "try-2" });
  between.noted(`HAND /sign ${denied}`);
  bank.customerSigns(denied);
  for (const id of [lost, denied]) await done("read", gateway.readPayment(id));
  return ended(between, bank, hand);
};

const ended = async (
  between: Recorder,
  bank: { delivering(): number; close(): Promise<void> },
  hand?: { close(): Promise<void> },
): Promise<Step[]> => {
  while (bank.delivering() > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  await Promise.all([between.close(), bank.close(), hand?.close()]);
  return between.steps;
};

const netsLife = async (): Promise<Step[]> => {
  const clock = new VirtualClock(NOW - 3 * HOUR);
  const bank = await netsDouble({ clock });
  const between = await recorderBefore(bank.url);
  const hand = await handServer({}, (_, body) => between.noted(`POST ${JSON.parse(body).event}`, JSON.parse(body)));
  const webhook = { url: `${hand.url}/nets`, authorization: "Abcdefgh12345678" };
  const gateway = netsEasy({ baseUrl: between.url, secretKey: "secret", webhook, clock });
  const create = async (): Promise<string> => made(await gateway.createPayment(newPayment()));
  between.about("never paid in time");
  const late = await create();
  clock.set(NOW);
  await done("read", gateway.readPayment(late));
  const paid = async (): Promise<string> => {
    const id = await create();
    between.noted(`HAND /pay ${id}`);
    bank.customerPays(id);
    return id;
  };
  await moneyWays(gateway, between.about, paid);
  between.about("part of it charged, and the rest let go");
  const id = await paid();
  await done("capture", gateway.capture({ paymentId: id, amount: PART, lines: part, key: "1001:5:0" }));
  await done("cancel", gateway.cancel({ paymentId: id, amount: TOTAL - PART, lines: null, key: "1001:6:0" }));
  between.about("the last charge, and a refund over both");
  const both = await paid();
  await done("capture", gateway.capture({ paymentId: both, amount: PART, lines: part, key: "1001:5:0" }));
  await done("capture", gateway.capture({ paymentId: both, amount: TOTAL - PART, lines: null, key: "1001:6:0" }));
  const across = { paymentId: both, amount: TOTAL - 1, lines: null, all: false, refundedBefore: 0, key: "1001:7:0" };
  await done("refund", gateway.refund(across));
  between.about("a refund that failed");
  bank.refundTurns(both, "Failed");
  await done("read", gateway.readPayment(both));
  between.about("a cancellation that failed");
  const kept = await paid();
  await done("cancel", gateway.cancel({ paymentId: kept, amount: TOTAL, lines: null, key: "1001:5:0" }));
  bank.cancelFails(kept);
  await done("read", gateway.readPayment(kept));
  between.about("never paid");
  const unpaid = await create();
  await done("read", gateway.readPayment(unpaid));
  await done("endPayment", gateway.endPayment?.({ paymentId: unpaid }) ?? Promise.reject());
  await done("read", gateway.readPayment(unpaid));
  between.about("as long as may be");
  const all = netsEasy({
    baseUrl: between.url,
    secretKey: "secret",
    webhook: { url: addressOf(256), authorization: "Abcd5678".repeat(8) },
    clock,
  });
  const long = { reference: "r".repeat(128), checkoutUrl: addressOf(256), currency: "SEK", lines: LONG, total: TOTAL };
  await done("open", all.openCheckout({ ...long, callbackUrl: "https://shop.example/c" }));
  between.about("in the shop's own page");
  const session = {
    reference: "basket",
    checkoutUrl: "https://shop.example/checkout",
    currency: "SEK",
    lines: LINES,
    total: TOTAL,
  };
  const opened = await gateway.openCheckout({ ...session, callbackUrl: "https://shop.example/c" });
  if (opened.kind !== "ok") throw new Error(opened.detail);
  await done("update", gateway.updateCheckout({ paymentId: opened.paymentId, lines: part, total: PART }));
  return ended(between, bank, hand);
};

const customer = {
  ...madeUpCustomer,
  phone: "0701234567",
  cellPhone: "0701234567",
  yourCustomerId: "7",
  deliveryAddress: { ...madeUpCustomer.address, firstName: "Testa", lastName: "Testsson", addressRow2: "2 tr" },
  contactGovernmentId: "198305147715",
  additionalData: [{ key: "a", value: "b" }],
};

const { additionalData: _, ...asked } = customer;

const olderLife = async (): Promise<Step[]> => {
  const clock = new VirtualClock(NOW);
  const bank = await legacyDouble({ clock });
  const between = await recorderBefore(bank.url);
  const through = (address: string): string => address.replace(bank.url, between.url);
  const { baseUrl, hostedUrl, checkoutUrl } = bank.addresses;
  const keys = { baseUrl: through(baseUrl), userName: "shop", password: "secret", clock };
  const simplified = resursSimplified({ ...keys, paymentMethodId: "INVOICE", customerOf: () => customer });
  const hosted = resursHosted({
    ...keys,
    hostedUrl: through(hostedUrl),
    paymentMethodId: "INVOICE",
    customerOf: () => asked,
  });
  const rco = resursCheckout({ ...keys, checkoutUrl: through(checkoutUrl) });
  let orders = 1000;
  const next = () => newPayment({ orderId: String(++orders), preferredId: `order-${orders}` });
  await moneyWays(simplified, between.about, async () => made(await simplified.createPayment(next())));
  between.about("signed");
  between.noted("HAND /signing ");
  bank.nextBooking({ status: "SIGNING" });
  const id = made(await simplified.createPayment(next()));
  between.noted(`HAND /older-sign ${id}`);
  bank.customerSigns(id);
  await done("book", simplified.bookSignedPayment?.({ paymentId: id }) ?? Promise.reject());
  between.about("its payment methods");
  await done("payment methods", simplified.paymentMethodIds?.() ?? Promise.reject());
  between.about("as long as may be");
  made(await simplified.createPayment({ ...next(), lines: LONG }));
  between.about("the hosted page");
  made(await hosted.createPayment(next()));
  between.about("the checkout's frame");
  const cart = { preferredId: "basket-7", lines: LINES, total: TOTAL };
  const opened = await rco.openCheckout({ ...newPayment(), ...cart });
  if (opened.kind !== "ok") throw new Error(opened.detail);
  await done("update", rco.updateCheckout({ ...cart, lines: part, total: PART }));
  await done("reference", rco.updateReference({ from: "basket-7", to: "order-2000" }));
  return ended(between, bank);
};

/** Everything that our adapters ask, and the doubles answer. */
export const ourLives = async (): Promise<Step[]> =>
  (await Promise.all([merchantLife(), netsLife(), olderLife()])).flat();
