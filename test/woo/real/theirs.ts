/**
 * Resurs's own plugin on the same shop, by the same doors: what it does is told and not judged. RESURS_PLUGIN_DIR is a folder of
 * it. It talks to the bank's double, as its copy in the shop is given the double's address in place of the test bank's.
 */
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Act } from "./acts.js";
import { everyDoor, rowOf } from "./doors.js";
import { loggedIn } from "./merchant.js";
import { METHOD, type RealWorld } from "./world.js";

const FOLDER = "resurs-bank-payments-for-woocommerce";
const STORE = "b7f88ac4-baa7-493b-a0a7-d4e14f91f555";
/** The bank's id of the method, as that plugin calls it in WooCommerce. */
const THEIR_METHOD = METHOD.slice(METHOD.lastIndexOf("_") + 1);

const installs = async ({ shop, bank }: RealWorld, from: string): Promise<void> => {
  const to = join(shop.dir, "wp-content/plugins", FOLDER);
  await cp(from, to, { recursive: true });
  const api = join(to, "lib/ecom/src/Lib/Api/Mapi.php");
  const text = await readFile(api, "utf8");
  await writeFile(api, text.replaceAll(/https:\/\/merchant-api\.(?:integration\.)?resurs\.com/g, bank.url));
};

/** One of the two takes orders at a time. */
const switchTo = ({ shop }: RealWorld, theirs: boolean): Promise<unknown> =>
  shop.php(`
    require_once ABSPATH . 'wp-admin/includes/plugin.php';
    $ours = 'order-status-engine/order-status-engine.php';
    $theirs = '${FOLDER}/init.php';
    $options = array( 'enabled' => 'yes', 'environment' => 'test', 'client_id' => 'shop', 'client_secret' => 'secret', 'store_id' => '${STORE}', 'store_country_code' => 'SE', 'cache_enabled' => 'no', 'log_enabled' => 'no', 'enable_capture' => 'yes', 'enable_cancel' => 'yes', 'enable_refund' => 'yes', 'enable_modify' => 'yes' );
    foreach ( $options as $name => $value ) { update_option( 'resursbank_' . $name, $value ); }
    deactivate_plugins( ${theirs ? "$ours" : "$theirs"} );
    $failed = activate_plugin( ${theirs ? "$theirs" : "$ours"} );
    if ( is_wp_error( $failed ) ) { throw new Exception( $failed->get_error_message() ); }
    foreach ( WC_Data_Store::load( 'webhook' )->search_webhooks( array( 'limit' => 10 ) ) as $id ) {
      $webhook = wc_get_webhook( $id );
      $webhook->set_status( '${theirs ? "paused" : "active"}' );
      $webhook->save();
    }
    return 1;`);

/** As its checkout does it; the customer signs, and opens the page that the bank sends him to. */
const makes = async (world: RealWorld, outcome: "sign" | "freeze"): Promise<{ id: number; payment: string }> => {
  const { shop, bank } = world;
  const { id, redirect } = await shop.php<{ id: number; redirect: string }>(`
    $_SERVER['REMOTE_ADDR'] = '127.0.0.1';
    $_SERVER['HTTP_USER_AGENT'] = 'Browser';
    wc_load_cart();
    $order = wc_create_order();
    $order->add_product( wc_get_product( ${shop.products[0]} ), 1 );
    $order->add_product( wc_get_product( ${shop.products[1]} ), 1 );
    $order->set_address( array( 'first_name' => 'T', 'last_name' => 'T', 'address_1' => 'Testgatan 1', 'city' => 'Teststad', 'postcode' => '25220', 'country' => 'SE', 'phone' => '0701234567', 'email' => 'c@shop.example' ), 'billing' );
    $order->set_payment_method( '${THEIR_METHOD}' );
    $order->calculate_totals();
    $order->save();
    $all = WC()->payment_gateways()->payment_gateways();
    $told = $all['${THEIR_METHOD}']->process_payment( $order->get_id() );
    return array( 'id' => $order->get_id(), 'redirect' => $told['redirect'] );`);
  const payment = redirect.split("/").at(-1) ?? "";
  if (bank.books(payment) === null) throw new Error(`it opened no payment: ${redirect}`);
  const body = new URLSearchParams({ outcome });
  const back = await fetch(redirect, { method: "POST", body, redirect: "manual" });
  await fetch(back.headers.get("location") ?? "");
  await world.settled(id);
  return { id, payment };
};

const without = (from: string): Act => ({
  name: "Completed by every door with Resurs's own plugin in place of this one: what it does is printed",
  async run(world, browser) {
    await installs(world, from);
    const page = await loggedIn(browser, world);
    await switchTo(world, true);
    try {
      const rows = await everyDoor(world, page, makes);
      process.stderr.write(rows.map((row) => `| ${row.payment} | ${row.door} | ${rowOf(row)} |\n`).join(""));
    } finally {
      await switchTo(world, false);
    }
    await page.context().close();
    return [];
  },
});

const { RESURS_PLUGIN_DIR } = process.env;
/** None where there is no folder of that plugin. */
export const theirActs: Act[] = RESURS_PLUGIN_DIR ? [without(RESURS_PLUGIN_DIR)] : [];
