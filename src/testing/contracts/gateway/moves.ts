/** The calls that move money, and what the laws may say of an answer. */

import { inspect } from "node:util";
import { Reading } from "../../../../machines/facts.js";
import type { CreatedPayment, GatewayAnswer, NewPayment, ReadAnswer } from "../../../ports/gateway.js";
import { assert } from "../assert.js";
import type { Abilities, Bench, ContractBooks, MoneyOperation, PaymentState } from "./bench.js";
import type { BankOperation, Trouble } from "./front.js";

/** Amounts that a float would not bear. */
export const TOTAL = 123_457;
export const PART = 33_333;

export interface ContractCall {
  operation: MoneyOperation;
  /** Where the payment stands before. */
  state: PaymentState;
  /** All that is left, or what is asked for. */
  ask(bench: Bench, paymentId: string, key?: string): Promise<GatewayAnswer>;
  tookEffect(books: ContractBooks | null): boolean;
}

const LINES = [{ sku: "BOOK", quantity: 1, total: PART }];

const capture: ContractCall = {
  operation: "capture",
  state: "accepted",
  ask: ({ gateway, keyOf }, paymentId, key = keyOf(paymentId, "capture")) =>
    gateway.capture({ paymentId, amount: TOTAL, key }),
  tookEffect: (books) => books?.captured === TOTAL && books.authorized === 0,
};
const cancel: ContractCall = {
  operation: "cancel",
  state: "accepted",
  ask: ({ gateway, keyOf }, paymentId, key = keyOf(paymentId, "cancel")) =>
    gateway.cancel({ paymentId, amount: TOTAL, key }),
  tookEffect: (books) => books?.canceled === TOTAL && books.authorized === 0,
};
const refund: ContractCall = {
  operation: "refund",
  state: "captured",
  ask: ({ gateway, keyOf }, paymentId, key = keyOf(paymentId, "refund")) =>
    gateway.refund({ paymentId, amount: TOTAL, lines: null, all: true, key }),
  tookEffect: (books) => books?.refunded === TOTAL,
};
const addOrderLines: ContractCall = {
  operation: "addOrderLines",
  state: "cancelled",
  ask: ({ gateway, keyOf }, paymentId, key = keyOf(paymentId, "addOrderLines")) =>
    gateway.addOrderLines({ paymentId, amount: PART, lines: LINES, key }),
  tookEffect: (books) => books?.authorized === PART,
};
const bookSignedPayment: ContractCall = {
  operation: "bookSignedPayment",
  state: "signed",
  ask: async ({ gateway }, paymentId) => {
    assert(gateway.bookSignedPayment, "can.bookSignedPayment is true, and the gateway has no bookSignedPayment");
    return gateway.bookSignedPayment({ paymentId });
  },
  tookEffect: (books) => books?.authorized === TOTAL,
};

export const everyMove = { capture, cancel, refund, addOrderLines, bookSignedPayment };

/** Those that this bank can do. */
export const movesOf = (can: Abilities): ContractCall[] => [
  capture,
  cancel,
  refund,
  ...(can.addOrderLines ? [addOrderLines] : []),
  ...(can.bookSignedPayment ? [bookSignedPayment] : []),
];

export const NEW_PAYMENT: NewPayment = {
  orderId: "1001",
  total: TOTAL,
  currency: "SEK",
  lines: [{ sku: "BOOK", quantity: 1, total: TOTAL }],
  linkLifetimeMinutes: 120,
  successUrl: "https://shop.example/success",
  failUrl: "https://shop.example/fail",
  callbackUrl: "https://shop.example/callbacks/bank",
  preferredId: "1001-1",
};

export type AnyAnswer = GatewayAnswer | ReadAnswer | CreatedPayment;

/** An answer that has not come after so much real time is not coming: the gateway does not live by its clock. */
const PATIENCE_MS = 10_000;

export const shown = (value: unknown): string => inspect(value, { depth: 4, breakLength: 120 });

const isWellFormed = (answer: AnyAnswer): void => {
  const text = (value: unknown): boolean => typeof value === "string" && value.length > 0;
  switch (answer?.kind) {
    case "ok":
      return;
    case "refused":
      return assert(text(answer.reason) && text(answer.detail), `a refusal says why: ${shown(answer)}`);
    case "retry": {
      const { afterMs } = answer;
      assert(afterMs === null || (Number.isFinite(afterMs) && afterMs >= 0), `no time to wait: ${shown(answer)}`);
      return assert(text(answer.detail), `a retry says why: ${shown(answer)}`);
    }
    case "unknown":
    case "failed":
      return assert(text(answer.detail), `trouble says what it is: ${shown(answer)}`);
    default:
      assert.fail(`this is no answer: ${shown(answer)}`);
  }
};

