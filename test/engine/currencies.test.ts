/** A currency is written as ISO 4217 has it, and what a gateway does not sell is refused where the order is placed. */
import { expect, test } from "vitest";
import { createEngine, type Gateway, type NewOrder } from "../../src/index.js";
import { systemClock } from "../../src/ports/clock.js";
import { notSold } from "../../src/ports/money.js";
import { memoryStore } from "../../src/stores/memory/store.js";
import { resursDouble } from "../../src/testing/doubles/resurs/double.js";
import { wooDouble } from "../../src/testing/doubles/woocommerce/double.js";
import { gatewayTo } from "./place.js";

const clock = systemClock();
const order = (currency: string, gateway: string | null = "resurs-mapi"): NewOrder => ({
  total: 1500,
  currency,
  lines: [],
  gateway,
});

test("every currency of ISO 4217 whose digits are known may be sold in, funds and units of account too", () => {
  const gateway = { name: "any-bank", currencies: undefined };
  const all = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF BHD IQD JOD KWD LYD OMR TND CLF UYW";
  const funds = "BOV CHE CHW COU MXV USN VED";
  const refused = [...all.split(" "), ...funds.split(" "), ...Intl.supportedValuesOf("currency")].filter(
    (code) => notSold(gateway, code) !== null,
  );
  expect(refused).toEqual([]);
  expect(notSold(gateway, "ABC")).toBe('must be a currency of ISO 4217; "ABC" is none');
  expect(notSold(gateway, "clf")).toBe('must be written in capitals, as CLF; it is "clf"');
});

test("a currency is kept in capitals, however the shop writes it, and none but capitals is sold", async () => {
  const gateway = { name: "any-bank", currencies: ["SEK"] };
  expect(notSold(gateway, "SEK")).toBeNull();
  for (const currency of ["sek", "Sek", "sEK"]) {
    expect(notSold(gateway, currency)).toBe(`must be written in capitals, as SEK; it is "${currency}"`);
    expect(notSold({ ...gateway, currencies: undefined }, currency)).toContain("in capitals");
  }
  const asked: string[] = [];
  const bank: Gateway = {
    ...gatewayTo("http://127.0.0.1:9", clock),
    createPayment: async ({ currency }) => {
      asked.push(currency);
      return { kind: "failed", detail: "seen" };
    },
  };
  const { shop } = wooDouble({ now: () => clock.now() });
  const readOrder = async () => ({ currency: "nok" });
  const engine = createEngine({ store: memoryStore(), gateways: [bank], shop: { ...shop, readOrder }, clock });
  await engine.start();
  try {
    const keptAs = async () => (await engine.queries.read("o"))?.facts.order.currency;
    await engine.place("o", order("sek"));
    expect(await keptAs()).toBe("SEK");
    expect(await engine.place("o", order("SEK"))).toMatchObject({ repeated: true, outcome: "moved" });
    const urls = { successUrl: "https://s.example", failUrl: "https://s.example", callbackUrl: "https://s.example" };
    await engine.checkout("o", "resurs-mapi", urls);
    expect(asked).toEqual(["SEK"]);
    await engine.submit("o", { type: "order.updated", by: "shop", change: "edited", order: { currency: "dkk" } });
    expect(await keptAs()).toBe("DKK");
    await engine.place("o", order("eur"));
    expect(await keptAs()).toBe("EUR");
  } finally {
    await engine.stop();
  }
});

test("an order in a currency that its gateway does not sell is refused, and so is its payment", async () => {
  const bank = await resursDouble({ clock });
  const asked: { total: number; currency: string }[] = [];
  const yen: Gateway = {
    ...gatewayTo(bank.url, clock),
    name: "any-bank",
    currencies: undefined,
    createPayment: async ({ total, currency }) => {
      asked.push({ total, currency });
      return { kind: "failed", detail: "seen" };
    },
  };
  const { shop } = wooDouble({ now: () => clock.now() });
  const engine = createEngine({ store: memoryStore(), gateways: [gatewayTo(bank.url, clock), yen], shop, clock });
  await engine.start();
  try {
    for (const currency of ["JPY", "KWD", "GBP", "XXX", "ABC"]) {
      const refused = expect.objectContaining({
        issues: [{ path: "order.currency", message: expect.stringContaining(currency) }],
      });
      await expect(engine.place(`o-${currency}`, order(currency))).rejects.toEqual(refused);
      expect(await engine.queries.read(`o-${currency}`)).toBeNull();
    }
    await expect(engine.place("x", order("XXX", "any-bank"))).rejects.toThrow("ISO 4217");
    // An order that is paid elsewhere is none of the gateway's business.
    for (const currency of ["JPY", "XXX"]) await engine.place(`other-${currency}`, order(currency, null));
    for (const currency of ["SEK", "nok", "DKK", "EUR"]) await engine.place(`o-${currency}`, order(currency));
    // Placed again, it is not changed into one either.
    await expect(engine.place("o-SEK", order("JPY"))).rejects.toThrow("JPY");
    expect((await engine.queries.read("o-SEK"))?.facts.order.currency).toBe("SEK");

    await engine.place("yen", order("JPY", "any-bank"));
    const urls = {
      successUrl: "https://shop.example",
      failUrl: "https://shop.example",
      callbackUrl: "https://shop.example",
    };
    expect(await engine.checkout("yen", "resurs-mapi", urls)).toMatchObject({
      kind: "failed",
      detail: expect.stringContaining("JPY"),
    });
    expect(bank.creates).toEqual([]);
    await engine.checkout("yen", "any-bank", urls);
    expect(asked).toEqual([{ total: 1500, currency: "JPY" }]);
  } finally {
    await engine.stop();
    await bank.close();
  }
});
