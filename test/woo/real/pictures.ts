/** The newcomer's path and what a merchant sees, as pictures for docs/woocommerce.md. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import type { Act } from "./acts.js";
import { buyer } from "./buyer.js";
import { idIn } from "./customers.js";
import { loggedIn, orderScreen } from "./merchant.js";
import { law } from "./paying.js";
import { METHOD } from "./world.js";

const SIZE = { width: 1180, height: 820 };

/** One act, in the order of the page: it buys as a customer does, and looks as a merchant does. */
export const pictureActs = (folder: string | undefined): Act[] => {
  if (folder === undefined) return [];
  const take = async (page: Page, name: string, at?: string) => {
    await page.setViewportSize(SIZE);
    // Fonts and drawings of the admin pages come after their text.
    await page.waitForLoadState("networkidle").catch(() => {});
    if (at !== undefined) await page.locator(at).first().scrollIntoViewIfNeeded();
    await page.screenshot({ path: join(folder, `${name}.png`) });
  };
  const pays = async (world: Parameters<Act["run"]>[0], browser: Browser, how: "sign" | "freeze", named: boolean) => {
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "blocks");
    await one.page.waitForSelector(`label[for$="-${METHOD}"]`);
    if (named) await take(one.page, "checkout", `label[for$="-${METHOD}"]`);
    await one.goesToBank(METHOD);
    await one.atBank(how);
    if (named) await take(one.page, "thank-you");
    const id = idIn(one.page.url());
    await one.leaves();
    await world.settled(id);
    return id;
  };
  return [
    {
      name: `pictures of the newcomer's path, in ${folder}`,
      async run(world, browser) {
        const broken: string[] = [];
        await mkdir(folder, { recursive: true });
        await world.checkoutIs("blocks");
        const page = await loggedIn(browser, world);
        await page.goto(`${world.shop.url}/wp-admin/admin.php?page=order-status-engine`);
        await page.click('button[value="test"]');
        await page.waitForSelector(".notice-info ul");
        await take(page, "settings");
        const paid = await pays(world, browser, "sign", true);
        await page.goto(await orderScreen(world, paid));
        await page.waitForSelector("#order-status-engine-panel strong");
        await take(page, "order");
        const frozen = await pays(world, browser, "freeze", false);
        await page.goto(await orderScreen(world, frozen));
        await page.waitForSelector("#order-status-engine-panel strong");
        await take(page, "frozen");
        const { status } = await world.order(frozen);
        law(broken, status === "on-hold", `order ${frozen} is ${status}`);
        await page.context().close();
        return broken;
      },
    },
  ];
};
