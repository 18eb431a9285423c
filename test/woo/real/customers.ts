/** Customers in a browser at the shop's two checkouts, by each way of paying; and what the order's panel says of them. */
import type { Browser } from "playwright-core";
import { type Act, flagsOf, paymentOf, placed, setsStatus } from "./acts.js";
import { type Buyer, buyer, type CheckoutPage } from "./buyer.js";
import { loggedIn, orderScreen } from "./merchant.js";
import { type Broken, law, paidOnce, pressesAtBank } from "./paying.js";
import { METHOD, type RealWorld } from "./world.js";

export const idIn = (url: string): number => Number(/order-(?:received|pay)\/(\d+)/.exec(url)?.[1] ?? 0);

/** Every gateway of the engine, as WooCommerce calls its payment method. */
export const ways = [METHOD, "ose_nets-easy", "ose_resurs-simplified", "ose_resurs-hosted", "ose_resurs-rco"] as const;

const goes = async ({ banks }: RealWorld, one: Buyer, method: string): Promise<void> => {
  // Else the double books the simplified flow without asking the customer to sign.
  if (method === "ose_resurs-simplified") banks.legacy.nextBooking({ status: "SIGNING" });
  await one.goesToBank(method);
};

/** The order whose customer has this address; 0 = there is none. */
const orderOf = ({ shop }: RealWorld, { email }: Buyer): Promise<number> =>
  shop.php<number>(
    `$all = wc_get_orders( array( 'billing_email' => '${email}', 'limit' => 1, 'orderby' => 'ID', 'order' => 'DESC' ) ); return $all ? $all[0]->get_id() : 0;`,
  );

const panelSays = async (world: RealWorld, browser: Browser, id: number): Promise<string> => {
  const page = await loggedIn(browser, world);
  await page.goto(await orderScreen(world, id));
  await page.waitForSelector("#order-status-engine-panel strong");
  const says = await page.innerText("#order-status-engine-panel");
  await page.context().close();
  return says;
};

const AT_A_TIME = 4;

/** The same customer's return and the bank's callback come at the same moment: the doubles send both at once. */
const buys = (at: CheckoutPage, rounds: number): Act => ({
  name: `${rounds} customers pay at the ${at} checkout, by ${ways.length} ways in turn, return and callback racing`,
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs(at);
    const round = async (n: number) => {
      const way = ways[n % ways.length] ?? METHOD;
      const who = `round ${n + 1}, ${way.slice(4, 20)}`;
      const one = await buyer(browser, world.shop);
      try {
        await one.shops(world.shop.products[0] ?? 0, at);
        await goes(world, one, way);
        await one.atBank("sign");
        const url = one.page.url();
        law(broken, /order-received\/\d+\/\?key=wc_order_/.test(url), `${who}: came out at ${url}`);
        law(broken, /thank you|received/i.test(await one.reads()), `${who}: no thank-you page`);
        if (idIn(url) > 0) await paidOnce(world, broken, idIn(url), one, who);
      } catch (failed) {
        broken.push(`${who}: ${String(failed).slice(0, 300)}`);
      } finally {
        await one.leaves();
      }
    };
    // Several at a time, so that one customer's callback comes in the middle of another's checkout.
    let next = 0;
    const takes = async () => {
      while (next < rounds) {
        next += 1;
        await round(next - 1);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, takes));
    return broken;
  },
});

const denied = (at: CheckoutPage): Act => ({
  name: `denied at the ${at} checkout: back with the bank's reason, then paid`,
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs(at);
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, at);
    await one.goesToBank(METHOD);
    await one.atBank("deny");
    law(broken, one.page.url().includes("checkout/"), `came out at ${one.page.url()}`);
    await one.page
      .getByText("did not approve the payment")
      .first()
      .waitFor({ timeout: 10_000 })
      .catch(() => broken.push("the reason is not shown"));
    const waiting = await orderOf(world, one);
    const panel = await panelSays(world, browser, waiting);
    law(broken, /denied|rejected|turned down|refused|did not/i.test(panel), `the panel says: ${panel}`);
    await one.shops(null, at);
    await one.goesToBank(METHOD);
    await one.atBank("sign");
    const id = idIn(one.page.url());
    law(broken, id > 0, `the second try came out at ${one.page.url()}`);
    if (id > 0) await paidOnce(world, broken, id, one, "denied first");
    await one.leaves();
    return broken;
  },
});

const left: Act = {
  name: "the customer leaves the bank, by each way that lets him: back at the checkout, and nothing is paid",
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs("classic");
    for (const way of [METHOD, "ose_nets-easy", "ose_resurs-hosted"]) {
      const one = await buyer(browser, world.shop);
      await one.shops(world.shop.products[0] ?? 0, "classic");
      await goes(world, one, way);
      await one.atBank("leave");
      law(broken, /classic-checkout\/$/.test(one.page.url()), `${way}: came out at ${one.page.url()}`);
      const says = await one.reads();
      law(broken, /was not completed|ended the payment/.test(says), `${way}: no reason is shown`);
      const id = await orderOf(world, one);
      await world.settled(id);
      const { status } = await world.order(id);
      law(broken, ["pending", "failed", "cancelled"].includes(status), `${way}: order ${id} is ${status}`);
      await one.leaves();
    }
    return broken;
  },
};

