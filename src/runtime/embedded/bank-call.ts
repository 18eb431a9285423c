/** An effect that moves money, as the call to the bank that it is. */
import type { Effect } from "../../../machines/effects.js";
import type { Gateway, GatewayAnswer } from "../../ports/gateway.js";

export type KeyedEffect = Extract<Effect, { key: string }>;

const noSuchStep = (gateway: Gateway): GatewayAnswer => ({
  kind: "refused",
  reason: "gateway-refused",
  detail: `${gateway.name} does not book what was signed`,
});

export const call = (gateway: Gateway, effect: KeyedEffect): Promise<GatewayAnswer> => {
  switch (effect.type) {
    case "bookSignedPayment":
      return gateway.bookSignedPayment?.(effect) ?? Promise.resolve(noSuchStep(gateway));
    case "capturePayment":
      return gateway.capture(effect);
    case "cancelPayment":
      return gateway.cancel(effect);
    case "refundPayment":
      return gateway.refund(effect);
    case "addOrderLines":
      return gateway.addOrderLines(effect);
  }
};
