/**
 * Nets to test against: its payment API as a real HTTP server on this computer, with books, faults and webhooks, in
 * the time of the clock it is given.
 */
import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../ports/clock.js";
import { bankServer } from "../bank-server.js";
import { heard, stopped } from "../resurs/faults.js";
import type { HttpAnswer } from "../resurs/http.js";
import { requestFaults, type WireFault } from "../wire/fields.js";
import { netsEasy } from "../wire/nets-easy.js";
import { type NetsAccount, netsAccounts } from "./accounts.js";
import {
  authorizedOf,
  chargedOf,
  execute,
  type NetsBookEntry,
  type NetsCall,
  objection,
  refundedOf,
  takenOf,
} from "./books.js";
import { changesOf } from "./changes.js";
import type { NetsDouble, RecordedNetsCall } from "./controls.js";
import { creationsOf } from "./creations.js";
import { netsDeliveriesOf } from "./deliveries.js";
import { type HandsAct, handsOf } from "./hands.js";
import { faultsOf, isOfSubscription, Move, type NetsOperation, type NetsRequest, netsRequest } from "./http.js";
import { itemOf, sumOf } from "./items.js";
import { answered, BEGUN, dataOf, EVENTS, type NetsSubject } from "./messages.js";
import { type NetsWindow, netsPage } from "./page.js";
import { isBegun, subscriptionsOf } from "./subscriptions.js";

export type { NetsSeriesEntry } from "./accounts.js";
export type { NetsDouble, RecordedNetsCall } from "./controls.js";

/** Nets's ids are 32 hexadecimal digits. */
const newId = (): string => randomUUID().replaceAll("-", "");
const ID_NAMES = { capture: "chargeId", refund: "refundId" } as const;

const METHODS = [{ name: "Visa", paymentType: "CARD", currency: "SEK", enabled: true }];
const NOTHING = { charges: [] };
const HOUR = 3_600_000;

