/** Effects are carried out beside the order's object, so that a slow bank does not keep the order's mail waiting. */
import type * as Restate from "@restatedev/restate-sdk/node";
import { movesMoney } from "../../../machines/effects.js";
import { type OrderRecord, paymentsOf } from "../../core/record.js";
import { thrownText } from "../../ports/thrown.js";
import { type AttemptContext, Attempts, sends } from "../embedded/attempt.js";
import { withOwner } from "../embedded/claims.js";
import { type Gateways, gatewayNamed } from "../embedded/context.js";
import type { AttemptResult } from "../embedded/outcomes.js";
import type { Names } from "./names.js";
import type { PaymentEntry } from "./payments.js";
import type { Lost, OutgoingCall } from "./state.js";

export interface EffectsContext extends AttemptContext {
  names: Names;
  gateways: Gateways;
}

/** A call begins within this part of its lease, and its own timeout ends it well before the rest is over. */
const BEGINS_WITHIN = 1 / 4;

interface CallIntent {
  by: string;
  at: number;
}

export const effectsService = (sdk: typeof Restate, context: EffectsContext) => {
  const { names, clock, limits, log, gateways } = context;
  // An attempt that never came back is looked into only after its lease: it is on its way no longer.
  const afterLease = { ...context, limits: { ...limits, callMs: 0 } };
  const attempts = new Attempts(afterLease, {
    // The order's object knows, and hears of every try.
    isAwaited: async () => true,
    // Another order is looked at once the attempt is in the journal.
    ownedBy: async (_, reading) => reading,
    wasSeen: async (row) => (row as OutgoingCall).seen,
    isGivenUp: async (row) => (row as OutgoingCall).givenUp,
    isWithdrawn: async () => false,
    linesUnderWay: async (row) => (row as OutgoingCall).edited,
    isOvertaken: async (row) => (row as OutgoingCall).overtaken,
    gatewayOf: async (row) => gatewayNamed(gateways, (row as OutgoingCall).gateway),
  });

  const attempt = async (errand: OutgoingCall): Promise<AttemptResult | Lost> => {
    try {
      return await attempts.at(errand);
    } catch (error) {
      const detail = thrownText(error);
      log.error({ effect: errand.id, type: errand.effect.type, detail }, "carrying out an effect threw");
      // Whether money moved before it threw is not known: the next attempt looks first.
      return movesMoney(errand.effect.type) ? { kind: "lost", at: clock.now() } : attempts.retry(errand, null, detail);
    }
  };

  /**
   * Restate runs a step again when its execution ended between the step and its entry in the journal, and nothing tells
   * the second execution that there was a first. For a call that moves money that is not good enough, so an intent is
   * journaled before it, under a name that this execution made up for itself:
   *
   * - Killed before the intent was journaled: nothing was sent, since the call waits for the intent to be durable. The
   *   next execution journals an intent of its own, and calls.
   * - Killed after it: the next execution finds an intent that is not its own. The call may have gone out, so it is
   *   never sent from here; it counts as lost, and the order's next attempt becomes "unknown", which makes the machine
   *   read the payment back before anything else.
   * - Killed after the answer was journaled: the answer is taken from the journal.
   *
   * An execution that was only paused, and superseded meanwhile, wakes with its own intent in hand. It may begin its call
   * for a part of the lease only, and the lost attempt is not spoken of before the whole lease is over: so the payment
   * is never read back while the call may still be under way, or may yet be made.
   *
   * All this needs Restate's two-way protocol over HTTP/2, as `listen` serves it: where each step ends the execution,
   * none would ever meet its own intent, and every call would count as lost. Safe, but nothing would get done.
   */
  const once = async (ctx: Restate.Context, errand: OutgoingCall): Promise<AttemptResult | Lost> => {
    const by = crypto.randomUUID();
    const intent = await ctx.run<CallIntent>("intent", () => ({ by, at: clock.now() }));
    const superseded = ctx.request().attemptCompletedSignal;
    // A step in any case, of the same name: the journal may hold the beginning of one already.
    return ctx.run<AttemptResult | Lost>(errand.effect.type, async () => {
      const late = clock.now() - intent.at > limits.leaseMs * BEGINS_WITHIN;
      const mine = intent.by === by && !late && !superseded.aborted;
      return mine ? attempt(errand) : { kind: "lost", at: intent.at };
    });
  };

  /** What came of it, with the order that the bank names only where that makes it another's. */
  const owned = async (
    ctx: Restate.Context,
    orderId: string,
    came: AttemptResult | Lost,
  ): Promise<AttemptResult | Lost> => {
    if (came.kind !== "event") return came;
    const { event } = came;
    if (event.type !== "payment.read" && event.type !== "payment.readBack") return came;
    const read = (key: string) =>
      ctx.genericCall<null, OrderRecord | null>({
        ...{ service: names.order, method: "read", key, parameter: null },
        ...{ inputSerde: sdk.serde.json, outputSerde: sdk.serde.json },
      });
    // An entry may outlive what it tells of: an order may have forgotten the payment.
    const findByPayment = async (key: string) => {
      const entry = await ctx.genericCall<null, PaymentEntry | null>({
        ...{ service: names.payments, method: "find", key, parameter: null },
        ...{ inputSerde: sdk.serde.json, outputSerde: sdk.serde.json },
      });
      if (entry === null || entry.orderId === orderId) return entry;
      const owner = await read(entry.orderId);
      return owner !== null && paymentsOf(owner.facts).some(({ id }) => id === key) ? entry : null;
    };
    return { ...came, event: { ...event, reading: await withOwner({ read, findByPayment }, orderId, event.reading) } };
  };

  const execute = async (ctx: Restate.Context, errand: OutgoingCall): Promise<void> => {
    let came: AttemptResult | Lost;
    try {
      came =
        movesMoney(errand.effect.type) && sends(errand)
          ? await once(ctx, errand)
          : await ctx.run<AttemptResult | Lost>(errand.effect.type, () => attempt(errand));
    } catch (error) {
      // Somebody cancelled the invocation: the order must hear of it, or its lane would wait for ever.
      if (!(error instanceof sdk.TerminalError)) throw error;
      came = { kind: "lost", at: await ctx.run("cancelled", () => clock.now()) };
    }
    came = await owned(ctx, errand.orderId, came);
    const parameter = { kind: "settle", effectId: errand.id, attempts: errand.attempts, came };
    const order = { service: names.order, method: "settle", key: errand.orderId };
    ctx.genericSend({ ...order, parameter, inputSerde: sdk.serde.json });
  };

  return sdk.service({ name: names.effects, handlers: { execute }, options: { ingressPrivate: true } });
};
