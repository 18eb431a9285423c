/** When things happen, at random: time between two events, and the ways in which messages arrive. */
import fc from "fast-check";
import { SECOND } from "../simulator/script.js";

/**
 * Time that goes by between two events, in ms: none, a moment, and both sides of the minutes that decide. Shrinks to
 * none.
 */
export const anyPause: fc.Arbitrary<number> = fc
  .constantFrom(0, 1, 30, 59, 60, 61, 119, 120, 3600, 7199, 7200, 86_400)
  .map((seconds) => seconds * SECOND);

export interface Arrival<Message> {
  message: Message;
  /** Milliseconds after it was sent. */
  after: number;
}

/**
 * How messages arrive that were sent one after the other: late, again, out of order, or never. Shrinks to each of them
 * at once, once, in order.
 */
export const anyArrival = <Message>(sent: readonly Message[]): fc.Arbitrary<Arrival<Message>[]> =>
  fc
    .tuple(
      ...sent.map(() =>
        fc.record({
          first: anyPause,
          again: fc.array(anyPause, { maxLength: 2 }),
          lost: fc.constantFrom(false, false, false, true),
        }),
      ),
    )
    .map((fates) =>
      fates
        .flatMap(({ first, again, lost }, i) =>
          lost ? [] : [first, ...again].map((after) => ({ message: sent[i] as Message, after })),
        )
        .sort((a, b) => a.after - b.after),
    );
