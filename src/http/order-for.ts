/** A checkout that happens at the bank asks for the shop's order: one per payment, however often it asks. */
import type { Log } from "../ports/log.js";
import type { Runtime } from "../ports/runtime.js";
import { thrownText } from "../ports/thrown.js";
import type { Admission } from "./admission.js";
import { knownPayment } from "./known-payment.js";

export const TOO_MANY = "too-many";

/** Orders that are being made, by their payments: who presses twice in one second is answered twice with one order. */
export type OrdersBeingMade = Map<string, Promise<{ orderId: string } | null>>;

interface OrderLookup {
  engine: Runtime;
  log: Log;
  admission: Admission;
  /** Whose payments these are. */
  gateways: string[];
  making: OrdersBeingMade;
}

/** @param create makes the shop's order and places it in the engine; null = it does not. Not asked for a payment that has one */
export const orderFor = async (
  { engine, log, admission, gateways, making }: OrderLookup,
  paymentId: string,
  create: () => Promise<{ orderId: string } | null>,
): Promise<{ orderId: string } | { error: string }> => {
  try {
    const known = await knownPayment(engine, paymentId, gateways);
    const status = known && (await engine.queries.read(known.orderId))?.facts.order.status;
    // Paid, given up or tried anew meanwhile: no money may be taken for it.
    if (known?.current === false) return { error: "stale-payment" };
    if (status && status !== "pending") return { error: `order-is-${status}` };
    // Nothing proves that the bank's checkout is asking, so the shop is not asked more often than it can bear.
    if (!admission.mayCreate(known?.orderId ?? null)) return { error: TOO_MANY };
    if (known !== null) return { orderId: known.orderId };
    const begun = making.get(paymentId) ?? create().finally(() => making.delete(paymentId));
    making.set(paymentId, begun);
    return (await begun) ?? { error: "no-order" };
  } catch (error) {
    log.error({ detail: thrownText(error) }, "the order could not be created");
    return { error: "no-order" };
  }
};
