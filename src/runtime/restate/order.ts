/**
 * One virtual object per order: Restate gives each key one message at a time and keeps its state, which is the mailbox
 * and the store of our engine in one.
 *
 * A turn is read, decided in one journaled step, and then written and sent. The step holds everything that the turn
 * decided, the time included. So an execution that died halfway is repeated to the letter, on another clock and even on
 * other machines, and whatever of it was written or sent already is written and sent no second time.
 */
import type * as Restate from "@restatedev/restate-sdk/node";
import { cooldownEndsAt } from "../../../machines/hold.js";
import { Id, wrongIn } from "../../../machines/text.js";
import { Entered } from "../../core/entering.js";
import { migrate } from "../../core/migrate.js";
import type { Answer, HistoryEntry, OrderRecord } from "../../core/record.js";
import { why } from "../../core/why.js";
import type { Clock } from "../../ports/clock.js";
import { historyBack } from "../../ports/history-back.js";
import { rowOf } from "../../ports/listing.js";
import { verdictOn } from "../embedded/queries.js";
import { eventKey, historyKey, type Names, STATE, SUMMARY } from "./names.js";
import {
  type Due,
  eventIdIn,
  isReadable,
  type ObjectMessage,
  type ObjectQuestion,
  type ObjectTurn,
  type OrderReply,
  type OrderState,
  type Summary,
} from "./state.js";
import { Turn, type TurnParts } from "./turn.js";

export interface OrderParts extends TurnParts {
  names: Names;
  clock: Clock;
  /** `held`: kept in the state until somebody calls `wake`, for a clock that stands still. */
  delays: "sent" | "held";
  /** Told of every decision at least once, after it is durable. */
  onDecision(entry: HistoryEntry, record: OrderRecord): void;
}

/** Whoever reaches Restate may send this, past the door. null = nothing is wrong. */
const wrongWith = (orderId: string, envelope: unknown): string | null => {
  const entered = Entered.safeParse(envelope);
  if (!entered.success) return wrongIn(entered.error);
  if (entered.data.orderId !== orderId) return "orderId: must be the order that it is sent to";
  const isNew = entered.data.event.type === "order.placed";
  return isNew && !Id.safeParse(orderId).success ? "orderId: must be an id" : null;
};

