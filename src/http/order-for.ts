/** A checkout that happens at the bank asks for the shop's order: one per payment, however often it asks. */
import type { Log } from "../ports/log.js";
import type { Runtime } from "../ports/runtime.js";
import { thrownText } from "../ports/thrown.js";
import type { Admission } from "./admission.js";
import { knownPayment } from "./known-payment.js";

export const TOO_MANY = "too-many";

interface OrderLookup {
  engine: Runtime;
  log: Log;
  admission: Admission;
  /** Whose payments these are. */
  gateways: string[];
}

/** @param create makes the shop's order and places it in the engine; null = it does not */
export const orderFor = async (
  { engine, log, admission, gateways }: OrderLookup,
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
    return (await create()) ?? { error: "no-order" };
  } catch (error) {
    log.error({ detail: thrownText(error) }, "the order could not be created");
    return { error: "no-order" };
  }
};
