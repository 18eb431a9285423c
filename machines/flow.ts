/** What differs between the ways of paying: one row of traits and one statechart of the payment each. */
import type { AnyStateMachine } from "xstate";
import type { Operation } from "./facts.js";

export interface Flow {
  /** Its name in the order notes. */
  bank: string;
  /** The payment, as this gateway reports it. */
  payment: AnyStateMachine;
  /** While the customer may be paying, a callback is not acted on before this long after it arrived, whatever the cooldown. */
  callbackDelaySeconds: number;
  /** An order whose customer never finished stays pending and is no error (004, first paragraph). */
  unpaidStaysPending: boolean;
  /** The amount is compared with the order total before the order counts as paid. */
  comparesAmounts: boolean;
  /** Lines can be reserved again after the payment was cancelled; without that no line can be changed. */
  recreatesLines: boolean;
  /** The customer's link runs out, and the payment with it. */
  linkExpires: boolean;
  /** A payment that nobody has paid can be ended, so that its customer no longer pays it in another tab. */
  endsUnpaid: boolean;
  /** What the customer signed is booked by the shop, in a call of its own (002, step 4b). */
  booksWhenSigned: boolean;
  /**
   * The settle window: how long after a call's answer was lost the bank may still act on it. No bank's documents say;
   * ten minutes are an assumption, longer than a front keeps a request that it has answered 504 for.
   */
  settleSeconds: number;
  /** The calls that the bank carries out once for each key, however often they are sent. */
  repeatableByKey: Operation["kind"][];
}
