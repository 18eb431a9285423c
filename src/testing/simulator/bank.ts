/** The bank, in this process: every gateway's payments, their faults, and a ledger of what reached it. */
import { noSuchPayment, type Reading } from "../../../machines/facts.js";
import { flowOf, type Registry } from "../../../machines/index.js";
import type { CreatedPayment, Gateway, GatewayAnswer, ReadAnswer } from "../../ports/gateway.js";
import type { VirtualClock } from "../virtual-clock.js";
import { BankAccount, mannerOf } from "./accounts.js";
import type { Chance } from "./chance.js";
import { count, type Evidence, type LedgerEntry, type MoneyOp, type Truth } from "./evidence.js";
import { FRONT_404, isLost, LateCalls, lost, refused, TIMEOUT } from "./late-calls.js";
import { type Away, type BankChange, type BankFault, type BankOp, HOUR, SECOND } from "./script.js";

/** How late the answer comes of a call that nobody gives up on; longer than any lease. */
const NEVER = 3 * HOUR;

/** Nets's own plugin lets this much pass for rounding, in minor units. */
const ROUNDING = 30;

export interface BankParts {
  clock: VirtualClock;
  registry: Registry;
  evidence: Evidence;
  luck: Chance;
  answersWithin: number;
  tick(): number;
}

interface SimulatedCall {
  paymentId: string;
  amount: number;
  key: string;
  all?: boolean;
  lines?: unknown;
}

export class SimulatedBank {
  private readonly accounts = new Map<string, BankAccount>();
  private readonly attempts = new Map<string, BankAccount[]>();
  private readonly late: LateCalls;
  private armed: { op: BankOp; fault: BankFault; left: number }[] = [];
  private stale = { lag: 0, until: 0 };
  private away: { how: Away; until: number } = { how: "500", until: 0 };

  constructor(private readonly parts: BankParts) {
    this.late = new LateCalls(parts);
  }

  arm(op: BankOp, fault: BankFault, times: number): void {
    this.armed.push({ op, fault, left: times });
  }

  /** For a while readings are as old as `lag`. */
  age(lag: number, during: number): void {
    this.stale = { lag, until: this.parts.clock.now() + during };
  }

  /** For a while it answers nothing, whatever is asked. */
  leave(how: Away, during: number): void {
    this.away = { how, until: this.parts.clock.now() + during };
  }

  /** All is well again. */
  heal(): void {
    this.armed = [];
    this.away = { how: "500", until: 0 };
    this.stale = { lag: 0, until: 0 };
  }

  /** The order's n-th payment; null = the latest. */
  paymentOf(orderId: string, attempt: number | null): string | null {
    const all = this.attempts.get(orderId) ?? [];
    return (attempt === null ? all.at(-1) : all[attempt])?.id ?? null;
  }

  /** Every payment of the order, as it stands. */
  readonly truthsOf = (orderId: string): Truth[] => (this.attempts.get(orderId) ?? []).map((one) => one.truth());
  readonly truthOf = (paymentId: string | null): Truth | null => this.accounts.get(paymentId ?? "")?.truth() ?? null;

  /** Whether anything changed. */
  change(orderId: string, change: BankChange, attempt = -1): boolean {
    return this.attempts.get(orderId)?.at(attempt)?.change(change, this.parts.clock.now()) ?? false;
  }

  private idFor(orderId: string, preferredId: string | null): string {
    const free = preferredId !== null && !this.accounts.has(preferredId);
    return free ? preferredId : `pay-${orderId}-${(this.attempts.get(orderId)?.length ?? 0) + 1}`;
  }

  open(orderId: string, gateway: string, total: number, preferredId: string | null = null): BankAccount {
    const before = this.attempts.get(orderId) ?? [];
    const id = this.idFor(orderId, preferredId);
    const manner = mannerOf(flowOf(this.parts.registry, gateway));
    const account = new BankAccount(id, orderId, total, manner, this.parts.clock.now());
    this.accounts.set(id, account);
    this.attempts.set(orderId, [...before, account]);
    return account;
  }