export const netsDouble = async (
  options: {
    clock?: Clock;
    port?: number;
    /** Nets reads a payment 30 times an hour at most; left out: as often as it is asked. */
    readsPerHour?: number;
    /** The only key that it takes; left out: any. */
    secretKey?: string;
  } = {},
): Promise<NetsDouble> => {
  const { clock = systemClock(), readsPerHour = Number.POSITIVE_INFINITY } = options;
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
  const notValid = (faults: WireFault[]): HttpAnswer => ({
    status: 400,
    body: { errors: Object.fromEntries(faults.map(({ path, says }) => [path, [says]])) },
  });

  const send = async (account: NetsAccount, event: string, data: object, id: string): Promise<void> => {
    const wanted = (account.checkout?.webhooks ?? []).filter(({ eventName }) => eventName === event);
    const message = { id, event, data: { ...data, paymentId: account.id } };
    await Promise.all(wanted.map((webhook) => deliveries.send(webhook, message)));
  };
  const tell = (account: NetsAccount, event: string, about: NetsSubject): void => {
    if (account.payment) void send(account, event, dataOf(event, account.payment, about), newId());
  };

  /** @param before what was charged before it was paid */
  const tellCharge = (account: NetsAccount, before: number): void => {
    const [charge] = account.payment?.charges ?? [];
    if (!charge || before > 0) return;
    for (const event of EVENTS.capture) tell(account, event, { ...charge, id: charge.chargeId });
  };

  const pageOf = (id: string): string => `${url}/pay/${id}`;
  const subscriptions = subscriptionsOf(accounts, clock, {
    ...{ no, notValid, newId, pageOf },
    charged: (account) => tellCharge(account, 0),
  });
  const create = creationsOf(accounts, subscriptions, { notValid, newId, pageOf });
  const { change, part } = changesOf(accounts, updates, { no, notValid, iso });

  /** Writes it into the books, and tells whoever is to hear of it. The new charge's, refund's or cancellation's id. */
  const act = (op: NetsCall, account: NetsAccount, payment: NetsBookEntry, call: HandsAct): string => {
    const [id, at] = [newId(), iso()];
    const { amount, items = call.amount === payment.order.amount ? payment.order.items : [itemOf(amount)] } = call;
    const { chargeId = null, final = false, isPending = false } = call;
    execute(payment, op, { amount, items, chargeId, id, at, final });
    if (op === "cancel") account.cancel = { id, amount, items };
    const refund = payment.refunds.at(-1);
    if (isPending && refund) refund.state = "Pending";
    for (const event of isPending ? BEGUN : EVENTS[op]) tell(account, event, { id, amount, items, chargeId, at });
    return id;
  };

  const hands = handsOf(accounts, { act, tell, iso });

  /** The answer to a call that may change the books, and whether this very call changed them. */
  const move = (op: NetsCall, account: NetsAccount | null, { id, ofCharge, key, json }: NetsRequest) => {
    const refused = (answer: HttpAnswer) => ({ answer, applied: false });
    const payment = account?.payment;
    if (!payment) return refused(no(404, ofCharge ? "1011" : "NotFound", `There is no ${id}`));
    const asked = Move.safeParse(json);
    if (!asked.success) return refused(notValid(faultsOf(asked.error)));
    bodies.push(asked.data);
    const { amount, orderItems, finalCharge } = asked.data;
    // Nexi's reference: a charge is refused with 402 or 500, all else with 500; 400 has no code.
    const coded = (code: string, message: string) => refused(no(op === "capture" ? 402 : 500, code, message));
    const place = `${op} ${id} ${key}`;
    const before = key === null ? undefined : repeatable.get(place);
    if (before && before.amount !== amount) return coded(op === "capture" ? "1026" : "1027", "Other amount");
    if (before) return refused(before.answer);
    const chargeId = ofCharge ? id : null;
    const objected = objection(payment, op, { amount, items: orderItems ? sumOf(orderItems) : null, chargeId });
    if (objected) return coded(objected.code, objected.message);
    const own = act(op, account, payment, {
      amount,
      chargeId,
      items: orderItems ?? undefined,
      final: finalCharge ?? false,
    });
    if (op === "cancel") return { answer: { status: 204 }, applied: true };
    const answer: HttpAnswer = { status: 201, body: { [ID_NAMES[op]]: own } };
    if (key !== null) repeatable.set(place, { amount, answer });
    return { answer, applied: true };
  };

  const readOf = (account: NetsAccount | null): HttpAnswer => {
    if (!account?.payment) return no(404, "NotFound", "Payment not found");
    const { url: page = pageOf(account.id), cancelUrl = null, expiresAt = null } = account.checkout ?? {};
    return { status: 200, body: answered(account.payment, { url: page, cancelUrl, expiresAt }) };
  };

  const readTooOften = (id: string): HttpAnswer | null => {
    const recent = reads.filter(({ paymentId, at }) => paymentId === id && at > clock.now() - HOUR);
    const [first] = recent;
    if (first === undefined || recent.length < readsPerHour) return null;
    const seconds = Math.ceil((first.at + HOUR - clock.now()) / 1000);
    return { ...no(429, "TooManyRequests", "Too many requests"), headers: { "retry-after": String(seconds) } };
  };

  /** null = no answer, ever. */
  const answerTo = (asked: NetsRequest): HttpAnswer | null => {
    const { operation: op, id, key } = asked;
    if (op === null) return no(404, "NotFound", "There is no such endpoint");
    if (!asked.secretKey || asked.secretKey !== (options.secretKey ?? asked.secretKey)) return { status: 401 };
    const faults = requestFaults(netsEasy, asked.asked, asked.json);
    if (op === "createPayment") {
      creates.push(asked.json);
      return create(asked, faults);
    }
    if (faults.length > 0) return notValid(faults);
    if (isOfSubscription(op)) return subscriptions.answer(op, asked);
    if (op === "paymentMethods") return { status: 200, body: METHODS };
    if (op === "getCharge" || op === "getRefund" || op === "cancelRefund") return part(op, asked);
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
      const tooMany = readTooOften(paymentId);
      if (tooMany !== null) return tooMany;
      reads.push({ op, paymentId, at: clock.now() });
    }
    const unheard = stopped(fault);
    if (unheard !== undefined) return unheard;
    if (op === "getPayment") return heard(fault, atFault() ?? readOf(account));
    if (op !== "capture" && op !== "cancel" && op !== "refund") {
      const answer = atFault() ?? change(op, accounts.at(id), asked);
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

  const customerPays: NetsDouble["customerPays"] = (paymentId, paymentType) => {
    const before = chargedOf(accounts.at(paymentId).payment ?? NOTHING);
    const account = accounts.pay(paymentId, paymentType, newId());
    const { payment } = account;
    if (payment && (payment.reserved > 0 || isBegun(payment))) {
      const { amount } = payment.order;
      if (amount > 0) tell(account, "payment.reservation.created.v2", { id: newId(), amount });
      tellCharge(account, before);
      tell(account, "payment.checkout.completed", { id: newId(), amount });
    }
    return { redirectUrl: account.checkout?.returnUrl ?? null };
  };

  const windowOf: NetsWindow["at"] = (id) => {
    const { payment, checkout } = accounts.at(id);
    if (payment === null || checkout === null) return null;
    const isOpen = payment.reserved === 0 && !payment.fields.terminated && !isBegun(payment);
    return { amount: (payment.order.amount / 100).toFixed(2), isOpen, cancelUrl: checkout.cancelUrl };
  };

  const { url, held, delayNext, front, close } = await bankServer<NetsOperation>({
    clock,
    port: options.port,
    end,
    reply: async (request) => {
      const page = netsPage(request, { at: windowOf, pays: (id) => customerPays(id).redirectUrl });
      if (page !== null) return { operation: null, answer: page };
      const asked = await netsRequest(request);
      return { operation: asked.operation, answer: answerTo(asked) };
    },
  });

  return {
    url,
    close,
    setSeries: accounts.setSeries,
    delayNext,
    front,
    customerPays,
    importSubscription: subscriptions.imported,
    ...hands,
    deliver: (paymentId, event, data = {}, id = newId()) => send(accounts.at(paymentId), event, data, id),
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
