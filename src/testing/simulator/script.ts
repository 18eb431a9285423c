/** A life as data: what the world is, and what happens in it and when. Made from a seed, or written by hand. */
import type { ReturnPage } from "../../../machines/commands.js";
import type { OrderEvent } from "../../../machines/events.js";
import type { OrderStatus } from "../../../machines/facts.js";
import type { Line } from "../../../machines/lines.js";
import type { Settings } from "../../../machines/settings.js";

/** Where every life begins. */
export const T0 = Date.parse("2026-11-20T12:00:00.000Z");
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;

export interface OrderPlan {
  id: string;
  /** Name of the gateway; null = paid another way. */
  gateway: string | null;
  status: OrderStatus;
  lines: Line[];
  needsProcessing: boolean;
  /** Milliseconds before the life begins; less than 0 = the shop's clock is ahead. */
  createdBefore: number;
  /** The payment that it comes with; null = none was begun. */
  payment: BankChange | "at-the-bank" | null;
}

export const portalMoves = ["capture", "capture-part", "cancel", "refund", "refund-part"] as const;

/** What becomes of a payment at the bank, without the shop's doing. */
export type BankChange =
  | { status: string; task?: boolean | null | "unavailable"; amountOff?: number; offers?: true }
  /** By hand in the bank's portal, behind the shop's back; a part is 40 %. */
  | { portal: (typeof portalMoves)[number] }
  /** The money moves at once, without a capture of the shop's. */
  | { takenAtOnce: true }
  /** The customer has signed; booking makes a payment of it, in this status. */
  | { signed: string };

export type BankOp = "read" | "capture" | "cancel" | "refund" | "addOrderLines" | "book" | "create" | "end";
/**
 * `never`: it is done, and the answer comes hours later, from a client that knows no timeout. `late`: no answer, and it
 * is booked up to two minutes later; `too-late`: later than anybody waits for it. `front-404`: the bank's front answers
 * for it, without the bank.
 */
export type BankFault =
  | "timeout-before"
  | "timeout-after"
  | "500"
  | "502-after"
  | "429"
  | "401"
  | "slow"
  | "never"
  | "late"
  | "too-late"
  | "front-404";
/** A bank that is away answers 500, or cannot be reached at all. */
export type Away = "500" | "unreachable";

/** A merchant's, a shop's or a customer's event, as it is submitted. */
export type SubmittedEvent = Extract<
  OrderEvent,
  { type: `merchant.${string}` | "order.updated" | "checkout.rejected" | "data.revealed" }
>;

/** `unanswered`: it is written, and whoever asked for it is told that the store cannot do it now. */
export type StoreFault = "busy" | "full" | "unanswered";

export type ScriptStep = {
  /** Its number for life, whatever else is taken out of the script. */
  n: number;
  /** Milliseconds from the beginning of the life. */
  at: number;
  /** Which node takes it, where there are two. */
  node?: 0 | 1;
} & (
  | { do: "checkout"; order: number }
  /** `attempt` counts the order's payments from 0; left out: the latest. */
  | { do: "bank"; order: number; change: BankChange; attempt?: number }
  /** `attempt` counts the order's payments from 0; null = the latest. `forged`: not from the bank. */
  | { do: "callback"; order: number; kind: string; claims: string | null; attempt: number | null; forged?: true }
  /** `stranger`: somebody who knows the order's number opened the page, without the proof that its customer has. */
  | { do: "return"; order: number; page: ReturnPage; stranger?: true }
  /** `again`: the same click as step number `again`, under its key. */
  | { do: "tell"; order: number; event: SubmittedEvent; again?: number }
  | { do: "write"; order: number; status: OrderStatus }
  /** The order is copied in the shop, payment and all: a renewal, or a clone of the shop. */
  | { do: "copy"; order: number }
  /** The bank has another payment for the order, which a merchant names; `paid`: the money is reserved. */
  | { do: "attach"; order: number; paid: boolean }
  | { do: "holdStock" }
  | { do: "reconcile" }
  // what goes wrong
  | { do: "bankFault"; op: BankOp; fault: BankFault; times: number }
  | { do: "stale"; lag: number; for: number }
  | { do: "away"; how: Away; for: number }
  /** What no edge may take in: which one of `illFormed` comes. */
  | { do: "illFormed"; order: number; what: number }
  | { do: "shopFault"; when: "before" | "after"; times: number }
  | { do: "storeFault"; code: StoreFault; for: number }
  | { do: "slowStore"; up: number; for: number }
  /** The process dies when it has passed `points` more places where it waits, of those named; null = of all. */
  | { do: "kill"; place: string | null; points: number; side: "before" | "after"; down: number; jump: number }
  /** It stands still there instead, and goes on later as if nothing had been. */
  | { do: "pause"; place: string | null; points: number; side: "before" | "after"; for: number }
);

export interface Script {
  seed: number;
  life: number;
  /** Nothing goes wrong: the naive reference knows the end. */
  calm: boolean;
  settings: Settings;
  orders: OrderPlan[];
  nodes: 1 | 2;
  /** The longest that the bank and the shop take for an answer, in ms; 0 = no time at all. */
  answersWithin: number;
  /** What chance is left beside the script: how long each answer takes, and the engine's own jitter. */
  luck: number;
  /** In order of time. */
  steps: ScriptStep[];
}

export const totalOf = (lines: Line[]): number => lines.reduce((sum, line) => sum + line.total, 0);

/** A step in one line, for a person. */
export const inWords = (step: ScriptStep): string => {
  const { n: _, at, node, do: what, ...rest } = step;
  const words = Object.entries(rest).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return `+${(at / SECOND).toFixed(3)}s ${what}${node === undefined ? "" : ` node=${node}`} ${words.join(" ")}`.trimEnd();
};

/** How far clocks jump in this life, in ms: forward, or back where less than 0. */
export const clockJumps = ({ steps }: Pick<Script, "steps">): number[] =>
  steps.flatMap((step) => (step.do === "kill" && step.jump !== 0 ? [step.jump] : []));
