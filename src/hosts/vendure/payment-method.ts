/** The payment method's handler. Vendure calls it inside its transactions: it reads what the engine knows, and asks no bank. */
import { randomUUID } from "node:crypto";
import type { Engine } from "../../runtime/embedded/engine.js";
import { ownerOf, refusalIn } from "../embedded.js";
import { type BankPayment, type Books, NEVER_TAKEN, neverTaken, paymentsIn, REFUND_ID, storedAs } from "./books.js";
import type { Ctx, VendureCore, VendureOrder, VendurePayment } from "./core.js";

export const HANDLER_CODE = "order-status";

/** The bank's payment that a payment of Vendure's stands for. */
export const bankPayment = async (
  engine: Engine,
  { transactionId }: Pick<VendurePayment, "transactionId">,
): Promise<{ orderId: string; current: boolean; payment: BankPayment } | null> => {
  const found = transactionId ? await engine.queries.findByPayment(transactionId) : null;
  const facts = found && (await engine.queries.read(found.orderId))?.facts;
  const payment = facts && paymentsIn(facts).find(({ id }) => id === transactionId);
  return found && payment ? { ...found, payment } : null;
};

const NOT_BEGUN = "A payment through the bank begins with the mutation createBankPayment.";

type Answer = { success: true } | { success: false; state: string; errorMessage: string };

export interface HandlerParts {
  engine: Engine;
  books(): Books;
}

/** Asked for by code that does not wait: what comes of it is stored when the bank has answered. */
const asked = async (
  engine: Engine,
  orderId: string,
  type: "merchant.completed" | "merchant.cancelled",
  { state }: VendurePayment,
): Promise<Answer> => {
  const receipt = await engine.submit(orderId, { type });
  // With the state that it has, the payment can be settled or cancelled later; Vendure's default is Error, for good.
  return { success: false, state, errorMessage: refusalIn(receipt) ?? "the bank is asked" };
};

export const handlerOf = (core: VendureCore, { engine, books }: HandlerParts): object =>
  new core.PaymentMethodHandler({
    code: HANDLER_CODE,
    description: [
      { languageCode: core.LanguageCode.en, value: "Payment through a bank, by order-status-engine" },
      { languageCode: core.LanguageCode.sv, value: "Betalning genom en bank, med order-status-engine" },
    ],
    args: {
      gateway: { type: "string", description: [{ languageCode: core.LanguageCode.en, value: "Gateway" }] },
      method: {
        type: "string",
        required: false,
        defaultValue: "",
        description: [{ languageCode: core.LanguageCode.en, value: "The bank's payment method, by its id" }],
      },
    },

    async createPayment(_ctx: Ctx, order: VendureOrder, amount: number, _args: object, said: Record<string, unknown>) {
      const id = typeof said.paymentId === "string" ? said.paymentId : "";
      const found = await bankPayment(engine, { transactionId: id });
      const stored = found && ownerOf(found.orderId) === order.code ? storedAs(found.payment) : null;
      if (found === null || stored === null) return { amount, state: "Error", errorMessage: NOT_BEGUN, metadata: {} };
      const total = books().scale(order.currencyCode).toVendure(stored.amount);
      const metadata = { bankStatus: found.payment.status };
      const { rejectedReason } = found.payment;
      return {
        ...{ amount: total, state: stored.state, transactionId: id, metadata },
        ...(stored.state === "Declined" && { errorMessage: rejectedReason ?? "rejected" }),
      };
    },

    async settlePayment(ctx: Ctx, order: VendureOrder, payment: VendurePayment): Promise<Answer> {
      const found = await bankPayment(engine, payment);
      if (found === null) return { success: false, state: payment.state, errorMessage: NOT_BEGUN };
      const stored = storedAs(found.payment);
      if (stored?.state !== "Settled") return asked(engine, found.orderId, "merchant.completed", payment);
      // As much as the bank took, which is less where the order was lowered.
      const { toVendure } = books().scale(order.currencyCode);
      const row = await books().row(ctx, order, payment.id);
      payment.amount = toVendure(stored.amount) + (row ? neverTaken(row) : 0);
      return { success: true };
    },

    async cancelPayment(_ctx: Ctx, _order: VendureOrder, payment: VendurePayment): Promise<Answer> {
      const found = await bankPayment(engine, payment);
      const stored = found && storedAs(found.payment);
      // Nothing of it is at the bank, or nobody has paid it.
      if (found === null || stored === null || stored.state === "Cancelled" || stored.state === "Declined")
        return { success: true };
      return asked(engine, found.orderId, "merchant.cancelled", payment);
    },

    async createRefund(_ctx: Ctx, _input: object, total: number, order: VendureOrder, payment: VendurePayment) {
      const found = await bankPayment(engine, payment);
      const transactionId = `${REFUND_ID}${randomUUID()}`;
      if (found === null) return { state: "Failed", transactionId, metadata: { reason: NOT_BEGUN } };
      // A change that makes an order cheaper: the bank will take no more than the order then costs.
      if (found.payment.captured === 0)
        return { state: "Settled", transactionId: "", metadata: { [NEVER_TAKEN]: true } };
      const receipt = await books().refundAnswer(found.orderId, { transactionId, total }, order.currencyCode, false);
      const refused = receipt.outcome === "refused";
      const metadata = refused ? { reason: refusalIn(receipt) } : {};
      return { state: refused ? "Failed" : "Pending", transactionId, metadata };
    },
  });