  gateway(name: string): Gateway {
    const flow = flowOf(this.parts.registry, name);
    return {
      name,
      tolerance: flow.comparesAmounts ? ROUNDING : 0,
      readPayment: (paymentId) => this.read(paymentId),
      capture: (call) => this.move("capture", call),
      cancel: (call) => this.move("cancel", call),
      refund: (call) => this.move("refund", call),
      addOrderLines: (call) => this.move("addOrderLines", call),
      createPayment: async ({ orderId, total, preferredId }): Promise<CreatedPayment> => {
        const fault = this.faultFor("create");
        await this.travel(fault);
        if (fault !== null && fault !== "slow" && !isLost(fault)) return { kind: "failed", detail: fault };
        const { id, status } = this.open(orderId, name, total, preferredId ?? null);
        // The older flows make it under the shop's own id.
        const paymentId = flow.booksWhenSigned ? id : undefined;
        if (fault !== null && fault !== "slow") return { kind: "failed", detail: "no answer", paymentId };
        await this.travel(null);
        return { kind: "ok", paymentId: id, status, redirectUrl: `https://bank.example/${id}` };
      },
      ...(flow.endsUnpaid ? { endPayment: ({ paymentId }: { paymentId: string }) => this.end(paymentId) } : {}),
      ...(flow.booksWhenSigned
        ? {
            idOf: ({ orderId, preferredId = null }) => this.idFor(orderId, preferredId),
            bookSignedPayment: (call: { paymentId: string }) => this.book(call as unknown as SimulatedCall),
          }
        : {}),
    };
  }

  private async end(paymentId: string): Promise<GatewayAnswer> {
    const fault = this.faultFor("end");
    await this.travel(fault);
    const failure = fault && this.failure(fault);
    if (failure !== null) return failure;
    const account = this.accounts.get(paymentId);
    if (account?.status !== "TASK_REDIRECTION_REQUIRED") return refused("it is paid");
    account.change({ status: "REJECTED", task: false }, this.parts.clock.now());
    return { kind: "ok", reading: null };
  }

  private faultFor(op: BankOp): BankFault | Away | null {
    if (this.parts.clock.now() < this.away.until) {
      count(this.parts.evidence.faults, "bank away");
      return this.away.how;
    }
    const found = this.armed.find((one) => one.op === op && one.left > 0);
    if (found === undefined) return null;
    found.left -= 1;
    count(this.parts.evidence.faults, `bank ${found.fault}`);
    this.parts.evidence.points.add(`bank ${op} ${found.fault}`);
    return found.fault;
  }

  /** Half of the way there and back. */
  private async travel(fault: BankFault | Away | null): Promise<void> {
    const { clock, luck, answersWithin } = this.parts;
    if (fault === "slow") await clock.sleep(luck.between(4 * SECOND, 24 * SECOND));
    else if (fault === "timeout-before") await clock.sleep(TIMEOUT);
    else if (answersWithin > 0) await clock.sleep(luck.between(1, answersWithin / 2));
  }

  /** The way of an answer back to us. */
  private async back(fault: BankFault | Away | null): Promise<void> {
    if (fault === "timeout-after") await this.parts.clock.sleep(TIMEOUT);
    else if (fault === "never") {
      this.parts.evidence.points.add("a call whose answer never came in its lease");
      await this.parts.clock.sleep(NEVER);
    } else await this.travel(null);
  }

  private failure(fault: BankFault | Away): Exclude<GatewayAnswer, { kind: "ok" }> | null {
    const { luck } = this.parts;
    if (fault === "429") return { kind: "retry", afterMs: luck.between(1, 20) * SECOND, detail: "429" };
    if (fault === "401") return refused("HTTP 401");
    if (fault === "unreachable") return { kind: "retry", afterMs: null, detail: "ECONNREFUSED", certain: true };
    if (fault === "500") return { kind: "unknown", detail: "HTTP 500" };
    if (fault === "front-404") return { kind: "unknown", detail: FRONT_404 };
    return fault === "timeout-before" ? lost : null;
  }

  private give(paymentId: string, reading: Reading, stale = false): Reading {
    const { clock, evidence, tick } = this.parts;
    evidence.given.push({ tick: tick(), at: clock.now(), paymentId, reading, stale });
    return reading;
  }

  private async read(paymentId: string): Promise<ReadAnswer> {
    const { clock, evidence } = this.parts;
    const fault = this.faultFor("read");
    await this.travel(fault);
    const failure = fault === null ? null : this.failure(fault);
    if (failure !== null) return this.told(`read ${paymentId}`, failure);
    const account = this.accounts.get(paymentId);
    const missing = () => this.give(paymentId, noSuchPayment(paymentId));
    if (account === undefined) return this.told(`read ${paymentId}`, { kind: "ok", reading: missing() });
    let reading = account.reading();
    if (clock.now() < this.stale.until) {
      const older = account.readingAsOf(clock.now() - this.stale.lag);
      if (JSON.stringify(older) !== JSON.stringify(reading)) {
        count(evidence.faults, "bank stale reading");
        evidence.points.add("stale reading");
        reading = this.give(account.id, older, true);
      } else this.give(account.id, reading);
    } else this.give(account.id, reading);
    await this.back(fault);
    if (isLost(fault) || fault === "late" || fault === "too-late") return this.told(`read ${paymentId}`, lost);
    return this.told(`read ${paymentId}`, { kind: "ok", reading });
  }

