/** What the plugin tells by itself: flags in the list, edits, refunds by hand, a webhook that went off; and the rehearsal. */
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { type Act, completedOrder, flagsOf, paidOrder, paymentOf, setsStatus } from "./acts.js";
import { loggedIn, orderScreen } from "./merchant.js";
import { WEBHOOK_SECRET } from "./stand-up.js";
import { PLUGIN_SECRET, type RealWorld, TOKEN } from "./world.js";

const unexplained: Act = {
  name: "a status that only another plugin knows: Completed is refused before money moves, naming statuses",
  async run(world) {
    const broken: string[] = [];
    const id = await paidOrder(world);
    await setsStatus(world, id, "picking");
    const status = await setsStatus(world, id, "completed");
    await world.settled(id);
    const { notes } = await world.order(id);
    if (status !== "picking") broken.push(`order ${id} is ${status}`);
    if (!notes.some((note) => note.includes("declare it in statuses"))) broken.push("no note names statuses");
    if (world.bank.books(await paymentOf(world, id))?.captured !== 0) broken.push("money was captured");
    return broken;
  },
};

/** The column of flags in the order list. */
const listSays = async (world: RealWorld, page: Page, id: number): Promise<string | null> => {
  const list = await world.shop.php<string>(
    `delete_transient( 'order_status_engine_flagged' ); return \\Automattic\\WooCommerce\\Utilities\\OrderUtil::custom_orders_table_usage_is_enabled() ? admin_url( 'admin.php?page=wc-orders' ) : admin_url( 'edit.php?post_type=shop_order' );`,
  );
  await page.goto(list);
  const cell = page.locator(`[data-order-status-engine="${id}"]`);
  // It is an image for whoever cannot see it, once the engine has answered.
  await page.locator(`[data-order-status-engine="${id}"][role="img"]`).waitFor({ state: "attached" });
  return cell.getAttribute("title");
};

const byHand: Act = {
  name: "refunds by hand: no money moves, the panel and the list say so, until the bank agrees",
  async run(world, browser) {
    const broken: string[] = [];
    const { id, payment } = await completedOrder(world);
    const refund = (amount: number) =>
      world.shop.php(`wc_create_refund( array( 'order_id' => ${id}, 'amount' => ${amount} ) ); return 1;`);
    await refund(10);
    await world.settled(id);
    const page = await loggedIn(browser, world);
    await page.goto(await orderScreen(world, id));
    await page.waitForSelector("#order-status-engine-panel strong");
    const panel = await page.innerText("#order-status-engine-panel");
    if (!/The shop has refunds of .*10.00.*the bank has refunded .*0.00/.test(panel))
      broken.push(`the panel says: ${panel}`);
    const part = await listSays(world, page, id);
    if (!part?.includes("10.00")) broken.push(`of a part by hand the list says: ${part}`);
    // The bank agrees to this part, and the shop has it already.
    world.bank.portal(payment, "refund", 10);
    await world.engine.submit(String(id), { type: "reconcile.asked" }, { wait: "settled" });
    await world.settled(id);
    const { refunds } = await world.order(id);
    const agreed = await listSays(world, page, id);
    if (agreed !== "") broken.push(`after the bank agreed the list says: ${agreed}`);
    if (refunds.length !== 1)
      broken.push(`the shop has ${refunds.length} refunds after the bank agreed to the one by hand`);
    await refund(349.9);
    await world.settled(id);
    if (world.bank.books(payment)?.refunded !== 10) broken.push("the bank gave money back");
    const flags = await flagsOf(world, id);
    if (!flags.includes("discrepancy:refunded-not-credited")) broken.push(`the flags are [${flags}]`);
    const says = await listSays(world, page, id);
    if (!says?.includes("the bank still has the customer's money")) broken.push(`the list says: ${says}`);
    world.bank.portal(payment, "refund");
    await world.engine.submit(String(id), { type: "reconcile.asked" }, { wait: "settled" });
    await world.settled(id);
    if ((await flagsOf(world, id)).length > 0) broken.push(`still flagged: ${await flagsOf(world, id)}`);
    await page.context().close();
    return broken;
  },
};

const edits: Act = {
  name: "edits after the payment are told as they happen: a total that was lowered, another payment method",
  async run(world) {
    const broken: string[] = [];
    const changes: [string, string][] = [
      [
        `$fee = new WC_Order_Item_Fee(); $fee->set_name( 'Rebate' ); $fee->set_amount( '-50' ); $fee->set_total( '-50' ); $order->add_item( $fee ); $order->calculate_totals( false );`,
        "discrepancy:amount-mismatch",
      ],
      [`$order->set_payment_method( 'cod' );`, "discrepancy:paid-another-way"],
    ];
    for (const [change, flag] of changes) {
      const id = await paidOrder(world);
      await world.shop.php(`$order = wc_get_order( ${id} ); ${change} $order->save(); return 1;`);
      await world.settled(id);
      const flags = await flagsOf(world, id);
      if (!flags.includes(flag)) broken.push(`order ${id} has the flags [${flags}], not ${flag}`);
    }
    return broken;
  },
};

