/** An order lived in a browser: the shop's checkout, the bank's page with its four outcomes, and the way back. */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Settings } from "../../machines/settings.js";
import { composeSandbox } from "../../src/cli/lib/compose-sandbox.js";
import { chromiumAt, launch } from "../inspector/browser.js";

describe.skipIf(chromiumAt === null)("the sandbox in a browser", () => {
  let sandbox: Awaited<ReturnType<typeof composeSandbox>>;
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    sandbox = await composeSandbox({ settings: Settings.parse({ cooldownSeconds: 0 }), apiToken: null });
    browser = await launch();
    page = await browser.newPage({ viewport: { width: 390, height: 844 } });
  }, 120_000);
  afterAll(async () => {
    await browser?.close();
    await sandbox?.stop();
  });

  const begins = async (orderId: string, gateway = "resurs-mapi") => {
    const order = { gateway, total: 123_450, currency: "SEK", lines: [] };
    await sandbox.engine.place(orderId, order);
    await page.goto(`${sandbox.url}/checkout/${orderId}`);
    expect(await page.locator("h1").textContent()).toBe("Test bank");
    expect(await page.locator("dl").textContent()).toBe(`Order${orderId}Amount1234.50`);
    expect(await page.getByRole("button").count()).toBe(4);
  };

  const older = ["resurs-simplified", "resurs-hosted"];
  const outcomes = [
    ["Sign", "Thank you", "processing"],
    ["Sign, and be denied", "Not paid", "cancelled"],
    ["Sign, and be frozen", "Thank you", "on-hold"],
    ["Leave", "Not paid", "cancelled"],
  ] as const;
  const everywhere = ["resurs-mapi", ...older].flatMap((gateway) => outcomes.map((row) => [gateway, ...row] as const));
  test.each(everywhere)(
    "%s, %s: the customer reads %s, and the order has its status",
    async (gateway, button, title, expected) => {
      // The simplified flow books after the customer has signed, so a denial comes after he has done his part.
      const deniedLate = gateway === "resurs-simplified" && button === "Sign, and be denied";
      const status = deniedLate ? "failed" : expected;
      const id = `${gateway}-${button.toLowerCase().replace(/\W+/g, "-")}`;
      await begins(id, gateway);
      await page.getByRole("button", { name: button, exact: true }).click();
      expect(await page.locator("h1").textContent()).toBe(title);
      expect(await page.locator("dl").textContent()).toBe(`Order${id}Status${status}`);
      expect((await sandbox.engine.queries.read(id))?.facts.order.status).toBe(status);
      expect(await page.getByRole("link", { name: "Try to pay again" }).count()).toBe(title === "Not paid" ? 1 : 0);
      await page.getByRole("link", { name: "See why the order has this status" }).click();
      expect(await page.locator("h1").textContent()).toBe(`Order ${id}`);
    },
  );

  test("whoever comes to the bank again finds a payment that is over", async () => {
    await begins("again");
    const bank = page.url();
    await page.getByRole("button", { name: "Sign", exact: true }).click();
    await page.goto(bank);
    expect(await page.getByRole("button").count()).toBe(1);
    await page.getByRole("button", { name: "Back to the shop" }).click();
    expect(await page.locator("h1").textContent()).toBe("Thank you");
  });

  test("a program is told as before", async () => {
    await begins("program");
    const answer = await fetch(page.url(), { method: "POST", redirect: "manual" });
    const back = await fetch(answer.headers.get("location") ?? "");
    expect(await back.json()).toMatchObject({ orderId: "program", status: "processing", next: "thankYou" });
  });
});
