/** How a payment of the older flows comes into being, and what is told of it. */
import type { Clock } from "../../../ports/clock.js";
import { accountsOf, type ResursAccount } from "../resurs/accounts.js";
import { booksAfter, major, sumOf } from "../resurs/books.js";
import { ACCEPTED_PERSON, type PersonStep, stepsOf } from "../resurs/persons.js";
import type { LegacyCallback } from "./callbacks.js";
import type { BookedStatus } from "./controls.js";
import type { CheckoutIntent } from "./intents.js";
import { bookedWord, stands } from "./words.js";

/** "Seconds after bookPayment"; how many is an assumption. */
const SCREENING_MS = 5000;

export type Tell = (kind: LegacyCallback, paymentId: string, more?: { result?: string; body?: object }) => void;

export const bookingsOf = (clock: Clock, closed: AbortSignal, tell: Tell) => {
  /** Payments that were told of as BOOKED. */
  const told = new Set<string>();
  /** Payments whose automatic control is still to be told of. */
  const unscreened = new Set<string>();
  let nextStatus: { status: BookedStatus | "SIGNING"; signingUrl?: string | null } | null = null;
  let nextPerson: string | null = null;

  const changed = (account: ResursAccount, status: string): void => {
    const { id, payment } = account;
    if (!told.has(id)) {
      told.add(id);
      return tell("BOOKED", id, { body: { addedPaymentSpecificationLines: [] } });
    }
    if (status === "ACCEPTED") {
      return unscreened.delete(id) ? tell("AUTOMATIC_FRAUD_CONTROL", id, { result: "THAWED" }) : tell("UNFREEZE", id);
    }
    if (status !== "REJECTED" || !payment?.books) return;
    payment.books = { ...payment.books, canceled: payment.books.total };
    tell("ANNULMENT", id);
  };
  const accounts = accountsOf(clock, closed, changed);

  const byPerson = (steps: PersonStep[]): BookedStatus => {
    if (steps[0]?.status === "REJECTED") return "DENIED";
    return steps[0]?.status === "ACCEPTED" ? "BOOKED" : "FROZEN";
  };

  /** The steps of a payment with this beginning: the person's own where they fit. */
  const stepsFor = (status: BookedStatus, person: PersonStep[]): PersonStep[] => {
    if (byPerson(person) === status) return person;
    return [{ afterMs: 0, status: status === "FROZEN" ? "FROZEN" : "ACCEPTED" }];
  };

  return {
    accounts,
    setNext: (booking: NonNullable<typeof nextStatus>): void => {
      nextStatus = booking;
    },
    setNextPerson: (governmentId: string): void => {
      nextPerson = governmentId;
    },
    /** What is to become of an attempt, said before it or by who makes it. */
    outcomeOf(intent: CheckoutIntent): {
      status: BookedStatus | "SIGNING";
      signingUrl?: string | null;
      person: PersonStep[];
    } {
      const person = stepsOf(nextPerson ?? intent.governmentId ?? ACCEPTED_PERSON);
      const booking = nextStatus ?? { status: byPerson(person) };
      nextStatus = null;
      nextPerson = null;
      if (booking.status === "BOOKED" && intent.finalizes) return { ...booking, status: "FINALIZED", person };
      return { ...booking, person };
    },
    /** The payment comes into being, or does not; the word that bookPayment has for it. */
    bringAbout(id: string, intent: CheckoutIntent, status: BookedStatus, person: PersonStep[]): BookedStatus {
      if (status === "DENIED") return status;
      const { lines, screened } = intent;
      told.delete(id);
      if (!screened) {
        // Frozen until the control has run, whatever it will say.
        const steps = stepsFor(status, person);
        const thaws = status !== "FROZEN";
        if (thaws) unscreened.add(id);
        const frozen: PersonStep = { afterMs: 0, status: "FROZEN" };
        accounts.book(id, lines, thaws ? [frozen, { afterMs: SCREENING_MS, status: "ACCEPTED" }] : steps);
        if (!thaws) tell("AUTOMATIC_FRAUD_CONTROL", id, { result: "FROZEN" });
        return "FROZEN";
      }
      const { payment } = accounts.book(id, lines, stepsFor(status, person));
      if (status === "FINALIZED" && payment?.books) {
        const created = new Date(clock.now()).toISOString();
        payment.books = booksAfter(payment.books, "capture", { lines: null, actionId: id, created });
        tell("FINALIZATION", id);
      }
      return status;
    },
    /** bookPaymentStatus and amount of a payment that is there already. */
    standing(id: string): { status: BookedStatus; total: number } | null {
      const { payment } = accounts.at(id);
      return stands(payment) ? { status: bookedWord(payment), total: major(payment.books?.total ?? 0) } : null;
    },
    totalOf: ({ lines }: CheckoutIntent): number => major(sumOf(lines)),
  };
};
