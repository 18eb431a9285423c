/** What an order does not do: a merchant is refused and told why, anything else changes nothing. */
import { notes } from "../../machines/effects.js";
import { statusWantedBy } from "../../machines/events.js";
import type { Operation, OrderStatus } from "../../machines/facts.js";
import { type GuardContext, guards, untrueWhere, whyNotHere } from "../../machines/guards.js";
import type { BranchOutcome, Meta } from "../../machines/meta.js";
import { type Reason, reasons } from "../../machines/reasons.js";
import type { DecisionBuilder } from "./builder.js";
import { metaOf, reasonsAgainst } from "./explain.js";
import type { OrderMessage } from "./record.js";
import { inChild } from "./status.js";

const cameToNothing: Partial<Record<BranchOutcome, Reason>> = {
  failed: "gateway-refused",
  "not-confirmed": "not-confirmed",
};

/** Why a call that ended so was not done; null = it was, or its end says nothing of that. */
export const whyNotDone = ({ outcome }: Meta, { differs }: Operation): Reason | null => {
  const reason = outcome === undefined ? null : (cameToNothing[outcome] ?? null);
  // It was the shop that had another order: the bank refused nothing.
  return reason !== null && differs === true ? "not-confirmed" : reason;
};

export const refuse = (builder: DecisionBuilder, shown: OrderMessage, reason: Reason, from: OrderStatus): void => {
  builder.answer(shown, "refused", { reason, rule: `refused/${reason}`, from });
  builder.note(reasons[reason], reason);
};

/** The shop says that the order is paid another way, so whoever asks moves nothing. */
export const notOurs = (builder: DecisionBuilder, to: Pick<OrderMessage, "eventId" | "type" | "called">): void =>
  builder.answer(to, "ignored", { rule: "order/not-ours", reason: "not-ours" });

/**
 * The order has the status that a merchant asks for. Another child of it is between him and the shop: no money moves.
 */
export const stay = (builder: DecisionBuilder, shown: OrderMessage): void => {
  const { order, operation } = builder.facts;
  const { status } = order;
  if (shown.child === undefined || shown.child === order.child)
    return builder.answer(shown, "ignored", { reason: "same-status", from: status });
  // The call may lead to another status.
  if (operation !== null) return refuse(builder, shown, "operation-in-flight", status);
  builder.facts = { ...builder.facts, order: { ...inChild(order, shown.child), updatedAt: builder.now } };
  const told = { from: status, to: status, child: shown.child };
  builder.add({ type: "setOrderStatus", ...told, note: notes["set-by-merchant"] }, builder.now);
  builder.answer(shown, "moved", { rule: "order/own-status", from: status });
};

/** Why a status has no branch for it; undefined = the status says it. What nobody has read says nothing of its money. */
const whyNoBranch = (type: string, context: GuardContext): Reason | undefined => {
  const reason = whyNotHere[type];
  const fact = reason === undefined ? undefined : untrueWhere[reason];
  if (fact === undefined) return reason;
  const { id, readAt } = context.payment;
  return (id !== null && readAt === null) || guards[fact]({ context }) ? undefined : reason;
};

/** No branch took it. */
export const turnDown = (builder: DecisionBuilder, shown: OrderMessage): void => {
  const { order } = builder.rules.registry;
  const state = metaOf(order, builder.states.order);
  const context = builder.guardContext(shown.wish ?? null);
  const against = reasonsAgainst(order, builder.states.order, shown.type, context);
  const { status } = builder.facts.order;
  if (!shown.type.startsWith("merchant.")) {
    return builder.answer(shown, "ignored", { reason: state.refuses ?? "no-change", from: status });
  }
  if (statusWantedBy[shown.type] === status) return stay(builder, shown);
  const end = statusWantedBy[shown.type] === undefined ? undefined : state.refuses;
  const here = end ?? whyNoBranch(shown.type, context) ?? state.refuses ?? "not-possible-now";
  const reason = against[0] ?? (builder.facts.operation === null ? here : "operation-in-flight");
  refuse(builder, shown, reason, status);
};
