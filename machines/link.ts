/** How long the customer may pay. */
import type { GuardContext } from "./questions.js";
import { linkLifetimeMinutes } from "./settings.js";

/** An order that becomes pending again is being written at this moment. */
const lastWrite = ({ order, now }: GuardContext): number =>
  order.status === "pending" ? Math.max(order.createdAt, order.updatedAt) : now;

/** Milliseconds until the customer's link runs out; endless where no link of ours can run out. */
export const linkEndsIn = (c: GuardContext): number =>
  c.payment.gateway !== null && c.flow.linkExpires
    ? lastWrite(c) + linkLifetimeMinutes(c.settings) * 60_000 - c.now
    : Number.POSITIVE_INFINITY;
