/** The engine as a configuration file describes it: a real shop, real banks, the door with its keys. */

import { checkoutScriptAt } from "../../gateways/nets/easy.js";
import { decodeApiData } from "../../gateways/resurs-legacy/index.js";
import type { HttpOptions } from "../../http/app.js";
import type { Frames } from "../../http/frames.js";
import { clientAddress } from "../../http/source.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import type { Gateway } from "../../ports/gateway.js";
import type { Log } from "../../ports/log.js";
import type { Engine } from "../../runtime/embedded/engine.js";
import { type WooShop, wooDoctor, wooReturns, wooShop, wooWebhooks } from "../../shops/woocommerce/index.js";
import { webhook } from "../../webhooks/webhook.js";
import type { Ready } from "../config/schema.js";
import { checkBanks } from "./check-banks.js";
import { type Common, compose, type Running } from "./compose.js";
import { doctorOptions } from "./doctor-options.js";
import { gatewaysOf } from "./gateways.js";
import { storeAt } from "./stores.js";

/** The checkouts that are shown in a page of the engine. */
const framesOf = ({ gateways: { "nets-easy": nets, "resurs-rco": frame } }: Ready): Frames | undefined => {
  const { checkoutKey, baseUrl = "" } = nets ?? {};
  if (checkoutKey === undefined && frame === undefined) return undefined;
  return {
    ...(checkoutKey !== undefined && { nets: { checkoutKey, script: checkoutScriptAt(baseUrl) } }),
    ...(frame !== undefined && { resursCheckout: { origin: new URL(frame.checkoutUrl).origin } }),
  };
};

/** What the public routes, the shop's plugin and its webhooks are answered with. */
export const doorsOf =
  (config: Ready, shop: WooShop<string>, banks: Gateway[], clock: Clock, log?: Log) =>
  (engine: Engine): Partial<HttpOptions> & Pick<HttpOptions, "publicUrl"> => {
    const { gateways, http } = config;
    const { webhookSecrets, paymentMethods, sendEdits, url, pluginSecret } = config.shop;
    return {
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
      doctor: () => wooDoctor({ ...doctorOptions(config), clock }),
      thankYouUrl: http.thankYouUrl,
      cartUrl: http.cartUrl,
      ...(pluginSecret !== undefined && { returnTo: wooReturns({ url, pluginSecret, clock }) }),
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
        sendEdits,
        log,
      }),
    };
  };

export const shopOf = ({ shop, statuses }: Ready, clock: Clock): WooShop<string> => {
  const { webhookSecrets: _, sendEdits: _edits, paymentMethods, ...address } = shop;
  return wooShop({ ...address, statuses, gateways: paymentMethods, clock });
};

export const composeConfigured = async (read: Ready, options: Common): Promise<Running> => {
  const { clock = systemClock(), log } = options;
  // A flag of the command wins over the file, for the doctor as well.
  const config = { ...read, settings: options.settings };
  const shop = shopOf(config, clock);
  const banks = gatewaysOf(config, clock, log);
  return compose({
    ...options,
    clock,
    store: await storeAt(config.store),
    gateways: banks,
    shop,
    statuses: config.statuses,
    subscribe: async (engine) => {
      for (const [name, { from, ...receiver }] of Object.entries(config.webhooks))
        await engine.subscribe(`webhook.${name}`, webhook({ ...receiver, clock }), { from });
    },
    doors: doorsOf(config, shop, banks, clock, log),
  });
};
