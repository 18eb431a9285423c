/** What another hand did to the order in the shop, and orders that were paid another way. */
import { notes } from "../../machines/effects.js";
import { statusWantedBy } from "../../machines/events.js";
import type { Operation, OrderStatus } from "../../machines/facts.js";
import { withChild } from "../../machines/statuses.js";
import type { DecisionBuilder } from "./builder.js";
import { notOurs, refuse, stay } from "./refuse.js";
import { waitingFor } from "./remember.js";
import { inChild } from "./status.js";

/** Another hand wrote the status straight to the shop: it is followed, and the flags say what is wrong with it. */
export const follow = (builder: DecisionBuilder, seen: OrderStatus): void => {
  const shown = { ...builder.itself, seen };
  const { status, child } = builder.facts.order;
  const { operation } = builder.facts;
  if (operation !== null && (seen !== status || operation.seen !== undefined)) {
    const { seenChild: _, ...rest } = operation;
    const told = shown.child === undefined ? {} : { seenChild: shown.child };
    builder.facts = { ...builder.facts, operation: { ...rest, seen, ...told } };
  }
  if (seen === status) {
    const isSame = shown.child === child;
    if (!isSame) builder.facts = { ...builder.facts, order: inChild(builder.facts.order, shown.child) };
    return builder.answer(shown, "ignored", { reason: isSame ? "same-status" : "recorded" });
  }
  if (operation !== null) return builder.answer(shown, "ignored", { reason: "operation-in-flight" });
  const meta = builder.moveOrder(shown);
  // A draft is only a way in: an order that was placed does not become one again.
  if (meta === null) return builder.answer(shown, "ignored", { reason: "no-change", from: status });
  builder.answer(shown, "moved", { rule: meta.rule ?? null, from: status });
};

const CAPTURE_CAME_TO_NOTHING = "capture.refused";

/**
 * The status that was seen during a call, which left the order's own as it was: the shop is not told one, so it is followed.
 * Where nobody asked for a capture that came to nothing, the payment is read: it pays the order all the same, or no more.
 */
export const followAfterCall = (builder: DecisionBuilder, operation: Operation, cameToNothing: boolean): void => {
  const { seen, seenChild: child, kind, askedType } = operation;
  if (seen !== undefined && seen !== builder.facts.order.status) {
    builder.moveOrder({ ...builder.itself, type: "order.seen", seen, child });
    return readFor(builder, "order.seen");
  }
  const isAsked = askedType.startsWith("merchant.");
  if (cameToNothing && kind === "capture" && !isAsked) readFor(builder, CAPTURE_CAME_TO_NOTHING);
};

/** Another hand wrote a status: whether the payment is for it shows when it is read. */
export const readFor = (builder: DecisionBuilder, type: string): void => {
  const waiting = { ...waitingFor(builder.envelope, builder.facts), type };
  builder.facts = { ...builder.facts, waiting: [...builder.facts.waiting, waiting] };
  builder.moveCooldown("someone.asked");
};

/** An order paid with another method: the merchant does as WooCommerce lets him, and nothing else concerns us. */
export const anotherGatewaysOrder = (builder: DecisionBuilder): void => {
  const { event } = builder.envelope;
  const wanted = statusWantedBy[event.type];
  if (event.type === "order.seen" || event.type === "shop.conflicted") return follow(builder, event.status);
  if (wanted === undefined) return notOurs(builder, builder.itself);
  const status = builder.facts.order.status;
  if (wanted === status) return stay(builder, builder.itself);
  if (builder.facts.operation !== null) return refuse(builder, builder.itself, "operation-in-flight", status);
  builder.moveOrder({ ...builder.itself, type: "order.seen", seen: wanted });
  const told = { from: status, to: wanted, ...withChild(builder.itself.child) };
  builder.add({ type: "setOrderStatus", ...told, note: notes["set-by-merchant"] }, builder.now);
  builder.answer(builder.itself, "moved", { rule: "order/not-ours", from: status });
};
