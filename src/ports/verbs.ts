/** What a merchant does most, in one word each: the events behind them are the same as those of `submit`. */
import type { ReadCommand } from "../../machines/events.js";
import type { Receipt, Runtime, SubmitOptions } from "./runtime.js";

type Lines = Extract<ReadCommand, { type: "merchant.refundedAmount" }>["lines"];

/** A part to give back: an amount in minor units, and the lines that it is for. */
export interface RefundOptions extends SubmitOptions {
  /** Left out: all that was captured and not given back. */
  amount?: number | undefined;
  lines?: Lines | undefined;
}

/** Each waits for the bank's answer, at most `timeoutMs`, and resolves with the same receipt as `submit`. */
export interface Verbs {
  /** Captures the full amount; the order becomes completed once the bank confirms. */
  complete(orderId: string, options?: SubmitOptions): Promise<Receipt>;
  /** Captures the full amount; the order keeps its status. */
  capture(orderId: string, options?: SubmitOptions): Promise<Receipt>;
  /** Cancels the payment; the order becomes cancelled once the bank confirms. */
  cancel(orderId: string, options?: SubmitOptions): Promise<Receipt>;
  /** Gives everything back, or `amount`. */
  refund(orderId: string, options?: RefundOptions): Promise<Receipt>;
}

const settled = (options: SubmitOptions): SubmitOptions => ({ ...options, wait: options.wait ?? "settled" });

export const verbsOf = (submit: Runtime["submit"]): Verbs => ({
  complete: (orderId, options = {}) => submit(orderId, { type: "merchant.completed" }, settled(options)),
  capture: (orderId, options = {}) => submit(orderId, { type: "merchant.captured" }, settled(options)),
  cancel: (orderId, options = {}) => submit(orderId, { type: "merchant.cancelled" }, settled(options)),
  refund: (orderId, { amount, lines = null, ...options } = {}) =>
    amount === undefined
      ? submit(orderId, { type: "merchant.refunded" }, settled(options))
      : submit(orderId, { type: "merchant.refundedAmount", amount, lines }, settled(options)),
});

/** The verbs of whatever has a `submit`. */
export abstract class WithVerbs implements Verbs {
  abstract submit(...asked: Parameters<Runtime["submit"]>): Promise<Receipt>;
  private readonly verbs = verbsOf((...asked) => this.submit(...asked));
  readonly complete = this.verbs.complete;
  readonly capture = this.verbs.capture;
  readonly cancel = this.verbs.cancel;
  readonly refund = this.verbs.refund;
}
