/** From a payment to its order, for a route that takes only some gateways' payments. */
import type { Runtime } from "../ports/runtime.js";

/** @returns null where no order has the payment, and just so where it is another gateway's */
export const knownPayment = async (
  engine: Runtime,
  paymentId: string,
  gateways: string[],
): Promise<{ orderId: string; current: boolean } | null> => {
  const found = await engine.queries.findByPayment(paymentId);
  if (found === null) return null;
  // A record that cannot be read names no gateway: the message is kept for its order all the same.
  const gateway = await engine.queries.read(found.orderId).then(
    (record) => record?.facts.payment.gateway,
    () => null,
  );
  return gateway == null || gateways.includes(gateway) ? found : null;
};
