import type { Order, OrderProcess, OrderState, SettlePaymentFn } from "@vendure/core";
import type { Engine } from "order-status-engine";
import { type Line, reasons } from "order-status-engine/machines";

/** What is paid for: Vendure adds these up to `totalWithTax`. */
const linesOf = ({ lines, surcharges, shippingLines }: Order): Line[] => [
  ...lines.map(({ productVariant, quantity, taxRate, proratedLinePrice, proratedLinePriceWithTax: total }) => ({
    sku: productVariant.sku,
    description: productVariant.name,
    quantity,
    total,
    vat: total - proratedLinePrice,
    vatRate: Math.round(taxRate * 100),
  })),
  ...surcharges.map(({ sku, description, price, priceWithTax: total }) => ({
    sku: sku || "surcharge",
    description,
    quantity: 1,
    total,
    vat: total - price,
    type: total < 0 ? ("discount" as const) : ("fee" as const),
  })),
  ...shippingLines.map(({ discountedPrice, discountedPriceWithTax: total, shippingMethod }) => ({
    sku: "shipping",
    description: shippingMethod?.name ?? "Shipping",
    quantity: 1,
    total,
    vat: total - discountedPrice,
    type: "shipping" as const,
  })),
];

const placed = (order: Order, gateway: string) => ({
  status: "pending" as const,
  total: order.totalWithTax,
  currency: order.currencyCode,
  lines: linesOf(order),
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
