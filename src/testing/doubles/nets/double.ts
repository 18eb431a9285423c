/**
 * Nets to test against: its payment API as a real HTTP server on this computer, with books, faults and webhooks, in
 * the time of the clock it is given.
 */
import { randomUUID } from "node:crypto";
import type { ZodError } from "zod";
import { type Clock, systemClock } from "../../../ports/clock.js";
import { bankServer } from "../bank-server.js";
import { heard, stopped } from "../resurs/faults.js";
import type { HttpAnswer } from "../resurs/http.js";
import { type NetsAccount, netsAccounts } from "./accounts.js";
import {
  answered,
  authorizedOf,
  chargedOf,
  execute,
  type NetsBookEntry,
  type NetsCall,
  objection,
  refundedOf,
  takenOf,
} from "./books.js";
import type { NetsDouble, RecordedNetsCall } from "./controls.js";
import { netsDeliveriesOf } from "./deliveries.js";
import { Creation, Move, type NetsOperation, type NetsRequest, netsRequest, OrderItems } from "./http.js";

export type { NetsSeriesEntry } from "./accounts.js";
export type { NetsDouble, RecordedNetsCall } from "./controls.js";

/** Nets's ids are 32 hexadecimal digits. */
const newId = (): string => randomUUID().replaceAll("-", "");
const ID_NAMES = { capture: "chargeId", refund: "refundId" } as const;

