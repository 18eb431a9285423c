/** What a shop decides for itself, and the named choices where the documents disagree. */
import { z } from "zod";

export const LINK_LIFETIME_MINUTES = { min: 1, max: 43_200, default: 120 } as const;

/**
 * Where the sources disagree, the shop may choose; the first value of each is the default.
 * docs/rules.md, "Where the sources disagree", says who says what.
 */
export const Choices = z.strictObject({
  /** pending + the customer is still at the bank, at a callback or return. */
  pendingWhileCustomerIsAway: z.enum(["on-hold", "stay"]).default("on-hold"),
  /** cancelled + the payment turns out ACCEPTED. */
  cancelledThenAccepted: z.enum(["stay", "revive"]).default("stay"),
  /** on-hold + REJECTED with the task not completed. */
  onHoldThenAborted: z.enum(["cancel", "stay"]).default("cancel"),
  /** processing + REJECTED. */
  processingThenRejected: z.enum(["follow", "stay"]).default("follow"),
  /** REJECTED while tasks/status cannot be read. */
  taskStatusUnavailable: z.enum(["failed", "cancelled"]).default("failed"),
  /** Editing an order whose payment is cancelled in full. */
  modifyWhenFullyCancelled: z.enum(["rebuild", "refuse"]).default("rebuild"),
  /** What the 60 seconds are counted from. */
  cooldownFrom: z.enum(["created-or-updated", "created"]).default("created-or-updated"),
  /** Completing an order whose total is not the authorised amount. */
  amountMismatch: z.enum(["refuse", "capture"]).default("refuse"),
});
export type Choices = z.infer<typeof Choices>;

export const Settings = z.strictObject({
  /** Seed 003, Order Status Flow: "60 seconds from the moment the order was created or updated". */
  cooldownSeconds: z.number().min(0).max(86_400).default(60),
  enableCapture: z.boolean().default(true),
  enableCancel: z.boolean().default(true),
  enableRefund: z.boolean().default(true),
  enableModify: z.boolean().default(true),
  stockManagement: z.boolean().default(false),
  /** WooCommerce's "Hold stock (minutes)"; null = left empty. */
  holdStockMinutes: z.number().int().nullable().default(null),
  choices: Choices.prefault({}),
});
export type Settings = z.infer<typeof Settings>;

export const defaultSettings: Settings = Settings.parse({});

/**
 * Seed 003, "Understanding Customer Link Expiration": hold-stock when stock is managed and the value
 * lies within 1..43200, else 120 minutes.
 */
export const linkLifetimeMinutes = (settings: Settings): number => {
  const { min, max, default: otherwise } = LINK_LIFETIME_MINUTES;
  const minutes = settings.stockManagement ? settings.holdStockMinutes : null;
  return minutes !== null && minutes >= min && minutes <= max ? minutes : otherwise;
};
