/** The customer's side of the older flows at the double: from the booking, or the page, to the payment. */
import { randomUUID } from "node:crypto";
import type { ResursAccount } from "../resurs/accounts.js";
import type { HttpAnswer } from "../resurs/http.js";
import { ACCEPTED_PERSON, type PersonStep, stepsOf } from "../resurs/persons.js";
import type { SignOutcome } from "../resurs/sign-page.js";
import type { bookingsOf } from "./bookings.js";
import type { BookedStatus } from "./controls.js";
import { madeUpCustomer } from "./customer.js";
import { answerOf, badJson, faultOf, type LegacyRequest } from "./http.js";
import { type CheckoutIntent, cartOf, intentOf } from "./intents.js";
import { inJson, type LegacyPerson, personOf, spoken, stands } from "./words.js";

/** An attempt that has not become a payment. */
interface OpenCheckout {
  intent: CheckoutIntent;
  status: BookedStatus;
  person: PersonStep[];
  /** Signing alone does not book in the simplified flow: bookSignedPayment does. */
  booksItself: boolean;
}

/** An element that is there and says nothing. */
const NIL = { "@_xmlns:xsi": "http://www.w3.org/2001/XMLSchema-instance", "@_xsi:nil": "true" };

export const noPayment = (id: string): HttpAnswer => faultOf("8", `There is no payment ${id}`);
const noSession: HttpAnswer = {
  status: 404,
  body: { errorCode: "PAYMENT_SESSION_NOT_FOUND", detailedMessage: "payment session does not exist" },
};

