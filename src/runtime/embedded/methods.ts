/** The payment methods that a checkout offers. */
import type { Flow } from "../../../machines/index.js";
import type { Gateway } from "../../ports/gateway.js";
import { type Log, redacted } from "../../ports/log.js";
import type { OfferedMethod } from "../../ports/runtime.js";

/** Whatever such a gateway can charge, a customer may choose it. */
const whole = ({ name }: Gateway, title: string): OfferedMethod => ({
  gateway: name,
  id: null,
  title,
  min: null,
  max: null,
  countries: null,
});

/**
 * A bank that does not list its methods has none at the checkout; the log says why.
 *
 * @param flows of the registry, for the bank's name
 */
export const methodsOf = async (
  gateways: Iterable<Gateway>,
  flows: Record<string, Pick<Flow, "bank">>,
  log: Log,
): Promise<OfferedMethod[]> => {
  const asked = [...gateways].map(async (gateway): Promise<OfferedMethod[]> => {
    const { name } = gateway;
    if (gateway.paymentMethods === undefined) return [whole(gateway, flows[name]?.bank ?? name)];
    const told = await gateway.paymentMethods();
    if (told.kind === "ok") return told.methods.map((method) => ({ gateway: name, ...method }));
    redacted(log).warn({ type: name, detail: told.detail }, "the bank lists no payment methods, so none are offered");
    return [];
  });
  return (await Promise.all(asked)).flat();
};
