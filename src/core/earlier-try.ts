/** An earlier try of a call may have got through to the bank, which only its answer now tells. */
import type { ReadReply } from "../../machines/events.js";
import type { Operation } from "../../machines/facts.js";
import type { DecisionBuilder } from "./builder.js";
import { change, otherAnswered } from "./others.js";

/** It counts as one whose answer was lost: a no to the call is believed once the payment was read back. */
export const rememberEarlierTry = (builder: DecisionBuilder): void => {
  const { event, at } = builder.envelope;
  if (!("mayBeDone" in event) || event.mayBeDone !== true) return;
  const other = otherAnswered(builder.facts, event as ReadReply);
  const call = other === undefined ? builder.facts.operation : other.release;
  if (call === null || call.lostAt !== null) return;
  const lost: Operation = { ...call, lostAt: at };
  if (other === undefined) builder.facts = { ...builder.facts, operation: lost };
  else change(builder, other.id, { release: lost });
  builder.lookAgainLater();
};
