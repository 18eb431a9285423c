/** Every door of WooCommerce by which a status is set × how the payment is. */
import type { Browser, Page } from "playwright-core";
import { withKeys } from "../../../src/shops/woocommerce/keys.js";
import { type Act, paidOrder, paymentOf, setsStatus } from "./acts.js";
import { loggedIn, orderScreen } from "./merchant.js";
import type { RealWorld } from "./world.js";

const listOf = ({ shop }: RealWorld): Promise<string> =>
  shop.php<string>(
    `return \\Automattic\\WooCommerce\\Utilities\\OrderUtil::custom_orders_table_usage_is_enabled() ? admin_url( 'admin.php?page=wc-orders' ) : admin_url( 'edit.php?post_type=shop_order' );`,
  );

/** Another program of the shop: it has a key, and not the engine's signature. */
const rest = async ({ shop }: RealWorld, method: string, path: string, body: object): Promise<void> => {
  const address = new URL(`${shop.url}/wp-json/${path}`);
  const { url, headers } = withKeys(shop.keys, method, address, Date.now());
  const init = { method, headers: { ...headers, "content-type": "application/json" }, body: JSON.stringify(body) };
  await (await fetch(url, init)).text();
};

/** By its value: a click on a row may open the order. */
const ticked = (page: Page, id: number): Promise<void> =>
  page.locator(`input[type="checkbox"][value="${id}"]`).evaluate((box) => {
    (box as HTMLInputElement).checked = true;
  });

type Door = (world: RealWorld, page: Page, id: number) => Promise<void>;
const doors: Record<string, Door> = {
  async "order screen"(world, page, id) {
    await page.goto(await orderScreen(world, id));
    await page.waitForSelector("#order-status-engine-panel strong");
    await page.selectOption("#order_status", "wc-completed", { force: true });
    await Promise.all([page.waitForNavigation(), page.dispatchEvent("button.save_order", "click")]);
  },
  async "list button"(world, page, id) {
    const url = await world.shop.php<string>(
      `return add_query_arg( array( 'action' => 'woocommerce_mark_order_status', 'status' => 'completed', 'order_id' => ${id} ), admin_url( 'admin-ajax.php' ) );`,
    );
    await page.goto(await listOf(world));
    // The list has the button for an order that may be completed; the address is the same for every order.
    const nonce = await page.evaluate(
      () => /woocommerce_mark_order_status[^"']*?_wpnonce=(\w+)/.exec(document.body.innerHTML)?.[1],
    );
    if (nonce === undefined) throw new Error("the list has no button for any order");
    await page.goto(`${url}&_wpnonce=${nonce}`);
  },
  async "bulk action"(world, page, id) {
    await page.goto(await listOf(world));
    await ticked(page, id);
    await page.selectOption("#bulk-action-selector-top", "mark_completed");
    await Promise.all([page.waitForNavigation(), page.dispatchEvent("#doaction", "click")]);
  },
  "REST v3": (world, _, id) => rest(world, "PUT", `wc/v3/orders/${id}`, { status: "completed" }),
  "REST v2": (world, _, id) => rest(world, "PUT", `wc/v2/orders/${id}`, { status: "completed" }),
  "REST batch": (world, _, id) => rest(world, "POST", "wc/v3/orders/batch", { update: [{ id, status: "completed" }] }),
  "update_status()": async (world, _, id) => void (await setsStatus(world, id, "completed")),
};

const payments = ["frozen", "processing", "captured"] as const;

const orderThatIs = async (world: RealWorld, payment: (typeof payments)[number]): Promise<number> => {
  const id = await paidOrder(world, 1, async () => {}, payment === "frozen" ? "freeze" : "sign");
  if (payment === "captured") await setsStatus(world, id, "completed");
  await world.settled(id);
  return id;
};

const completedByEveryDoor: Act = {
  name: "Completed by every door, of a frozen, a paid and a captured order",
  async run(world, browser: Browser) {
    const broken: string[] = [];
    const page = await loggedIn(browser, world);
    for (const payment of payments) {
      const ways = Object.entries(doors);
      const orders = await Promise.all(ways.map(() => orderThatIs(world, payment)));
      for (const [n, [door, goesThrough]] of ways.entries()) {
        const id = orders[n] ?? 0;
        const before = (await world.shop.mails()).length;
        await goesThrough(world, page, id);
        await world.settled(id);
        const { status, notes } = await world.order(id);
        const captured = world.bank.books(await paymentOf(world, id))?.captured;
        const captures = world.bank.calls.filter(({ op, applied }) => op === "capture" && applied).length;
        const mails = (await world.shop.mails())
          .slice(before)
          .filter(({ subject }) => /complete|on its way/i.test(subject)).length;
        const reduced = notes.filter((note) => note.startsWith("Stock levels reduced")).length;
        const says = [status, captured, mails, reduced].join(" / ");
        const wanted = {
          frozen: "on-hold / 0 / 0 / 0",
          processing: "completed / 359.9 / 1 / 1",
          captured: "completed / 359.9 / 0 / 1",
        };
        // Stock is held for a frozen order, too.
        const held = payment === "frozen" ? says.replace(/1$/, "0") : says;
        if (held !== wanted[payment])
          broken.push(
            `${payment}, ${door}: ${says}, not ${wanted[payment]} (status / captured / mails / stock; ${captures} captures in all)`,
          );
      }
    }
    await page.context().close();
    return broken;
  },
};

const bulkSaysWhatHappened: Act = {
  name: "a bulk action over a frozen and a paid order: one is counted as changed, and the other's reason is read",
  async run(world, browser) {
    const broken: string[] = [];
    const page = await loggedIn(browser, world);
    const ids = [await orderThatIs(world, "frozen"), await orderThatIs(world, "processing")];
    await page.goto(await listOf(world));
    for (const id of ids) await ticked(page, id);
    await page.selectOption("#bulk-action-selector-top", "mark_completed");
    await Promise.all([page.waitForNavigation(), page.dispatchEvent("#doaction", "click")]);
    const text = await page.innerText("body");
    if (!/\b1 order status changed/.test(text)) broken.push("WooCommerce does not say that one status was changed");
    if (!/frozen/.test(text)) broken.push("the reason is not shown");
    await page.context().close();
    return broken;
  },
};

export const doorActs: Act[] = [completedByEveryDoor, bulkSaysWhatHappened];
