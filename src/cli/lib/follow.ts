/** How the story of a line goes on: a held callback to the end of its wait, a call to the bank's answer. Pure. */
import { type Effect, movesMoney, resultOf } from "../../../machines/effects.js";
import type { Envelope, OrderEvent } from "../../../machines/events.js";
import type { Reading } from "../../../machines/facts.js";
import type { Rules } from "../../core/builder.js";
import { decide } from "../../core/decide.js";
import type { DecisionPreview } from "../../core/preview.js";
import type { Answer, OrderRecord, OutboxRow } from "../../core/record.js";
import { COOLDOWN_TIMER } from "../../core/timer-names.js";

/** What the bank makes of the calls: done, turned down, or no answer that tells. */
export type Follow = "confirmed" | "refused" | "unknown";

export interface Followed {
  record: OrderRecord;
  answer: Answer;
  /** What was asked for on the way, after the first answer. */
  effects: OutboxRow[];
  at: number;
  /** What the story still waits for, and nobody answered. */
  open: "reading-payment" | "outcome-unknown" | null;
}

type MoneyEffect = Extract<Effect, { type: keyof typeof resultOf }>;
const isCall = (effect: Effect): effect is MoneyEffect => movesMoney(effect.type);

/** The payment once the call took effect. */
const once = (call: MoneyEffect, reading: Reading): Reading => {
  const { authorized, captured, canceled, refunded } = reading;
  const { amount } = call;
  switch (call.type) {
    case "bookSignedPayment":
      return { ...reading, exists: true, hasOrder: true, status: "ACCEPTED", total: amount, authorized: amount };
    case "capturePayment":
      return { ...reading, authorized: authorized - amount, captured: captured + amount };
    case "cancelPayment":
      return { ...reading, authorized: authorized - amount, canceled: canceled + amount };
    case "refundPayment":
      return { ...reading, refunded: refunded + amount };
    case "addOrderLines":
      return { ...reading, authorized: authorized + amount };
  }
};

/** Follows until nothing more comes of it; a call whose answer was lost stays open. */
export const followed = (
  seen: DecisionPreview,
  eventId: string,
  now: number,
  rules: Rules,
  told: Reading | null | undefined,
  ends: Follow,
): Followed => {
  let { record, answer } = seen;
  let last = seen.effects.filter(({ effect }) => effect.type !== "readPayment");
  let reading = told;
  let at = now;
  const effects: OutboxRow[] = [];

  const next = (): OrderEvent | null => {
    const read = last.find(({ effect }) => effect.type === "readPayment");
    if (read !== undefined) return reading == null ? null : { type: "payment.read", effectId: read.id, reading };
    const sent = last.find(({ effect }) => isCall(effect));
    if (sent !== undefined) {
      const call = sent.effect as MoneyEffect;
      const family = resultOf[call.type];
      if (ends === "unknown") return { type: `${family}.unknown`, effectId: sent.id, detail: "" };
      if (ends === "refused") {
        return { type: `${family}.refused`, effectId: sent.id, reason: "gateway-refused", detail: "" };
      }
      reading = reading == null ? null : once(call, reading);
      return { type: `${family}.confirmed`, effectId: sent.id, reading };
    }
    const timer = record.timers[COOLDOWN_TIMER];
    if (answer.outcome !== "deferred" || answer.until === null || timer === undefined) return null;
    at = Math.max(at, timer.at);
    return { type: "timer.fired", timer: COOLDOWN_TIMER, generation: timer.generation };
  };

  for (let event = next(); event !== null; event = next()) {
    const id = `${eventId}/${record.version}`;
    const envelope: Envelope = { id, orderId: record.orderId, at, source: "gateway", event };
    const decision = decide(record, envelope, at, rules);
    record = decision.record;
    answer = decision.entry.answers.findLast((one) => one.eventId === eventId) ?? answer;
    last = decision.effects;
    effects.push(...last);
  }
  const waitsFor = (type: Effect["type"]) => last.some(({ effect }) => effect.type === type);
  const open = waitsFor("readPayment") ? "reading-payment" : waitsFor("readBack") ? "outcome-unknown" : null;
  return { record, answer, effects, at, open };
};