export const orderObject = (sdk: typeof Restate, parts: OrderParts) => {
  const { names, clock } = parts;
  const { exclusive, shared } = sdk.handlers.object;

  const take = async (ctx: Restate.ObjectContext, message: ObjectMessage): Promise<OrderReply> => {
    const eventId = eventIdIn(ctx.key, message);
    const reading = ctx.get<OrderState>(STATE);
    const known = eventId === null ? null : await ctx.get<Answer>(eventKey(eventId));
    const state = await reading;
    // Tried again it would be as damaged: whoever asked is told, and nobody waits for it.
    if (state !== null && !isReadable(state)) throw new sdk.TerminalError(`the state of order ${ctx.key} is damaged`);
    const taken = await ctx.run(message.kind, () => new Turn(ctx.key, state, known, parts, clock.now()).take(message));
    await write(ctx, state, taken);
    return taken.reply;
  };

  const write = async (ctx: Restate.ObjectContext, before: OrderState | null, taken: ObjectTurn): Promise<void> => {
    const { entry, reminders } = taken;
    if (entry !== null) ctx.set(historyKey(entry.seq), entry);
    for (const answer of finalOnes(taken.answers)) ctx.set(eventKey(answer.eventId), answer);
    const held = parts.delays === "held" ? reminders : [];
    let { state } = taken;
    if (held.length > 0) {
      const now = state ?? before;
      if (now !== null) state = { ...now, held: [...now.held, ...held] };
    }
    if (state !== null) {
      ctx.set(STATE, state);
      if (state.record !== null) ctx.set(SUMMARY, summaryOf(state.record, state));
    }
    // Awaited: whoever placed the order may ask for it by its payment as soon as he is answered.
    for (const { paymentId, current } of taken.payments) {
      const known = { service: names.payments, method: "note", key: paymentId };
      await ctx.genericCall({ ...known, parameter: { orderId: ctx.key, current }, inputSerde: sdk.serde.json });
    }
    for (const errand of taken.errands) {
      ctx.genericSend({ service: names.effects, method: "execute", parameter: errand, inputSerde: sdk.serde.json });
    }
    if (parts.delays === "sent") for (const { at, due } of reminders) remind(ctx, due, at - taken.now);
    for (const { listener, receipt } of taken.told) ctx.resolveAwakeable(listener, receipt);
    if (entry !== null && state?.record != null) parts.onDecision(entry, state.record);
  };

  const remind = (ctx: Restate.ObjectContext, due: Due, delay: number): void => {
    const self = { service: names.order, method: "due", key: ctx.key };
    ctx.genericSend({ ...self, parameter: due, inputSerde: sdk.serde.json, delay: Math.max(0, delay) });
  };

  const record = async (ctx: Restate.ObjectSharedContext): Promise<OrderRecord | null> => {
    const state = await ctx.get<OrderState>(STATE);
    if (state?.record == null) return null;
    const migrated = migrate(state.record, parts.rules.registry);
    return "record" in migrated ? migrated.record : state.record;
  };

  const entries = async (ctx: Restate.ObjectSharedContext, after: number, limit: number): Promise<HistoryEntry[]> => {
    const last = (await ctx.get<OrderState>(STATE))?.record?.version ?? 0;
    const found: HistoryEntry[] = [];
    for (let seq = after + 1; seq <= last && found.length < limit; seq += 1) {
      const entry = await ctx.get<HistoryEntry>(historyKey(seq));
      if (entry !== null) found.push(entry);
    }
    return found;
  };

  /** Only what is asked for is fetched. Without it the whole history would be sent along with every event. */
  const lazy = { enableLazyState: true };
  const inside = { ...lazy, ingressPrivate: true };

  return sdk.object({
    name: names.order,
    handlers: {
      submit: exclusive(lazy, (ctx: Restate.ObjectContext, message: Extract<ObjectMessage, { kind: "submit" }>) => {
        const wrong = wrongWith(ctx.key, message?.envelope);
        // Trying again would not help, and what cannot come out again must not enter.
        if (wrong !== null) throw new sdk.TerminalError(`not a valid message: ${wrong}`, { errorCode: 400 });
        return take(ctx, { kind: "submit", envelope: message.envelope, listener: message.listener ?? null });
      }),
      revive: exclusive(lazy, (ctx: Restate.ObjectContext, id: string) => take(ctx, { kind: "revive", id })),
      settle: exclusive(inside, (ctx: Restate.ObjectContext, message: Extract<ObjectMessage, { kind: "settle" }>) =>
        take(ctx, message),
      ),
      forget: exclusive(inside, (ctx: Restate.ObjectContext, message: Extract<ObjectMessage, { kind: "forget" }>) =>
        take(ctx, message),
      ),
      due: exclusive(inside, (ctx: Restate.ObjectContext, due: Due) => take(ctx, { kind: "due", due })),
      /** For a clock that stands still: what is due by now is done. */
      wake: exclusive(lazy, async (ctx: Restate.ObjectContext, now: number) => {
        const state = await ctx.get<OrderState>(STATE);
        const ripe = (state?.held ?? []).filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
        if (state === null || ripe.length === 0) return;
        ctx.set(STATE, { ...state, held: state.held.filter(({ at }) => at > now) });
        for (const { due } of ripe) await take(ctx, { kind: "due", due });
      }),
      state: shared(lazy, async (ctx: Restate.ObjectSharedContext) => ctx.get<OrderState>(STATE)),
      read: shared(lazy, record),
      // These two read much of it, and are sent it in one go.
      why: shared(async (ctx: Restate.ObjectSharedContext) => {
        const state = await ctx.get<OrderState>(STATE);
        if (state?.record == null) return null;
        const history = await historyBack(state.record.version, (after, limit) => entries(ctx, after, limit));
        const { registry, settings } = parts.rules;
        return why(state.record, history, state.effects, state.parked, registry, settings);
      }),
      history: shared((ctx: Restate.ObjectSharedContext, { after, limit }: { after: number; limit: number }) =>
        entries(ctx, after, limit),
      ),
      can: shared(lazy, async (ctx: Restate.ObjectSharedContext, { event, reading }: ObjectQuestion) => {
        const standing = await record(ctx);
        return standing === null ? null : verdictOn(standing, event, clock.now(), parts.rules, reading);
      }),
      cooldownEndsAt: shared(lazy, async (ctx: Restate.ObjectSharedContext) => {
        const standing = await record(ctx);
        if (standing === null) return null;
        return cooldownEndsAt({ order: standing.facts.order, settings: parts.rules.settings });
      }),
    },
  });
};

/** An event that had to wait is answered later, once and for all: that answer stays. */
const finalOnes = (answers: Answer[]): Answer[] => {
  const kept = new Map<string, Answer>();
  for (const answer of answers) {
    const earlier = kept.get(answer.eventId);
    if (earlier === undefined || earlier.outcome === "deferred") kept.set(answer.eventId, answer);
  }
  return [...kept.values()];
};

/** null = there is none. */
const earliest = (moments: number[]): number | null => (moments.length === 0 ? null : Math.min(...moments));

const summaryOf = (record: OrderRecord, { parked, effects, inbox }: OrderState): Summary => {
  const open = effects.filter((row) => !row.dead);
  const postponed = inbox.filter((row) => !row.dead);
  return {
    ...rowOf(record, parked),
    waitingEffects: open.length,
    deadEffects: effects.length - open.length,
    waitingEvents: postponed.length,
    deadEvents: inbox.length - postponed.length,
    timers: Object.keys(record.timers).length,
    oldestEffectAt: earliest(open.map((row) => row.createdAt)),
    oldestEventAt: earliest(postponed.map((row) => row.envelope.at)),
    nextTimerAt: earliest(Object.values(record.timers).map((timer) => timer.at)),
  };
};

/** What the door calls by name. */
