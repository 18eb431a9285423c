/** A bank's checkout in a page of the engine, by the configuration alone: what the file says is what a customer is shown. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { configText, sampleOf } from "../../src/cli/config/init-file.js";
import { load } from "../../src/cli/config/load.js";
import type { Running } from "../../src/cli/lib/compose.js";
import { composeConfigured } from "../../src/cli/lib/configured.js";
import { checkoutScriptAt } from "../../src/gateways/nets/easy.js";
import { systemClock } from "../../src/ports/clock.js";
import { type Banks, closeBanks, NETS_AUTHORIZATION, openBanks } from "../../src/testing/doubles/banks.js";
import { type WooServer, wooServer } from "../../src/testing/index.js";

const clock = systemClock();
const gateways = ["nets-easy", "resurs-rco"] as const;
let folder = "";
let banks: Banks;
let shop: WooServer;
const running: Running[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "order-status-frames-"));
  banks = await openBanks(clock, { anyKey: true });
  shop = await wooServer({ clock });
  const { key, secret } = shop.keys.engine;
  const secrets = { ORDER_STATUS_WOO_KEY: key, ORDER_STATUS_WOO_SECRET: secret, NETS_SECRET_KEY: "nets-secret" };
  const names = ["WOO_WEBHOOK_SECRET", "PLUGIN_SECRET", "CALLBACK_KEY", "TOKEN"].map((name) => `ORDER_STATUS_${name}`);
  for (const name of [...names, "RESURS_PASSWORD"]) vi.stubEnv(name, `a secret for ${name}`);
  for (const [name, value] of Object.entries(secrets)) vi.stubEnv(name, value);
  vi.stubEnv("NETS_WEBHOOK_AUTHORIZATION", NETS_AUTHORIZATION);
});
afterAll(async () => {
  vi.unstubAllEnvs();
  for (const one of running) await one.stop();
  await closeBanks(banks);
  await shop?.close();
  await rm(folder, { recursive: true, force: true });
});

/** Served as `serve` does, by a file of its own. @param checkoutKey null = the file names none */
const served = async (checkoutKey: string | null): Promise<Running> => {
  const publicUrl = "http://127.0.0.1:1";
  const sample = sampleOf({ shopUrl: shop.url, gateways: [...gateways], store: "sqlite", publicUrl });
  const { "nets-easy": nets, "resurs-rco": rco } = sample.gateways;
  if (!nets || !rco) throw new Error("the sample lacks a gateway");
  const { baseUrl, checkoutUrl } = banks.legacy.addresses;
  const file = join(folder, `${checkoutKey}.config.ts`);
  const key = checkoutKey === null ? {} : { checkoutKey };
  const own = {
    ...sample,
    store: `${checkoutKey}.db`,
    gateways: {
      "nets-easy": { ...nets, baseUrl: banks.nets.url, ...key },
      "resurs-rco": { ...rco, baseUrl, checkoutUrl },
    },
  };
  await writeFile(file, configText(own));
  const { config } = await load(file);
  const one = await composeConfigured(config, { settings: config.settings, apiToken: config.http.apiToken });
  running.push(one);
  return one;
};

/** The shop's checkout asks for a payment, as the plugin does. */
const checkout = async ({ url }: Running, orderId: string, gateway: string) => {
  const answer = await fetch(`${url}/orders/${orderId}/checkout`, {
    method: "POST",
    headers: { authorization: "Bearer a secret for ORDER_STATUS_TOKEN", "content-type": "application/json" },
    body: JSON.stringify({
      gateway,
      order: { total: 10_000, currency: "SEK", lines: [{ sku: "tea", quantity: 1, total: 10_000 }] },
    }),
  });
  const { redirect, paymentId } = (await answer.json()) as { redirect: string; paymentId: string };
  const { pathname, search, origin } = new URL(redirect);
  return { paymentId, origin, page: `${url}${pathname}${search}` };
};

