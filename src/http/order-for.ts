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

/** The order that has the payment, where it waits for it; null = no order has it. */
const pendingOrderOf = async (
  { engine, gateways }: OrderLookup,
  paymentId: string,
): Promise<{ orderId: string } | { error: string } | null> => {
  const known = await knownPayment(engine, paymentId, gateways);
  if (known === null) return null;
  // Paid, given up or tried anew meanwhile: no money may be taken for it.
  if (!known.current) return { error: "stale-payment" };
  const status = (await engine.queries.read(known.orderId))?.facts.order.status;
  return status && status !== "pending" ? { error: `order-is-${status}` } : { orderId: known.orderId };
};

/** @param create makes the shop's order and places it in the engine; null = it does not. Not asked for a payment that has one */
export const orderFor = async (
  lookup: OrderLookup,
  paymentId: string,
  create: () => Promise<{ orderId: string } | null>,
): Promise<{ orderId: string } | { error: string }> => {
  const { log, admission, making } = lookup;
  try {
    const known = await pendingOrderOf(lookup, paymentId);
    if (known !== null && "error" in known) return known;
    // Nothing proves that the bank's checkout is asking, so the shop is not asked more often than it can bear.
    if (!admission.mayCreate(known?.orderId ?? null)) return { error: TOO_MANY };
    if (known !== null) return known;
    const begun = making.get(paymentId) ?? create().finally(() => making.delete(paymentId));
    making.set(paymentId, begun);
    if ((await begun) === null) return { error: "no-order" };
    // Whichever order the program names: money is taken only where the engine has one that waits for this payment.
    const made = await pendingOrderOf(lookup, paymentId);
    if (made !== null) return made;
    log.error({ paymentId }, "the program named an order that it has not placed with this payment");
    return { error: "no-order" };
  } catch (error) {
    log.error({ detail: thrownText(error) }, "the order could not be created");
    return { error: "no-order" };
  }
};
