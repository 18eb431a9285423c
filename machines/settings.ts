/** What a shop decides for itself, and the named choices where the documents disagree. */
import { z } from "zod";

const LINK_LIFETIME_MINUTES = { min: 1, max: 43_200, default: 120 } as const;

/**
 * Where the sources disagree, the shop may choose; the first value of each is the default.
 * docs/rules.md, "Where the sources disagree", says who says what.
 */
export const Choices = z.strictObject({
  /** pending + the customer is still at the bank, at a callback or return. */
  pendingWhileCustomerIsAway: z.enum(["on-hold", "stay"]).default("on-hold"),
  /** cancelled + the payment turns out ACCEPTED; `give-back`: what came after it was read unpaid, when cancelled, goes back. */
  cancelledThenAccepted: z.enum(["stay", "revive", "give-back"]).default("stay"),
  /** on-hold + REJECTED with the task not completed. */
  onHoldThenAborted: z.enum(["cancel", "stay"]).default("cancel"),
  /** processing + REJECTED. */
  processingThenRejected: z.enum(["follow", "stay"]).default("follow"),
  /** REJECTED: failed or cancelled by the task's completed flag, or "at a very basic level … a pure cancelled status". */
  rejected: z.enum(["by-task", "cancelled"]).default("by-task"),
  /** REJECTED while tasks/status cannot be read. */
  taskStatusUnavailable: z.enum(["failed", "cancelled"]).default("failed"),
  /** Editing an order whose payment is cancelled in full. */
  modifyWhenFullyCancelled: z.enum(["rebuild", "refuse"]).default("rebuild"),
  /** Editing a paid order to a higher total than is reserved. */
  raisedTotal: z.enum(["refuse", "up-to-credit-limit"]).default("refuse"),
  /** What the 60 seconds are counted from. */
  cooldownFrom: z.enum(["created-or-updated", "created"]).default("created-or-updated"),
  /** Completing an order whose total is not the authorised amount. */
  amountMismatch: z.enum(["refuse", "capture"]).default("refuse"),
  /** A payment that the bank accepted beside the one that pays the order. */
  surplusPayment: z.enum(["release", "flag"]).default("release"),
});
export type Choices = z.infer<typeof Choices>;

export const Settings = z.strictObject({
  /** Seed 003, Order Status Flow: "60 seconds from the moment the order was created or updated". */
  cooldownSeconds: z
    .number()
    .min(0)
    .max(86_400)
    .default(60)
    .describe(
      "seconds that callbacks wait after every change of an order, so that the customer's return is handled first",
    ),
  enableCapture: z.boolean().default(true).describe("whether a completed order is captured"),
  enableCancel: z.boolean().default(true).describe("whether a cancelled order is cancelled at the bank"),
  enableRefund: z.boolean().default(true).describe("whether a refunded order is refunded at the bank"),
  enableModify: z.boolean().default(true).describe("whether lines that a merchant edited go to the bank"),
  stockManagement: z.boolean().default(false).describe("whether the shop manages stock, so that hold-stock counts"),
  holdStockMinutes: z
    .number()
    .int()
    .nullable()
    .default(null)
    .describe('WooCommerce\'s "Hold stock (minutes)"; null = left empty'),
  choices: Choices.prefault({}).describe("where the sources disagree; docs/rules.md tells who says what"),
});
export type Settings = z.infer<typeof Settings>;
/** As a host writes them: what is left out has its default. */
export type SomeSettings = z.input<typeof Settings>;

export const defaultSettings: Settings = Settings.parse({});

/**
 * Seed 003, "Understanding Customer Link Expiration": hold-stock when stock is managed and the value
 * lies within 1..43200, else 120 minutes.
 */
export const linkLifetimeMinutes = (settings: Settings): number => {
  const { min, max, default: otherwise } = LINK_LIFETIME_MINUTES;
  const minutes = settings.stockManagement ? (settings.holdStockMinutes ?? 0) : 0;
  return minutes >= min && minutes <= max ? minutes : otherwise;
};
