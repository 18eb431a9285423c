import type { Order, OrderProcess, OrderState, SettlePaymentFn } from "@vendure/core";
import type { Engine } from "order-status-engine";
import { reasons } from "order-status-engine/machines";

const placed = (order: Order, gateway: string) => ({
  status: "pending" as const,
  total: order.totalWithTax,
  currency: order.currencyCode,
  lines: order.lines.map(({ productVariant, quantity, proratedLinePriceWithTax }) => ({
    sku: productVariant.sku,
    quantity,
    total: proratedLinePriceWithTax,
  })),
  needsProcessing: true,
  gateway,
  paymentId: null,
  previousPaymentIds: [],
  createdAt: order.createdAt.getTime(),
  updatedAt: order.updatedAt.getTime(),
  customerReturned: false,
});

type MerchantSays = "merchant.completed" | "merchant.cancelled";

/** null, or why the engine refuses. Asking again moves no money twice. */
const refusal = async (engine: Engine, { code }: Order, type: MerchantSays): Promise<string | null> => {
  const receipt = await engine.submit(code, { type }, { wait: "settled" });
  if (receipt.outcome === "refused") return reasons[receipt.reason];
  return receipt.final ? null : "the bank has not answered yet; try again";
};

/** Vendure moves an order only where the engine does. Last in `orderOptions.process`, so that nobody objects after it. */
export const orderProcess = (engine: Engine, gateway: string): OrderProcess<OrderState> => ({
  async onTransitionStart(_from, to, { order }) {
    switch (to) {
      case "ArrangingPayment":
        await engine.place(order.code, placed(order, gateway));
        return;
      case "PaymentAuthorized": {
        const status = (await engine.queries.read(order.code))?.facts.order.status;
        return status === "processing" ? undefined : `the engine has the order as ${status ?? "unknown"}`;
      }
      case "PaymentSettled":
        return (await refusal(engine, order, "merchant.completed")) ?? undefined;
      case "Cancelled":
        return (await refusal(engine, order, "merchant.cancelled")) ?? undefined;
    }
  },
});

/** For the `PaymentMethodHandler`: the money is taken before Vendure has the payment as settled. */
export const settlePayment =
  (engine: Engine): SettlePaymentFn<Record<never, never>> =>
  async (_ctx, order) => {
    const errorMessage = await refusal(engine, order, "merchant.completed");
    return errorMessage === null ? { success: true } : { success: false, errorMessage };
  };
