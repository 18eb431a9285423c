/** Another hand writes into the shop's tables: WooCommerce runs no hook, so nobody tells the engine before it looks. */
import { type Act, flagsOf, type Placed, paidOrder, paymentOf, placed } from "./acts.js";
import { night, paidOnce, pressesAtBank } from "./paying.js";
import type { RealWorld } from "./world.js";

const setBySql = ({ shop }: RealWorld, id: number, status: string) =>
  shop.php(`
    global $wpdb;
    $wpdb->update( $wpdb->prefix . 'wc_orders', array( 'status' => 'wc-${status}' ), array( 'id' => ${id} ) );
    $wpdb->update( $wpdb->posts, array( 'post_status' => 'wc-${status}' ), array( 'ID' => ${id}, 'post_type' => 'shop_order' ) );
    return 1;`);

const deletedBySql = ({ shop }: RealWorld, id: number) =>
  shop.php(`
    global $wpdb;
    $wpdb->delete( $wpdb->prefix . 'wc_orders', array( 'id' => ${id} ) );
    $wpdb->delete( $wpdb->posts, array( 'ID' => ${id} ) );
    return 1;`);

const pays = async (world: RealWorld, { id, redirect }: Placed): Promise<string | null> => {
  const out = await pressesAtBank(redirect);
  await world.settled(id).catch(() => {});
  return out;
};

interface Wanted {
  /** null = no flag at all. */
  flag: string | null;
  status: string;
}

const amiss = async (world: RealWorld, id: number, written: string, { flag, status }: Wanted): Promise<string[]> => {
  const broken: string[] = [];
  const now = (await world.order(id)).status;
  const flags = await flagsOf(world, id);
  if (now !== status || (flag === null ? flags.length > 0 : !flags.includes(flag)))
    broken.push(`${written}: order ${id} is ${now} with the flags [${flags}]`);
  const books = world.bank.books(await paymentOf(world, id));
  if (books?.captured !== 0 || books.canceled !== 0) broken.push(`${written}: money moved: ${JSON.stringify(books)}`);
  return broken;
};

const heldBeforePaid: Act = {
  name: "by SQL on hold before the customer pays: processing, one mail, one stock reduction",
  async run(world) {
    const broken: string[] = [];
    const order = await placed(world);
    await setBySql(world, order.id, "on-hold");
    const since = (await world.shop.mails()).length;
    await pays(world, order);
    await paidOnce(world, broken, order.id, { since }, "on hold by SQL");
    return broken;
  },
};

/** What became of a paid order, by the status that the other hand wrote. */
const afterPayment: Record<string, Wanted> = {
  completed: { flag: "discrepancy:completed-not-captured", status: "completed" },
  cancelled: { flag: "discrepancy:paid-but-cancelled", status: "cancelled" },
  refunded: { flag: "discrepancy:refunded-not-credited", status: "refunded" },
  failed: { flag: null, status: "processing" },
  "on-hold": { flag: null, status: "on-hold" },
  pending: { flag: null, status: "processing" },
};

/** The same before its customer pays. */
const beforePayment: Record<string, Wanted> = {
  failed: { flag: null, status: "processing" },
  cancelled: { flag: "discrepancy:paid-but-cancelled", status: "cancelled" },
  completed: { flag: "discrepancy:completed-not-captured", status: "completed" },
};

const beforePaid: Act = {
  name: "by SQL another status before the customer pays: by rule or flagged, and no money moves",
  async run(world) {
    const broken: string[] = [];
    for (const [written, wanted] of Object.entries(beforePayment)) {
      const order = await placed(world);
      await setBySql(world, order.id, written);
      await pays(world, order);
      await night(world);
      await world.settled(order.id);
      broken.push(...(await amiss(world, order.id, written, wanted)));
    }
    return broken;
  },
};

const afterPaid: Act = {
  name: "by SQL another status on a paid order: the night finds it, by rule or flagged, and no money moves",
  async run(world) {
    const broken: string[] = [];
    for (const [written, wanted] of Object.entries(afterPayment)) {
      const id = await paidOrder(world);
      await setBySql(world, id, written);
      await night(world);
      await world.settled(id);
      broken.push(...(await amiss(world, id, written, wanted)));
    }
    return broken;
  },
};

const deletedPaid: Act = {
  name: "by SQL a paid order is deleted: the night flags it, and nothing is captured",
  async run(world) {
    const broken: string[] = [];
    const id = await paidOrder(world);
    await deletedBySql(world, id);
    await night(world);
    await world.settled(id).catch(() => {});
    const flags = await flagsOf(world, id);
    if (!flags.includes("discrepancy:order-gone")) broken.push(`the flags are [${flags}]`);
    await world.engine.submit(String(id), { type: "merchant.completed" }, { wait: "settled", timeoutMs: 5000 });
    if (world.bank.books(await paymentOf(world, id))?.captured !== 0) broken.push("money was captured");
    return broken;
  },
};

const deletedUnpaid: Act = {
  name: "by SQL an order is deleted while its customer is at the bank: he comes out in the shop, and the payment is flagged",
  async run(world) {
    const broken: string[] = [];
    const order = await placed(world);
    await deletedBySql(world, order.id);
    const out = await pays(world, order);
    if (out?.startsWith(world.shop.url) !== true) broken.push(`he came out at ${out}`);
    else {
      const page = await fetch(out);
      if (page.status >= 500) broken.push(`the shop answered HTTP ${page.status}`);
    }
    await night(world);
    await world.settled(order.id).catch(() => {});
    const flags = await flagsOf(world, order.id);
    if (!flags.includes("discrepancy:order-gone")) broken.push(`the flags are [${flags}]`);
    return broken;
  },
};

export const pastHooksActs: Act[] = [heldBeforePaid, beforePaid, afterPaid, deletedPaid, deletedUnpaid];
