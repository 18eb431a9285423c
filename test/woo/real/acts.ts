/** What is lived through on a real shop. Each act says which laws were broken; none = it held. */
import type { Browser } from "playwright-core";
import { buyer } from "./buyer.js";
import { type Broken, law, pressesAtBank } from "./paying.js";
import { METHOD, type RealWorld, type ShopSays } from "./world.js";

export interface Act {
  name: string;
  run(world: RealWorld, browser: Browser): Promise<string[]>;
}

const mailsAbout = async ({ shop }: RealWorld, since: number, subject: RegExp) =>
  (await shop.mails()).slice(since).filter((mail) => subject.test(mail.subject)).length;

export interface Placed {
  id: number;
  /** The bank's page. */
  redirect: string;
}

const placing = (shop: RealWorld["shop"], quantity: number, secondsAgo = 0): string => `
    $order = wc_create_order();
    $order->add_product( wc_get_product( ${shop.products[0]} ), ${quantity} );
    $order->add_product( wc_get_product( ${shop.products[1]} ), 1 );
    $order->set_address( array( 'first_name' => 'T', 'last_name' => 'T', 'address_1' => 'x', 'city' => 'y', 'postcode' => '25220', 'country' => 'SE', 'email' => 'c@shop.example' ), 'billing' );
    $order->set_payment_method( '${METHOD}' );
    $order->set_created_via( 'checkout' );
    $order->set_date_created( time() - ${secondsAgo} );
    $order->calculate_totals();
    $order->save();
    $gateways = WC()->payment_gateways()->payment_gateways();
    $told = $gateways['${METHOD}']->process_payment( $order->get_id() );`;

/** An order as the block checkout makes it, without a browser: for acts in which nobody looks at a page. */
export const placed = async ({ shop }: RealWorld, quantity = 1): Promise<Placed> =>
  shop.php(`${placing(shop, quantity)}
    return array( 'id' => $order->get_id(), 'redirect' => $told['redirect'] );`);

export const manyPlaced = async ({ shop }: RealWorld, orders: number, secondsAgo = 0): Promise<Placed[]> =>
  shop.php(`$all = array(); for ( $n = 0; $n < ${orders}; $n++ ) { ${placing(shop, 1, secondsAgo)}
    $all[] = array( 'id' => $order->get_id(), 'redirect' => $told['redirect'] ); } return $all;`);

/** @param before what happens while it waits for its payment */
export const paidOrder = async (
  world: RealWorld,
  quantity = 1,
  before: (id: number) => Promise<void> = async () => {},
  outcome: "sign" | "freeze" = "sign",
): Promise<number> => {
  const { id, redirect } = await placed(world, quantity);
  await before(id);
  await pressesAtBank(redirect, outcome);
  await world.settled(id);
  return id;
};

export const paymentOf = async ({ engine }: RealWorld, id: number): Promise<string> =>
  (await engine.queries.read(String(id)))?.facts.payment.id ?? "";

/** Names of the flags that stand. */
export const flagsOf = async ({ engine }: RealWorld, id: number): Promise<string[]> =>
  ((await engine.queries.read(String(id)))?.flags ?? [])
    .filter(({ clearedAt }) => clearedAt === null)
    .map(({ flag }) => flag);

/** As WP-CLI or cron do it: from the command line. */
export const setsStatus = ({ shop }: RealWorld, id: number, status: string) =>
  shop.command<string>(
    `$order = wc_get_order( ${id} ); $order->update_status( '${status}' ); return $order->get_status();`,
  );

const completedAnywhere: Act = {
  name: "Completed by update_status() without a person: captured first, completed by the engine",
  async run(world) {
    const broken: Broken = [];
    const id = await paidOrder(world);
    await setsStatus(world, id, "completed");
    await world.settled(id);
    const payment = await paymentOf(world, id);
    law(broken, world.bank.books(payment)?.captured === 359.9, `captured: ${world.bank.books(payment)?.captured}`);
    law(broken, (await world.order(id)).status === "completed", `order ${id} is ${(await world.order(id)).status}`);
    return broken;
  },
};

const refunds = ({ shop }: RealWorld, id: number, amount: number, lines = "array()") =>
  shop.php<{ error: string | null; id: number }>(`
    $refund = wc_create_refund( array( 'order_id' => ${id}, 'amount' => ${amount}, 'line_items' => ${lines}, 'refund_payment' => true ) );
    return is_wp_error( $refund ) ? array( 'error' => $refund->get_error_message(), 'id' => 0 ) : array( 'error' => null, 'id' => $refund->get_id() );`);

const sumOf = ({ refunds: all }: ShopSays): number =>
  all.reduce((sum, { amount }) => sum + Math.round(Number(amount) * 100), 0) / 100;

export const completedOrder = async (world: RealWorld): Promise<{ id: number; payment: string }> => {
  const id = await paidOrder(world);
  await setsStatus(world, id, "completed");
  await world.settled(id);
  return { id, payment: await paymentOf(world, id) };
};

/** Shop and bank say the same, in so many refunds and mails. */
export const agree = async (
  world: RealWorld,
  broken: Broken,
  of: { id: number; payment: string; since: number },
  refunded: number,
  count: number,
) => {
  await world.settled(of.id);
  const order = await world.order(of.id);
  const atBank = world.bank.books(of.payment)?.refunded;
  law(broken, atBank === refunded, `the bank gave back ${atBank}, not ${refunded}`);
  law(broken, sumOf(order) === refunded, `the shop has refunds of ${sumOf(order)}, not ${refunded}`);
  law(broken, order.refunds.length === count, `the shop has ${order.refunds.length} refunds, not ${count}`);
  const mails = await mailsAbout(world, of.since, /refunded/i);
  law(broken, mails === count, `${mails} mails, not ${count}`);
};

