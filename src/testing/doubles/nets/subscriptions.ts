/** The subscriptions at the Nets double: begun by a payment that is paid, asked for, and charged again without the customer. */
import type { Clock } from "../../../ports/clock.js";
import type { HttpAnswer } from "../resurs/http.js";
import type { WireFault } from "../wire/fields.js";
import type { NetsAccount, netsAccounts } from "./accounts.js";
import type { NetsBookEntry, Refusal } from "./books.js";
import { type Begun, BulkCharge, Charging, faultsOf, type NetsRequest, type NetsSubscriptionCall } from "./http.js";
import { cardDetails } from "./messages.js";

/** By the field that a payment names it in. */
export type NetsSubscriptionKind = "subscription" | "unscheduledSubscription";

interface Agreement {
  id: string;
  kind: NetsSubscriptionKind;
  /** Days between two charges; not looked at when it is charged. */
  interval: number;
  /** Epoch milliseconds; null: it does not end. */
  endsAt: number | null;
  externalReference: string | null;
  paymentType: string;
}

interface Told {
  no(status: number, code: string, message: string): HttpAnswer;
  notValid(faults: WireFault[]): HttpAnswer;
  newId(): string;
  /** The page of a payment. */
  pageOf(paymentId: string): string;
  charged(account: NetsAccount): void;
}

const YEARS_5_MS = 5 * 365 * 86_400_000;

const nameIn = (payment: NetsBookEntry, { kind, id }: Agreement): void => {
  payment.fields[kind] = kind === "subscription" ? { id } : { unscheduledSubscriptionId: id };
};

export const isBegun = ({ fields }: NetsBookEntry): boolean =>
  (fields.subscription ?? fields.unscheduledSubscription ?? null) !== null;

