/**
 * Given an order, when something happens to it, then the decision is this. Pure: `decide` and nothing else; the bank
 * answers what it is told to, and time goes by when the sentence says so.
 */
import { isDeepStrictEqual } from "node:util";
import type { Effect } from "../../../machines/effects.js";
import type { PlacedOrder } from "../../../machines/events.js";
import type { OrderStatus, Reading } from "../../../machines/facts.js";
import type { FlagName } from "../../../machines/flags.js";
import { type Reason, reasons } from "../../../machines/reasons.js";
import { rules as documented } from "../../../machines/rules.js";
import type { SomeSettings } from "../../../machines/settings.js";
import type { Answer, AnswerRule, HistoryEntry } from "../../core/record.js";
import { linesOf, why } from "../../core/why.js";
import { SECOND } from "../simulator/script.js";
import { type BankAnswer, type EventInput, Life, rulesWith } from "./life.js";
import { anOrder, type PaymentName, payments } from "./samples.js";

/** What is said of a decision; what is left out is not looked at. */
export type Expected = {
  rule?: AnswerRule;
  /** The flags that stand afterwards, all of them. */
  flags?: FlagName[];
  /** What was asked of the bank and the shop since the last event, in order, readings of the payment left out. */
  effects?: Exclude<Effect["type"], "readPayment">[];
} & (
  | { outcome: "moved"; to: OrderStatus }
  | { outcome: "ignored" | "refused" | "deferred"; reason: Reason }
  | { outcome?: never; to?: OrderStatus }
);

/** The decision is another one than was expected; the message shows each difference, the rule and the reason. */
export class DecisionDiffers extends Error {
  override name = "DecisionDiffers";
  constructor(
    message: string,
    /** What differs, for runners that draw it themselves. */
    readonly expected: object,
    readonly actual: object,
  ) {
    super(message);
  }
}

/** A payment as a reading shows it, or by the name it has in `payments`. */
export type SomePayment = Reading | PaymentName;

type Step = (life: Life, scene: GivenScene) => void;

/** What a sentence has come to. */
interface GivenScene {
  bank: Reading;
  /** The event that is asked about, and the decisions before it. */
  asked: { id: string; type: string; after: number } | null;
}

const readingOf = (payment: SomePayment): Reading => (typeof payment === "string" ? payments[payment] : payment);

/** Before anything is asked about. */
export interface Given {
  /** From now on a reading of the payment shows this. Until then it is `payments.accepted`. */
  bankSays(payment: SomePayment): this;
  /** Time goes by; timers that become due ring. */
  later(seconds: number): this;
  /** These happen, one after the other; `then` asks about the last one. */
  when(...events: [EventInput, ...EventInput[]]): When;
}

export interface When extends Given {
  /** The bank answers the call under way that moves money; a confirmation shows `payment` from then on. */
  bankAnswers(answer: "refused" | "lost"): When;
  bankAnswers(answer: "confirmed", payment: SomePayment): When;
  /** @throws DecisionDiffers */
  then(expected: Expected): void;
  /** Refused for this reason. @throws DecisionDiffers */
  thenRefused(reason: Reason): void;
  /** The life as it was lived so far, for whatever else a test wants to know. */
  lived(): Life;
}

class Sentence implements When {
  constructor(
    private readonly begin: () => Life,
    private readonly steps: readonly Step[] = [],
  ) {}

  private and(step: Step): this {
    return new Sentence(this.begin, [...this.steps, step]) as this;
  }

  private play(): { life: Life; scene: GivenScene } {
    const life = this.begin();
    const scene: GivenScene = { bank: payments.accepted, asked: null };
    for (const step of this.steps) step(life, scene);
    return { life, scene };
  }

  bankSays(payment: SomePayment): this {
    return this.and((_, scene) => {
      scene.bank = readingOf(payment);
    });
  }

  later(seconds: number): this {
    return this.and((life, { bank }) => life.wait(seconds * SECOND, bank));
  }

