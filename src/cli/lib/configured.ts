/** The engine as a configuration file describes it: a real shop, real banks, the door with its keys. */

import { checkoutScriptAt, netsEasy } from "../../gateways/nets/easy.js";
import { resursMapi } from "../../gateways/resurs/mapi.js";
import { decodeApiData, resursCheckout, resursHosted, resursSimplified } from "../../gateways/resurs-legacy/index.js";
import type { Frames } from "../../http/frames.js";
import { clientAddress } from "../../http/source.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import { wooReturns, wooShop, wooWebhooks } from "../../shops/woocommerce/index.js";
import { webhook } from "../../webhooks/webhook.js";
import type { GatewayName, Ready } from "../config/schema.js";
import { checkBanks } from "./check-banks.js";
import { type Common, compose, type Running } from "./compose.js";
import { storeAt } from "./stores.js";

/** One for each way of paying that the file names. */
export const gatewaysOf = ({ gateways }: Ready, clock: Clock): Gateway[] => {
  const makers: { [N in GatewayName]: (options: NonNullable<Ready["gateways"][N]>) => Gateway } = {
    "resurs-mapi": (options) => resursMapi({ ...options, clock }),
    "nets-easy": ({ webhookAuthorization: authorization, checkoutKey, ...options }) =>
      netsEasy({ ...options, embedded: checkoutKey !== undefined, webhook: { authorization }, clock }),
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

/** The checkouts that are shown in a page of the engine. */
const framesOf = ({ gateways: { "nets-easy": nets, "resurs-rco": frame } }: Ready): Frames | undefined => {
  const { checkoutKey, baseUrl = "" } = nets ?? {};
  if (checkoutKey === undefined && frame === undefined) return undefined;
  return {
    ...(checkoutKey !== undefined && { nets: { checkoutKey, script: checkoutScriptAt(baseUrl) } }),
    ...(frame !== undefined && { resursCheckout: { origin: new URL(frame.checkoutUrl).origin } }),
  };
};

export const composeConfigured = async (config: Ready, options: Common): Promise<Running> => {
  const { clock = systemClock(), log } = options;
  const { gateways, http } = config;
  const { webhookSecrets, paymentMethods, customStatuses, sendEdits, ...address } = config.shop;
  const shop = wooShop({ ...address, customStatuses, gateways: paymentMethods, clock });
  const banks = gatewaysOf(config, clock);
  return compose({
    ...options,
    clock,
    store: await storeAt(config.store),
    gateways: banks,
    shop,
    subscribe: async (engine) => {
      for (const [name, { from, ...receiver }] of Object.entries(config.webhooks))
        await engine.subscribe(`webhook.${name}`, webhook({ ...receiver, clock }), { from });
    },
    doors: (engine) => ({
      publicUrl: http.publicUrl,
      callbackKeys: http.callbackKeys ?? null,
      allowFrom: http.allowFrom ?? null,
      ...(http.sourceHeader !== undefined && {
        sourceOf: clientAddress({ header: http.sourceHeader, proxies: http.proxies }),
      }),
      limits: http.limits,
      requestsAtOnce: http.requestsAtOnce,
      unprovenAtOnce: http.unprovenAtOnce,
      bufferedBytes: http.bufferedBytes,
      ack: http.ack,
      follows: Object.keys(paymentMethods),
      thankYouUrl: http.thankYouUrl,
      cartUrl: http.cartUrl,
      ...(address.pluginSecret !== undefined && {
        returnTo: wooReturns({ url: address.url, pluginSecret: address.pluginSecret, clock }),
      }),
      checkBanks: () => checkBanks(banks, config),
      frames: framesOf(config),
      resursDigest: http.resursDigest ?? null,
      readContainer: decodeApiData,
      netsAuthorization: gateways["nets-easy"]?.webhookAuthorization ?? null,
      shopWebhooks: wooWebhooks({
        engine,
        shop,
        secrets: webhookSecrets,
        gateways: paymentMethods,
        customStatuses,
        sendEdits,
        log,
      }),
    }),
  });
};
