/** The banks' interfaces: what is published of each, and what our adapters and doors read of it. */
import { z } from "zod";
import {
  Created,
  Moved,
  CodedError as NetsCoded,
  NetsPayment,
  OwnRefusal as NetsRefusal,
  Opened,
} from "../../src/gateways/nets/schema.js";
import {
  Found,
  Methods,
  NewlyCreated,
  OwnError as ResursError,
  ResursPayment,
  Stores,
  TaskStatus,
  Token,
} from "../../src/gateways/resurs/schema.js";
import {
  Booked,
  CheckoutSession,
  ECommerceError,
  Hosted,
  Trouble as JsonTrouble,
  LegacyMethods,
  LegacyPayment,
} from "../../src/gateways/resurs-legacy/schema.js";
import { Authorization, CreditApplication, Management } from "../../src/http/callbacks.js";
import { Webhook } from "../../src/http/nets.js";
import type { WireOperation } from "../../src/testing/doubles/wire/fields.js";
import { hostedAndCheckout } from "../../src/testing/doubles/wire/json-flows.js";
import { merchantApi } from "../../src/testing/doubles/wire/merchant-api.js";
import { netsEasy } from "../../src/testing/doubles/wire/nets-easy.js";
import { netsErrors, netsWebhooks } from "../../src/testing/doubles/wire/nets-webhooks.js";
import { afterShopAndSimplified } from "../../src/testing/doubles/wire/soap-flows.js";

export interface Api {
  /** Of docs/wire. */
  page: string;
  title: string;
  operations: readonly WireOperation[];
  /** By operation: what is read of the answer, or of what the bank sends. */
  reads: Record<string, z.ZodType[]>;
}

const returned = (schema: z.ZodType): z.ZodType => z.looseObject({ return: schema });
const changes = ["getPayment", "capture", "cancel", "refund", "addOrderLines"];

export const apis: Api[] = [
  {
    page: "merchant-api",
    title: "Resurs's Merchant API",
    operations: merchantApi,
    reads: {
      token: [Token],
      createPayment: [NewlyCreated],
      search: [Found],
      getTaskStatuses: [TaskStatus],
      getStores: [Stores],
      getPaymentMethods: [Methods],
      error: [ResursError],
      ...Object.fromEntries(changes.map((name) => [name, [ResursPayment]])),
      "callback AUTHORIZATION": [Authorization],
      "callback MANAGEMENT": [Management],
      "callback CREDIT_APPLICATION": [CreditApplication],
    },
  },
  {
    page: "nets-easy",
    title: "Nets Easy",
    operations: [...netsEasy, ...netsErrors, ...netsWebhooks],
    reads: {
      createPayment: [Created, Opened],
      getPayment: [NetsPayment],
      charge: [Moved.charges],
      refundPayment: [Moved.refunds],
      refundCharge: [Moved.refunds],
      error: [NetsCoded],
      // The other form of a refusal is the error above.
      "validation error": NetsRefusal.options.slice(1),
      ...Object.fromEntries(netsWebhooks.map(({ name }) => [name, [Webhook]])),
    },
  },
  {
    page: "older-flows",
    title: "Resurs's older flows",
    operations: [...afterShopAndSimplified, ...hostedAndCheckout],
    reads: {
      bookPayment: [returned(Booked)],
      bookSignedPayment: [returned(Booked)],
      getPayment: [returned(LegacyPayment)],
      getPaymentMethods: [LegacyMethods],
      hosted: [Hosted],
      checkout: [CheckoutSession],
      fault: [ECommerceError],
      error: [JsonTrouble],
    },
  },
];
