/** The banks of a configuration. */
import { netsEasy } from "../../gateways/nets/easy.js";
import { resursMapi } from "../../gateways/resurs/mapi.js";
import { resursCheckout, resursHosted, resursSimplified } from "../../gateways/resurs-legacy/index.js";
import type { Clock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import type { Log } from "../../ports/log.js";
import type { GatewayName, Ready } from "../config/schema.js";

/** One for each way of paying that the file names. */
export const gatewaysOf = ({ gateways }: Ready, clock: Clock, log?: Log): Gateway[] => {
  const makers: { [N in GatewayName]: (options: NonNullable<Ready["gateways"][N]>) => Gateway } = {
    "resurs-mapi": (options) => resursMapi({ ...options, clock }),
    "nets-easy": ({ webhookAuthorization: authorization, checkoutKey, ...options }) =>
      netsEasy({ ...options, embedded: checkoutKey !== undefined, webhook: { authorization }, clock, log }),
    "resurs-simplified": (options) => resursSimplified({ ...options, clock }),
    "resurs-hosted": (options) => resursHosted({ ...options, clock }),
    "resurs-rco": (options) => resursCheckout({ ...options, embedded: true, clock }),
  };
  const made = <N extends GatewayName>(name: N): Gateway[] => {
    const options = gateways[name];
    return options === undefined ? [] : [makers[name](options)];
  };
  return (Object.keys(makers) as GatewayName[]).flatMap((name) => made(name));
};