/** The answer, which must come and be one. Trouble is a value: whatever is thrown is a bug. */
export const answered = async <A extends AnyAnswer>(call: () => Promise<A>): Promise<A> => {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<"late">((resolve) => {
    timer = setTimeout(() => resolve("late"), PATIENCE_MS);
  });
  try {
    const answer = await Promise.race([call(), late]).catch((error: unknown) =>
      assert.fail(`it threw: ${shown(error)}`),
    );
    if (answer === "late") assert.fail("no answer came");
    isWellFormed(answer);
    return answer;
  } finally {
    clearTimeout(timer);
  }
};

export const isOneOf = (answer: AnyAnswer, kinds: AnyAnswer["kind"][], what: string): void =>
  assert(kinds.includes(answer.kind), `${what}: ${kinds.join(" or ")} is due, and it answered ${shown(answer)}`);

export const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 2));

/** Asks, lets the request come to the bank and be kept there, and moves the clock to the end of the gateway's wait. */
export const outwaited = async <A extends AnyAnswer>(bench: Bench, call: () => Promise<A>): Promise<A> => {
  const { clock, front, timeoutMs } = bench;
  while (front.held() > 0) await soon();
  let over = false;
  const answer = answered(call).finally(() => {
    over = true;
  });
  // Whatever goes wrong is told below.
  answer.catch(() => {});
  while (front.held() === 0 && !over) await soon();
  clock.set(clock.now() + timeoutMs);
  return answer;
};

export const readOf = async ({ gateway }: Bench, paymentId: string): Promise<Reading> => {
  const answer = await answered(() => gateway.readPayment(paymentId));
  if (answer.kind !== "ok") return assert.fail(`no reading came: ${shown(answer)}`);
  return sane(answer.reading, paymentId);
};

/** A reading that the machines can go by. */
export const sane = (reading: Reading, paymentId: string): Reading => {
  const parsed = Reading.safeParse(reading);
  assert(parsed.success, `no reading, or amounts that are no integers in minor units: ${shown(reading)}`);
  const { total, authorized, captured, canceled, refunded, offers, creditLimit } = reading;
  const told = shown(reading);
  assert.equal(reading.paymentId, paymentId, "the reading is told under the id that was asked for");
  assert(
    [total, authorized, captured, canceled, refunded, creditLimit ?? 0].every((amount) => amount >= 0),
    `an amount below nothing: ${told}`,
  );
  assert(authorized + captured + canceled <= total, `more than the total: ${told}`);
  assert(refunded <= captured, `more refunded than captured: ${told}`);
  const has = (...actions: Reading["offers"]): boolean => actions.some((action) => offers.includes(action));
  if (authorized === 0) assert(!has("CAPTURE", "PARTIAL_CAPTURE"), `offers a capture of nothing: ${told}`);
  if (authorized === 0) assert(!has("CANCEL", "PARTIAL_CANCEL"), `offers a cancellation of nothing: ${told}`);
  if (captured === refunded) assert(!has("REFUND", "PARTIAL_REFUND"), `offers a refund of nothing: ${told}`);
  return reading;
};

export const amountsIn = ({ authorized, captured, canceled, refunded }: ContractBooks): ContractBooks => ({
  authorized,
  captured,
  canceled,
  refunded,
});

/** Asks for a move in trouble, on a payment made for it; what the bank's books said before and after. */
export const troubled = async (
  bench: Bench,
  move: ContractCall,
  trouble: Trouble,
  how: "waits" | "answers" = "answers",
): Promise<{ paymentId: string; answer: GatewayAnswer; before: ContractBooks | null; after: ContractBooks | null }> => {
  const { front, bring, books } = bench;
  const paymentId = await bring(move.state, TOTAL, PART);
  const before = await books(paymentId);
  front.trouble(move.operation, trouble);
  const call = () => move.ask(bench, paymentId);
  const answer = how === "waits" ? await outwaited(bench, call) : await answered(call);
  front.trouble(move.operation, null);
  return { paymentId, answer, before, after: await books(paymentId) };
};

/** Reading and creating as calls like the others, for troubles that may meet any of them. */
export const everyCall = (
  can: Abilities,
): { operation: BankOperation; state: PaymentState; ask(bench: Bench, paymentId: string): Promise<AnyAnswer> }[] => [
  ...movesOf(can),
  { operation: "readPayment", state: "accepted", ask: ({ gateway }, paymentId) => gateway.readPayment(paymentId) },
  { operation: "createPayment", state: "accepted", ask: ({ gateway }) => gateway.createPayment(NEW_PAYMENT) },
];
