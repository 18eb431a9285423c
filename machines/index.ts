/**
 * The registry: which machines decide, under which version, and how a record of an older version is read.
 *
 * Change the structure of a machine and its hash changes; the version must then go up, with a migration.
 */
import { cooldownMachine } from "./cooldown.js";
import { orderMachine } from "./order.js";
import { paymentMachine } from "./payment.js";

export * from "./effects.js";
export * from "./events.js";
export * from "./facts.js";
export { type FlagName, flags } from "./flags.js";
export { type Considered, cooldownEndsAt } from "./guards.js";
export type { Meta } from "./meta.js";
export * from "./settings.js";
export { cooldownMachine, orderMachine, paymentMachine };

export interface Registry {
  id: string;
  version: number;
  order: typeof orderMachine;
  payment: typeof paymentMachine;
  cooldown: typeof cooldownMachine;
  /** From the version before: order states that were renamed. A version without a way here is parked, never guessed. */
  migrations: { from: number; to: number; renamed: Record<string, string> }[];
}

export const registry: Registry = {
  id: "woocommerce-order",
  version: 1,
  order: orderMachine,
  payment: paymentMachine,
  cooldown: cooldownMachine,
  migrations: [],
};
