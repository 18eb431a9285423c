/**
 * A bank to test against: Resurs's older services (simplified and after-shop over SOAP, the hosted flow and the checkout
 * over JSON) as one real HTTP server on this computer, with books, faults, test persons and callbacks, in the time of
 * the clock it is given.
 */
import { type Clock, systemClock } from "../../../ports/clock.js";
import { bankServer } from "../bank-server.js";
import { inMajor, major, minor } from "../resurs/books.js";
import { type Fault, heard, stopped } from "../resurs/faults.js";
import type { HttpAnswer } from "../resurs/http.js";
import { signOutcomeIn, signPage } from "../resurs/sign-page.js";
import { movesOf } from "./after-shop.js";
import { bookingsOf, type Tell } from "./bookings.js";
import { type LegacyCallback, type LegacyDigest, legacyCallbacksOf, registrationAt } from "./callbacks.js";
import { checkoutsOf, noPayment } from "./checkouts.js";
import type { LegacyDouble, RecordedLegacyCall } from "./controls.js";
import { answerOf, faultOf, type LegacyCall, type LegacyOperation, type LegacyRequest, legacyRequest } from "./http.js";
import { methodCalled, spoken, stands } from "./words.js";

export type { LegacyCallback, LegacyDigest, Registration } from "./callbacks.js";
export type { LegacyDouble, RecordedLegacyCall } from "./controls.js";

const KINDS: LegacyCallback[] = [
  "BOOKED",
  "AUTOMATIC_FRAUD_CONTROL",
  "UNFREEZE",
  "ANNULMENT",
  "FINALIZATION",
  "UPDATE",
  "TEST",
];

const CALLS: LegacyOperation[] = ["capture", "cancel", "refund", "bookSignedPayment"];
const isCall = (operation: LegacyOperation): operation is LegacyCall => CALLS.includes(operation);