const frozen: Act = {
  name: "frozen: on hold, as the panel says, and Completed is refused from the command line",
  async run(world, browser) {
    const broken: Broken = [];
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "classic");
    await one.goesToBank(METHOD);
    await one.atBank("freeze");
    const id = idIn(one.page.url());
    await one.leaves();
    await world.settled(id);
    law(broken, (await world.order(id)).status === "on-hold", `order ${id} is ${(await world.order(id)).status}`);
    await setsStatus(world, id, "completed");
    await world.settled(id);
    const order = await world.order(id);
    law(broken, order.status === "on-hold", `after Completed order ${id} is ${order.status}`);
    law(
      broken,
      order.notes.some((note) => note.includes("completed was refused")),
      "no note on the order says so",
    );
    law(broken, world.bank.books(await paymentOf(world, id))?.captured === 0, "money was captured");
    const panel = await panelSays(world, browser, id);
    law(broken, /frozen/i.test(panel), `the panel says: ${panel}`);
    return broken;
  },
};

const abandoned: Act = {
  name: "abandoned at the bank: the order waits, the stock job asks the engine; who pays after all is found",
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs("classic");
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "classic");
    await one.goesToBank(METHOD);
    const id = await orderOf(world, one);
    const bankPage = one.page.url();
    const panel = await panelSays(world, browser, id);
    law(broken, panel.length > 20, `the panel says: ${panel}`);
    // The job of WooCommerce that cancels unpaid orders, after its hour.
    const job = () =>
      world.shop.php<string>(`
        $order = wc_get_order( ${id} );
        if ( apply_filters( 'woocommerce_cancel_unpaid_order', true, $order ) ) { $order->update_status( 'cancelled', 'Unpaid order cancelled - time limit reached.' ); }
        return wc_get_order( ${id} )->get_status();`);
    const status = await job();
    law(broken, status === "pending" || status === "cancelled", `the stock job made order ${id} ${status}`);
    await one.page.goto(bankPage);
    await one.atBank("sign");
    await world.settled(id);
    const after = await job();
    const flags = await flagsOf(world, id);
    const isRight = after === "processing" || flags.includes("discrepancy:paid-but-cancelled");
    law(broken, isRight, `paid after all, order ${id} is ${after} with the flags [${flags}]`);
    await one.leaves();
    return broken;
  },
};

const paidTwice: Act = {
  name: "paid twice, in two tabs: the order is paid once, and the other payment is let go or flagged",
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs("classic");
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "classic");
    await one.goesToBank(METHOD);
    const first = one.page.url();
    await one.shops(null, "classic");
    await one.goesToBank(METHOD);
    const second = one.page.url();
    await one.atBank("sign");
    const id = idIn(one.page.url());
    await paidOnce(world, broken, id, one, "first of two payments");
    if (first !== second) {
      await one.page.goto(first);
      await one.atBank("sign");
      await world.settled(id);
      await paidOnce(world, broken, id, one, "second of two payments");
      const atFirst = () => world.bank.books(first.split("/").at(-1) ?? "")?.authorized;
      const isLetGo = async () => atFirst() === 0 || (await flagsOf(world, id)).includes("discrepancy:paid-twice");
      // The order is read when its cooldown of a minute is over.
      for (let s = 0; s < 150 && !(await isLetGo()); s += 1) await new Promise((resolve) => setTimeout(resolve, 1000));
      const flags = await flagsOf(world, id);
      law(broken, await isLetGo(), `the first payment has ${atFirst()} reserved, and the flags are [${flags}]`);
      if (flags.includes("discrepancy:paid-twice")) {
        const panel = await panelSays(world, browser, id);
        law(broken, /more than one payment/.test(panel), `the panel says: ${panel}`);
      }
    }
    // Whoever comes to pay an order that is paid goes to its thank-you page.
    const again = await world.shop.php<{ redirect: string }>(
      `$gateways = WC()->payment_gateways()->payment_gateways(); return $gateways['${METHOD}']->process_payment( ${id} );`,
    );
    law(broken, /order-received/.test(again.redirect), `paid already, and sent to ${again.redirect}`);
    await one.leaves();
    return broken;
  },
};

