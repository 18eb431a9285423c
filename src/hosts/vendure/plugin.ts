/** The engine as a Vendure plugin: `plugins: [orderStatus({ ... })]`. */
import { moneyHeld } from "../../../machines/facts.js";
import { InvalidEvent } from "../../ports/runtime.js";
import { thrownText } from "../../ports/thrown.js";
import { currentOrder, type Embedded, embedded, type HostOptions } from "../embedded.js";
import { AskedFirst, type Parts } from "./asked-first.js";
import { Books } from "./books.js";
import { type Ctx, type Injector, type Vendure, type VendureOrder, vendure } from "./core.js";
import { HANDLER_CODE, handlerOf } from "./payment-method.js";
import { vendureShop } from "./shop.js";

export type { HostOptions } from "../embedded.js";

const SCHEMA = `
  "Where the customer goes to pay."
  type BankPayment { paymentId: String! redirectUrl: String! }
  type BankPaymentError implements ErrorResult { errorCode: ErrorCode! message: String! }
  union CreateBankPaymentResult = BankPayment | BankPaymentError
  extend type Mutation {
    "Opens a payment of the active order, by a payment method whose handler is ${HANDLER_CODE}."
    createBankPayment(method: String!): CreateBankPaymentResult!
  }`;

const failed = (message: string) => ({ __typename: "BankPaymentError", errorCode: "BANK_PAYMENT_ERROR", message });

/** The payment's states may go on as the bank's do: frozen after it was authorised, paid after it was rejected. */
const paymentProcess = {
  transitions: {
    Created: { to: ["Created", "Authorized", "Settled", "Declined", "Cancelled"], mergeStrategy: "merge" },
    Authorized: { to: ["Created", "Declined"], mergeStrategy: "merge" },
    Declined: { to: ["Created", "Authorized", "Settled"], mergeStrategy: "merge" },
    Error: { to: ["Created", "Authorized", "Settled", "Declined"], mergeStrategy: "merge" },
    Cancelled: { to: ["Authorized", "Settled"], mergeStrategy: "merge" },
  },
};

/** A refund that the bank has not answered. */
const refundProcess = { transitions: { Pending: { to: ["Pending"], mergeStrategy: "merge" } } };

const orderProcess = ({ core }: Vendure, { engine }: Embedded, start: (injector: Injector) => Promise<void>) => ({
  async init(injector: Injector) {
    // Migrations and workers read the same configuration.
    if (injector.get(core.ProcessContext).isServer) await start(injector);
  },
  destroy: () => engine.stop(),
  async onTransitionStart(from: string, to: string, { order }: { order: VendureOrder }) {
    if (to !== "Cancelled" && !(from === "ArrangingPayment" && to === "AddingItems")) return;
    const orderId = await currentOrder(engine, order.code);
    const facts = (await engine.queries.read(orderId))?.facts;
    if (facts === undefined) return;
    const { status, total } = facts.order;
    if (to === "AddingItems") return moneyHeld(facts.payment) >= total && total > 0 ? "The order is paid." : undefined;
    if (status === "cancelled" || facts.payment.captured > 0) return;
    // By code of the shop's own, in a transaction: the bank is asked, and not waited for.
    await engine.submit(orderId, { type: "merchant.cancelled" });
    if (!order.active) return "The bank is asked to let the payment go; cancel the order when it has.";
  },
});