export const netsDouble = async (options: { clock?: Clock; port?: number } = {}): Promise<NetsDouble> => {
  const { clock = systemClock() } = options;
  const end = new AbortController();
  const accounts = netsAccounts(clock, newId);
  const deliveries = netsDeliveriesOf(clock, end.signal);
  /** By address and key: what was asked with it, and what was answered. */
  const repeatable = new Map<string, { amount: number; answer: HttpAnswer }>();
  const calls: RecordedNetsCall[] = [];
  const reads: NetsDouble["reads"] = [];
  const bodies: NetsDouble["bodies"] = [];
  const creates: unknown[] = [];
  const updates: unknown[] = [];

  const iso = (): string => new Date(clock.now()).toISOString();
  const no = (status: number, code: string, message: string): HttpAnswer => ({
    status,
    body: { code, message, source: "Internal" },
  });

  /** By field, as Nets tells what is wrong with a request. */
  const notValid = ({ issues }: ZodError): HttpAnswer => {
    const errors = issues.map(({ path, message }) => [path.join("."), [message]]);
    return { status: 400, body: { errors: Object.fromEntries(errors) } };
  };

  const create = ({ json }: NetsRequest): HttpAnswer => {
    creates.push(json);
    const asked = Creation.safeParse(json);
    if (!asked.success) return notValid(asked.error);
    const { order, checkout, notifications } = asked.data;
    const embedded = checkout.integrationType === "EmbeddedCheckout";
    const account = accounts.create(newId(), order, {
      returnUrl: embedded ? null : checkout.returnUrl,
      charges: checkout.charge,
      webhooks: notifications?.webhooks ?? [],
    });
    const { id } = account;
    return { status: 201, body: { paymentId: id, ...(embedded ? {} : { hostedPaymentPageUrl: `${url}/pay/${id}` }) } };
  };

  const updateOrder = (payment: NetsBookEntry, { json }: NetsRequest): HttpAnswer => {
    updates.push(json);
    const asked = OrderItems.safeParse(json);
    if (!asked.success) return notValid(asked.error);
    // The plugin meets a 409 and begins anew; that a paid or ended payment is what brings it, is an assumption.
    if (payment.reserved > 0 || payment.fields.terminated) return no(409, "Conflict", "The payment has gone on");
    payment.order.amount = asked.data.amount;
    return { status: 204 };
  };

  /** Nets's documents: only a payment on which nothing is reserved can be terminated. */
  const terminate = (payment: NetsBookEntry): HttpAnswer => {
    if (payment.reserved > 0 || payment.fields.terminated) return no(409, "Conflict", "The payment has gone on");
    payment.fields.terminated = iso();
    return { status: 204 };
  };

  /** The answer to a call that may change the books, and whether this very call changed them. */
  const move = (op: NetsCall, account: NetsAccount | null, { id, ofCharge, key, json }: NetsRequest) => {
    const refused = (answer: HttpAnswer) => ({ answer, applied: false });
    const payment = account?.payment;
    if (!payment) return refused(no(404, ofCharge ? "1011" : "NotFound", `There is no ${id}`));
    const asked = Move.safeParse(json);
    if (!asked.success) return refused(notValid(asked.error));
    bodies.push(asked.data);
    const { amount, orderItems, finalCharge } = asked.data;
    const items = orderItems?.reduce((sum, { grossTotalAmount }) => sum + grossTotalAmount, 0) ?? null;
    // Nexi's reference: a charge is refused with 402 or 500, all else with 500; 400 has no code.
    const coded = (code: string, message: string) => refused(no(op === "capture" ? 402 : 500, code, message));
    const place = `${op} ${id} ${key}`;
    const before = key === null ? undefined : repeatable.get(place);
    if (before && before.amount !== amount) return coded(op === "capture" ? "1026" : "1027", "Other amount");
    if (before) return refused(before.answer);
    const chargeId = ofCharge ? id : null;
    const objected = objection(payment, op, { amount, items, chargeId });
    if (objected) return coded(objected.code, objected.message);
    const own = newId();
    execute(payment, op, { amount, chargeId, id: own, at: iso(), final: finalCharge ?? false });
    if (op === "cancel") return { answer: { status: 204 }, applied: true };
    const answer: HttpAnswer = { status: 201, body: { [ID_NAMES[op]]: own } };
    if (key !== null) repeatable.set(place, { amount, answer });
    return { answer, applied: true };
  };

  /** null = no answer, ever. */
  const answerTo = (asked: NetsRequest): HttpAnswer | null => {
    const { operation: op, id, key } = asked;
    if (op === null) return no(404, "NotFound", "There is no such endpoint");
    if (!asked.secretKey) return { status: 401 };
    if (op === "createPayment") return create(asked);
    const account = asked.ofCharge ? accounts.ofCharge(id) : accounts.at(id);
    const paymentId = account?.id ?? id;
    const fault = account ? accounts.faultFor(account, op) : null;
    const atFault = (): HttpAnswer | null => {
      if (fault?.kind === "not-exist") return no(404, fault.code, `There is no payment ${id}`);
      if (fault?.kind !== "http") return null;
      const headers = fault.retryAfter === null ? undefined : { "retry-after": String(fault.retryAfter) };
      return { ...no(fault.status, "1000", `Fault of the scenario: ${fault.status}`), headers };
    };
    if (op === "getPayment") {
      reads.push({ op, paymentId, at: clock.now() });
      const unheard = stopped(fault);
      if (unheard !== undefined) return unheard;
      const found = account?.payment;
      const answer = found ? { status: 200, body: answered(found) } : no(404, "NotFound", "Payment not found");
      return heard(fault, atFault() ?? answer);
    }
    const unheard = stopped(fault);
    if (unheard !== undefined) return unheard;
    if (op === "updateOrder" || op === "terminate") {
      const payment = account?.payment;
      const changed = (of: NetsBookEntry) => (op === "terminate" ? terminate(of) : updateOrder(of, asked));
      const answer = atFault() ?? (payment ? changed(payment) : no(404, "NotFound", "Payment not found"));
      return fault?.kind === "timeout" ? null : answer;
    }
    const refusal = atFault();
    const { answer, applied } = refusal ? { answer: refusal, applied: false } : move(op, account, asked);
    calls.push({
      op,
      paymentId,
      amount: (Move.safeParse(asked.json).data?.amount ?? 0) / 100,
      at: clock.now(),
      key,
      applied,
      answer: String(heard(fault, answer)?.status ?? "lost"),
    });
    return heard(fault, answer);
  };

  const { url, held, delayNext, front, close } = await bankServer<NetsOperation>({
    clock,
    port: options.port,
    end,
    reply: async (request) => {
      const asked = await netsRequest(request);
      return { operation: asked.operation, answer: answerTo(asked) };
    },
  });

  const deliver: NetsDouble["deliver"] = async (paymentId, event, data = {}, id = newId()) => {
    const { checkout, payment } = accounts.at(paymentId);
    const order = payment && { amount: payment.order, reference: payment.order.reference };
    const wanted = (checkout?.webhooks ?? []).filter(({ eventName }) => eventName === event);
    const message = { id, event, data: { paymentId, order, ...data } };
    await Promise.all(wanted.map((webhook) => deliveries.send(webhook, message)));
  };

  return {
    url,
    close,
    setSeries: accounts.setSeries,
    delayNext,
    front,
    customerPays(paymentId, paymentType) {
      const account = accounts.pay(paymentId, paymentType, newId());
      void deliver(paymentId, "payment.checkout.completed");
      return { redirectUrl: account.checkout?.returnUrl ?? null };
    },
    deliver,
    held,
    delivering: deliveries.underWay,
    books: (paymentId) => {
      const { payment } = accounts.at(paymentId);
      return (
        payment && {
          total: Math.max(payment.reserved, chargedOf(payment)) / 100,
          authorized: authorizedOf(payment) / 100,
          captured: takenOf(payment) / 100,
          canceled: payment.cancelled / 100,
          refunded: refundedOf(payment) / 100,
        }
      );
    },
    calls,
    bodies,
    reads,
    creates,
    updates,
    deliveries: deliveries.list,
  };
};