/** Without a zone it is UTC. */
const momentOf = (text: string): number => Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`);

export const subscriptionsOf = (
  accounts: ReturnType<typeof netsAccounts>,
  clock: Clock,
  { no, notValid, newId, pageOf, charged }: Told,
) => {
  const agreements: Agreement[] = [];
  const bulks = new Map<string, object[]>();
  /** By subscription and key: what was answered. */
  const repeatable = new Map<string, HttpAnswer>();

  const found = (kind: NetsSubscriptionKind, { id, externalReference }: { id?: string; externalReference?: string }) =>
    agreements.find(
      (one) => one.kind === kind && (id !== undefined ? one.id === id : one.externalReference === externalReference),
    );

  const agree = (kind: NetsSubscriptionKind, more: Partial<Agreement>): Agreement => {
    const endsAt = kind === "subscription" ? clock.now() + YEARS_5_MS : null;
    const agreement = { id: newId(), kind, interval: 0, endsAt, externalReference: null, paymentType: "CARD", ...more };
    agreements.push(agreement);
    return agreement;
  };

  /** What a payment begins when it is paid; null: nothing. One that names a subscription gives it another card. */
  const begin = ({ subscription, unscheduledSubscription }: Begun) => {
    const isAsked =
      subscription || unscheduledSubscription?.create || unscheduledSubscription?.unscheduledSubscriptionId;
    if (!isAsked) return null;
    return (payment: NetsBookEntry): void => {
      // Whoever pays a second time begins nothing.
      if (isBegun(payment)) return;
      const { paymentType } = payment;
      const kind = subscription ? "subscription" : "unscheduledSubscription";
      const id = subscription?.subscriptionId ?? unscheduledSubscription?.unscheduledSubscriptionId ?? undefined;
      const agreement = (id && found(kind, { id })) || agree(kind, {});
      const { interval, endDate } = subscription ?? {};
      Object.assign(agreement, {
        paymentType,
        ...(interval == null ? {} : { interval }),
        ...(endDate == null ? {} : { endsAt: momentOf(endDate) }),
      });
      nameIn(payment, agreement);
    };
  };

  const retrieved = ({ id, kind, interval, endsAt, paymentType }: Agreement): object => {
    const paymentDetails = { paymentType, paymentMethod: paymentType, cardDetails };
    if (kind === "unscheduledSubscription") return { unscheduledSubscriptionId: id, paymentDetails };
    return { subscriptionId: id, interval, endDate: new Date(endsAt ?? 0).toISOString(), paymentDetails };
  };

  const objectionTo = ({ endsAt }: Agreement): Refusal | null =>
    endsAt !== null && clock.now() >= endsAt ? { code: "1030", message: "Subscription expired" } : null;

  /** A new payment, paid and charged. */
  const charge = (agreement: Agreement, { order, notifications }: Charging) => {
    const [paymentId, chargeId] = [newId(), newId()];
    accounts.create(
      paymentId,
      { ...order, reference: order.reference ?? "" },
      {
        returnUrl: null,
        url: pageOf(paymentId),
        cancelUrl: null,
        charges: true,
        expiresAt: null,
        webhooks: notifications?.webHooks ?? [],
        whenPaid: (payment) => nameIn(payment, agreement),
      },
    );
    charged(accounts.pay(paymentId, agreement.paymentType, chargeId));
    return { paymentId, chargeId };
  };

  const none = (what: string): HttpAnswer => no(404, "NotFound", `There is no ${what}`);

  const chargeOne = (agreement: Agreement, { id, key, json }: NetsRequest): HttpAnswer => {
    const asked = Charging.safeParse(json);
    if (!asked.success) return notValid(faultsOf(asked.error));
    const before = key === null ? undefined : repeatable.get(`${id} ${key}`);
    if (before) return before;
    const objected = objectionTo(agreement);
    if (objected) return no(402, objected.code, objected.message);
    const answer = { status: 202, body: charge(agreement, asked.data) };
    if (key !== null) repeatable.set(`${id} ${key}`, answer);
    return answer;
  };

  const chargeMany = ({ key, json }: NetsRequest): HttpAnswer => {
    const asked = BulkCharge.safeParse(json);
    if (!asked.success) return notValid(faultsOf(asked.error));
    const { notifications, subscriptions, externalBulkChargeId } = asked.data;
    // Nexi's reference of the id: "Use this property for enabling safe retries."
    const places = [`bulk called ${externalBulkChargeId}`, ...(key === null ? [] : [`bulk ${key}`])];
    const before = places.map((place) => repeatable.get(place)).find((one) => one !== undefined);
    if (before) return before;
    const bulkId = newId();
    const page = subscriptions.map(({ subscriptionId, externalReference, order }) => {
      const by = subscriptionId ? { id: subscriptionId } : { externalReference: externalReference ?? "" };
      const agreement = found("subscription", by);
      const named = {
        subscriptionId: agreement?.id ?? subscriptionId ?? newId(),
        ...(externalReference ? { externalReference } : {}),
      };
      const objected = agreement ? objectionTo(agreement) : { code: "1031", message: "Invalid subscription" };
      if (!agreement || objected) return { ...named, status: "Failed", ...objected, source: "Internal" };
      return { ...named, status: "Succeeded", ...charge(agreement, { order, notifications }) };
    });
    bulks.set(bulkId, page);
    const answer = { status: 202, body: { bulkId } };
    for (const place of places) repeatable.set(place, answer);
    return answer;
  };

  const answer = (op: NetsSubscriptionCall, asked: NetsRequest): HttpAnswer => {
    const { id, kind, externalReference = "" } = asked;
    if (op === "chargeSubscriptions") return chargeMany(asked);
    if (op === "getBulkCharge") {
      const page = bulks.get(id);
      return page ? { status: 200, body: { page, more: false, status: "Done" } } : none(`bulk charge ${id}`);
    }
    const by = op === "findSubscription" ? { externalReference } : { id };
    const agreement = found(kind, by);
    if (!agreement) return none(`${kind} ${id || externalReference}`);
    return op === "chargeSubscription" ? chargeOne(agreement, asked) : { status: 200, body: retrieved(agreement) };
  };

  return {
    answer,
    begin,
    imported: (externalReference: string, kind: NetsSubscriptionKind) => agree(kind, { externalReference }).id,
  };
};
