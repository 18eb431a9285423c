/** Engine or shop are away while many customers pay, and messages get lost. */
import { type Act, flagsOf, manyPlaced, paymentOf } from "./acts.js";
import { mailsOfPaid, night, pressesAtBank } from "./paying.js";
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

const engineStopped = (orders: number): Act => ({
  name: `the engine is stopped under ${orders} orders, and every webhook is lost: right within five minutes, nothing doubled`,
  async run(world) {
    const broken: string[] = [];
    const ids = (await manyPlaced(world, orders)).map(({ id }) => id);
    const since = (await world.shop.mails()).length;
    await world.engineDown();
    // The customers pay, the bank's callbacks find nobody, and a third of the orders is cancelled by another hand.
    for (const id of ids) world.bank.customerSigns(await paymentOf(world, id));
    const cancelled = ids.filter((_, n) => n % 3 === 0);
    await world.shop.php(`
      foreach ( array( ${cancelled.join(", ")} ) as $id ) { wc_get_order( $id )->update_status( 'cancelled' ); }
      global $wpdb;
      $wpdb->query( "DELETE FROM {$wpdb->prefix}actionscheduler_actions WHERE hook = 'woocommerce_deliver_webhook_async'" );
      return 1;`);
    await world.engineUp();
    const began = Date.now();
    await night(world);
    for (const id of ids) await world.settled(id, 2 * RIGHT_WITHIN_S);
    const seconds = Math.round((Date.now() - began) / 1000);
    if (seconds > RIGHT_WITHIN_S) broken.push(`it took ${seconds} s`);
    const all = await allOf(world, ids);
    for (const { id, status, reduced } of all) {
      const flags = status === "cancelled" ? await flagsOf(world, id) : [];
      const isRight = status === "processing" || flags.includes("discrepancy:paid-but-cancelled");
      const mayBeCancelled = cancelled.includes(id);
      if (!isRight || (status === "cancelled" && !mayBeCancelled))
        broken.push(`order ${id} is ${status} with [${flags}]`);
      if (status === "processing" && reduced !== 1)
        broken.push(`the stock of order ${id} was reduced ${reduced} times`);
    }
    const paid = all.filter(({ status }) => status === "processing").length;
    const mails = await mailsOfPaid(world, { since });
    if (mails !== paid) broken.push(`${mails} mails for ${paid} paid orders`);
    return broken.map((says) => `${says} (${seconds} s)`);
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