const refundedByParts: Act = {
  name: "refunds by amount, by line, and of the rest: once each at the bank, in the shop and by mail",
  async run(world) {
    const broken: Broken = [];
    const { id, payment } = await completedOrder(world);
    const since = (await world.shop.mails()).length;
    const of = { id, payment, since };
    const byAmount = await refunds(world, id, 10);
    law(broken, byAmount.error === null, `by amount: ${byAmount.error}`);
    await agree(world, broken, of, 10, 1);
    const item = await world.shop.php<number>(
      `foreach ( wc_get_order( ${id} )->get_items() as $item ) { return $item->get_id(); }`,
    );
    const byLine = await refunds(
      world,
      id,
      100,
      `array( ${item} => array( 'qty' => 1, 'refund_total' => 100, 'refund_tax' => array() ) )`,
    );
    law(broken, byLine.error === null, `by line: ${byLine.error}`);
    await agree(world, broken, of, 110, 2);
    law(broken, world.bank.calls.at(-1)?.lines?.[0]?.sku === "cup", "the bank was not told the line");
    const tooMuch = await refunds(world, id, 1000);
    law(broken, tooMuch.error !== null, "more than was paid went through");
    const rest = await refunds(world, id, 249.9);
    law(broken, rest.error === null, `the rest: ${rest.error}`);
    await agree(world, broken, of, 359.9, 3);
    law(broken, (await world.order(id)).status === "refunded", `order ${id} is ${(await world.order(id)).status}`);
    return broken;
  },
};

const refundedTwice: Act = {
  name: "the same refund twice at the same moment: what the bank gave back is what the shop says",
  async run(world) {
    const broken: Broken = [];
    const { id, payment } = await completedOrder(world);
    const told = await Promise.all([refunds(world, id, 50), refunds(world, id, 50)]);
    await world.settled(id);
    const order = await world.order(id);
    const atBank = world.bank.books(payment)?.refunded;
    law(broken, atBank === sumOf(order), `the bank gave back ${atBank}, the shop says ${sumOf(order)}`);
    const went = told.filter(({ error }) => error === null).length;
    law(broken, order.refunds.length === went, `${went} went through, the shop has ${order.refunds.length}`);
    return broken;
  },
};

const refundedSlowly: Act = {
  name: "a bank that answers a refund after the merchant's patience: one refund, written by the engine",
  async run(world) {
    const broken: Broken = [];
    const { id, payment } = await completedOrder(world);
    const since = (await world.shop.mails()).length;
    world.bank.delayNext("refund", 25_000);
    const told = await refunds(world, id, 20);
    law(broken, /has not answered yet/.test(told.error ?? ""), `the merchant was told: ${told.error}`);
    law(
      broken,
      (await world.order(id)).refunds.length === 0,
      "the refund stays in the shop before the bank has said yes",
    );
    await agree(world, broken, { id, payment, since }, 20, 1);
    return broken;
  },
};

const engineDown: Act = {
  name: "the engine is down: no half order, the methods go, the unpaid order is kept; then all is as before",
  async run(world, browser) {
    const broken: Broken = [];
    const waiting = await placed(world);
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "classic");
    await world.engineDown();
    one.page.setDefaultTimeout(15_000);
    await one.goesToBank(METHOD).catch(() => {});
    one.page.setDefaultTimeout(300_000);
    law(broken, /could not be started/.test(await one.reads()), "the customer is not told");
    await one.shops(world.shop.products[0] ?? 0, "classic");
    law(broken, !(await one.offered()).includes(METHOD), "the method is still offered at the classic checkout");
    await one.shops(world.shop.products[0] ?? 0, "blocks");
    law(broken, !(await one.offered()).includes(METHOD), "the method is still offered at the block checkout");
    await one.leaves();
    const kept = await world.shop.php<string>(`
      $order = wc_get_order( ${waiting.id} );
      if ( apply_filters( 'woocommerce_cancel_unpaid_order', true, $order ) ) { $order->update_status( 'cancelled' ); }
      return wc_get_order( ${waiting.id} )->get_status();`);
    law(broken, kept === "pending", `the stock job made order ${waiting.id} ${kept}`);
    await world.engineUp();
    const back = await buyer(browser, world.shop);
    await back.shops(world.shop.products[0] ?? 0, "classic");
    law(broken, (await back.offered()).includes(METHOD), "the method does not come back");
    await back.leaves();
    return broken;
  },
};

const deleted: Act = {
  name: "a paid order is deleted: the engine hears of it at once, captures nothing, and flags the money",
  async run(world) {
    const broken: Broken = [];
    const id = await paidOrder(world);
    await world.shop.php(`return wc_get_order( ${id} )->delete( true );`);
    await world.engine.submit(String(id), { type: "merchant.completed" }, { wait: "settled", timeoutMs: 5000 });
    // The note that the shop has no order for is tried again for half a minute.
    await world.settled(id).catch(() => {});
    const record = await world.engine.queries.read(String(id));
    const flags = record?.flags.filter(({ clearedAt }) => clearedAt === null).map(({ flag }) => flag);
    law(broken, flags?.includes("discrepancy:order-gone") === true, `the flags are ${flags?.join(", ")}`);
    law(broken, world.bank.books(await paymentOf(world, id))?.captured === 0, "money was captured");
    return broken;
  },
};

const silent: Act = {
  name: "PHP has nothing to complain about in the plugin",
  async run({ shop }) {
    return shop.complaints();
  },
};

export const acts: Act[] = [
  completedAnywhere,
  refundedByParts,
  refundedTwice,
  refundedSlowly,
  deleted,
  engineDown,
  silent,
];
