/** What would become of an event if the payment were read now: the answer before the click. Pure. */
import type { Envelope } from "../../machines/events.js";
import type { Facts, Reading } from "../../machines/facts.js";
import type { FlagName } from "../../machines/flags.js";
import type { Rules } from "./builder.js";
import { type Decision, decide, defaultRules } from "./decide.js";
import { otherNamed } from "./others.js";
import type { Answer, OrderRecord, OutboxRow } from "./record.js";

export interface DecisionPreview {
  answer: Answer;
  effects: OutboxRow[];
  flags: FlagName[];
  record: OrderRecord;
}

const lastReading = ({
  gateway,
  id,
  readAt,
  foreign,
  captureFailed,
  refundUndone,
  tolerance,
  ...says
}: Facts["payment"]): Reading => ({
  ...says,
  paymentId: id ?? "",
});

const answerTo = (decision: Decision, eventId: string): Answer | undefined =>
  decision.entry.answers.findLast((a) => a.eventId === eventId);

/**
 * What would become of an event, without its happening: the decision, and the one after the payment was read.
 *
 * @param reading the payment as it is to be taken; left out = as it was last read, null = it cannot be read
 */
export const preview = (
  record: OrderRecord,
  envelope: Envelope,
  now: number,
  rules: Rules = defaultRules,
  reading: Reading | null = lastReading(record.facts.payment),
): DecisionPreview => {
  const first = decide(record, envelope, now, rules);
  let last = first;
  let answer = answerTo(first, envelope.id) as Answer;
  const effects = [...first.effects];
  const toRead = [...first.effects];
  // Where another hand wrote the status, the payment is read for the flags.
  const isSeen = envelope.event.type === "order.seen";
  while (reading !== null && (isSeen || answer.outcome === "deferred")) {
    const asked = toRead.shift();
    if (asked === undefined) break;
    if (asked.effect.type !== "readPayment") continue;
    // The other payments of the order are taken as they were read last.
    const other = otherNamed(last.record.facts, asked.effect.paymentId);
    last = decide(
      last.record,
      {
        id: `${envelope.id}/read`,
        orderId: envelope.orderId,
        at: now,
        source: "gateway",
        event: {
          type: "payment.read",
          effectId: asked.id,
          reading: other === undefined ? reading : lastReading(other),
        },
      },
      now,
      rules,
    );
    answer = answerTo(last, envelope.id) ?? answer;
    effects.push(...last.effects);
    toRead.push(...last.effects);
  }
  const flags = last.record.flags.filter((f) => f.clearedAt === null).map((f) => f.flag);
  return { answer, effects, flags, record: last.record };
};
