/**
 * What happens to an order as spans: receive, process, deliver. In memory each effect remembers the span that decided
 * it, so a callback, its reading, the decision and the mail are one trace. A timer, and whatever another node or a
 * restart takes up, begins a trace of its own; `order_status.order_id` finds them all.
 */
import type { Attributes, Context, Span, SpanContext, Tracer } from "@opentelemetry/api";
import type { Envelope } from "../../machines/events.js";
import type { DecidedEvent } from "../ports/observer.js";
import { RecentMap } from "../ports/recent.js";
import type { ClaimedEffect } from "../ports/store.js";
import type { Api } from "./packages.js";

const eventAttributes = ({ orderId, id, source, event }: Envelope): Attributes => ({
  "order_status.order_id": orderId,
  "order_status.event_id": id,
  "order_status.event": event.type,
  "order_status.source": source,
});

/** Leaves out what is null. */
const given = (attributes: Record<string, string | null | undefined>): Attributes =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value != null)) as Attributes;

/** Things under way that are remembered. Beyond it the oldest is forgotten: a gap in what is watched, no more. */
export const MOST_KEPT = 10_000;

export class Spans {
  private readonly effects = new RecentMap<string, SpanContext>(MOST_KEPT);

  constructor(
    private readonly api: Api,
    private readonly tracer: Tracer,
  ) {}

  private within(parent: SpanContext | undefined): Context {
    const { ROOT_CONTEXT, trace } = this.api;
    return parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
  }

  received(envelope: Envelope): Span {
    const { event } = envelope;
    const effectId = "effectId" in event ? event.effectId : null;
    // A reply belongs to the attempt that it answers; what comes from outside, to the request that brings it.
    const parent = effectId === null ? this.api.context.active() : this.within(this.effects.take(effectId));
    const span = this.tracer.startSpan(`receive ${event.type}`, {}, parent);
    if (span.isRecording()) span.setAttributes(eventAttributes(envelope));
    return span;
  }

  decided({ decision, begun, ended }: DecidedEvent, received: Span): void {
    const { isSpanContextValid, ROOT_CONTEXT, trace } = this.api;
    // Nobody traces: the rest would be thrown away.
    if (!isSpanContextValid(received.spanContext())) return;
    const { entry } = decision;
    const answer = entry.answers.findLast((one) => one.eventId === entry.eventId);
    const moved = entry.from === entry.to ? {} : { "order_status.from": entry.from, "order_status.to": entry.to };
    const attributes = {
      ...eventAttributes({ ...entry, id: entry.eventId }),
      ...given({
        "order_status.outcome": answer?.outcome,
        "order_status.rule": answer?.rule,
        "order_status.reason": answer?.reason,
        ...moved,
      }),
    };
    const parent = trace.setSpan(ROOT_CONTEXT, received);
    const span = this.tracer.startSpan(`process ${entry.event.type}`, { attributes, startTime: begun }, parent);
    span.end(ended);
    for (const { id } of decision.effects) this.effects.set(id, span.spanContext());
  }

  async attempt<C extends { kind: string }>(
    { id, orderId, effect, attempts }: ClaimedEffect,
    make: () => Promise<C>,
    outcomeOf: (came: C) => string,
  ): Promise<C> {
    const attributes = {
      "order_status.order_id": orderId,
      "order_status.effect_id": id,
      "order_status.effect": effect.type,
      "order_status.attempt": attempts,
    };
    const { context, isSpanContextValid, SpanStatusCode, trace } = this.api;
    const parent = this.within(this.effects.get(id));
    const span = this.tracer.startSpan(`deliver ${effect.type}`, { attributes }, parent);
    try {
      const came = await context.with(trace.setSpan(parent, span), make);
      const outcome = outcomeOf(came);
      span.setAttribute("order_status.outcome", outcome);
      if (outcome !== "done") span.setStatus({ code: SpanStatusCode.ERROR, message: outcome });
      if (came.kind === "event" && isSpanContextValid(span.spanContext())) this.effects.set(id, span.spanContext());
      else if (came.kind === "done" || came.kind === "dead") this.effects.take(id);
      return came;
    } catch (error) {
      // Its words may hold what the bank said of a person; they are in the log.
      span.setStatus({ code: SpanStatusCode.ERROR, message: "threw" });
      throw error;
    } finally {
      span.end();
    }
  }
}
