/** Calls whose answer a front of the bank loses, and which the bank gets later. */
import type { GatewayAnswer } from "../../ports/gateway.js";
import type { VirtualClock } from "../virtual-clock.js";
import type { Chance } from "./chance.js";
import type { Evidence, LedgerEntry } from "./evidence.js";
import { type Away, type BankFault, MINUTE, SECOND } from "./script.js";

/** As long as the adapters wait for an answer. */
export const TIMEOUT = 30 * SECOND;
/** What the adapters make of a page of the bank's front that says 404. */
export const FRONT_404 = "HTTP 404, and not in the bank's words";
export const lost: GatewayAnswer & { kind: "unknown" } = { kind: "unknown", detail: "no answer" };

interface Parts {
  clock: VirtualClock;
  evidence: Evidence;
  luck: Chance;
  tick(): number;
}

export class LateCalls {
  /** What the bank has and has not booked yet. */
  private readonly waiting: LedgerEntry[] = [];

  constructor(private readonly parts: Parts) {}

  /** A bank that has not booked a call yet may refuse the same one meanwhile. */
  refusesAnother(entry: LedgerEntry): boolean {
    const { evidence, luck } = this.parts;
    if (!this.waiting.some(({ key, op }) => key === entry.key && op === entry.op) || luck.happens(0.5)) return false;
    evidence.points.add(`bank ${entry.op} refused while the first is under way`);
    return true;
  }

  /** No answer, at once or after the time in which one is waited for; `execute` happens later. */
  async lost(
    what: string,
    entry: LedgerEntry,
    fault: "late" | "too-late",
    execute: () => GatewayAnswer,
  ): Promise<GatewayAnswer> {
    const { clock, evidence, luck, tick } = this.parts;
    const after = fault === "late" ? luck.between(0, 2 * MINUTE) : luck.between(11 * MINUTE, 18 * MINUTE);
    this.waiting.push(entry);
    void clock.sleep(after).then(() => {
      this.waiting.splice(this.waiting.indexOf(entry), 1);
      execute();
      entry.bookedLate = { tick: tick(), at: clock.now() };
      if (entry.effect > 0) evidence.points.add(`bank ${entry.op} booked ${fault}`);
      evidence.log.push(`${clock.now()} bank books late, ${entry.effect}: ${what}`);
    });
    if (luck.happens(0.3)) await clock.sleep(TIMEOUT);
    return lost;
  }
}

/** It was done, and we never hear of it, or hours later. */
export const isLost = (fault: BankFault | Away | null): boolean =>
  fault === "timeout-after" || fault === "502-after" || fault === "never";
export const refused = (detail: string): GatewayAnswer & { kind: "refused" } => ({
  kind: "refused",
  reason: "gateway-refused",
  detail,
});
