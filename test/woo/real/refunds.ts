/** Refunds as a merchant makes them: on the order screen, with a mouse that clicks twice, and while the bank is slow. */
import type { Page } from "playwright-core";
import { type Act, agree, completedOrder } from "./acts.js";
import { loggedIn, orderScreen } from "./merchant.js";
import { type Broken, law } from "./paying.js";
import type { RealWorld } from "./world.js";

/** Opens the form of the order screen and fills it in. */
type FillsIn = (page: Page) => Promise<void>;

const amount =
  (value: string): FillsIn =>
  async (page) => {
    await page.fill("#refund_amount", value);
    await page.locator("#refund_amount").blur();
  };

/** One of the first article, whose price WooCommerce puts in by itself. */
const firstLine: FillsIn = async (page) => {
  await page.locator("input.refund_order_item_qty").first().fill("1");
  await page.locator("input.refund_order_item_qty").first().press("Tab");
  await page.waitForFunction(() => document.querySelector<HTMLInputElement>("#refund_amount")?.value !== "");
};

interface Pressed {
  /** What the browser asked or said, the question before each refund aside. */
  said: string[];
  /** The page showed a refund before the button was pressed, so it was not pressed. */
  shown: boolean;
}

const refundsOnScreen = async (
  world: RealWorld,
  page: Page,
  id: number,
  fillsIn: FillsIn,
  clicks: number,
): Promise<Pressed> => {
  const said: string[] = [];
  page.removeAllListeners("dialog");
  const refused = new Promise<void>((resolve) => {
    page.on("dialog", (dialog) => {
      void dialog.accept();
      if (/Are you sure/.test(dialog.message())) return;
      said.push(dialog.message());
      resolve();
    });
  });
  await page.goto(await orderScreen(world, id));
  await page.waitForSelector("#order-status-engine-panel strong");
  if ((await page.locator("tr.refund").count()) > 0) return { said, shown: true };
  await page.click("button.refund-items");
  await fillsIn(page);
  await page.locator("button.do-api-refund").scrollIntoViewIfNeeded();
  await page.locator("button.do-api-refund").click({ clickCount: clicks, delay: 20 });
  // The page is loaded anew after a refund, and the form stays open after a refusal.
  await Promise.race([page.waitForSelector("tr.refund"), refused]);
  return { said, shown: false };
};

const byDoubleClick: Act = {
  name: "refunds on the order screen by a double click, of an amount, of a line and of the whole: once at the bank, in the shop and by mail",
  async run(world, browser) {
    const broken: Broken = [];
    const page = await loggedIn(browser, world);
    const kinds: [string, FillsIn, number][] = [
      ["an amount", amount("25"), 25],
      ["a line", firstLine, 100],
      ["the whole", amount("359.9"), 359.9],
    ];
    for (const [kind, fillsIn, refunded] of kinds) {
      const { id, payment } = await completedOrder(world);
      const since = (await world.shop.mails()).length;
      const { said } = await refundsOnScreen(world, page, id, fillsIn, 2);
      law(broken, said.length === 0, `${kind}: the browser said: ${said}`);
      const amiss: Broken = [];
      await agree(world, amiss, { id, payment, since }, refunded, 1);
      broken.push(...amiss.map((says) => `${kind}: ${says}`));
      const { status } = await world.order(id);
      const wanted = refunded === 359.9 ? "refunded" : "completed";
      law(broken, status === wanted, `${kind}: order ${id} is ${status}`);
    }
    await page.context().close();
    return broken;
  },
};

const whileTheBankIsSlow: Act = {
  name: "a refund on the order screen while the bank is slow, and pressed again: the merchant is told, and bank and shop agree to the cent",
  async run(world, browser) {
    const broken: Broken = [];
    const page = await loggedIn(browser, world);
    const { id, payment } = await completedOrder(world);
    world.bank.delayNext("refund", 25_000);
    const first = await refundsOnScreen(world, page, id, amount("20"), 2);
    law(broken, /has not answered yet/.test(first.said.join(" ")), `the merchant was told: ${first.said}`);
    law(broken, (await world.order(id)).refunds.length === 0, "there is a refund before the bank has said yes");
    // He does not read, and presses again, until the order shows the refund.
    const said: string[] = [];
    for (let presses = 1; presses <= 50; presses += 1) {
      const again = await refundsOnScreen(world, page, id, amount("20"), 1);
      if (again.shown) break;
      law(broken, again.said.length > 0, `press ${presses} after the first was told nothing`);
      said.push(...again.said);
    }
    await world.settled(id);
    const order = await world.order(id);
    const inShop = order.refunds.reduce((sum, one) => sum + Math.round(Number(one.amount) * 100), 0) / 100;
    const atBank = world.bank.books(payment)?.refunded;
    law(broken, atBank === inShop, `the bank gave back ${atBank}, the shop has refunds of ${inShop}`);
    law(broken, atBank === 20, `the bank gave back ${atBank} for a refund of 20 that was pressed again: ${said}`);
    await page.context().close();
    return broken;
  },
};

export const refundActs: Act[] = [byDoubleClick, whileTheBankIsSlow];
