/** An effect that moves money, as the call to the bank that it is. */
import type { Effect } from "../../../machines/effects.js";
import type { Gateway, GatewayAnswer } from "../../ports/gateway.js";

export type KeyedEffect = Extract<Effect, { key: string }>;

const noSuchStep = (gateway: Gateway): GatewayAnswer => ({
  kind: "refused",
  reason: "gateway-refused",
  detail: `${gateway.name} does not book what was signed`,
});

/** It asks for a part of what is there, so the bank may carry it out twice: a refund, or a step of new lines. */
const isPart = (effect: KeyedEffect): boolean =>
  effect.type === "refundPayment" ||
  effect.type === "addOrderLines" ||
  // A plain cancellation is sent whatever the shop has; the first step of new lines is not.
  (effect.type === "cancelPayment" && effect.expects !== undefined);

/** Sends it. What may have been passed on goes out again soon only where the bank carries it out once. */
export const call = async (gateway: Gateway, effect: KeyedEffect): Promise<GatewayAnswer> => {
  const answer = await sent(gateway, effect);
  return answer.kind === "retry" && answer.certain !== true && isPart(effect)
    ? { kind: "unknown", detail: answer.detail }
    : answer;
};

const sent = (gateway: Gateway, effect: KeyedEffect): Promise<GatewayAnswer> => {
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
