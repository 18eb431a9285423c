/**
 * What an administrator or a customer asks of Vendure is asked of the bank before Vendure begins: no transaction of Vendure's
 * waits for a bank, and what the bank refuses changes nothing in Vendure.
 */
import type { Command } from "../../../machines/events.js";
import { reasonInWords } from "../../../machines/reasons.js";
import type { Engine } from "../../runtime/embedded/engine.js";
import { ask, currentOrder } from "../embedded.js";
import { type Books, REFUND_ID } from "./books.js";
import type { Ctx, ID, Injector, Vendure, VendureOrder, VendurePayment } from "./core.js";
import { bankPayment } from "./payment-method.js";

interface CancelInput {
  orderId: ID;
  lines?: { orderLineId: ID; quantity: number }[] | null;
  cancelShipping?: boolean | null;
}
interface RefundInput {
  paymentId: ID;
  amount?: number | null;
  lines?: { orderLineId: ID; quantity: number }[] | null;
  shipping?: number | null;
  adjustment?: number | null;
}
interface Asked {
  id?: ID;
  state?: string;
  input?: CancelInput & RefundInput;
}

/** Vendure refuses a refund there by itself. */
const REFUNDS_NOT = new Set(["AddingItems", "ArrangingPayment", "PaymentAuthorized"]);

export interface Parts {
  injector: Injector;
  engine: Engine;
  books: Books;
}

const lineTotal = ({ lines }: VendureOrder, taken: NonNullable<CancelInput["lines"]>): number =>
  taken.reduce((sum, { orderLineId, quantity }) => {
    const line = lines.find(({ id }) => String(id) === String(orderLineId));
    return sum + (line?.proratedUnitPriceWithTax ?? 0) * quantity;
  }, 0);

export class AskedFirst {
  constructor(
    private readonly vendure: Vendure,
    private readonly parts: () => Parts | null,
  ) {}

  /** Nest's interceptor: around every field of the API, outside of its transaction. */
  async intercept(execution: object, next: { handle(): object }): Promise<object> {
    const { core, graphql, of, first } = this.vendure;
    const parts = this.parts();
    if ((execution as { getType(): string }).getType() !== "graphql" || parts === null) return next.handle();
    const call = graphql.GqlExecutionContext.create(execution);
    const { parentType, fieldName } = call.getInfo();
    if (String(parentType) !== "Mutation") return next.handle();
    const { req } = (execution as { getArgByIndex(at: number): { req: object } }).getArgByIndex(2);
    const ctx = core.internal_getRequestContext(req, execution);
    if (ctx === undefined) return next.handle();
    const refused = await this.before(parts, ctx, fieldName, call.getArgs());
    if (refused !== null) return of(refused);
    if (fieldName !== "refundOrder") return next.handle();
    return of(await this.afterRefund(parts, ctx, await first(next.handle())));
  }

  /** null = Vendure goes on; else its answer. */
  private async before(parts: Parts, ctx: Ctx, field: string, args: Asked): Promise<object | null> {
    const { core } = this.vendure;
    const { id = "", state, input } = args;
    if (field === "settlePayment" || (field === "transitionPaymentToState" && state === "Settled")) {
      const why = await this.settle(parts, ctx, id);
      return why === null ? null : new core.SettlePaymentError({ paymentErrorMessage: why });
    }
    if (field === "cancelPayment" || (field === "transitionPaymentToState" && state === "Cancelled")) {
      const why = await this.cancelPayment(parts, ctx, id);
      return why === null ? null : new core.CancelPaymentError({ paymentErrorMessage: why });
    }
    if (field === "cancelOrder" && input) return this.cancelOrder(parts, ctx, input);
    if (field === "transitionOrderToState" && state === "Cancelled") return this.cancelOrder(parts, ctx, args);
    if (field === "refundOrder" && input) {
      const why = await this.mayRefund(parts, ctx, input);
      return why === null
        ? null
        : new core.RefundStateTransitionError({ transitionError: why, fromState: "Pending", toState: "Settled" });
    }
    return null;
  }

  /** A payment of an order in the caller's channel, with the bank's; null = Vendure says what is wrong. */
  private async payment({ injector, engine }: Parts, ctx: Ctx, id: ID) {
    const { core } = this.vendure;
    const orders = injector.get(core.OrderService);
    const row = await injector
      .get(core.PaymentService)
      .findOneOrThrow(ctx, id)
      .catch(() => null);
    const order = row && (await orders.findOne(ctx, row.order.id));
    const all = order ? await orders.getOrderPayments(ctx, order.id) : [];
    const payment = all.find((one) => String(one.id) === String(id));
    const found = payment && (await bankPayment(engine, payment));
    return order && payment && found ? { order, row: payment, found } : null;
  }

  private async settle(parts: Parts, ctx: Ctx, id: ID): Promise<string | null> {
    const { engine, books } = parts;
    const asked = await this.payment(parts, ctx, id);
    if (asked === null) return null;
    const { order, found } = asked;
    const { orderId } = found;
    if (!found.current) return reasonInWords("stale-payment");
    const facts = (await engine.queries.read(orderId))?.facts;
    const cart = await books.cart(order.code);
    if (facts !== undefined && cart !== null && found.payment.captured === 0) {
      const { total, lines } = cart;
      const event = { type: "merchant.editedLines", lines, total, adds: false } as const;
      const why = total < facts.order.total ? await ask(engine, orderId, event) : null;
      if (why !== null) return why;
      if (total >= facts.order.total) await books.place(order.code, found.payment.gateway ?? "", orderId);
    }
    const why = await ask(engine, orderId, { type: "merchant.completed" });
    await books.bring(orderId);
    return why;
  }