describe("a configuration", () => {
  let one: Running;
  beforeAll(async () => {
    one = await served("the-key-of-the-checkout");
  });

  test("with Nets's checkout key: the page has the key, the payment and Nets's script", async () => {
    const { page, paymentId } = await checkout(one, "11", "nets-easy");
    const answer = await fetch(page);
    const text = await answer.text();
    expect(text).toContain('data-key="the-key-of-the-checkout"');
    expect(text).toContain(`data-payment="${paymentId}"`);
    expect(text).toContain(`src="${checkoutScriptAt(banks.nets.url)}"`);
    expect(answer.headers.get("content-security-policy")).toMatch(/script-src 'nonce-[\w-]{22}' 'strict-dynamic';/);
    expect(banks.nets.creates.at(-1)).toMatchObject({ checkout: { integrationType: "EmbeddedCheckout" } });
  });

  test("with Resurs Checkout: the page has the bank's frame, under the order's own reference", async () => {
    const { page, paymentId } = await checkout(one, "12", "resurs-rco");
    expect(paymentId).toBe("12");
    expect(await (await fetch(page)).text()).toContain(`src="${banks.legacy.url}/sign/12"`);
    // Pressed again, it is the same frame.
    expect((await checkout(one, "12", "resurs-rco")).paymentId).toBe("12");
  });

  test("without a checkout key: customers go to Nets's own page", async () => {
    const hosted = await served(null);
    expect((await checkout(hosted, "13", "nets-easy")).origin).toBe(banks.nets.url);
    expect(banks.nets.creates.at(-1)).toMatchObject({ checkout: { integrationType: "HostedPaymentPage" } });
  });

  describe("and somebody who is not the customer", () => {
    const pay = async (page: string, paymentId: string) => {
      const headers = { "content-type": "application/json" };
      const answer = await fetch(page, { method: "POST", headers, body: JSON.stringify({ paymentId }) });
      return answer.status === 200 ? await answer.json() : answer.status;
    };

    test("sees no page of an order whose address he does not have, and is told nothing", async () => {
      const { page, paymentId } = await checkout(one, "21", "nets-easy");
      const { page: other } = await checkout(one, "22", "nets-easy");
      const forged = page.replace("/frames/21/", "/frames/22/");
      expect([(await fetch(forged)).status, await pay(forged, paymentId)]).toEqual([404, 404]);
      expect((await fetch(page.slice(0, -1))).status).toBe(404);
      // His own address opens his own payment only.
      expect(await pay(other, paymentId)).toEqual({ reply: false, error: "stale-payment" });
      expect(await pay(page, paymentId)).toEqual({ reply: true, orderId: "21" });
    });

    test("keeps nobody else from paying, whatever payments he names", async () => {
      const { page } = await checkout(one, "24", "nets-easy");
      const { page: customers, paymentId } = await checkout(one, "25", "nets-easy");
      const answers = await Promise.all(Array.from({ length: 200 }, (_, i) => pay(page, `made-up-${i}`)));
      expect(answers).toContainEqual({ reply: false, error: "stale-payment" });
      // What is too much for one order is too much for that order alone.
      expect(answers).toContain(429);
      expect(await pay(customers, paymentId)).toEqual({ reply: true, orderId: "25" });
    });

    test.each(["https://elsewhere.example/sign", "javascript:alert(1)", "//elsewhere.example", "blob:"])(
      "has the page show no frame from %s",
      async (given) => {
        const frame = given === "blob:" ? `blob:${banks.legacy.url}/1` : given;
        const { page } = await checkout(one, "23", "resurs-rco");
        const url = new URL(page);
        url.searchParams.set("frame", frame);
        expect((await fetch(url)).status).toBe(404);
        const { page: again } = await checkout(one, "23", "resurs-rco");
        const scripted = new URL(again);
        scripted.searchParams.set("script", frame);
        expect(await (await fetch(scripted)).text()).not.toContain(frame);
      },
    );
  });
});

test.each([
  ["https://api.dibspayment.eu", "https://checkout.dibspayment.eu/v1/checkout.js?v=1"],
  ["https://test.api.dibspayment.eu", "https://test.checkout.dibspayment.eu/v1/checkout.js?v=1"],
  ["https://test.api.dibspayment.eu/", "https://test.checkout.dibspayment.eu/v1/checkout.js?v=1"],
])("the script that goes with %s is at %s", (baseUrl, script) => {
  expect(checkoutScriptAt(baseUrl)).toBe(script);
});
