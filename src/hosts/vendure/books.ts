/** Vendure's payments and refunds, brought to what the bank says of them. Reads the engine's records; asks no bank. */
import { type Facts, waitsForCustomer } from "../../../machines/facts.js";
import type { Engine } from "../../runtime/embedded/engine.js";
import { currentOrder, ownerOf, refusalIn } from "../embedded.js";
import { Lanes } from "../lanes.js";
import { cartOf, placing, refundedIn, type Scale, scaleOf } from "./cart.js";
import type {
  Ctx,
  ID,
  Injector,
  VendureCore,
  VendureMethod,
  VendureOrder,
  VendurePayment,
  VendureRefund,
} from "./core.js";

export type BankPayment = Omit<Facts["payment"], "id"> & { id: string };

/** null = there is nothing to store: its customer has not finished at the bank. `amount` in minor units. */
export interface StoredPayment {
  state: "Created" | "Authorized" | "Settled" | "Declined" | "Cancelled";
  amount: number;
}

/** What a payment is in Vendure. Frozen, under review and whatever word comes later are not authorised: `Created`. */
export const storedAs = (payment: Facts["payment"]): StoredPayment | null => {
  const { exists, status, total, authorized, captured, foreign } = payment;
  if (!exists || foreign || status === "UNREAD" || waitsForCustomer(payment)) return null;
  if (captured > 0 && authorized === 0) return { state: "Settled", amount: captured };
  if (status === "REJECTED") return { state: "Declined", amount: total };
  if (status !== "ACCEPTED") return { state: "Created", amount: authorized + captured || total };
  return authorized > 0
    ? { state: "Authorized", amount: authorized + captured }
    : { state: "Cancelled", amount: total };
};

export const paymentsIn = ({ payment, others }: Facts): BankPayment[] =>
  [payment, ...others].filter((one): one is BankPayment => one.id !== null);

/** Refunds that Vendure made of a payment of which nothing was captured: the bank never takes that money. */
export const NEVER_TAKEN = "neverTaken";
export const neverTaken = ({ refunds }: VendurePayment): number =>
  refunds.filter(({ metadata }) => metadata[NEVER_TAKEN] === true).reduce((sum, { total }) => sum + total, 0);

/** The ids of the refunds that are asked for in Vendure. */
export const REFUND_ID = "vendure-refund-";

const CONTENT = [
  ...["lines", "lines.productVariant", "lines.productVariant.productVariantPrices", "surcharges", "shippingLines"],
  ...["shippingLines.shippingMethod", "shippingLines.shippingMethod.translations"],
];

export interface BooksOptions {
  core: VendureCore;
  injector: Injector;
  engine: Engine;
  /** Of the payment methods that are paid through the engine. */
  handlerCode: string;
}

export class Books {
  private readonly orders;
  private readonly payments;
  private readonly connection;
  private readonly history;
  private readonly contexts;
  private readonly precision: number;
  private readonly lanes = new Lanes();

  constructor(private readonly how: BooksOptions) {
    const { core, injector } = how;
    this.orders = injector.get(core.OrderService);
    this.payments = injector.get(core.PaymentService);
    this.connection = injector.get(core.TransactionalConnection);
    this.history = injector.get(core.HistoryService);
    this.contexts = injector.get(core.RequestContextService);
    this.precision = injector.get(core.ConfigService).entityOptions.moneyStrategy.precision ?? 2;
  }

  scale(currency: string): Scale {
    return scaleOf(currency, this.precision);
  }

  /** With its refunds, which Vendure does not hand to a payment's handler. */
  async row(ctx: Ctx, order: VendureOrder, id: ID): Promise<VendurePayment | undefined> {
    return (await this.orders.getOrderPayments(ctx, order.id)).find((one) => String(one.id) === String(id));
  }

  /** In the default channel, where every order is. */
  async order(code: string): Promise<VendureOrder | undefined> {
    return this.orders.findOneByCode(await this.contexts.create({ apiType: "admin" }), code);
  }

  /** What of the order is to be paid through the engine. @throws where Vendure has no such order */
  async cart(code: string) {
    const ctx = await this.contexts.create({ apiType: "admin" });
    const order = await this.orders.findOneByCode(ctx, code, [...CONTENT]);
    if (order === undefined) return null;
    const ours = new Set((await this.methods(ctx)).map((method) => method.code));
    const others = (await this.orders.getOrderPayments(ctx, order.id)).filter(({ method }) => !ours.has(method));
    return { order, ...cartOf(order, others, this.scale(order.currencyCode)) };
  }