  private async cancelPayment(parts: Parts, ctx: Ctx, id: ID): Promise<string | null> {
    const asked = await this.payment(parts, ctx, id);
    if (asked === null) return null;
    if (!asked.found.current) return reasonInWords("stale-payment");
    return this.letGo(parts, asked.found.orderId);
  }

  private async letGo({ engine }: Parts, orderId: string): Promise<string | null> {
    const status = (await engine.queries.read(orderId))?.facts.order.status;
    return status === undefined || status === "cancelled" ? null : ask(engine, orderId, { type: "merchant.cancelled" });
  }

  /** The goods of an order whose money was taken are Vendure's to cancel; the money is returned by a refund. */
  private async cancelOrder(parts: Parts, ctx: Ctx, asked: Partial<CancelInput> & { id?: ID }): Promise<object | null> {
    const { core } = this.vendure;
    const order = await parts.injector.get(core.OrderService).findOne(ctx, asked.orderId ?? asked.id ?? "");
    if (order === undefined) return null;
    const fromState = order.state;
    // Vendure would cancel the lines first, and find out then.
    const over = { transitionError: "The order is cancelled already.", fromState, toState: fromState };
    if (fromState === "Cancelled") return new core.OrderStateTransitionError(over);
    const orderId = await currentOrder(parts.engine, order.code);
    const facts = (await parts.engine.queries.read(orderId))?.facts;
    if (facts === undefined || facts.payment.captured > 0) return null;
    const { lines } = asked;
    const leaves =
      lines != null &&
      order.lines.some(({ id, quantity }) => {
        const taken = lines.filter(({ orderLineId }) => String(orderLineId) === String(id));
        return quantity > taken.reduce((sum, one) => sum + one.quantity, 0);
      });
    const why = leaves && lines ? await this.mayLower(parts, order, orderId, lines) : await this.letGo(parts, orderId);
    const toState = leaves ? fromState : "Cancelled";
    return why === null ? null : new core.OrderStateTransitionError({ transitionError: why, fromState, toState });
  }

  /** The bank reserves less when the payment is settled; one that cannot be changed keeps the order as it is. */
  private async mayLower(
    { engine, books }: Parts,
    order: VendureOrder,
    orderId: string,
    lines: NonNullable<CancelInput["lines"]>,
  ) {
    const { toMinor } = books.scale(order.currencyCode);
    const total = Math.max(0, toMinor(order.totalWithTax - lineTotal(order, lines)));
    return this.may(engine, orderId, { type: "merchant.editedLines", lines: [], total, adds: false });
  }

  /** Vendure would take what this payment has not left from another one, also from one that was rejected. */
  private async mayRefund(parts: Parts, ctx: Ctx, input: RefundInput): Promise<string | null> {
    const asked = await this.payment(parts, ctx, input.paymentId);
    if (asked === null) return null;
    const { order, found } = asked;
    if (found.payment.captured === 0) return REFUNDS_NOT.has(order.state) ? null : reasonInWords("refund-not-possible");
    if (!found.current) return reasonInWords("stale-payment");
    const { toMinor, toVendure } = parts.books.scale(order.currencyCode);
    const { lines, shipping, adjustment } = input;
    const amount = input.amount || lineTotal(order, lines ?? []) + (shipping ?? 0) + (adjustment ?? 0);
    // Vendure says that there is nothing to refund.
    if (amount <= 0) return null;
    if (toVendure(toMinor(amount)) !== amount) return `${order.currencyCode} has no part as small as that.`;
    return this.may(parts.engine, found.orderId, { type: "merchant.refundedAmount", amount: toMinor(amount) });
  }

  private async may(engine: Engine, orderId: string, event: Command): Promise<string | null> {
    const preview = await engine.queries.can(orderId, event, { fresh: true });
    return preview.allowed ? null : reasonInWords(preview.reason);
  }

  /** Vendure has the refund as pending by now, and its transaction is over. */
  private async afterRefund({ injector, engine, books }: Parts, ctx: Ctx, result: unknown): Promise<unknown> {
    const { core } = this.vendure;
    const refund = result as VendurePayment["refunds"][number] & { payment?: VendurePayment };
    if (refund?.state !== "Pending" || !refund.transactionId?.startsWith(REFUND_ID)) return result;
    const row = await injector.get(core.PaymentService).findOneOrThrow(ctx, refund.payment?.id ?? "");
    const order = (await injector.get(core.OrderService).findOne(ctx, row.order.id)) as VendureOrder;
    const found = await bankPayment(engine, row);
    const why = await books.endRefund(ctx, order, found?.orderId ?? order.code, refund, true);
    const now = (await injector.get(core.OrderService).getOrderPayments(ctx, order.id))
      .flatMap(({ refunds }) => refunds)
      .find((one) => String(one.id) === String(refund.id));
    if (now?.state !== "Failed") return now ?? result;
    const told = { transitionError: why ?? "refused", fromState: "Pending", toState: "Settled" };
    return new core.RefundStateTransitionError(told);
  }
}
