/** A bank's checkout in a page of the engine: Nets Easy's and Resurs Checkout's, pressed in a browser. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Settings } from "../../machines/settings.js";
import { composeSandbox } from "../../src/cli/lib/compose-sandbox.js";
import { chromiumAt, launch } from "../inspector/browser.js";

describe.skipIf(chromiumAt === null)("a bank's checkout in a frame", () => {
  let sandbox: Awaited<ReturnType<typeof composeSandbox>>;
  let browser: Browser;
  let page: Page;
  const faults: string[] = [];
  beforeAll(async () => {
    sandbox = await composeSandbox({ settings: Settings.parse({ cooldownSeconds: 0 }), apiToken: null });
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 390, height: 844 }, locale: "en-GB" });
    // The content security policy's refusals come as errors of the console.
    page.on("console", (said) => {
      if (said.type() === "error" && !said.location().url.endsWith("/favicon.ico")) faults.push(said.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  const begins = async (orderId: string, gateway: string) => {
    await sandbox.engine.place(orderId, { gateway, total: 123_450, currency: "SEK", lines: [] });
    await page.goto(`${sandbox.url}/checkout/${orderId}`);
    expect(page.url()).toContain(`${sandbox.url}/frames/${orderId}/`);
    expect(await page.locator("main").textContent()).toContain("To pay: 1,234.50 SEK");
    return page.frameLocator("iframe");
  };
  const statusOf = async (orderId: string) => (await sandbox.engine.queries.read(orderId))?.facts.order.status;

  test("Nets: the engine says true, the customer pays, and reads the shop's page", async () => {
    const frame = await begins("nets-1", "nets-easy");
    await frame.getByRole("button", { name: "Pay" }).click();
    await page.waitForURL(/\/returns\/nets-1\/success\//);
    expect(await page.locator("h1").textContent()).toBe("Thank you");
    expect(await statusOf("nets-1")).toBe("processing");
    expect(faults).toEqual([]);
  });

  test("Nets: an order that was cancelled meanwhile is answered with false, and nobody is charged", async () => {
    const frame = await begins("nets-2", "nets-easy");
    await sandbox.engine.submit("nets-2", { type: "merchant.cancelled", via: "api" }, { wait: "settled" });
    await frame.getByRole("button", { name: "Pay" }).click();
    await page.getByRole("alert").waitFor();
    expect(await page.getByRole("alert").textContent()).toContain("Nothing was charged");
    const { id = null } = (await sandbox.engine.queries.read("nets-2"))?.facts.payment ?? {};
    expect(sandbox.banks.nets.books(id ?? "")).toMatchObject({ authorized: 0 });
  });

  test("Nets: the customer leaves, and may try again", async () => {
    await begins("nets-3", "nets-easy");
    await page.getByRole("link", { name: "Back to the shop without paying" }).click();
    expect(await page.locator("h1").textContent()).toBe("Not paid");
  });

  test.each([
    ["Sign", "Thank you", "processing"],
    ["Sign, and be frozen", "Thank you", "on-hold"],
    ["Leave", "Not paid", "cancelled"],
  ])("Resurs Checkout, %s: the customer reads %s, and the order is %s", async (button, title, status) => {
    const id = `rco-${button.toLowerCase().replace(/\W+/g, "-")}`;
    const frame = await begins(id, "resurs-rco");
    await frame.getByRole("button", { name: button, exact: true }).click();
    await page.waitForURL(/\/returns\//);
    expect(await page.locator("h1").textContent()).toBe(title);
    expect(await statusOf(id)).toBe(status);
    expect(faults).toEqual([]);
  });

  test("Resurs Checkout: what the frame turns the customer away with is kept with the order", async () => {
    await begins("rco-denied", "resurs-rco");
    const bank = page.frames().find((one) => one !== page.mainFrame());
    const told = page.waitForResponse(/\/resurs-checkout\/rejected$/);
    await bank?.evaluate(`parent.postMessage(JSON.stringify({ eventType: "checkout:purchase-denied" }), "*")`);
    expect((await told).status()).toBe(204);
    const { rejections } = (await sandbox.engine.queries.read("rco-denied"))?.facts.order ?? {};
    expect(rejections).toMatchObject([{ type: "deny" }]);
    expect(await statusOf("rco-denied")).toBe("pending");
  });

  test("a customer with a Swedish browser reads Swedish", async () => {
    await begins("nets-sv", "nets-easy");
    const answer = await fetch(page.url(), { headers: { "accept-language": "sv-SE,sv;q=0.9" } });
    expect(await answer.text()).toContain("Att betala");
  });
});
