/** The customer's side of the older flows at the double: from the booking, or the page, to the payment. */
import { randomUUID } from "node:crypto";
import type { HttpAnswer } from "../resurs/http.js";
import { ACCEPTED_PERSON, type PersonStep, stepsOf } from "../resurs/persons.js";
import type { bookingsOf } from "./bookings.js";
import type { BookedStatus } from "./controls.js";
import { answerOf, faultOf, type LegacyRequest } from "./http.js";
import { type CheckoutIntent, intentOf } from "./intents.js";

/** An attempt that has not become a payment. */
interface OpenCheckout {
  intent: CheckoutIntent;
  status: BookedStatus;
  person: PersonStep[];
  /** Signing alone does not book in the simplified flow: bookSignedPayment does. */
  booksItself: boolean;
}

export const noPayment = (id: string): HttpAnswer => faultOf("8", `There is no payment ${id}`);
const badJson = (description: string): HttpAnswer => ({ status: 400, body: { errorCode: 1, description } });

/** `url`: the double's own, known once it listens. */
export const checkoutsOf = (bookings: ReturnType<typeof bookingsOf>, url: () => string) => {
  const open = new Map<string, OpenCheckout>();
  const signed = new Map<string, BookedStatus>();
  const list: unknown[] = [];
  const creates: unknown[] = [];
  const pageOf = (id: string): string => `${url()}/sign/${encodeURIComponent(id)}`;

  const book = ({ id, content }: LegacyRequest): HttpAnswer => {
    list.push(content);
    const intent = intentOf("bookPayment", content);
    if (!intent) return faultOf("1", "The booking is not complete");
    if (bookings.standing(id)) return faultOf("19", `There is a payment ${id} already`);
    const { status, signingUrl, person } = bookings.outcomeOf(intent);
    const approved = { paymentId: id, approvedAmount: bookings.totalOf(intent) };
    if (status !== "SIGNING") {
      return answerOf("bookPayment", {
        ...approved,
        bookPaymentStatus: bookings.bringAbout(id, intent, status, person),
      });
    }
    open.set(id, { intent, status: "BOOKED", person, booksItself: false });
    const page = signingUrl === undefined ? pageOf(id) : signingUrl;
    return answerOf("bookPayment", {
      ...approved,
      bookPaymentStatus: status,
      ...(page === null ? {} : { signingUrl: page }),
    });
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
    const answer = answerOf("bookSignedPayment", { paymentId: id, bookPaymentStatus: status, approvedAmount: amount });
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
    const iframe = `<iframe src="${page}"></iframe>`;
    const script = `<script src="${url()}/checkout.js"></script>`;
    const frame = { paymentSessionId: randomUUID(), iframe, script, html: iframe + script, baseUrl: url() };
    return { status: 200, body: { ...frame, customer: {} } };
  };

  const updateReference = ({ id, content }: LegacyRequest): HttpAnswer => {
    const { paymentReference: to } = (content ?? {}) as { paymentReference?: unknown };
    if (typeof to !== "string") return badJson("The reference is missing");
    if (bookings.standing(to)) return { status: 400, body: { errorCode: 8, description: `${to} is taken` } };
    const attempt = open.get(id);
    if (!attempt) {
      const body = { errorCode: "PAYMENT_SESSION_NOT_FOUND", detailedMessage: "payment session does not exist" };
      return { status: 404, body };
    }
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

  return {
    book,
    bookSigned,
    openFor,
    updateReference,
    finish,
    isOpen: (id: string): boolean => open.has(id),
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
