/** Whole lives at random: events, the bank's answers lost or wrong, timers that ring late or twice, time. */
import fc from "fast-check";
import { resultOf } from "../../../machines/effects.js";
import type { PlacedOrder } from "../../../machines/events.js";
import { OrderStatus, type Reading } from "../../../machines/facts.js";
import { registry } from "../../../machines/index.js";
import type { Settings } from "../../../machines/settings.js";
import type { Decision } from "../../core/decide.js";
import type { OutboxRow } from "../../core/record.js";
import { SECOND } from "../simulator/script.js";
import { anyEvent, anyOrder, anyReading, anySettings } from "./arbitraries.js";
import { type BrokenLaw, breachesOf, type DecisionLaw, decisionLaws } from "./laws.js";
import { type EventInput, Life } from "./life.js";
import { PAYMENT } from "./samples.js";

export type LifeMove =
  | { what: "event"; event: EventInput }
  /** The n-th thing that was asked for is answered. */
  | {
      what: "answer";
      which: number;
      how: "ok" | "refused" | "unknown" | "conflict";
      reading: Reading;
      status: OrderStatus;
    }
  | { what: "timer"; which: number }
  | { what: "time"; seconds: number };

export const anyMove: fc.Arbitrary<LifeMove> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant("event" as const), event: anyEvent }) },
  {
    weight: 6,
    arbitrary: fc.record({
      what: fc.constant("answer" as const),
      which: fc.nat(3),
      how: fc.constantFrom("ok", "ok", "ok", "refused", "unknown", "conflict"),
      reading: anyReading(fc.constantFrom(PAYMENT, PAYMENT, PAYMENT, "pay-2")),
      status: fc.constantFrom(...OrderStatus.options),
    }),
  },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("timer" as const), which: fc.nat(2) }) },
  {
    weight: 2,
    arbitrary: fc.record({ what: fc.constant("time" as const), seconds: fc.constantFrom(0, 1, 30, 60, 3600, 7200) }),
  },
);

export interface LifeScript {
  order: PlacedOrder;
  settings: Settings;
  moves: LifeMove[];
}

/** An order, a shop's settings, and what happens; shrinks to fewer and plainer moves. */
export const anyLife = ({ minMoves = 0, maxMoves = 40 } = {}): fc.Arbitrary<LifeScript> =>
  fc.record({
    order: anyOrder,
    settings: anySettings,
    moves: fc.array(anyMove, { minLength: minMoves, maxLength: maxMoves, size: "max" }),
  });

const answerTo = (row: OutboxRow, move: Extract<LifeMove, { what: "answer" }>): EventInput | null => {
  const { effect, id: effectId } = row;
  const { how, status } = move;
  // Mostly the bank speaks of the payment that it was asked about.
  const isAbout = move.reading.paymentId === PAYMENT && "paymentId" in effect;
  const reading = isAbout ? { ...move.reading, paymentId: effect.paymentId } : move.reading;
  if (effect.type === "readPayment") return { type: "payment.read", effectId, reading };
  if (effect.type === "readBack") return { type: "payment.readBack", effectId, reading };
  if (!(effect.type in resultOf)) return how === "conflict" ? { type: "shop.conflicted", effectId, status } : null;
  const family = resultOf[effect.type as keyof typeof resultOf];
  if (how === "conflict" && "expects" in effect) {
    const { total } = reading;
    return { type: "shop.differs", effectId, order: status === "cancelled" ? { gone: true } : { total } };
  }
  if (how === "refused") return { type: `${family}.refused`, effectId, reason: "gateway-refused", detail: "no" };
  if (how === "unknown") return { type: `${family}.unknown`, effectId, detail: "lost" };
  return { type: `${family}.confirmed`, effectId, reading: how === "ok" ? reading : null };
};

/** Carries one move out; null where there is nothing to move. */
export const play = (life: Life, move: LifeMove): Decision | null => {
  switch (move.what) {
    case "time":
      life.now += move.seconds * SECOND;
      return null;
    case "event":
      return life.tell(move.event);
    case "timer": {
      const timers = Object.entries(life.record.timers);
      const none = ["xstate.after.x", { generation: 0, at: 0 }] as const;
      const [timer, { generation, at }] = timers[move.which % (timers.length || 1)] ?? none;
      // Sometimes it rings late, and sometimes one that is long gone rings.
      if (move.which > 0) life.now = Math.max(life.now, at);
      return life.tell({ type: "timer.fired", timer, generation });
    }
    case "answer": {
      const row = life.open[move.which % (life.open.length || 1)];
      if (row === undefined) return null;
      life.open = life.open.filter((e) => e !== row);
      const event = answerTo(row, move);
      return event === null ? null : life.tell(event);
    }
  }
};

/** A decision of a life broke a law. The message tells the law, what is wrong and the life until then. */
export class DecisionBreach extends Error {
  override name = "DecisionBreach";
  constructor(
    readonly breach: BrokenLaw,
    readonly life: Life,
  ) {
    const steps = life.history.map(({ event, answers, to }, i) => {
      const said = answers.map(({ outcome, reason }) => [outcome, reason].filter((word) => word !== null).join(", "));
      return `  ${i + 1}. ${event.type}: ${said.join("; ")}; ${to}`;
    });
    super([`${breach.law}: ${breach.says}`, ...steps, `  and then: ${breach.detail}`].join("\n"));
  }
}

/**
 * Lives a script and holds every decision to the laws.
 * @throws DecisionBreach at the first decision that breaks one
 */
export const live = ({ order, settings, moves }: LifeScript, laws: readonly DecisionLaw[] = decisionLaws): Life => {
  const life = new Life(order, { settings, registry });
  for (const move of moves) {
    const before = life.record;
    const decision = play(life, move);
    const [breach] = decision === null ? [] : breachesOf({ before, decision, settings }, laws);
    if (breach !== undefined) throw new DecisionBreach(breach, life);
  }
  return life;
};
