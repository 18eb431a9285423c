/** Resurs's public Swedish test persons: what becomes of their payments, counted from the moment they sign. */
export interface PersonStep {
  afterMs: number;
  status: "ACCEPTED" | "FROZEN" | "INSPECTION" | "REJECTED";
  rejectedReason?: string;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

const accepted = (afterMs = 0): PersonStep => ({ afterMs, status: "ACCEPTED" });
const rejected = (rejectedReason: string, afterMs = 0): PersonStep => ({ afterMs, status: "REJECTED", rejectedReason });
const frozen: PersonStep = { afterMs: 0, status: "FROZEN" };
const inspected: PersonStep = { afterMs: 0, status: "INSPECTION" };

export const ACCEPTED_PERSON = "198305147715";

const persons: Record<string, PersonStep[]> = {
  [ACCEPTED_PERSON]: [accepted()],
  "198801082382": [accepted()],
  "197211072793": [rejected("CREDIT_DENIED")],
  "195004269741": [rejected("CREDIT_DENIED")],
  "198209123705": [frozen],
  "198001010001": [frozen, accepted(5 * SECOND)],
  "197801069241": [frozen, rejected("PAYMENT_FROZEN", 5 * SECOND)],
  "199401012381": [frozen, accepted(10 * MINUTE)],
  "198909194451": [frozen, rejected("PAYMENT_FROZEN", 10 * MINUTE)],
  "199105149612": [inspected, accepted(10 * SECOND)],
  "199010242395": [inspected, accepted(5 * MINUTE)],
  "199010122399": [inspected, accepted(30 * MINUTE)],
  "198711192396": [inspected, accepted(24 * HOUR)],
  "199111282399": [inspected, rejected("CREDIT_DENIED", 10 * SECOND)],
  "198810112394": [inspected, rejected("CREDIT_DENIED", 5 * MINUTE)],
  "198806192392": [inspected, rejected("CREDIT_DENIED", 30 * MINUTE)],
  "199111292398": [inspected, rejected("CREDIT_DENIED", 24 * HOUR)],
};

/** The documents write the number with and without the century. Anybody else is accepted. */
export const stepsOf = (governmentId: string): PersonStep[] =>
  persons[governmentId] ?? persons[`19${governmentId}`] ?? [accepted()];