  private told<T extends GatewayAnswer>(what: string, answer: T): T {
    const { clock, evidence } = this.parts;
    const said =
      answer.kind === "ok" && answer.reading !== null
        ? `${answer.reading.exists ? answer.reading.status : "missing"} a=${answer.reading.authorized} c=${answer.reading.captured} x=${answer.reading.canceled} r=${answer.reading.refunded}`
        : "detail" in answer
          ? answer.detail
          : "";
    evidence.log.push(`${clock.now()} bank ${what}: ${answer.kind} ${said}`);
    return answer;
  }

  private entry(op: MoneyOp, { paymentId, key, amount, all, lines }: SimulatedCall): LedgerEntry {
    const { clock, evidence, tick } = this.parts;
    const body = JSON.stringify([op, paymentId, amount, all ?? null, lines ?? null]);
    const at = clock.now();
    const told = { effect: 0, answer: "unknown" as const, bookedLate: null };
    const entry = { tick: tick(), at, op, paymentId, key, body, ...told };
    evidence.ledger.push(entry);
    return entry;
  }

  private async move(op: Exclude<MoneyOp, "book">, call: SimulatedCall): Promise<GatewayAnswer> {
    const fault = this.faultFor(op);
    await this.travel(fault);
    const what = `${op} ${call.paymentId} ${call.amount}${call.all ? " all" : ""} key=${call.key}`;
    // It never got there.
    if (fault === "timeout-before") return this.told(what, lost);
    if (fault === "unreachable" || fault === "front-404") return this.told(what, this.failure(fault) ?? lost);
    const entry = this.entry(op, call);
    if (fault === "late" || fault === "too-late")
      return this.told(what, await this.late.lost(what, entry, fault, () => this.carriedOut(op, call, entry)));
    const answer = (fault === null ? null : this.failure(fault)) ?? this.carriedOut(op, call, entry);
    entry.answer = answer.kind;
    return this.answered(what, entry, fault, answer);
  }

  private carriedOut(op: Exclude<MoneyOp, "book">, call: SimulatedCall, entry: LedgerEntry): GatewayAnswer {
    const account = this.accounts.get(call.paymentId);
    if (account === undefined) return refused("no such payment");
    if (this.late.refusesAnother(entry)) return refused("the same call is under way");
    const { byAmounts, booked, logsKeys } = account.manner;
    // Nets knows the keys of charges and refunds: the same again gets the same answer.
    const again = byAmounts && (op === "capture" || op === "refund") && account.done.has(call.key);
    if (!again) {
      const why = account.objectionTo(op, call.amount, call.all ?? false);
      if (why !== null) return byAmounts && account.isDoneAlready(op) ? { kind: "unknown", detail: why } : refused(why);
      entry.effect = account.execute(op, call.amount, call.all ?? false, call.key, this.parts.clock.now());
    }
    // The older flows answer with nothing, and a change of lines is answered without the payment.
    if (booked || (logsKeys && op === "addOrderLines")) return { kind: "ok", reading: null };
    return { kind: "ok", reading: this.give(account.id, account.reading()) };
  }

  private async book(call: SimulatedCall): Promise<GatewayAnswer> {
    const fault = this.faultFor("book");
    await this.travel(fault);
    const what = `book ${call.paymentId} key=${call.key}`;
    if (fault === "timeout-before") return this.told(what, lost);
    if (fault === "unreachable" || fault === "front-404") return this.told(what, this.failure(fault) ?? lost);
    const entry = this.entry("book", call);
    if (fault === "late" || fault === "too-late")
      return this.told(what, await this.late.lost(what, entry, fault, () => this.booked(call, entry)));
    const answer = (fault === null ? null : this.failure(fault)) ?? this.booked(call, entry);
    entry.answer = answer.kind;
    return this.answered(what, entry, fault, answer);
  }

  private booked(call: SimulatedCall, entry: LedgerEntry): GatewayAnswer {
    const account = this.accounts.get(call.paymentId);
    if (account === undefined) return refused("no such payment");
    if (this.late.refusesAnother(entry)) return refused("the same call is under way");
    const why = account.book(call.key, this.parts.clock.now());
    if (why !== null) return refused(why);
    entry.effect = 1;
    return { kind: "ok", reading: this.give(account.id, account.reading()) };
  }

  private async answered(
    what: string,
    entry: LedgerEntry,
    fault: BankFault | Away | null,
    answer: GatewayAnswer,
  ): Promise<GatewayAnswer> {
    if (entry.effect > 0) this.parts.evidence.log.push(`${this.parts.clock.now()} bank moves ${entry.effect}: ${what}`);
    await this.back(fault);
    if (!isLost(fault)) return this.told(what, answer);
    entry.answer = "unknown";
    return this.told(what, lost);
  }
}
