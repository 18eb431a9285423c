/**
 * Numbers and spans of an engine at work. Without an OpenTelemetry SDK in the process the spans are nothing, and the
 * numbers Prometheus's alone.
 */
// biome-ignore lint/suspicious/noTsIgnore: an optional peer; whoever has not installed it compiles all the same
/** @ts-ignore */
import type { Meter, Span, Tracer } from "@opentelemetry/api";
// biome-ignore lint/suspicious/noTsIgnore: as above
/** @ts-ignore */
import type { Registry } from "prom-client";
import { reasons } from "../../machines/reasons.js";
import type { DecidedEvent, Observer } from "../ports/observer.js";
import { RecentMap } from "../ports/recent.js";
import { Metrics } from "./numbers.js";
import { packages } from "./packages.js";
import { MOST_KEPT, Spans } from "./spans.js";

export { instruments } from "./instruments.js";

const NAME = "order-status-engine";

export interface TelemetryOptions {
  /** Left out: those of the SDK that is registered when this is called. */
  tracer?: Tracer | undefined;
  meter?: Meter | undefined;
}

export interface Telemetry {
  /** For `createEngine`; one engine each. */
  observer: Observer;
  /** Prometheus's text, for `httpApp`. */
  metrics: () => Promise<string>;
  /** Where they are kept, for a host that adds its own. */
  registry: Registry;
}

interface OpenSpan {
  span: Span;
  /** By the engine's clock. */
  at: number;
  /** `performance.now()`. */
  received: number;
}

const secondsSince = (start: number): number => (performance.now() - start) / 1000;

/** A gateway's own word is its own: no label has room for whatever a bank may say. */
const reasonClass = (reason: string | null): string => (reason === null ? "" : reason in reasons ? reason : "other");

const ended: Record<string, string> = { read: "done", ok: "done" };

const outcomeOf = ({ kind, how = "" }: { kind: string; how?: string }): string => {
  if (kind !== "event") return kind;
  // Replies to one effect are numbered where there may be several.
  const word = how.replace(/\d+$/, "");
  return ended[word] ?? word;
};

/**
 * OpenTelemetry's spans and numbers of an engine, as its `observer`; and Prometheus's text, as `metrics` of the door.
 *
 * @throws Missing where prom-client or @opentelemetry/api is not installed; the message names the command
 */
export const telemetry = (options: TelemetryOptions = {}): Telemetry => {
  const { api, prometheus } = packages();
  const numbers = new Metrics(prometheus, options.meter ?? api.metrics.getMeter(NAME));
  const spans = new Spans(api, options.tracer ?? api.trace.getTracer(NAME));
  /** When the callbacks came that are not answered yet. */
  const arrivals = new RecentMap<string, { at: number; held: boolean }>(MOST_KEPT);

  const answered = ({ decision: { entry }, ended }: DecidedEvent, mark: OpenSpan): void => {
    for (const { eventId, type, outcome, reason, rule } of entry.answers) {
      const stopped = outcome === "moved" ? "" : (rule ?? "");
      numbers.count("events", { event: type, outcome, reason: reasonClass(reason), rule: stopped });
      if (type !== "callback.received") continue;
      const id = `${entry.orderId}\n${eventId}`;
      const own = eventId === entry.eventId;
      if (outcome === "deferred") {
        const held = reason === "cooldown" || reason === "operation-in-flight";
        if (held) numbers.count("held");
        if (own) arrivals.set(id, { at: mark.at, held });
        continue;
      }
      const arrived = arrivals.take(id);
      if (arrived !== undefined) {
        numbers.record("callbackDuration", (entry.at - arrived.at) / 1000, { held: String(arrived.held) });
      } else if (own) numbers.record("callbackDuration", (ended - mark.received) / 1000, { held: "false" });
    }
  };

  const observer: Observer = {
    watch(figures) {
      numbers.figures = figures;
    },
    async receive(envelope, take) {
      const { source, event } = envelope;
      const mark: OpenSpan = { span: spans.received(envelope), at: envelope.at, received: performance.now() };
      try {
        const receipt = await take(mark);
        if (receipt.postponed) numbers.count("postponed", { why: receipt.reason ?? "" });
        else if (receipt.repeated && !("effectId" in event)) numbers.count("duplicates", { event: event.type });
        numbers.record("receiveDuration", secondsSince(mark.received), { source });
        return receipt;
      } catch (error) {
        if ((error as Error)?.name !== "UnknownOrder") numbers.count("unstored");
        throw error;
      } finally {
        mark.span.end();
      }
    },
    decided(event) {
      const mark = event.mark as OpenSpan;
      spans.decided(event, mark.span);
      answered(event, mark);
      for (const flag of event.decision.entry.raised) numbers.count("flagsRaised", { flag });
    },
    async attempt(effect, now, make) {
      const { type } = effect.effect;
      if (effect.attempts === 1) {
        const due = Math.max(effect.createdAt, effect.notBefore);
        numbers.record("effectDelay", Math.max(0, now - due) / 1000, { lane: effect.lane });
      }
      try {
        const came = await spans.attempt(effect, make, outcomeOf);
        numbers.count("attempts", { effect: type, outcome: outcomeOf(came) });
        return came;
      } catch (error) {
        numbers.count("attempts", { effect: type, outcome: "threw" });
        throw error;
      }
    },
    async call(gateway, call, make) {
      const begun = performance.now();
      let outcome = "threw";
      try {
        const answer = await make();
        outcome = answer.kind;
        return answer;
      } finally {
        numbers.count("calls", { gateway, call, outcome });
        numbers.record("callDuration", secondsSince(begun), { gateway, call });
      }
    },
    turnedAway: () => numbers.count("turnedAway"),
    admission: (outcome) => numbers.count("admissions", { outcome }),
    leaseLost: () => numbers.count("leasesLost"),
  };
  return { observer, metrics: () => numbers.text(), registry: numbers.registry };
};
