/** The inspector in a real browser. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { chromiumAt, launch } from "./browser.js";
import { Stage } from "./stage.js";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
if (chromiumAt === null) {
  console.warn(
    "skipped: the inspector in a browser (no Chromium here; apt-get install chromium, or name one in CHROMIUM)",
  );
}

describe.skipIf(chromiumAt === null)("in a browser", () => {
  let stage: Stage;
  let browser: Browser;
  const pages: Page[] = [];
  const faults: string[] = [];

  beforeAll(async () => {
    stage = await Stage.made();
    await stage.everything();
    browser = await launch();
  }, 240_000);
  afterEach(async () => {
    for (const page of pages.splice(0)) await page.context().close();
    expect(faults.splice(0)).toEqual([]);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.end();
  });

  const open = async (path: string, options: BrowserContextOptions = {}): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, locale: "en-GB", ...options });
    const page = await context.newPage();
    pages.push(page);
    page.on("pageerror", (error) => faults.push(error.message));
    // A breach of the content security policy is told on the console.
    page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
    await page.goto(stage.url + path);
    return page;
  };

  const seriousFaults = async (page: Page): Promise<string[]> => {
    // Evaluated in the page's own world, past the policy that keeps scripts of others out.
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { violations } = await (
        window as unknown as { axe: { run(): Promise<{ violations: Violation[] }> } }
      ).axe.run();
      return violations.map(({ id, impact, nodes }) => ({
        id,
        impact,
        where: nodes.map((node) => node.target.join(" ")),
      }));
    });
    return found
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, where }) => `${id}: ${where.slice(0, 3).join(", ")}`);
  };

  test("from the list to the order and why it is there", async () => {
    const page = await open("/orders");
    await page.getByLabel("Status").selectOption("on-hold");
    await page.getByRole("button", { name: "Show" }).click();
    expect(new URL(page.url()).searchParams.get("status")).toBe("on-hold");
    await page.getByRole("link", { name: "frozen" }).click();
    expect(await page.locator(".sentence").textContent()).toContain("On hold since");
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe("Order frozen");
    await page.getByText("Path", { exact: true }).click();
    expect(await page.locator(".fitted .current").first().getAttribute("class")).toContain("state-on-hold");
  });

  test("a refusal is explained before the click and after it", async () => {
    const page = await open("/orders/frozen");
    const can = page.locator('[data-event="merchant.completed"]');
    expect(await can.isVisible()).toBe(false);
    await page.getByText(/^Not possible now/).click();
    expect(await can.isVisible()).toBe(true);
    expect(await can.textContent()).toContain("The bank has frozen this payment, and it cannot be captured");
    expect(await can.getByRole("link").count()).toBe(0);
    const step = page.locator('.step[data-source="merchant"]');
    expect(await step.textContent()).toContain("unable-to-capture-frozen-order");
  });

  test("a callback that arrives is there without a reload, and what was opened stays open", async () => {
    await stage.place.order("live", { at: stage.place.clock.now() });
    const page = await open("/orders/live");
    await page.getByText("Path", { exact: true }).click();
    const steps = page.locator(".step");
    expect(await steps.count()).toBe(1);
    await page.evaluate(() => {
      (window as unknown as { stayed: boolean }).stayed = true;
    });
    await stage.callback("pay-live");
    await page.locator('.step[data-mark="held"]').waitFor({ timeout: 10_000 });
    expect(await steps.count()).toBe(2);
    expect(await page.evaluate(() => (window as unknown as { stayed?: boolean }).stayed)).toBe(true);
    expect(await page.locator("#chart-open").getAttribute("open")).not.toBeNull();
    expect(await page.getByRole("status").last().textContent()).toBe("Page updated.");
    expect(await page.locator(".card:has(#effects) .countdown").count()).toBeGreaterThan(0);
  });

  test("what came over and over is one row, opened without a script and by a link to a step in it", async () => {
    const page = await open("/orders/noisy", { javaScriptEnabled: false });
    const fold = page.locator('[data-fold="20"]');
    const fifth = page.locator("#step-7");
    expect(await fifth.isVisible()).toBe(false);
    await fold.getByText("Each of them").click();
    expect(await fifth.isVisible()).toBe(true);
    expect(await fold.locator("li").count()).toBe(20);
    await fifth.getByRole("link", { name: "JSON, Step 7" }).click();
    expect(await page.locator("h1").textContent()).toContain("Step 7");
    const linked = await open("/orders/noisy#step-9", { javaScriptEnabled: false });
    expect(await linked.locator("#step-9").isVisible()).toBe(true);
  });

  test("the slider goes through its history, with the keyboard, and the address follows", async () => {
    const page = await open("/orders/paid");
    const slider = page.getByRole("slider");
    const [last, first] = [await slider.getAttribute("max"), await slider.getAttribute("min")];
    expect(await page.locator(".status.big").textContent()).toBe("Processing");
    await slider.focus();
    await page.keyboard.press("Home");
    await page.locator('.status.big[data-status="pending"]').waitFor();
    expect(new URL(page.url()).searchParams.get("at")).toBe(first);
    expect(await page.locator(".fitted .current").first().getAttribute("class")).toContain("state-pending");
    expect(await page.locator(".fitted .taken").count()).toBe(0);
    expect(await page.locator('.way [aria-current="step"] .stop').textContent()).toBe("pending");
    expect(await page.locator(".fitted .onward").count()).toBeGreaterThan(3);
    await page.keyboard.press("End");
    await page.locator('.status.big[data-status="processing"]').waitFor();
    expect(await page.getByRole("slider").inputValue()).toBe(last);
    expect(await page.locator(".fitted .taken").count()).toBe(1);
    expect(await page.locator('.way [aria-current="step"] .stop').textContent()).toBe("processing");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("at");
  });

  test("a dead letter is tried again, after it has been said what that means", async () => {
    const page = await open("/");
    await page
      .locator('[data-dead^="dead:"]')
      .getByRole("link", { name: /^Try again/ })
      .click();
    expect(await page.locator("main").textContent()).toContain("is sent again with the same key dead:");
    stage.refuses.delete("dead");
    await page.getByRole("button", { name: "Try again" }).click();
    expect(await page.getByRole("status").first().textContent()).toContain("It is being tried again.");
    await stage.place.rest();
    expect(stage.place.status("dead")).toBe("processing");
    await page.goto(`${stage.url}/`);
    expect(await page.locator('[data-dead^="dead:"]').count()).toBe(0);
  });

  test("an action: seen dry, done, and told", async () => {
    const page = await open("/orders/flagged");
    await page
      .locator("#first-actions")
      .getByRole("link", { name: /Cancel/ })
      .click();
    expect(await page.locator("main").textContent()).toContain("nothing has been changed");
    expect((await stage.engine.queries.read("flagged"))?.facts.order.status).toBe("processing");
    await page.getByRole("button", { name: /^Do it/ }).click();
    await page.locator(".banner.good").waitFor();
    await stage.place.rest();
    expect((await stage.engine.queries.read("flagged"))?.facts.order.status).toBe("cancelled");
  });

  test("everything can be reached and read with the keyboard", async () => {
    const page = await open("/orders/paid");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe("Skip to the content");
    await page.keyboard.press("Enter");
    expect(await page.evaluate(() => document.activeElement?.id)).toBe("content");
    await page.keyboard.press("Tab");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement as Element).outlineStyle);
    expect(outline).toBe("solid");
  });

  test("dark, where the reader prefers it", async () => {
    const ground = async (colorScheme: "light" | "dark") => {
      const page = await open("/orders/paid", { colorScheme });
      const rgb = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      return (rgb.match(/\d+/g) ?? []).map(Number).reduce((sum, part) => sum + part, 0) / 3;
    };
    expect(await ground("light")).toBeGreaterThan(200);
    expect(await ground("dark")).toBeLessThan(60);
  });

  test.each(["/", "/orders", "/orders/held", "/orders/noisy", "/reconcile", "/orders/paid/actions/merchant.refunded"])(
    "on a phone nothing of %s is wider than the screen",
    async (path) => {
      const page = await open(path, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true });
      const [wide, width] = await page.evaluate(() => [document.documentElement.scrollWidth, window.innerWidth]);
      expect(wide).toBeLessThanOrEqual(width ?? 0);
    },
  );

  test("without a script everything can be read, and history gone through", async () => {
    const page = await open("/orders/held", { javaScriptEnabled: false });
    expect(await page.locator(".step").count()).toBeGreaterThan(3);
    await page.getByText("Path", { exact: true }).click();
    expect(await page.locator(".fitted svg .current").isVisible()).toBe(true);
    await page.getByRole("link", { name: "One step back" }).click();
    await page.getByText("This is the order after step").waitFor();
    expect(new URL(page.url()).searchParams.get("at")).not.toBeNull();
    await page.getByRole("button", { name: "Show" }).click();
    await page.getByRole("link", { name: "Back to now" }).click();
    expect(new URL(page.url()).search).toBe("");
    await page.getByRole("link", { name: "Svenska" }).click();
    expect(await page.locator("html").getAttribute("lang")).toBe("sv");
    await page.getByRole("link", { name: "Ordrar" }).click();
    expect(await page.locator("html").getAttribute("lang")).toBe("sv");
  });

  test.each([
    ["/", "light"],
    ["/orders", "light"],
    ["/orders/held", "light"],
    ["/orders/held", "dark"],
    ["/orders/noisy", "light"],
    ["/orders/frozen?at=2", "light"],
    ["/orders/frozen/raw", "light"],
    ["/orders/frozen/machines", "dark"],
    ["/orders/dead", "light"],
    ["/orders/stale", "dark"],
    ["/find?q=P", "light"],
    ["/orders/frozen/reveal", "light"],
    ["/orders/frozen/actions/merchant.failed", "dark"],
    ["/reconcile", "light"],
  ] as const)("axe finds nothing serious on %s, %s", async (path, colorScheme) => {
    const page = await open(path, { colorScheme, bypassCSP: false });
    expect(await seriousFaults(page)).toEqual([]);
  });
});

interface Violation {
  id: string;
  impact: string;
  nodes: { target: string[] }[];
}