  /** The engine learns what the cart is now. @returns the engine's order */
  async place(code: string, gateway: string, orderId?: string): Promise<string> {
    const { engine } = this.how;
    const id = orderId ?? (await currentOrder(engine, code));
    const cart = await this.cart(code);
    if (cart !== null) {
      const { order: _, ...content } = cart;
      await engine.place(id, placing(content, gateway));
    }
    return id;
  }

  /** What a payment method of Vendure's stands for; null = it is none of ours. */
  async method(code: string): Promise<{ gateway: string; method: string } | null> {
    const ours = await this.methods(await this.contexts.create({ apiType: "admin" }));
    const found = ours.find((one) => one.code === code)?.handler.args;
    const arg = (name: string) => found?.find((one) => one.name === name)?.value ?? "";
    return found === undefined ? null : { gateway: arg("gateway"), method: arg("method") };
  }

  private async methods(ctx: Ctx): Promise<VendureMethod[]> {
    const all = (await this.connection.getRepository(ctx, this.how.core.PaymentMethod).find({})) as VendureMethod[];
    return all.filter(({ handler }) => handler.code === this.how.handlerCode);
  }

  /** @returns ms after which to look again, 0 = Vendure's books are the bank's */
  bring(orderId: string): Promise<number> {
    return this.lanes.next(ownerOf(orderId), () => this.bringNow(orderId));
  }

  private async bringNow(orderId: string): Promise<number> {
    const code = ownerOf(orderId);
    const { core, engine } = this.how;
    const facts = (await engine.queries.read(orderId))?.facts;
    if (facts === undefined) return 0;
    const background = await this.contexts.create({ apiType: "admin" });
    const order = await this.orders.findOneByCode(background, code);
    if (order === undefined) return 0;
    // A transaction for each: Vendure's own locks a payment and then its order, and never another payment.
    for (const payment of paymentsIn(facts)) {
      await this.connection.withTransaction(background, async (ctx) => {
        await this.lock(ctx, code);
        await this.bringPayment(ctx, order.id, payment);
      });
    }
    const missing = [];
    for (const row of await this.orders.getOrderPayments(background, order.id)) {
      const payment = paymentsIn(facts).find(({ id }) => id === row.transactionId);
      if (payment !== undefined)
        missing.push({ row, total: await this.missingRefund(background, order, row, payment, orderId) });
    }
    const given = missing.filter(({ total }) => total > 0);
    const waits = this.lanes.patience(orderId, given.length > 0);
    if (waits > 0) return waits;
    // Refunded by the bank's staff, or by a transaction of Vendure's that was rolled back.
    const reason = "Refunded at the bank";
    for (const { row, total } of given) {
      const refund = { payment: row, total, method: row.method, reason, state: "Settled", metadata: {} };
      const unused = { transactionId: "", items: 0, shipping: 0, adjustment: 0 };
      await this.connection.getRepository(background, core.Refund).save(new core.Refund({ ...refund, ...unused }));
    }
    return 0;
  }

  /** Several nodes may bring the same order. The order's own row is left to Vendure, whose transactions wait for it. */
  private async lock(ctx: Ctx, code: string): Promise<void> {
    if (this.connection.rawConnection.options.type !== "postgres") return;
    const asked = "SELECT pg_advisory_xact_lock(hashtext($1))";
    await this.connection.getRepository(ctx, this.how.core.Order).query(asked, [`order-status ${code}`]);
  }

  private async bringPayment(ctx: Ctx, orderId: ID, payment: BankPayment): Promise<void> {
    const { core } = this.how;
    const wanted = storedAs(payment);
    const order = (await this.orders.findOne(ctx, orderId)) as VendureOrder;
    const row = (await this.orders.getOrderPayments(ctx, orderId)).find((one) => one.transactionId === payment.id);
    if (wanted === null) return;
    if (row === undefined) return this.store(ctx, order, payment, wanted);
    const amount = this.scale(order.currencyCode).toVendure(wanted.amount) + neverTaken(row);
    const metadata = { ...row.metadata, bankStatus: payment.status };
    const pays = wanted.state === "Authorized" || wanted.state === "Settled";
    if ((pays && row.amount !== amount) || row.metadata.bankStatus !== payment.status)
      await this.connection.getRepository(ctx, core.Payment).update(row.id, { ...(pays && { amount }), metadata });
    if (row.state === wanted.state || (row.state === "Cancelled" && wanted.state === "Declined")) return;
    const moved = await this.payments.transitionToState(ctx, row.id, wanted.state);
    if (core.isGraphQlErrorResult(moved)) throw new Error(`payment ${payment.id}: ${JSON.stringify(moved)}`);
  }

