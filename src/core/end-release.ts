/** A person ends the wait for the release of a payment that the order does not need. */
import type { Facts, OtherPayment } from "../../machines/facts.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import type { DecisionBuilder } from "./builder.js";
import { change, isEndOfRelease, lookAtOther, moveOther, otherNamed } from "./others.js";
import { refuse } from "./refuse.js";

/** The one that is waited for: first of those whose answer was lost. */
const awaited = ({ others }: Facts): OtherPayment | undefined => {
  const released = others.filter(({ release }) => release !== null);
  return released.find(({ release }) => release?.lostAt != null) ?? released[0];
};

/** That payment alone is read first. @returns whether there is one */
export const endsRelease = (builder: DecisionBuilder, mine: WaitingEvent): boolean => {
  if (mine.type !== "merchant.endedWait" || builder.facts.operation !== null) return false;
  const other = awaited(builder.facts);
  if (other === undefined) return false;
  lookAtOther(builder, mine, other.id);
  builder.answer(builder.itself, "deferred", { reason: "reading-payment" });
  return true;
};

/** It was read. @returns whether the event was such a one */
export const endRelease = (builder: DecisionBuilder, waiting: WaitingEvent): boolean => {
  const id = isEndOfRelease(waiting) ? waiting.paymentId : null;
  if (id === null) return false;
  const { eventId, type } = waiting;
  const isAwaited = otherNamed(builder.facts, id)?.release != null;
  const meta = isAwaited ? moveOther(builder, id, { eventId, type }) : null;
  const after = otherNamed(builder.facts, id);
  if (after?.release === null) {
    // The bank may have it in any state by now.
    moveOther(builder, id, { eventId, type: "payment.read" });
    // Nothing is sent for it any more but by a person.
    if (meta?.outcome === "not-confirmed") change(builder, id, { releaseEnded: true });
  }
  if (meta === null) refuse(builder, waiting, "no-lost-answer", builder.facts.order.status);
  else if (meta.reason !== undefined)
    builder.answer(waiting, "ignored", { rule: meta.rule ?? null, reason: meta.reason });
  else builder.answer(waiting, "moved", { rule: meta.rule ?? null });
  return true;
};
