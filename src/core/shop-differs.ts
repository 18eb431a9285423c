/** The shop was read before money moved, and has another order than the call was asked for. Nothing was sent. */
import type { Operation } from "../../machines/facts.js";
import { reasons } from "../../machines/reasons.js";
import type { DecisionBuilder } from "./builder.js";
import { notOurs, refuse } from "./refuse.js";

/**
 * The order is updated, as when the shop tells of a change. A capture is then decided anew, so that it is refused by the
 * same names. A refund or a change of lines is refused: whoever asked for it had the other order in front of him.
 */
export const shopDiffers = (builder: DecisionBuilder): void => {
  const me = builder.itself;
  const { operation } = builder.facts;
  builder.facts = builder.remembered;
  const moved = builder.moveOrder({ ...me, detail: reasons["order-changed"] });
  builder.answer(me, "ignored", { rule: moved?.rule ?? null, reason: moved === null ? "superseded" : "order-changed" });
  builder.moveOrder({ ...me, type: "order.updated" });
  builder.moveCooldown("order.updated");
  if (operation !== null && builder.facts.operation === null) decideAnew(builder, operation);
};

const decideAnew = (builder: DecisionBuilder, { kind, askedBy, askedType }: Operation): void => {
  const { order } = builder.facts;
  const asked = { eventId: askedBy, type: askedType };
  const isMerchant = askedType.startsWith("merchant.");
  if (!isMerchant && order.paidOtherwise === true) return notOurs(builder, asked);
  if (isMerchant && order.paidOtherwise === true) return refuse(builder, asked, "not-ours", order.status);
  if (kind !== "capture") return refuse(builder, asked, "order-changed", order.status);
  builder.show(asked);
};
