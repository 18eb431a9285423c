/** What changes a payment at the Nets double without moving money, and what is read of one charge or refund. */

import type { HttpAnswer } from "../resurs/http.js";
import type { WireFault } from "../wire/fields.js";
import type { NetsAccount, netsAccounts } from "./accounts.js";
import type { NetsBookEntry } from "./books.js";
import {
  faultsOf,
  MyReference,
  type NetsChange,
  type NetsPart,
  type NetsRequest,
  OrderItems,
  ReferenceInformation,
} from "./http.js";
import { chargeOf, refundOf } from "./messages.js";

interface Words {
  no(status: number, code: string, message: string): HttpAnswer;
  notValid(faults: WireFault[]): HttpAnswer;
  iso(): string;
}

export const changesOf = (
  accounts: ReturnType<typeof netsAccounts>,
  updates: unknown[],
  { no, notValid, iso }: Words,
) => {
  const updateOrder = (payment: NetsBookEntry, { json }: NetsRequest): HttpAnswer => {
    updates.push(json);
    const asked = OrderItems.safeParse(json);
    if (!asked.success) return notValid(faultsOf(asked.error));
    // The plugin meets a 409 and begins anew; that a paid or ended payment is what brings it, is an assumption.
    if (payment.reserved > 0 || payment.fields.terminated) return no(409, "Conflict", "The payment has gone on");
    payment.order = { ...payment.order, ...asked.data };
    return { status: 204 };
  };

  const change = (op: NetsChange, account: NetsAccount, asked: NetsRequest): HttpAnswer => {
    const { payment } = account;
    if (!payment) return no(404, "NotFound", "Payment not found");
    if (op === "updateOrder") return updateOrder(payment, asked);
    if (op === "terminate") {
      // Nets's documents: only a payment on which nothing is reserved can be terminated.
      if (payment.reserved > 0 || payment.fields.terminated) return no(409, "Conflict", "The payment has gone on");
      payment.fields.terminated = iso();
      return { status: 204 };
    }
    if (op === "updateReference") {
      const told = ReferenceInformation.safeParse(asked.json);
      if (!told.success) return notValid(faultsOf(told.error));
      payment.order.reference = told.data.reference;
      if (account.checkout) account.checkout.url = told.data.checkoutUrl;
      return { status: 204 };
    }
    const told = MyReference.safeParse(asked.json);
    if (!told.success) return notValid(faultsOf(told.error));
    payment.fields.myReference = told.data.myReference ?? undefined;
    return { status: 204 };
  };

  const part = (op: NetsPart, { id }: NetsRequest): HttpAnswer => {
    const account = op === "getCharge" ? accounts.ofCharge(id) : accounts.ofRefund(id);
    const charge = account?.payment?.charges.find(({ chargeId }) => chargeId === id);
    const refund = account?.payment?.refunds.find(({ refundId }) => refundId === id);
    if (charge && op === "getCharge") return { status: 200, body: chargeOf(charge) };
    if (!refund) return no(404, op === "getCharge" ? "1011" : "NotFound", `There is no ${id}`);
    if (op === "getRefund") return { status: 200, body: refundOf(refund) };
    if (refund.state !== "Pending") return no(500, "1025", "The refund is not pending");
    refund.state = "Cancelled";
    refund.lastUpdated = iso();
    return { status: 204 };
  };

  return { change, part };
};