  when(...events: [EventInput, ...EventInput[]]): When {
    return this.and((life, scene) => {
      for (const event of events) {
        const after = life.decisions.length;
        const { eventId: id } = life.settle(event, scene.bank);
        scene.asked = { id, type: event.type, after };
      }
    });
  }

  bankAnswers(answer: BankAnswer["is"], payment: SomePayment = payments.accepted): When {
    return this.and((life, scene) => {
      if (answer === "confirmed") scene.bank = readingOf(payment);
      life.bankAnswers(answer === "confirmed" ? { is: answer, reading: scene.bank } : { is: answer });
      life.read(scene.bank);
    });
  }

  lived(): Life {
    return this.play().life;
  }

  // biome-ignore lint/suspicious/noThenProperty: the third word of the sentence; whoever awaits it is told
  then(expected: Expected): void {
    if (typeof expected === "function") throw new Error("given().when() is no promise: do not await or return it");
    const { life, scene } = this.play();
    if (scene.asked === null) throw new Error("nothing happened yet: say when() before then()");
    const { id, type, after } = scene.asked;
    const answer = life.answerTo(id);
    const { outcome, rule, reason, to } = answer;
    const effects = life.decisions
      .slice(after)
      .flatMap((decision) => decision.effects.map(({ effect }) => effect.type))
      .filter((one) => one !== "readPayment");
    const actual: Record<string, unknown> = { outcome, to, rule, reason, effects, flags: life.raised };
    const differing = Object.entries(expected).filter(([name, want]) => !isDeepStrictEqual(want, actual[name]));
    if (differing.length === 0) return;
    const shown = Object.fromEntries(differing.map(([name]) => [name, actual[name]]));
    throw new DecisionDiffers(message(type, answer, differing, actual, life), Object.fromEntries(differing), shown);
  }

  thenRefused(reason: Reason): void {
    this.then({ outcome: "refused", reason });
  }
}

const inOne = (value: unknown): string => (Array.isArray(value) ? value.join(", ") || "none" : String(value ?? "none"));

const message = (
  type: string,
  { rule, reason, outcome, to }: Answer,
  differing: [string, unknown][],
  actual: Record<string, unknown>,
  life: Life,
): string => {
  const rows = differing.map(([name, want]) => [name, inOne(want), inOne(actual[name])] as const);
  const wide = Math.max(8, ...rows.map(([, want]) => want.length));
  const because = rule === null ? null : (documented[rule]?.rule ?? null);
  const words = reason === null ? null : reasons[reason];
  return [
    `${type} was ${outcome}, and the order is ${to}.`,
    "",
    `  ${"".padEnd(8)} ${"expected".padEnd(wide)}  actual`,
    ...rows.map(([name, want, got]) => `  ${name.padEnd(8)} ${want.padEnd(wide)}  ${got}`),
    "",
    `  rule     ${rule ?? "none"}${because === null ? "" : `: ${because}`}`,
    `  reason   ${reason ?? "none"}${words === null ? "" : `: ${words}`}`,
    ...linesOf(why(life.record, life.history, [], null, life.rules.registry, life.rules.settings)).map(
      (line, i) => `  ${i === 0 ? "order   " : "        "} ${line}`,
    ),
  ].join("\n");
};

/**
 * @param beginning what is said of the order, the rest as in `anOrder`; or a history as the engine keeps it, which is
 * lived again event by event
 * @param settings the shop's, where they are not the defaults
 */
export const given = (
  beginning: Partial<PlacedOrder> | readonly HistoryEntry[] = {},
  settings: SomeSettings = {},
): Given => {
  const rules = rulesWith(settings);
  const begin = () =>
    Array.isArray(beginning)
      ? Life.again(beginning, rules)
      : new Life(anOrder(beginning as Partial<PlacedOrder>), rules);
  return new Sentence(begin);
};
