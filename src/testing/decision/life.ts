/** One order's life without an engine: events in, decisions out, readings when they are asked for. Pure. */
import type { z } from "zod";
import { movesMoney, resultOf } from "../../../machines/effects.js";
import { type Envelope, OrderEvent, type PlacedOrder } from "../../../machines/events.js";
import { noSuchPayment, type Reading } from "../../../machines/facts.js";
import { registry } from "../../../machines/index.js";
import { Settings, type SomeSettings } from "../../../machines/settings.js";
import type { Rules } from "../../core/builder.js";
import { type Decision, decide } from "../../core/decide.js";
import type { Answer, HistoryEntry, OrderRecord, OutboxRow } from "../../core/record.js";
import { sourceOf } from "../../runtime/embedded/receipt.js";
import { T0 } from "../simulator/script.js";
import { anOrder, reading } from "./samples.js";

/** Whatever can happen to an order, as it is submitted. */
export type EventInput = z.input<typeof OrderEvent>;

/** Today's machines under these settings; what is left out is the default. */
export const rulesWith = (settings: SomeSettings = {}): Rules => ({
  settings: Settings.parse(settings),
  registry,
});

/** A bank's answer to a call that moves money. */
export type BankAnswer = { is: "confirmed"; reading: Reading | null } | { is: "refused" } | { is: "lost" };

const MOST_READINGS = 50;
const MOST_TIMERS = 100;

export class Life {
  record: OrderRecord;
  readonly decisions: Decision[] = [];
  /** Asked for and not yet answered. */
  open: OutboxRow[] = [];
  private count = 0;

  /** @param now epoch ms; only the caller moves it on */
  constructor(
    order: PlacedOrder = anOrder(),
    readonly rules: Rules = rulesWith(),
    public now = T0,
    private readonly orderId = "o",
  ) {
    this.record = this.decided(null, { type: "order.placed", order }, "placed").record;
  }

  /** A life that was lived before, event by event, as its history tells it. */
  static again(history: readonly HistoryEntry[], rules: Rules = rulesWith()): Life {
    const [first, ...rest] = history;
    if (first?.event.type !== "order.placed") throw new Error("a history begins with the placing of its order");
    const life = new Life(first.event.order, rules, first.at, first.orderId);
    for (const { event, eventId, at } of rest) {
      life.now = at;
      life.tell(event, eventId);
    }
    return life;
  }

  get history(): HistoryEntry[] {
    return this.decisions.map(({ entry }) => entry);
  }

  get status() {
    return this.record.facts.order.status;
  }

  get raised(): string[] {
    return this.record.flags.filter((f) => f.clearedAt === null).map((f) => f.flag);
  }

  get effects(): OutboxRow[] {
    return this.decisions.flatMap((d) => d.effects);
  }

  get types(): string[] {
    return this.effects.map((e) => e.effect.type);
  }

  get answers(): Answer[] {
    return this.decisions.flatMap((d) => d.entry.answers);
  }

  private decided(record: OrderRecord | null, event: unknown, id: string): Decision {
    const parsed = OrderEvent.parse(event);
    const { now, orderId } = this;
    const envelope: Envelope = { id, orderId, at: now, source: sourceOf(parsed.type), event: parsed };
    const decision = decide(record, envelope, this.now, this.rules);
    this.record = decision.record;
    this.decisions.push(decision);
    if ("effectId" in parsed) this.open = this.open.filter(({ id: open }) => open !== parsed.effectId);
    this.open.push(...decision.effects);
    return decision;
  }

  tell(event: EventInput, id = `e${++this.count}`): Decision {
    return this.decided(this.record, event, id);
  }

  /**
   * Every reading that is asked for gets this answer.
   * @param others what the bank says of payments, by their ids; of the order's other ones it knows nothing else
   */
  read(says: Reading, others: Record<string, Reading> = {}): void {
    for (let turns = 0; turns < MOST_READINGS; turns += 1) {
      const asked = this.open.find((e) => e.effect.type === "readPayment");
      if (asked?.effect.type !== "readPayment") return;
      const { paymentId } = asked.effect;
      const isOther = this.record.facts.others.some(({ id }) => id === paymentId);
      const about = others[paymentId] ?? (isOther ? noSuchPayment(paymentId) : says);
      this.tell({ type: "payment.read", effectId: asked.id, reading: about });
    }
    throw new Error("it asks for readings for ever");
  }

  /** The event, with the payment read whenever it is asked for; the last answer to it. */
  settle(event: EventInput, says: Reading = reading(), others: Record<string, Reading> = {}): Answer {
    const id = `e${++this.count}`;
    this.tell(event, id);
    this.read(says, others);
    return this.answerTo(id);
  }

  /** Time goes by; every timer that becomes due rings, and what it asks the bank is answered. */
  wait(ms: number, says: Reading = reading(), others: Record<string, Reading> = {}): void {
    const until = this.now + ms;
    for (let rung = 0; rung < MOST_TIMERS; rung += 1) {
      const [next] = Object.entries(this.record.timers).sort(([, a], [, b]) => a.at - b.at);
      if (next === undefined || next[1].at > until) {
        this.now = until;
        return;
      }
      const [timer, { at, generation }] = next;
      this.now = Math.max(this.now, at);
      this.settle({ type: "timer.fired", timer, generation }, says, others);
    }
    throw new Error("its timers ring for ever");
  }

  /** The call under way that moves money gets this answer. */
  bankAnswers(answer: BankAnswer): void {
    const call = this.open.find(({ effect }) => movesMoney(effect.type));
    if (call === undefined) throw new Error("no call that moves money is under way");
    const family = resultOf[call.effect.type as keyof typeof resultOf];
    const effectId = call.id;
    if (answer.is === "confirmed") this.tell({ type: `${family}.confirmed`, effectId, reading: answer.reading });
    else if (answer.is === "lost") this.tell({ type: `${family}.unknown`, effectId, detail: "no answer" });
    else this.tell({ type: `${family}.refused`, effectId, reason: "gateway-refused", detail: "the bank said no" });
  }

  /** The latest answer to the event of this id. */
  answerTo(id: string): Answer {
    const answer = this.answers.findLast((a) => a.eventId === id);
    if (answer === undefined) throw new Error(`event ${id} was never answered`);
    return answer;
  }
}
