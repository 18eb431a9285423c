/**
 * Decisions inside a transaction of the host's: written with the host's own rows, or not at all. Nothing is called
 * before the host commits, and what is to be called then is found also where nobody says that it did.
 */
import type { Command, Envelope, NewOrder, OrderEvent } from "../../../machines/events.js";
import type { StatusWord } from "../../../machines/statuses.js";
import { backoffMs } from "../../core/backoff.js";
import type { Decision } from "../../core/decide.js";
import type { OrderRecord } from "../../core/record.js";
import { PLACED_ID, parseCommand, parsePlaced } from "../../ports/command.js";
import { NotOffered, type Receipt, type SubmitOptions } from "../../ports/runtime.js";
import type { Inside, Store } from "../../ports/store.js";
import { checkSubmitted, newId } from "./asked.js";
import { refusedClaim } from "./claims.js";
import { atKnownGateways, type EngineContext } from "./context.js";
import { decideOrder } from "./decided.js";
import { MOST_ROUNDS } from "./limits.js";
import { placedAgain } from "./placed-again.js";
import { receiptGiven } from "./queries.js";
import { decidedReceipt, duplicateReceipt, sourceOf } from "./receipt.js";
import { Records } from "./records.js";

/** @throws NotOffered, TypeError */
export const insideOf = (store: Store, transaction: unknown): Inside => {
  if (store.within !== undefined) return store.within(transaction);
  throw new NotOffered("this store has no transactions of others; use PostgreSQL or SQLite");
};

/** The engine's door for one transaction of the host's. Calls are carried out one after the other. */
export interface InTransaction<Own extends string = never> {
  /** As the engine's own. @throws InvalidEvent, StoreError */
  place(orderId: string, order: NewOrder<Own>): Promise<Receipt>;
  /** As the engine's own; it does not wait for a bank. @throws InvalidEvent, UnknownOrder, StoreError */
  submit(
    orderId: string,
    event: Command<Own> | StatusWord<Own>,
    options?: Pick<SubmitOptions, "id" | "source">,
  ): Promise<Receipt>;
  /** To be called after the COMMIT: what was decided is carried out at once. Left out, within two seconds. */
  committed(): void;
}

interface Around {
  refuseStopped(): void;
  /** Of what the host has committed. */
  committed(decisions: Decision[]): void;
}

const [FIRST_LOOK_MS, LONGEST_LOOK_MS] = [250, 2000];
/** A transaction that is open for longer is found by the next start. */
const LAST_LOOK_MS = 600_000;

export class HostTransaction<Own extends string = never> implements InTransaction<Own> {
  private turn: Promise<unknown> = Promise.resolve();
  private decisions: Decision[] = [];
  private watched = false;

  constructor(
    private readonly ctx: EngineContext,
    private readonly inside: Inside,
    private readonly around: Around,
  ) {}

  async place(orderId: string, order: NewOrder<Own>): Promise<Receipt> {
    const { gateways, clock, statuses } = this.ctx;
    const placed = parsePlaced(order, gateways.get(order?.gateway ?? ""), clock.now(), statuses);
    const receipt = await this.take(newId(orderId), placed, { id: PLACED_ID });
    const read = (id: string) => this.next(() => this.read(id));
    return placedAgain({ read, submit: (...asked) => this.submit(...asked) }, placed, receipt);
  }

  async submit(
    orderId: string,
    event: Command<Own> | StatusWord<Own>,
    options: Pick<SubmitOptions, "id" | "source"> = {},
  ): Promise<Receipt> {
    const command = parseCommand(event, this.ctx.statuses);
    if ("wait" in options && options.wait === "settled")
      throw new TypeError('inside of a transaction nothing is called, so "settled" would never come; leave wait out');
    checkSubmitted(orderId, options);
    return this.take(orderId, command, options);
  }

  committed(): void {
    const { decisions } = this;
    this.decisions = [];
    if (decisions.length > 0) this.around.committed(decisions);
  }

  private async take(orderId: string, told: OrderEvent, options: SubmitOptions): Promise<Receipt> {
    this.around.refuseStopped();
    const { store, clock, gateways, newEventId } = this.ctx;
    const id = options.id ?? newEventId();
    const event = atKnownGateways(told, gateways);
    const refused = await refusedClaim((asked) => store.findByPayment(asked), orderId, id, event);
    if (refused !== null) return refused;
    const envelope: Envelope = { id, orderId, at: clock.now(), source: options.source ?? sourceOf(told.type), event };
    const receipt = await this.next(() => this.inside.whole(() => this.decide(envelope)));
    return (receipt.repeated && (await receiptGiven(store, orderId, id))) || receipt;
  }

  private next<T>(work: () => Promise<T>): Promise<T> {
    const done = this.turn.then(work);
    this.turn = done.catch(() => {});
    return done;
  }

  private async read(orderId: string): Promise<OrderRecord | null> {
    return (await this.inside.load([{ orderId, eventIds: [] }]))[0]?.record ?? null;
  }

  /** As the mailbox decides, of one event and on the host's connection. */
  private async decide(envelope: Envelope): Promise<Receipt> {
    const { orderId } = envelope;
    const ctx = { ...this.ctx, store: { ...this.ctx.store, ...this.inside } as Store };
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      let answer: Receipt | null = null;
      let refusal: unknown = null;
      const entry = {
        envelope,
        mark: null,
        mayRepeat: true,
        completesEffect: null,
        kind: null,
        kept: false,
        attempts: 0,
        resolve: (given: Receipt) => {
          answer = given;
        },
        reject: (error: unknown) => {
          refusal = error;
        },
      };
      const known = (await new Records(ctx).load(new Map([[orderId, [entry]]]))).get(orderId);
      if (known === undefined) throw new Error(`the store gave no answer for order ${orderId}`);
      const { change, decided, postponed, acknowledge } = decideOrder(ctx, orderId, known, [entry]);
      const [result] = change === null ? ["committed"] : await this.inside.commit([change]);
      // Another transaction has committed it meanwhile: it is read and decided anew.
      if (result !== "committed") continue;
      if (postponed.length > 0) await this.inside.postpone(postponed);
      for (const tell of acknowledge) tell();
      if (refusal !== null) throw refusal;
      this.decisions.push(...decided.map(({ decision }) => decision));
      void this.watch();
      const [first] = decided;
      return first === undefined
        ? (answer ?? duplicateReceipt(envelope))
        : decidedReceipt(envelope, first.decision.entry.answers);
    }
    throw new Error("it was decided anew again and again, and conflicted each time");
  }

  /** Nobody may tell us that the host has committed. */
  private async watch(): Promise<void> {
    if (this.watched) return;
    this.watched = true;
    const { store, clock } = this.ctx;
    const until = clock.now() + LAST_LOOK_MS;
    for (let looks = 1; this.decisions.length > 0 && clock.now() < until; looks += 1) {
      await clock.sleep(backoffMs(looks, FIRST_LOOK_MS, LONGEST_LOOK_MS)).catch(() => {});
      const last = this.decisions.at(-1);
      if (last === undefined) break;
      const { orderId, eventId } = last.entry;
      const [found] = await store.load([{ orderId, eventIds: [eventId] }]).catch(() => []);
      if (found?.processedIds.includes(eventId)) this.committed();
    }
    this.watched = false;
  }
}
