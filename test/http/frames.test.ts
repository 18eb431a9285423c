/** The page around a bank's checkout says what is to be paid, as its currency is written. */
import { expect, test } from "vitest";
import { addressKeys, httpApp, urlsFor } from "../../src/http/app.js";
import { gatewayNamed, Place } from "../engine/place.js";

test.each([
  ["SEK", 123_450, "en", "To pay: 1,234.50 SEK"],
  ["SEK", 123_450, "sv", "1\u00a0234,50 SEK"],
  ["JPY", 1500, "en", "To pay: 1,500 JPY"],
  ["JPY", 1500, "sv", "1\u00a0500 JPY"],
  ["KWD", 12_345, "en", "To pay: 12.345 KWD"],
  ["KWD", 12_345, "sv", "12,345 KWD"],
])("%s %d in %s", async (currency, total, language, says) => {
  const place = await Place.made();
  try {
    const bank = gatewayNamed("nets-easy", place.bank.url, place.clock);
    const engine = await place.start({ gateways: [{ ...bank, currencies: undefined }] });
    const publicUrl = "http://shop.test";
    const nets = { checkoutKey: "key", script: "https://bank.example/checkout.js" };
    const app = httpApp({ engine, apiToken: null, publicUrl, frames: { nets } });
    await engine.place("7", { gateway: "nets-easy", paymentId: "p", total, currency, lines: [] });
    const { frameUrl } = urlsFor(publicUrl, "7", "nets-easy", await addressKeys(engine), "p");
    const page = await app.fetch(new Request(frameUrl, { headers: { "accept-language": language } }));
    expect(await page.text()).toContain(`${says}</p>`);
  } finally {
    await place.end();
  }
});
