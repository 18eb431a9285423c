/** The section `webhooks` of the configuration. */
import { z } from "zod";
import { OrderStatus } from "../../../machines/facts.js";
import { changeTypes } from "../../ports/changes.js";
import { address, NOT_HERE, SecretSchema } from "./values.js";

const Webhook = z.strictObject({
  url: address.describe("where the changes are sent"),
  secret: z
    .union([SecretSchema, z.array(SecretSchema).min(1)], {
      error: ({ input }) => (typeof input === "string" ? NOT_HERE : undefined),
    })
    .describe("the secret that the receiver has, too; while it is being changed, a list with the new one first"),
  types: z
    .array(z.enum(changeTypes))
    .min(1)
    .default(["order.placed", "order.status_changed", "order.flagged"])
    .describe("which changes are sent"),
  statuses: z
    .array(OrderStatus)
    .min(1)
    .optional()
    .describe("only changes of orders that have one of these statuses now; leave out for all"),
  from: z
    .enum(["now", "start"])
    .default("now")
    .describe("where a new webhook begins: with what is decided next, or with the whole history"),
});

/** Its subscription is `webhook.` and this name. */
const WebhookName = z
  .string()
  .regex(/^[A-Za-z0-9][\w.-]{0,49}$/, "name a webhook with letters, digits, dots, underscores and hyphens");

export const Webhooks = z
  .record(WebhookName, Webhook)
  .default({})
  .describe(
    "receivers of changes by Standard Webhooks, by name: `{ url, secret, types, statuses, from }`; docs/subscriptions.md tells of them",
  );
