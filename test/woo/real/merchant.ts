/** What a merchant sees: the settings page, and the panel and the refund button of the order screen. */
import type { Browser, Page } from "playwright-core";
import type { Act } from "./acts.js";
import { completedOrder, paidOrder } from "./acts.js";
import { ADMIN_PASSWORD, WEBHOOK_SECRET } from "./stand-up.js";
import type { RealWorld } from "./world.js";

const WAIT_MS = 300_000;

export const loggedIn = async (browser: Browser, { shop }: RealWorld): Promise<Page> => {
  const page = await (await browser.newContext()).newPage();
  page.setDefaultTimeout(WAIT_MS);
  await page.goto(`${shop.url}/wp-login.php`);
  await page.fill("#user_login", "admin");
  await page.fill("#user_pass", ADMIN_PASSWORD);
  await page.click("#wp-submit");
  await page.waitForURL(/wp-admin/);
  return page;
};

export const orderScreen = ({ shop }: RealWorld, id: number): Promise<string> =>
  shop.php<string>(`wp_set_current_user( 1 ); return wc_get_order( ${id} )->get_edit_order_url();`);

const settings: Act = {
  name: "the settings page: the connection is tested, key and webhook are made and shown once",
  async run(world, browser) {
    const broken: string[] = [];
    const page = await loggedIn(browser, world);
    await page.goto(`${world.shop.url}/wp-admin/admin.php?page=order-status-engine`);
    // On a busy computer the shop's answers take longer than the page waits: it says so, and one presses again.
    let found = "has not said";
    for (let presses = 1; presses <= 5 && found.includes("has not said"); presses += 1) {
      await page.click('button[value="test"]');
      await page.waitForSelector(".notice-info ul");
      found = (await page.locator(".notice-info ul").allInnerTexts()).join("\n");
    }
    for (const says of [
      "✓ The engine answers.",
      "✓ It takes the token.",
      "✓ It offers: Invoice",
      "takes its signature",
      "✓ the key reads and writes orders",
    ]) {
      if (!found.includes(says)) broken.push(`the test says: ${found}`);
    }
    const asked: string[] = [];
    page.on("dialog", (dialog) => {
      asked.push(dialog.message());
      void dialog.accept();
    });
    await page.click('button[value="keys"]');
    const lines = await page.innerText(".notice-success pre");
    if (
      !/^ORDER_STATUS_WOO_KEY=ck_\w+\nORDER_STATUS_WOO_SECRET=cs_\w+\nORDER_STATUS_WOO_WEBHOOK_SECRET=\w+$/.test(
        lines.trim(),
      )
    ) {
      broken.push(`the keys read: ${lines}`);
    }
    if (asked.length !== 1 || !asked[0]?.includes("A new one has a new secret"))
      broken.push(`before the webhook is made anew it asks: ${asked}`);
    // The engine of this run keeps the secret that it has.
    await world.shop.php(
      `$webhook = wc_get_webhook( Order_Status_Engine_Webhook::id() ); $webhook->set_secret( ${JSON.stringify(WEBHOOK_SECRET)} ); $webhook->save(); return 1;`,
    );
    const html = await page.content();
    if (html.includes("token of the engine's API")) broken.push("the token is in the page");
    await page.context().close();
    return broken;
  },
};

const panel: Act = {
  name: "the order screen: why the order is where it is; the refund button gives the money back at the bank",
  async run(world, browser) {
    const broken: string[] = [];
    const { id, payment } = await completedOrder(world);
    const page = await loggedIn(browser, world);
    await page.goto(await orderScreen(world, id));
    await page.waitForSelector("#order-status-engine-panel strong");
    const says = await page.innerText("#order-status-engine-panel");
    if (!/Completed since .*captured 359.90 SEK/s.test(says)) broken.push(`the panel says: ${says}`);
    page.on("dialog", (dialog) => void dialog.accept());
    // WordPress may lay a drawing over the page, which takes the mouse.
    await page.dispatchEvent("button.refund-items", "click");
    await page.fill("#refund_amount", "25");
    await page.dispatchEvent("button.do-api-refund", "click");
    await page.waitForSelector("tr.refund");
    await world.settled(id);
    if (world.bank.books(payment)?.refunded !== 25)
      broken.push(`the bank gave back ${world.bank.books(payment)?.refunded}`);
    if ((await world.order(id)).refunds.length !== 1) broken.push("the shop has not one refund");
    await page.context().close();
    return broken;
  },
};

const stale: Act = {
  name: "an order screen that was opened while the order was pending does not set it back",
  async run(world, browser) {
    const broken: string[] = [];
    const page = await loggedIn(browser, world);
    let screen = "";
    const id = await paidOrder(world, 1, async (waiting) => {
      screen = await orderScreen(world, waiting);
      await page.goto(screen);
      await page.waitForSelector("#order-status-engine-panel strong");
    });
    await page.click("button.save_order");
    await page.waitForLoadState("load");
    await world.settled(id);
    const { status } = await world.order(id);
    if (status !== "processing") broken.push(`order ${id} is ${status} after the save`);
    const notice = await page.innerText("body");
    if (!notice.includes("while this page was open, and was kept")) broken.push("the merchant is not told");
    await page.context().close();
    return broken;
  },
};

export const merchantActs: Act[] = [settings, panel, stale];
