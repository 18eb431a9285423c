/** What a shop begins at the Nets double: a payment and its checkout. */
import type { HttpAnswer } from "../resurs/http.js";
import type { WireFault } from "../wire/fields.js";
import type { netsAccounts } from "./accounts.js";
import { Creation, faultsOf, type NetsRequest } from "./http.js";
import type { subscriptionsOf } from "./subscriptions.js";

export const creationsOf =
  (
    accounts: ReturnType<typeof netsAccounts>,
    subscriptions: Pick<ReturnType<typeof subscriptionsOf>, "begin">,
    told: { notValid(faults: WireFault[]): HttpAnswer; newId(): string; pageOf(paymentId: string): string },
  ) =>
  ({ json }: NetsRequest, faults: WireFault[]): HttpAnswer => {
    if (faults.length > 0) return told.notValid(faults);
    const asked = Creation.safeParse(json);
    if (!asked.success) return told.notValid(faultsOf(asked.error));
    const { order, checkout, notifications, myReference } = asked.data;
    const hosted = checkout.integrationType === "HostedPaymentPage";
    const id = told.newId();
    const page = told.pageOf(id);
    const { payment } = accounts.create(
      id,
      { ...order, reference: order.reference ?? "" },
      {
        returnUrl: hosted ? (checkout.returnUrl ?? null) : null,
        url: hosted ? page : (checkout.url ?? page),
        cancelUrl: checkout.cancelUrl ?? null,
        charges: checkout.charge ?? false,
        expiresAt: checkout.expiresAt ?? null,
        webhooks: notifications?.webHooks ?? notifications?.webhooks ?? [],
        whenPaid: subscriptions.begin(asked.data),
      },
    );
    if (payment && myReference) payment.fields.myReference = myReference;
    return { status: 201, body: { paymentId: id, ...(hosted ? { hostedPaymentPageUrl: page } : {}) } };
  };
