/** What all our calls about a payment asked for together: more than that in the bank's books is too much. */
import type { Facts, Intended, Operation } from "../../machines/facts.js";

/** The books are looked at so many minutes after the answer to a call was lost, whatever became of it meanwhile. */
export const LATER_LOOKS = [20, 120, 1440];

/** What our calls asked for in all, once this one has ended. What was given up was not: booked late, it is too much. */
export const intendedAfter = (before: Intended, operation: Operation, done: boolean): Intended => {
  const { kind, amount } = operation;
  const asked = done ? amount : 0;
  switch (kind) {
    case "capture":
      return done ? { ...before, captured: (before.captured ?? operation.before.captured) + amount } : before;
    case "refund":
      return { ...before, refunded: (before.refunded ?? operation.before.refunded) + asked };
    case "rebuild":
      return done ? { ...before, reserved: amount } : before;
    default:
      return before;
  }
};

/** What the books show now is taken as asked for, where they show more. */
export const atLeastAsShown = ({ intended, authorized, captured, refunded }: Facts["payment"]): Intended => {
  const atLeast = (asked: number | null, shown: number) => (asked === null ? null : Math.max(asked, shown));
  return {
    captured: atLeast(intended.captured, captured),
    refunded: atLeast(intended.refunded, refunded),
    reserved: atLeast(intended.reserved, authorized + captured),
  };
};
