/** Every door of WooCommerce by which a status is set × how the payment is. */
import type { Browser, Page } from "playwright-core";
import { withKeys } from "../../../src/shops/woocommerce/keys.js";
import { type Act, paidOrder, paymentOf, setsStatus } from "./acts.js";
import { loggedIn, orderScreen } from "./merchant.js";
import { timesReduced } from "./paying.js";
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
    // The panel of the plugin, where that is active.
    if ((await page.locator("#order-status-engine-panel").count()) > 0)
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

type MakesOrder = (world: RealWorld, outcome: "sign" | "freeze") => Promise<{ id: number; payment: string }>;

const made: MakesOrder = async (world, outcome) => {
  const id = await paidOrder(world, 1, async () => {}, outcome);
  return { id, payment: await paymentOf(world, id) };
};

const orderThatIs = async (world: RealWorld, payment: (typeof payments)[number], makes = made) => {
  const order = await makes(world, payment === "frozen" ? "freeze" : "sign");
  if (payment === "captured") await setsStatus(world, order.id, "completed");
  await world.settled(order.id);
  return order;
};

export interface AtDoor {
  payment: (typeof payments)[number];
  door: string;
  status: string;
  captured: number | undefined;
  /** To the customer, that the order is completed. */
  mails: number;
  /** How often the stock was reduced. */
  reduced: number;
  /** What the bank was asked to change for this click, each with whether it did. */
  calls: string;
}

/** Completed by every door, of each kind of payment. */
export const everyDoor = async (world: RealWorld, page: Page, makes?: MakesOrder): Promise<AtDoor[]> => {
  const rows: AtDoor[] = [];
  for (const payment of payments) {
    for (const [door, goesThrough] of Object.entries(doors)) {
      // An order that cannot be made takes nothing from the other rows.
      const order = await orderThatIs(world, payment, makes).catch((thrown: unknown) => String(thrown).slice(0, 150));
      if (typeof order === "string") {
        rows.push({
          payment,
          door,
          status: `not made: ${order}`,
          captured: undefined,
          mails: 0,
          reduced: 0,
          calls: "none",
        });
        continue;
      }
      const { id, payment: paymentId } = order;
      const [mailsBefore, callsBefore] = [(await world.shop.mails()).length, world.bank.calls.length];
      const failed = await goesThrough(world, page, id).then(
        () => null,
        (thrown: unknown) => `not gone through: ${String(thrown).split("\n")[0]?.slice(0, 150)}`,
      );
      await world.settled(id);
      const { status, notes } = await world.order(id);
      const mails = (await world.shop.mails())
        .slice(mailsBefore)
        .filter(({ subject }) => /complete|on its way/i.test(subject)).length;
      const calls = world.bank.calls
        .slice(callsBefore)
        .filter((call) => call.paymentId === paymentId)
        .map(({ op, applied }) => (applied ? op : `${op} refused`));
      rows.push({
        payment,
        door,
        status: failed ?? status,
        captured: world.bank.books(paymentId)?.captured,
        mails,
        reduced: timesReduced({ notes }),
        calls: calls.join(", ") || "none",
      });
    }
  }
  return rows;
};

export const rowOf = ({ status, captured, mails, reduced, calls }: AtDoor): string =>
  [status, captured, mails, reduced, calls].join(" / ");

const wanted = {
  // Stock is held for a frozen order, too.
  frozen: "on-hold / 0 / 0 / 1 / none",
  processing: "completed / 359.9 / 1 / 1 / capture",
  captured: "completed / 359.9 / 0 / 1 / none",
};

const completedByEveryDoor: Act = {
  name: "Completed by every door, of a frozen, a paid and a captured order",
  async run(world, browser: Browser) {
    const page = await loggedIn(browser, world);
    const rows = await everyDoor(world, page);
    await page.context().close();
    return rows
      .filter((row) => rowOf(row) !== wanted[row.payment])
      .map((row) => `${row.payment}, ${row.door}: ${rowOf(row)}, not ${wanted[row.payment]}`);
  },
};

const bulkSaysWhatHappened: Act = {
  name: "a bulk action over a frozen and a paid order: one is counted as changed, and the other's reason is read",
  async run(world, browser) {
    const broken: string[] = [];
    const page = await loggedIn(browser, world);
    const ids = [(await orderThatIs(world, "frozen")).id, (await orderThatIs(world, "processing")).id];
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
