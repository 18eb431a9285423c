/** What a gateway is tried on: itself, its bank with a faulty server before it, and a clock that stands still. */
import type { Gateway } from "../../../ports/gateway.js";
import type { VirtualClock } from "../../virtual-clock.js";
import type { Front, FrontedBank } from "./front.js";

export type MoneyOperation = "capture" | "cancel" | "refund" | "addOrderLines" | "bookSignedPayment";

export type PaymentState =
  /** The customer has not finished. */
  | "waiting"
  /** The customer has finished, and the shop is to book it: only with `can.bookSignedPayment`. */
  | "signed"
  | "accepted"
  | "frozen"
  | "rejected"
  | "partlyCaptured"
  | "captured"
  | "partlyRefunded"
  | "refunded"
  | "cancelled";

export interface Abilities {
  /** A part of what was captured can be refunded. */
  refundPart: boolean;
  /** After a cancellation something can be reserved again without the customer. */
  addOrderLines: boolean;
  /** Signing and booking are two steps. */
  bookSignedPayment: boolean;
  /** A payment that was created and whose answer was lost is looked for, and found. */
  findsCreated?: boolean;
  /** A payment that nobody pays ends with its link. */
  expires?: boolean;
  /** A reading says which currency it is in. */
  tellsCurrency?: boolean;
  /** What is left after a part was captured can be let go. */
  cancelRest?: boolean;
  /** The bank accepts a refund and carries it out later, or never; asks for `refundTurns`. */
  refundsLater?: boolean;
  /** The bank calls back about what is done in its portal; asks for `portal`. */
  callsBack?: boolean;
  /** States that a payment at this bank never has. */
  lacks?: PaymentState[];
  keys: {
    /** Calls that carry their key to the bank. */
    sent: MoneyOperation[];
    /** How the bank's schema has a key spelled; left out: as it is. The reading has it as it is in any case. */
    spelled?: (key: string) => string;
    /** Calls that the bank carries out once when they come again with the same key. */
    once: MoneyOperation[];
    /** Calls whose key a reading shows afterwards among its `transactionIds`. */
    shown: MoneyOperation[];
  };
}

/** In minor units. */
export interface ContractBooks {
  authorized: number;
  captured: number;
  canceled: number;
  refunded: number;
}

export interface GatewayUnderTest {
  gateway: Gateway;
  /** How long the gateway waits for an answer, by the clock it was given. */
  timeoutMs: number;
  /** What must never be told: passwords, keys. Authorization headers are found without being named. */
  secrets: string[];
  /** An id such as the bank gives, that no payment has. */
  unknownId: string;
  /** The bank's own no under this status, or under the one that it always has; without headers it is JSON. */
  no(status: number): { status: number; headers?: Record<string, string> | undefined; body: string };
  /** Other forms of its no, such as a code of its own inside of an error that else says nothing. */
  alsoNo?: { status: number; headers?: Record<string, string> | undefined; body: string }[];
  /**
   * Makes a payment of `total` at the bank that stands in this state, past the gateway; its id. `part` of it was
   * captured or refunded where the state says partly.
   */
  bring(state: PaymentState, total: number, part: number): string | Promise<string>;
  /**
   * For `can.callsBack`: the customer pays what was created, and a hand at the bank acts on all that is left of it, or on
   * `amount`, in minor units.
   */
  portal?: {
    pay(paymentId: string): unknown;
    hand(paymentId: string, op: "capture" | "refund" | "cancel", amount?: number): unknown;
  };
  /** For `can.refundsLater`: what the bank has made of the last refund of this payment. */
  refundTurns?(paymentId: string, into: "pending" | "completed" | "failed"): unknown;
  /** What the bank itself has in its books; null = no such payment. */
  books(paymentId: string): ContractBooks | null | Promise<ContractBooks | null>;
  close?(): Promise<void>;
}

export interface Opening {
  /** Stands still; both the gateway and its bank are to live by it. */
  clock: VirtualClock;
  /** Puts the faulty server before the bank; the address that the gateway is to be given. */
  inFrontOf(bank: FrontedBank): Promise<string>;
}

export interface GatewayFixture {
  can: Abilities;
  /** Called anew for every law. */
  open(opening: Opening): Promise<GatewayUnderTest>;
}

export interface Bench extends GatewayUnderTest {
  clock: VirtualClock;
  front: Front;
  can: Abilities;
  /**
   * The key of a call, by what is asked for: the same at every try, and another for every other call, as the engine
   * makes them. Banks refuse a key that comes with another call.
   */
  keyOf(paymentId: string, what: string): string;
}

/** A law throws where the gateway breaks it. */
export interface ContractLaw {
  title: string;
  run(bench: Bench): Promise<void>;
}