const bin: Act = {
  name: "a paid order goes into the bin and comes back: flagged at once, and as before",
  async run(world) {
    const broken: string[] = [];
    const id = await paidOrder(world);
    await world.shop.php(`wc_get_order( ${id} )->delete( false ); return 1;`);
    const flags = await flagsOf(world, id);
    if (!flags.includes("discrepancy:order-gone")) broken.push(`in the bin order ${id} has the flags [${flags}]`);
    const status = await world.shop.php<string>(`
      $store = WC_Data_Store::load( 'order' );
      if ( is_callable( array( $store, 'untrash_order' ) ) ) { $store->untrash_order( wc_get_order( ${id} ) ); } else { wp_untrash_post( ${id} ); }
      return wc_get_order( ${id} )->get_status();`);
    await world.settled(id);
    if (status !== "processing") broken.push(`out of the bin order ${id} is ${status}`);
    if ((await flagsOf(world, id)).length > 0)
      broken.push(`out of the bin it has the flags [${await flagsOf(world, id)}]`);
    await setsStatus(world, id, "completed");
    await world.settled(id);
    const captured = world.bank.books(await paymentOf(world, id))?.captured;
    if (captured !== 359.9) broken.push(`then ${captured} was captured`);
    return broken;
  },
};

const webhookOff: Act = {
  name: "WooCommerce switches the webhook off: it is on again, and what was lost meanwhile is found",
  async run(world) {
    const broken: string[] = [];
    const id = await paidOrder(world);
    // Another hand, of which no webhook tells.
    await world.shop.php(`
      global $wpdb;
      $wpdb->update( $wpdb->prefix . 'wc_orders', array( 'status' => 'wc-cancelled' ), array( 'id' => ${id} ) );
      $wpdb->update( $wpdb->posts, array( 'post_status' => 'wc-cancelled' ), array( 'ID' => ${id} ) );
      wp_cache_flush();
      $webhook = wc_get_webhook( Order_Status_Engine_Webhook::id() );
      $webhook->set_status( 'disabled' );
      $webhook->save();
      do_action( 'woocommerce_webhook_disabled_due_delivery_failures', $webhook->get_id() );
      return 1;`);
    await world.deliver();
    await world.settled(id);
    const status = await world.shop.php<string>(
      `return wc_get_webhook( Order_Status_Engine_Webhook::id() )->get_status();`,
    );
    if (status !== "active") broken.push(`the webhook is ${status}`);
    const flags = await flagsOf(world, id);
    if (!flags.includes("discrepancy:paid-but-cancelled")) broken.push(`order ${id} has the flags [${flags}]`);
    return broken;
  },
};

const siteHealth: Act = {
  name: "site health: good, and critical with the reason where the webhook's secret is another than the engine's",
  async run({ shop }) {
    const broken: string[] = [];
    const health = () =>
      shop.php<{ status: string; description: string }>("return Order_Status_Engine_Doctor::site_health();");
    const secret = (to: string) =>
      shop.php(
        `$webhook = wc_get_webhook( Order_Status_Engine_Webhook::id() ); $webhook->set_secret( ${JSON.stringify(to)} ); $webhook->save(); return 1;`,
      );
    const good = await health();
    if (good.status !== "good") broken.push(`it says: ${good.description}`);
    await secret("another secret of the webhook");
    const bad = await health();
    if (bad.status !== "critical" || !/signature/.test(bad.description)) broken.push(`it says: ${bad.description}`);
    await secret(WEBHOOK_SECRET);
    return broken;
  },
};

/** `order-status woo rehearse` as a merchant runs it: a process of its own, in the engine's place. */
const rehearsed = (customers: number): Act => ({
  name: `order-status woo rehearse, with ${customers} customers in the race`,
  async run(world) {
    const { shop } = world;
    const { engine: url, port } = world.address;
    const dir = await mkdtemp(join(tmpdir(), "rehearsal-"));
    const config = `import { defineConfig, env } from "order-status-engine/config";
export default defineConfig({
  store: "none.db",
  shop: { url: "${shop.url}", consumerKey: env("KEY"), consumerSecret: env("SECRET"), webhookSecrets: [env("HOOK")],
    pluginSecret: env("PLUGIN"), paymentMethods: {} },
  gateways: { "resurs-mapi": { baseUrl: "https://bank.example", clientId: env("KEY"), clientSecret: env("SECRET") } },
  http: { port: ${port}, publicUrl: "${url}", apiToken: env("TOKEN") },
  settings: { stockManagement: true, holdStockMinutes: 60 },
});`;
    await writeFile(join(dir, "order-status.config.mjs"), config);
    await world.engineDown();
    try {
      const main = fileURLToPath(new URL("../../../src/cli/main.js", import.meta.url));
      const { consumerKey: KEY, consumerSecret: SECRET } = shop.keys;
      const env = { ...process.env, KEY, SECRET, HOOK: WEBHOOK_SECRET, PLUGIN: PLUGIN_SECRET, TOKEN };
      const args = ["woo", "rehearse", "--url", shop.url, "--customers", String(customers), "--json"];
      const told = await new Promise<{ out: string; err: string }>((resolve) =>
        execFile(process.execPath, [main, ...args], { cwd: dir, env }, (_, out, err) => resolve({ out, err })),
      );
      if (told.out === "") return [told.err];
      const { outcomes, left } = JSON.parse(told.out) as {
        outcomes: { name: string; broken: string[] }[];
        left: string[];
      };
      return [
        ...outcomes.flatMap(({ name, broken }) => broken.map((says) => `${name}: ${says}`)),
        ...left.map((one) => `still in the shop: ${one}`),
        ...(outcomes.length < 10 ? [`only ${outcomes.length} acts`] : []),
      ];
    } finally {
      await world.engineUp();
      await rm(dir, { recursive: true });
    }
  },
});

export const tellingActs = (customers: number): Act[] => [
  unexplained,
  byHand,
  edits,
  bin,
  webhookOff,
  siteHealth,
  rehearsed(customers),
];