const switched: Act = {
  name: "another way of paying is chosen after the first bank's page: one payment, by the second way",
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs("classic");
    for (const [from, to] of [
      [METHOD, "ose_nets-easy"],
      ["ose_nets-easy", "ose_resurs-hosted"],
    ] as const) {
      const one = await buyer(browser, world.shop);
      await one.shops(world.shop.products[0] ?? 0, "classic");
      await goes(world, one, from);
      await one.shops(null, "classic");
      await goes(world, one, to);
      await one.atBank("sign");
      const id = idIn(one.page.url());
      law(broken, id > 0, `${to}: came out at ${one.page.url()}`);
      if (id > 0) {
        await paidOnce(world, broken, id, one, `${from} to ${to}`);
        const { method } = await world.order(id);
        law(broken, method === to, `order ${id} is paid by ${method}`);
        const gateway = (await world.engine.queries.read(String(id)))?.facts.payment.gateway;
        law(broken, `ose_${gateway}` === to, `the engine has ${gateway} for order ${id}`);
      }
      await one.leaves();
    }
    // Cash on delivery after the bank's page, and then the bank's page all the same.
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "classic");
    await one.goesToBank(METHOD);
    const bankPage = one.page.url();
    await one.shops(null, "classic");
    await one.page.locator('label[for="payment_method_cod"]').click();
    await one.page.click("#place_order");
    await one.page.waitForURL(/order-received/);
    const id = idIn(one.page.url());
    await world.settled(id);
    await one.page.goto(bankPage);
    await one.atBank("sign");
    await world.settled(id);
    // The shop's webhook says the same as the plugin did, and takes nothing back.
    await world.deliver();
    await world.settled(id);
    const flags = await flagsOf(world, id);
    const late = bankPage.split("/").at(-1) ?? "";
    law(broken, flags.includes("discrepancy:paid-another-way"), `cash on delivery, and the flags are [${flags}]`);
    await setsStatus(world, id, "completed");
    await world.settled(id);
    law(broken, world.bank.books(late)?.captured === 0, "cash on delivery, and the bank captured");
    await one.leaves();
    return broken;
  },
};

/** The page of blocks tells the shop of each click, and opens with the method that was clicked last. */
const onlyClicked: Act = {
  name: "another way of paying is only clicked at the checkout of blocks: whoever then pays at the first bank has paid",
  async run(world, browser) {
    const broken: Broken = [];
    await world.checkoutIs("blocks");
    const one = await buyer(browser, world.shop);
    await one.shops(world.shop.products[0] ?? 0, "blocks");
    await one.goesToBank(METHOD);
    const bankPage = one.page.url();
    await one.shops(null, "blocks");
    const told = one.page.waitForResponse((answer) => answer.url().includes("/wc/store/v1/checkout"), {
      timeout: 30_000,
    });
    await one.page.locator('label[for$="-cod"]').first().click();
    await told.catch(() => broken.push("the page did not tell the shop of the click"));
    await one.shops(null, "blocks");
    const waiting = await orderOf(world, one);
    await world.settled(waiting);
    const { method, status } = await world.order(waiting);
    law(
      broken,
      method === METHOD && status === "pending",
      `clicked only, and order ${waiting} is ${status} by ${method}`,
    );
    await one.page.goto(bankPage);
    await one.atBank("sign");
    const id = idIn(one.page.url());
    law(broken, id === waiting, `came out at ${one.page.url()}`);
    if (id > 0) await paidOnce(world, broken, id, one, "another way was clicked");
    const flags = await flagsOf(world, waiting);
    law(broken, flags.length === 0, `order ${waiting} has the flags [${flags}]`);
    await one.leaves();
    return broken;
  },
};

/** The merchant changes an order whose customer is at the bank. */
const editedBefore: Act = {
  name: "the total is changed while the customer is at the bank: paid with the old one, flagged, and seen in the panel",
  async run(world, browser) {
    const broken: Broken = [];
    for (const fee of ["-50", "50"]) {
      const { id, redirect } = await placed(world);
      await world.shop.php(
        `$order = wc_get_order( ${id} ); $fee = new WC_Order_Item_Fee(); $fee->set_name( 'Change' ); $fee->set_amount( '${fee}' ); $fee->set_total( '${fee}' ); $order->add_item( $fee ); $order->calculate_totals( false ); $order->save(); return 1;`,
      );
      await pressesAtBank(redirect);
      await world.settled(id);
      const flags = await flagsOf(world, id);
      law(broken, flags.includes("discrepancy:amount-mismatch"), `${fee}: order ${id} has the flags [${flags}]`);
      const panel = await panelSays(world, browser, id);
      law(broken, /does not match the amount/.test(panel), `${fee}: the panel says: ${panel}`);
      await setsStatus(world, id, "completed");
      await world.settled(id);
      const captured = world.bank.books(await paymentOf(world, id))?.captured;
      law(broken, captured === 0, `${fee}: ${captured} was captured of a payment that is not the order's`);
    }
    return broken;
  },
};

export const customerActs = (rounds: number): Act[] => [
  buys("classic", rounds),
  buys("blocks", rounds),
  frozen,
  denied("classic"),
  denied("blocks"),
  left,
  abandoned,
  paidTwice,
  switched,
  onlyClicked,
  editedBefore,
];