  private async store(ctx: Ctx, order: VendureOrder, { id, gateway }: BankPayment, { state, amount }: StoredPayment) {
    if (state === "Cancelled" || (state === "Declined" && order.state !== "ArrangingPayment")) return;
    const method = (await this.methods(ctx)).find(({ handler }) =>
      handler.args.some(({ name, value }) => name === "gateway" && value === gateway),
    );
    if (method === undefined) throw new Error(`no payment method of Vendure has the gateway "${gateway}"`);
    // Paid in another tab, while the customer went on shopping.
    if (order.state === "AddingItems" && state !== "Created")
      await this.orders.transitionToState(ctx, order.id, "ArrangingPayment");
    const fresh = (await this.orders.findOne(ctx, order.id)) as VendureOrder;
    const total = this.scale(order.currencyCode).toVendure(amount);
    const made = await this.payments.createPayment(ctx, fresh, total, method.code, { paymentId: id });
    if (this.how.core.isGraphQlErrorResult(made)) throw new Error(`payment ${id}: ${JSON.stringify(made)}`);
  }

  /** @param refund was asked for in Vendure under its own `transactionId`, which is the event's id, too */
  async refundAnswer(
    orderId: string,
    refund: { transactionId: string; total: number },
    currency: string,
    waits: boolean,
  ) {
    const amount = this.scale(currency).toMinor(refund.total);
    const event = { type: "merchant.refundedAmount", amount, refund: refund.transactionId } as const;
    const wait = waits ? "settled" : "durable";
    return this.how.engine.submit(orderId, event, { id: refund.transactionId, wait });
  }

  /** What the bank has refunded, and Vendure does not have; refunds that are under way are ended first. */
  private async missingRefund(
    ctx: Ctx,
    order: VendureOrder,
    row: VendurePayment,
    payment: BankPayment,
    orderId: string,
  ): Promise<number> {
    for (const refund of row.refunds.filter(
      ({ state, transactionId }) => state === "Pending" && transactionId.startsWith(REFUND_ID),
    ))
      await this.endRefund(ctx, order, orderId, refund, false);
    const { toVendure } = this.scale(order.currencyCode);
    return toVendure(payment.refunded) - (refundedIn(row) - neverTaken(row));
  }

  /** The bank's answer to a refund that Vendure has as pending; null = it is done, else why not. */
  async endRefund(
    ctx: Ctx,
    { id, code, currencyCode }: Pick<VendureOrder, "id" | "code" | "currencyCode">,
    orderId: string,
    refund: Pick<VendureRefund, "id" | "transactionId" | "total">,
    waits: boolean,
  ): Promise<string | null> {
    const receipt = await this.refundAnswer(orderId, refund, currencyCode, waits);
    if (receipt.final) {
      await this.connection.withTransaction(ctx, async (within) => {
        // Another decision may have ended it meanwhile.
        await this.lock(within, code);
        const rows = (await this.orders.getOrderPayments(within, id)).flatMap(({ refunds }) => refunds);
        if (rows.find((row) => String(row.id) === String(refund.id))?.state !== "Pending") return;
        const state = receipt.outcome === "refused" ? "Failed" : "Settled";
        await this.orders.transitionRefundToState(within, refund.id, state);
      });
    }
    return refusalIn(receipt);
  }

  /** Once, whatever happens in between. */
  async note(code: string, effectId: string, note: string): Promise<void> {
    const ctx = await this.contexts.create({ apiType: "admin" });
    const order = await this.orders.findOneByCode(ctx, code);
    if (order === undefined || note === "") return;
    const latest = { sort: { createdAt: "DESC" }, filter: { type: { eq: "ORDER_NOTE" } }, take: 50 };
    const { items } = await this.history.getHistoryForOrder(ctx, order.id, false, latest);
    if (items.some(({ data }) => data.effectId === effectId)) return;
    const entry = { ctx, orderId: order.id, type: "ORDER_NOTE", data: { note, effectId } };
    await this.history.createHistoryEntryForOrder(entry, false);
  }
}
