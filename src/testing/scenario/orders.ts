/** A scenario's order, as the shop and as the engine take it. */
import type { PlacedOrder } from "../../../machines/events.js";
import { OrderStatus } from "../../../machines/facts.js";
import type { NewWooOrder } from "../doubles/woocommerce/double.js";
import type { Scenario, ScenarioOrder } from "./format.js";

export const minor = (major: number): number => Math.round(major * 100);

/** "resurs" is whichever of Resurs's flows the scenario is about. */
export const gatewayNamed = (method: string, scenario: Scenario): string | null => {
  if (method === "nets") return "nets-easy";
  if (method !== "resurs") return null;
  return scenario.gateway === "nets-easy" ? "resurs-mapi" : scenario.gateway;
};

const common = (order: ScenarioOrder) => ({
  status: OrderStatus.parse(order.status),
  total: minor(order.total),
  currency: order.currency,
  lines: order.lines.map((line) => ({ ...line, total: minor(line.total) })),
  needsProcessing: order.needsProcessing,
  createdAt: Date.parse(order.createdAt),
  updatedAt: Date.parse(order.updatedAt),
});

export const inShop = (order: ScenarioOrder): NewWooOrder => ({
  ...common(order),
  id: String(order.id),
  datePaid: order.datePaid === null ? null : Date.parse(order.datePaid),
  createdVia: "checkout",
  ...(order.meta === undefined ? {} : { meta: order.meta }),
  alreadyNotified: order.confirmationMailsSent > 0,
});

export const inEngine = (order: ScenarioOrder, scenario: Scenario): Omit<PlacedOrder, "tolerance"> => ({
  ...common(order),
  gateway: gatewayNamed(order.paymentMethod, scenario),
  paymentId: order.paymentId,
  previousPaymentIds: order.previousPaymentIds,
  customerReturned: order.thankYouSeen,
  ...(order.meta === undefined ? {} : { meta: order.meta }),
});