/** `url`: the double's own, known once it listens. */
export const checkoutsOf = (bookings: ReturnType<typeof bookingsOf>, url: () => string) => {
  const open = new Map<string, OpenCheckout>();
  const signed = new Map<string, BookedStatus>();
  const customers = new Map<string, LegacyPerson>();
  const list: unknown[] = [];
  const creates: unknown[] = [];
  const pageOf = (id: string): string => `${url()}/sign/${encodeURIComponent(id)}`;

  const customerOf = (id: string): LegacyPerson => customers.get(id) ?? { ...madeUpCustomer };

  const result = (
    operation: "bookPayment" | "bookSignedPayment",
    paymentId: string,
    bookPaymentStatus: string | undefined,
    approvedAmount: number,
    signingUrl: string | null = null,
  ): HttpAnswer =>
    answerOf(operation, {
      paymentId,
      bookPaymentStatus,
      signingUrl: signingUrl ?? NIL,
      approvedAmount,
      customer: personOf(customerOf(paymentId)),
    });

  const book = ({ id: preferredId, content }: LegacyRequest): HttpAnswer => {
    // "Will be generated for you if nothing specified."
    const id = preferredId || randomUUID();
    list.push(content);
    const intent = intentOf("bookPayment", content);
    if (!intent) return faultOf("1", "The booking is not complete");
    if (bookings.standing(id)) return faultOf("19", `There is a payment ${id} already`);
    const { status, signingUrl, person } = bookings.outcomeOf(intent);
    customers.set(id, (content as { customer: LegacyPerson }).customer);
    const amount = bookings.totalOf(intent);
    if (status !== "SIGNING") {
      return result("bookPayment", id, bookings.bringAbout(id, intent, status, person), amount);
    }
    open.set(id, { intent, status: "BOOKED", person, booksItself: false });
    return result("bookPayment", id, status, amount, signingUrl === undefined ? pageOf(id) : signingUrl);
  };

  const bookSigned = (id: string): { answer: HttpAnswer; amount: number; applied: boolean } => {
    const there = bookings.standing(id);
    const attempt = open.get(id);
    if (!there && !attempt) return { answer: noPayment(id), amount: 0, applied: false };
    const amount = there?.total ?? (attempt ? bookings.totalOf(attempt.intent) : 0);
    // Asked a second time, the bank says what the payment is. An assumption.
    const status =
      there?.status ??
      (attempt && bookings.bringAbout(id, attempt.intent, signed.get(id) ?? attempt.status, attempt.person));
    const answer = result("bookSignedPayment", id, status, amount);
    return { answer, amount, applied: !there && status !== "DENIED" };
  };

  /** The hosted page and the checkout's frame: the customer does the rest. */
  const openFor = (op: "hosted" | "checkout", { id, content }: LegacyRequest): HttpAnswer => {
    creates.push(content);
    const intent = intentOf(op, content);
    if (!intent) return badJson("The request is not complete");
    const { status, person } = bookings.outcomeOf(intent);
    open.set(id, { intent, status: status === "SIGNING" ? "BOOKED" : status, person, booksItself: true });
    const page = pageOf(id);
    if (op === "hosted") return { status: 200, body: { location: page } };
    return { status: 200, body: frameOf(page) };
  };

  const frameOf = (page: string) => {
    const iframe = `<iframe src="${page}"></iframe>`;
    const script = `<script src="${url()}/checkout.js"></script>`;
    const frame = { paymentSessionId: randomUUID(), iframe, script, html: iframe + script, baseUrl: url() };
    return { ...frame, customer: {} };
  };

  /** Of a session that is open, and of the simplified flow's bookings there is none. */
  const session = (id: string): OpenCheckout | null => {
    const attempt = open.get(id);
    return attempt?.booksItself && !bookings.standing(id) ? attempt : null;
  };
  const updateCart = ({ id, content }: LegacyRequest): HttpAnswer => {
    const attempt = session(id);
    if (attempt === null) return noSession;
    const lines = cartOf(content);
    if (lines === null) return badJson("The request is not complete");
    attempt.intent.lines = lines;
    return { status: 200 };
  };
  /** The same payment that getPayment answers with, in JSON. */
  const readPayment = (id: string, payment: ResursAccount["payment"]): HttpAnswer =>
    stands(payment) ? { status: 200, body: inJson(spoken(id, payment, customerOf(id))) } : noSession;

  const updateReference = ({ id, content }: LegacyRequest): HttpAnswer => {
    const { paymentReference: to } = (content ?? {}) as { paymentReference?: unknown };
    if (typeof to !== "string") return badJson("The reference is missing");
    if (bookings.standing(to)) return { status: 400, body: { errorCode: 8, description: `${to} is taken` } };
    const attempt = open.get(id);
    if (!attempt) return noSession;
    open.delete(id);
    open.set(to, attempt);
    return { status: 200 };
  };

  const finish = (id: string): { redirectUrl: string | null } => {
    const attempt = open.get(id);
    if (!attempt) throw new Error(`payment ${id} was not begun here, so nobody can finish it`);
    const { intent, status, person, booksItself } = attempt;
    if (!booksItself) return { redirectUrl: intent.successUrl || null };
    // Whoever comes a second time changes nothing.
    if (!bookings.standing(id)) bookings.bringAbout(id, intent, status, person);
    return { redirectUrl: bookings.standing(id) ? intent.successUrl : intent.failUrl };
  };

  /** What the page shows; null = nobody was sent there. */
  const pageAt = (id: string): { amount: string; isOpen: boolean } | null => {
    const attempt = open.get(id);
    if (!attempt) return null;
    return { amount: bookings.totalOf(attempt.intent).toFixed(2), isOpen: bookings.standing(id) === null };
  };

  /** Where the customer goes from the page, whatever he made of it there. */
  const chosen = (id: string, outcome: SignOutcome): string | null => {
    const attempt = open.get(id);
    if (attempt && outcome === "leave") return attempt.intent.failUrl || null;
    if (attempt && outcome !== "sign") {
      attempt.status = outcome === "deny" ? "DENIED" : "FROZEN";
      signed.set(id, attempt.status);
    }
    return finish(id).redirectUrl;
  };

  return {
    customerOf,
    book,
    bookSigned,
    openFor,
    updateReference,
    updateCart,
    readPayment,
    finish,
    pageAt,
    chosen,
    whenSigned: (id: string, status: BookedStatus): void => void signed.set(id, status),
    expect(id: string, totalMajor: number): void {
      const lines = [{ totalAmountIncludingVat: totalMajor }];
      const intent = { lines, successUrl: "", failUrl: "", screened: true, finalizes: false };
      open.set(id, { intent, status: "BOOKED", person: stepsOf(ACCEPTED_PERSON), booksItself: false });
    },
    bookings: list,
    creates,
  };
};