export const legacyDouble = async (options: {
  /** Default: the computer's own. */
  clock?: Clock;
  port?: number;
  /** false: the bank does whatever it is asked, possible or not. */
  strict?: boolean;
  /** Where the callbacks go, each kind under its own name. */
  callbacks?: { url: string; digest: LegacyDigest | null };
  /** The only web service user that it knows; left out: any. */
  account?: { userName: string; password: string };
  /** The ids of its payment methods. */
  methods?: string[];
}): Promise<LegacyDouble> => {
  const { clock = systemClock(), strict = true, methods = ["INVOICE", "CARD"] } = options;
  const end = new AbortController();
  const callbacks = legacyCallbacksOf(clock, end.signal);
  const tell: Tell = (...callback) => void callbacks.send(...callback);
  const bookings = bookingsOf(clock, end.signal, tell);
  const checkouts = checkoutsOf(bookings, () => url);
  const move = movesOf(clock, strict, tell);
  const { accounts } = bookings;
  const calls: RecordedLegacyCall[] = [];
  const contents: unknown[] = [];
  const reads: LegacyDouble["reads"] = [];

  if (options.callbacks) {
    const { url, digest } = options.callbacks;
    for (const kind of KINDS) callbacks.register(kind, registrationAt(url, kind, digest));
  }

  const isAdmitted = (asked: LegacyRequest["account"]): boolean => {
    const { account = asked } = options;
    return asked !== null && asked.userName === account?.userName && asked.password === account.password;
  };

  const atFault = (fault: Fault | null, id: string): HttpAnswer | null => {
    if (fault?.kind === "not-exist") return faultOf(fault.code, `There is no payment ${id}`);
    if (fault?.kind !== "http") return null;
    const headers = fault.retryAfter === null ? undefined : { "retry-after": String(fault.retryAfter) };
    return { status: fault.status, body: `Fault of the scenario: ${fault.status}`, headers };
  };

  const quietly = (asked: LegacyRequest, operation: LegacyOperation): HttpAnswer => {
    const { id } = asked;
    if (operation === "hosted" || operation === "checkout") return checkouts.openFor(operation, asked);
    if (operation === "updateReference") return checkouts.updateReference(asked);
    if (operation === "updateCart") return checkouts.updateCart(asked);
    if (operation === "bookPayment") return checkouts.book(asked);
    if (operation === "getPaymentMethods") return answerOf(operation, methods.map(methodCalled));
    const { payment } = accounts.at(id);
    if (operation === "readCheckout") return checkouts.readPayment(id, payment);
    return stands(payment) ? answerOf("getPayment", spoken(id, payment, checkouts.customerOf(id))) : noPayment(id);
  };

  /** null = no answer, ever. */
  const moved = (asked: LegacyRequest, op: LegacyCall, fault: Fault | null): HttpAnswer | null => {
    const refusal = atFault(fault, asked.id);
    const carriedOut = () =>
      op === "bookSignedPayment" ? checkouts.bookSigned(asked.id) : move(op, accounts.at(asked.id), asked);
    const { answer, amount, applied } = refusal
      ? { answer: refusal, amount: major(asked.amount ?? 0), applied: false }
      : carriedOut();
    contents.push(asked.content);
    calls.push({
      op,
      paymentId: asked.id,
      amount,
      at: clock.now(),
      key: asked.key,
      applied,
      answer: String(heard(fault, answer)?.status ?? "lost"),
    });
    return heard(fault, answer);
  };

  const page = ({ method, id, content }: LegacyRequest): HttpAnswer => {
    const seen = checkouts.pageAt(id);
    if (seen === null) return { status: 404 };
    if (method === "GET") return signPage(id, seen.amount, seen.isOpen);
    return { status: 303, headers: { location: checkouts.chosen(id, signOutcomeIn(String(content))) ?? url } };
  };

  /** null = no answer, ever. */
  const answerTo = (asked: LegacyRequest): HttpAnswer | null => {
    const { operation, id } = asked;
    if (operation === "sign") return page(asked);
    // The frame needs none of it here.
    if (operation === "script") return { status: 200, headers: { "content-type": "text/javascript" }, body: "" };
    // Without the bank's own error in it: a message that it did not understand.
    if (operation === null) return { status: 500, body: "There is no such operation" };
    if (!isAdmitted(asked.account)) return { status: 401 };
    if (asked.refusal !== null) return asked.refusal;
    const fault = accounts.faultFor(accounts.at(id), operation);
    if (operation === "getPayment") reads.push({ op: operation, paymentId: id, at: clock.now() });
    const unheard = stopped(fault);
    if (unheard !== undefined) return unheard;
    if (isCall(operation)) return moved(asked, operation, fault);
    return heard(fault, atFault(fault, id) ?? quietly(asked, operation));
  };

  const { url, held, delayNext, front, close } = await bankServer<LegacyOperation | "sign" | "script">({
    clock,
    port: options.port,
    end,
    reply: async (request) => {
      const asked = await legacyRequest(request);
      return { operation: asked.operation, answer: answerTo(asked) };
    },
  });

  return {
    url,
    addresses: { baseUrl: `${url}/ws/V4`, hostedUrl: url, checkoutUrl: url },
    close,
    setSeries: accounts.setSeries,
    delayNext,
    front,
    nextBooking: bookings.setNext,
    nextPerson: bookings.setNextPerson,
    whenSigned: checkouts.whenSigned,
    expectPayment: checkouts.expect,
    customerSigns: checkouts.finish,
    customerPays: checkouts.finish,
    portal: (paymentId, op, amount) => {
      const asked = {
        amount: amount === undefined ? null : minor(amount),
        key: null,
        content: { createdBy: "portal" },
      };
      const { applied } = move(op, accounts.at(paymentId), asked);
      if (!applied) throw new Error(`${op} of ${paymentId} in the portal is not possible`);
    },
    register: callbacks.register,
    deliver: (paymentId, kind, more = {}) => {
      const posted = { BOOKED: { addedPaymentSpecificationLines: [] }, UPDATE: { paymentDiff: null } };
      const body = kind === "BOOKED" || kind === "UPDATE" ? posted[kind] : undefined;
      return callbacks.send(kind, paymentId, { ...(body === undefined ? {} : { body }), ...more });
    },
    held,
    delivering: callbacks.underWay,
    books: (paymentId) => {
      const { books } = accounts.at(paymentId).payment ?? {};
      return books ? inMajor(books) : null;
    },
    calls,
    contents,
    reads,
    bookings: checkouts.bookings,
    creates: checkouts.creates,
    deliveries: callbacks.list,
  };
};