/** Opens payments for the storefront. Without a transaction, because a bank is asked. */
const checkoutResolver = ({ core, graphql }: Vendure, { pay }: Embedded, parts: () => Parts | null) => {
  class BankPayments {
    async createBankPayment(ctx: Ctx, method: string) {
      const ready = parts();
      if (ready === null) return failed("The engine has not started.");
      const { injector, books } = ready;
      const orders = injector.get(core.OrderService);
      const order = await injector.get(core.ActiveOrderService).getActiveOrder(ctx, undefined);
      if (order?.state !== "ArrangingPayment") return failed("There is no order that is to be paid.");
      const eligible = await orders.getEligiblePaymentMethods(ctx, order.id);
      const chosen = await books.method(method);
      if (chosen === null || !eligible.some(({ code, isEligible }) => code === method && isEligible))
        return failed(`The order cannot be paid by "${method}".`);
      try {
        const orderId = await books.place(order.code, chosen.gateway);
        const created = await pay(orderId, chosen.gateway, chosen.method);
        if (created.kind === "failed") return failed(created.detail);
        if (created.kind === "already-paid") await books.bring(orderId);
        return { __typename: "BankPayment", paymentId: created.paymentId, redirectUrl: created.redirectUrl };
      } catch (error) {
        if (error instanceof InvalidEvent) return failed(error.message);
        throw error;
      }
    }
  }
  const { prototype } = BankPayments;
  const name = "createBankPayment";
  const method = Object.getOwnPropertyDescriptor(prototype, name) as PropertyDescriptor;
  graphql.Resolver()(BankPayments);
  graphql.Mutation()(prototype, name, method);
  core.Allow(core.Permission.Owner)(prototype, name, method);
  core.Ctx()(prototype, name, 0);
  graphql.Args("method")(prototype, name, 1);
  return BankPayments;
};

interface RuntimeConfig {
  orderOptions: { process: object[] };
  paymentOptions: { process: object[]; refundProcess: object[]; paymentMethodHandlers: object[] };
  apiOptions: { middleware: object[] };
}

/**
 * A Vendure plugin: order and payment process, payment handler, the mutation `createBankPayment` and the engine's doors
 * below `/order-status`. The server starts and stops the engine; a worker and migrations do not.
 * @throws Missing where `@vendure/core` is not installed
 */
export const orderStatus = (options: HostOptions): (new () => object) => {
  const peer = vendure();
  const { core } = peer;
  let parts: Parts | null = null;
  const books = (): Books => {
    if (parts === null) throw new Error("the Vendure server has not started");
    return parts.books;
  };
  const bring = (code: string): void => {
    const again = (ms: number) => ms > 0 && setTimeout(() => bring(code), ms).unref();
    const failed = (error: unknown) => core.Logger.warn(`order ${code}: ${thrownText(error)}`, "order-status");
    void books().bring(code).then(again, failed);
  };
  const statusOf = async (code: string) => (await host.engine.queries.read(code))?.facts.order.status ?? null;
  const onDecision: HostOptions["onDecision"] = (entry, record, messages) => {
    options.onDecision?.(entry, record, messages);
    // Not every change of a payment changes the order, such as one that is frozen after it was authorised.
    if (parts !== null && record.facts.payment.id !== null) bring(record.orderId);
  };
  const host: Embedded = embedded({ ...options, onDecision }, vendureShop(books, statusOf));
  const { engine } = host;
  const start = async (injector: Injector) => {
    parts = { injector, engine, books: new Books({ core, injector, engine, handlerCode: HANDLER_CODE }) };
    await engine.start();
  };
  class OrderStatusPlugin {}
  core.VendurePlugin({
    imports: [core.PluginCommonModule],
    compatibility: "^3.0.0",
    providers: [{ provide: "APP_INTERCEPTOR", useValue: new AskedFirst(peer, () => parts) }],
    shopApiExtensions: { schema: peer.parse(SCHEMA), resolvers: [checkoutResolver(peer, host, () => parts)] },
    configuration: (config: RuntimeConfig) => {
      // Last, so that nobody objects after it.
      config.orderOptions.process.push(orderProcess(peer, host, start));
      config.paymentOptions.process.push(paymentProcess);
      config.paymentOptions.refundProcess.push(refundProcess);
      config.paymentOptions.paymentMethodHandlers.push(handlerOf(core, { engine, books }));
      config.apiOptions.middleware.push({ route: `/${host.route}`, handler: host.listener, beforeListen: true });
      return config;
    },
  })(OrderStatusPlugin);
  return OrderStatusPlugin;
};
