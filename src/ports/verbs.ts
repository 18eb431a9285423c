/** What a merchant does most, in one word each: the events behind them are the same as those of `submit`. */
import type { Command, ReadCommand } from "../../machines/events.js";
import type { Receipt, Runtime, SubmitOptions } from "./runtime.js";

type Lines = Extract<ReadCommand, { type: "merchant.refundedAmount" }>["lines"];

export interface AskOptions extends SubmitOptions {
  /** Who asks, as the shop calls him; kept with the history. At most 100 characters. */
  by?: string | undefined;
}

/** A part to give back: an amount in minor units, and the lines that it is for. */
export interface RefundOptions extends AskOptions {
  /** Left out: all that was captured and not refunded. */
  amount?: number | undefined;
  lines?: Lines | undefined;
}

/** Each waits for the bank's answer, at most `timeoutMs`, and resolves with the same receipt as `submit`. */
export interface Verbs {
  /** Captures the full amount; the order becomes completed once the bank confirms. */
  complete(orderId: string, options?: AskOptions): Promise<Receipt>;
  /** Captures the full amount; the order keeps its status. */
  capture(orderId: string, options?: AskOptions): Promise<Receipt>;
  /** Cancels the payment; the order becomes cancelled once the bank confirms. */
  cancel(orderId: string, options?: AskOptions): Promise<Receipt>;
  /** Gives everything back, or `amount`. */
  refund(orderId: string, options?: RefundOptions): Promise<Receipt>;
}

type Asked = Extract<Command, { type: `merchant.${string}` }>;

export const verbsOf = (submit: Runtime["submit"]): Verbs => {
  const ask = (orderId: string, event: Asked, { by, ...options }: AskOptions = {}) =>
    submit(orderId, by === undefined ? event : { ...event, by }, { ...options, wait: options.wait ?? "settled" });
  return {
    complete: (orderId, options) => ask(orderId, { type: "merchant.completed" }, options),
    capture: (orderId, options) => ask(orderId, { type: "merchant.captured" }, options),
    cancel: (orderId, options) => ask(orderId, { type: "merchant.cancelled" }, options),
    refund: (orderId, { amount, lines = null, ...options } = {}) =>
      amount === undefined
        ? ask(orderId, { type: "merchant.refunded" }, options)
        : ask(orderId, { type: "merchant.refundedAmount", amount, lines }, options),
  };
};

/** The verbs of whatever has a `submit`. */
export abstract class WithVerbs implements Verbs {
  abstract submit(...asked: Parameters<Runtime["submit"]>): Promise<Receipt>;
  private readonly verbs = verbsOf((...asked) => this.submit(...asked));
  readonly complete = this.verbs.complete;
  readonly capture = this.verbs.capture;
  readonly cancel = this.verbs.cancel;
  readonly refund = this.verbs.refund;
}
