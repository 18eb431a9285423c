/** A bank that is away keeps nobody waiting who asks about a payment at another one. */
import type { Facts } from "../../machines/facts.js";
import { dueAt } from "../../machines/hold.js";
import type { WaitingEvent } from "../../machines/waiting.js";
import { answerAboutOther, isAboutOther } from "./asking.js";
import type { DecisionBuilder } from "./builder.js";
import { otherNamed, readNow } from "./others.js";
import { awaitsBooking } from "./signed-earlier.js";

/** @param waits whose question is about a payment at another bank, and was not asked there yet */
const isAskedElsewhere = ({ payment, others }: Facts, waits: WaitingEvent): boolean =>
  waits.besideId === undefined &&
  others.some(
    ({ id, gateway, readingId }) =>
      id === waits.paymentId && gateway !== payment.gateway && (readingId === null || readingId !== waits.readingId),
  );

/** The payment that is asked about is read beside the current one, and neither bank waits for the other. */
export const readElsewhere = (builder: DecisionBuilder): void => {
  if (builder.states.cooldown !== "reading") return;
  const asked = builder.facts.waiting.filter((one) => isAskedElsewhere(builder.facts, one));
  for (const id of new Set(asked.map(({ paymentId }) => paymentId as string))) {
    const besideId = readNow(builder, id);
    const waiting = builder.facts.waiting.map((one) =>
      one.paymentId === id && isAskedElsewhere(builder.facts, { ...one, readingId: null }) ? { ...one, besideId } : one,
    );
    builder.facts = { ...builder.facts, waiting };
  }
};

/** Nothing that the current payment's bank may say changes the answer to a message about another that holds no money. */
export const answerBeside = (builder: DecisionBuilder, id: string, readingId: string): void => {
  const { state } = otherNamed(builder.facts, id) ?? {};
  if ((state !== "open" && state !== "closed") || awaitsBooking(builder, id)) return;
  const considered = builder.guardContext();
  const isAnswered = (one: WaitingEvent) =>
    one.besideId === readingId && isAboutOther(one) && !(one.held && builder.now < dueAt(considered, one));
  const answered = builder.facts.waiting.filter(isAnswered);
  builder.facts = { ...builder.facts, waiting: builder.facts.waiting.filter((one) => !answered.includes(one)) };
  for (const waiting of answered) answerAboutOther(builder, waiting);
};
