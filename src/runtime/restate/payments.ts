/** From a payment id to its order: a small object per payment. */
import type * as Restate from "@restatedev/restate-sdk/node";
import type { Names } from "./names.js";

export interface PaymentEntry {
  orderId: string;
  /** The order has not moved on to another payment. */
  current: boolean;
}

const ORDERS = "orders";

/** An order that has it now comes before one that had it. */
const first = (a: PaymentEntry, b: PaymentEntry): number =>
  Number(b.current) - Number(a.current) || (a.orderId < b.orderId ? -1 : a.orderId > b.orderId ? 1 : 0);

export const paymentsObject = (sdk: typeof Restate, { payments }: Names) => {
  const { exclusive, shared } = sdk.handlers.object;
  return sdk.object({
    name: payments,
    handlers: {
      note: exclusive({ ingressPrivate: true }, async (ctx: Restate.ObjectContext, known: PaymentEntry) => {
        const others = ((await ctx.get<PaymentEntry[]>(ORDERS)) ?? []).filter(
          ({ orderId }) => orderId !== known.orderId,
        );
        ctx.set(ORDERS, [...others, known].sort(first));
      }),
      find: shared(async (ctx: Restate.ObjectSharedContext) => (await ctx.get<PaymentEntry[]>(ORDERS))?.[0] ?? null),
    },
  });
};
