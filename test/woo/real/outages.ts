/** Engine or shop are away while many customers pay, and messages get lost. */
import { type Act, flagsOf, manyPlaced, paymentOf } from "./acts.js";
import { law, mailsOfPaid, night, pressesAtBank } from "./paying.js";
import type { RealWorld } from "./world.js";

/** So soon after whoever was away is back, everything is right. */
const RIGHT_WITHIN_S = 300;

interface Seen {
  id: number;
  status: string;
  reduced: number;
}
const allOf = ({ shop }: RealWorld, ids: number[]): Promise<Seen[]> =>
  shop.php<Seen[]>(`
    $all = array();
    foreach ( array( ${ids.join(", ")} ) as $id ) {
      $reduced = 0;
      foreach ( wc_get_order_notes( array( 'order_id' => $id ) ) as $note ) { $reduced += 0 === strpos( $note->content, 'Stock levels reduced' ) ? 1 : 0; }
      $all[] = array( 'id' => $id, 'status' => wc_get_order( $id )->get_status(), 'reduced' => $reduced );
    }
    return $all;`);

const HOUR_S = 3600;

/** WooCommerce's own job, at the end of the hour that stock is held; and no webhook is delivered. */
const hourEnds = ({ shop }: RealWorld, ids: number[]): Promise<unknown> =>
  shop.php(`
    global $wpdb;
    $ids  = '${ids.join(", ")}';
    $then = gmdate( 'Y-m-d H:i:s', time() - ${HOUR_S} - 60 );
    $wpdb->query( "UPDATE {$wpdb->prefix}wc_orders SET date_updated_gmt = '$then' WHERE id IN ( $ids )" );
    $wpdb->query( "UPDATE {$wpdb->posts} SET post_modified = '$then', post_modified_gmt = '$then' WHERE ID IN ( $ids )" );
    wp_cache_flush();
    wc_cancel_unpaid_orders();
    return 1;`);

const webhooksLost = ({ shop }: RealWorld): Promise<unknown> =>
  shop.php(`
    global $wpdb;
    $wpdb->query( "DELETE FROM {$wpdb->prefix}actionscheduler_actions WHERE hook = 'woocommerce_deliver_webhook_async'" );
    return 1;`);

const engineStopped = (orders: number): Act => ({
  name: `the engine is stopped for an hour under ${orders} orders, and every webhook is lost: right within five minutes, nothing doubled`,
  async run(world) {
    const broken: string[] = [];
    // The orders are made in the hour before this one, by the clocks of shop and engine.
    await world.engineBegins(-HOUR_S * 1000);
    const ids = (await manyPlaced(world, orders, HOUR_S)).map(({ id }) => id);
    const since = (await world.shop.mails()).length;
    const payments = await Promise.all(ids.map((id) => paymentOf(world, id)));
    await world.engineEnds();
    // The customers pay, the bank's callbacks find nobody, and a third of the orders is cancelled by another hand.
    for (const payment of payments) world.bank.customerSigns(payment);
    await hourEnds(world, ids);
    const kept = (await allOf(world, ids)).filter(({ status }) => status === "pending").length;
    law(broken, kept === orders, `the stock job cancelled ${orders - kept} orders while nobody could be asked`);
    const cancelled = ids.filter((_, n) => n % 3 === 0);
    await world.shop.php(
      `foreach ( array( ${cancelled.join(", ")} ) as $id ) { wc_get_order( $id )->update_status( 'cancelled' ); } return 1;`,
    );
    await webhooksLost(world);
    await world.engineBegins();
    const began = Date.now();
    const askedBefore = { ...world.asked };
    for (const id of ids) await world.settled(id, 2 * RIGHT_WITHIN_S);
    const byItself = Math.round((Date.now() - began) / 1000);
    const requests = world.asked.requests - askedBefore.requests;
    const waited = (world.asked.ms - askedBefore.ms) / 1000;
    law(broken, byItself <= RIGHT_WITHIN_S, `it took ${byItself} s`);
    const look = async (when: string) => {
      const all = await allOf(world, ids);
      for (const { id, status, reduced } of all) {
        const flags = status === "cancelled" ? await flagsOf(world, id) : [];
        const isRight = status === "processing" || flags.includes("discrepancy:paid-but-cancelled");
        const mayBe = status !== "cancelled" || cancelled.includes(id);
        law(broken, isRight && mayBe, `${when}: order ${id} is ${status} with [${flags}]`);
        const once = status !== "processing" || reduced === 1;
        law(broken, once, `${when}: the stock of order ${id} was reduced ${reduced} times`);
      }
      const paid = all.filter(({ status }) => status === "processing").length;
      const mails = await mailsOfPaid(world, { since });
      law(broken, mails === paid, `${when}: ${mails} mails for ${paid} paid orders`);
    };
    await look(`after ${byItself} s`);
    await night(world);
    for (const id of ids) await world.settled(id);
    await look("after the night");
    // How many requests were under way at once says whether the engine or the shop was waited for.
    const atOnce = (waited / Math.max(1, byItself)).toFixed(1);
    const each = (waited / Math.max(1, requests)).toFixed(1);
    process.stderr.write(
      `       ${orders} orders right after ${byItself} s, by ${requests} requests of ${each} s, ${atOnce} at once\n`,
    );
    return broken;
  },
});

const shopStopped = (orders: number): Act => ({
  name: `the shop is killed while ${orders} customers pay, and comes back: right within five minutes, nothing doubled`,
  async run(world) {
    const broken: string[] = [];
    const placed = await manyPlaced(world, orders);
    const ids = placed.map(({ id }) => id);
    const since = (await world.shop.mails()).length;
    const pays = placed.map(({ redirect }) => pressesAtBank(redirect));
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await world.shop.down();
    await Promise.all(pays);
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    await world.shop.up();
    const began = Date.now();
    for (const id of ids) await world.settled(id, 2 * RIGHT_WITHIN_S);
    const seconds = Math.round((Date.now() - began) / 1000);
    if (seconds > RIGHT_WITHIN_S) broken.push(`it took ${seconds} s`);
    for (const { id, status, reduced } of await allOf(world, ids)) {
      if (status !== "processing") broken.push(`order ${id} is ${status} with [${await flagsOf(world, id)}]`);
      if (reduced > 1) broken.push(`the stock of order ${id} was reduced ${reduced} times`);
    }
    const mails = await mailsOfPaid(world, { since });
    // A request that was killed after it had saved the status sends no mail any more, and nobody can tell that from outside.
    if (mails > orders) broken.push(`${mails} mails for ${orders} paid orders`);
    return broken.map((says) => `${says} (${seconds} s)`);
  },
});

export const outageActs = (orders: number): Act[] => [engineStopped(orders), shopStopped(Math.ceil(orders / 4))];
