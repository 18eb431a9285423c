/** Writes the pictures of docs/inspector.md: the demo's hour, and a shop with troubles. */
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import type { Browser, BrowserContextOptions } from "playwright-core";
import { HOUR, steps } from "../../src/cli/lib/demo-stories.js";
import { DemoWorld } from "../../src/cli/lib/demo-world.js";
import { statelyServer } from "../../src/inspector/stately.js";
import { T0 } from "../engine/place.js";
import { chromiumAt, launch } from "./browser.js";
import { Stage } from "./stage.js";

/** From dist/test/inspector back to the project. */
const folder = fileURLToPath(new URL("../../../docs/inspector/", import.meta.url));

const desk = { viewport: { width: 1280, height: 1000 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 1.5, isMobile: true };

const take = async (browser: Browser, url: string, name: string, options: BrowserContextOptions): Promise<void> => {
  const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Stockholm", ...options });
  const page = await context.newPage();
  await page.goto(url);
  // Fonts are there, times are local, the drawing is scrolled to its place.
  await page.waitForTimeout(300);
  await page.screenshot({ path: `${folder}${name}.png` });
  await context.close();
};

if (chromiumAt === null) throw new Error("no Chromium here; apt-get install chromium, or name one in CHROMIUM");
await mkdir(folder, { recursive: true });
const browser = await launch();
const machines = await statelyServer();
const stage = await Stage.made({}, { onDecision: machines.tell });
await stage.everything();
await take(browser, `${stage.url}/`, "problems", { viewport: { width: 1280, height: 900 } });
await take(browser, `${stage.url}/orders/held#history`, "held", desk);
await take(browser, machines.url.replace("ws:", "http:"), "machines", desk);
await stage.end();
await machines.close();

const world = new DemoWorld(T0);
await world.begin(0, () => {});
for (const { at, act } of steps) {
  await world.advanceTo(at);
  await act(world);
}
await world.advanceTo(HOUR);
await world.finishHour();
const url = `${world.sandbox.url}/inspector`;
await take(browser, `${url}/orders`, "orders", desk);
await take(browser, `${url}/orders/1012`, "order", desk);
await take(browser, `${url}/orders/1013`, "order-dark", { ...desk, colorScheme: "dark" });
await take(browser, `${url}/orders/1013/actions/merchant.refunded`, "action", {
  viewport: { width: 1280, height: 640 },
});
await take(browser, `${url}/orders/1012?lang=sv`, "phone", { ...phone, locale: "sv-SE" });
await browser.close();
const ticking = world.followRealTime();
await world.sandbox.stop();
ticking();
