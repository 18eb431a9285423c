/** A checkout that happens at the bank asks for the shop's order: one per payment, however often it asks. */

import type { Log } from "../../ports/log.js";
import type { Runtime } from "../../ports/runtime.js";

/** @param create makes the shop's order and places it in the engine; null = it does not */
export const orderFor = async (
  engine: Runtime,
  log: Log,
  paymentId: string,
  create: () => Promise<{ orderId: string } | null>,
): Promise<{ orderId: string } | { error: string }> => {
  try {
    const known = await engine.findByPayment(paymentId);
    const status = known && (await engine.read(known.orderId))?.facts.order.status;
    // Paid, given up or tried anew meanwhile: no money may be taken for it.
    if (known?.current === false) return { error: "stale-payment" };
    if (status && status !== "pending") return { error: `order-is-${status}` };
    return (await create()) ?? { error: "no-order" };
  } catch (error) {
    log.error({ detail: error instanceof Error ? error.message : String(error) }, "the order could not be created");
    return { error: "no-order" };
  }
};
