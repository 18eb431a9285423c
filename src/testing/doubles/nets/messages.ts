/** What Nets says of a payment: the answer to GET, and the webhooks. */
import { chargedOf, type NetsBookEntry, type NetsCharge, type NetsRefund, refundedOf } from "./books.js";
import { itemOf, type NetsItem } from "./items.js";

/** The customer is nobody. */
const address = {
  addressLine1: "Testgatan 1",
  addressLine2: "",
  receiverLine: "Testa Testsson",
  postalCode: "12345",
  city: "Teststad",
  country: "SWE",
  phoneNumber: { prefix: "+46", number: "701234567" },
};
const person = { firstName: "Testa", lastName: "Testsson", email: "testa@example.com" };

/** A card for tests, as a shop may know it. */
export const cardDetails = { maskedPan: "411111******1111", expiryDate: "1240" };
const invoiceDetails = {
  invoiceNumber: "1000017",
  ocr: "10000179",
  pdfLink: "https://invoice.example/1000017.pdf",
  dueDate: "2027-01-31",
};
const INVOICES = ["INVOICE", "INSTALLMENT", "PREPAID-INVOICE"];

/** Nothing of a card before it was paid with, and nothing of an invoice before it was sent. */
const detailsOf = (payment: NetsBookEntry): object => {
  const { paymentType, charges, fields } = payment;
  const isPaid = payment.reserved > 0 || charges.length > 0 || fields.subscription || fields.unscheduledSubscription;
  return {
    paymentType,
    paymentMethod: paymentType,
    cardDetails: isPaid && paymentType === "CARD" ? cardDetails : {},
    invoiceDetails: charges.length > 0 && INVOICES.includes(paymentType) ? invoiceDetails : {},
  };
};

export const chargeOf = ({ chargeId, amount, created, items }: NetsCharge) => ({
  chargeId,
  amount,
  surchargeAmount: 0,
  created,
  orderItems: items,
});

export const refundOf = ({ refundId, amount, state, lastUpdated, items }: NetsRefund) => ({
  refundId,
  amount,
  surchargeAmount: 0,
  state,
  lastUpdated,
  orderItems: items,
});

/** `checkout` is where the customer pays; an amount of nothing is left out of the summary, as Nets leaves it out. */
export const answered = (
  payment: NetsBookEntry,
  { expiresAt, ...checkout }: { url: string; cancelUrl: string | null; expiresAt: string | null },
) => {
  const { paymentId, created, order, fields } = payment;
  const amounts = {
    reservedAmount: payment.reserved,
    chargedAmount: chargedOf(payment),
    refundedAmount: refundedOf(payment),
    cancelledAmount: payment.cancelled,
  };
  const { amount, currency, reference } = order;
  return {
    payment: {
      ...fields,
      paymentId,
      created,
      checkout: { ...checkout, ...(expiresAt === null ? {} : { expiresAt }) },
      consumer: {
        shippingAddress: address,
        billingAddress: address,
        privatePerson: { ...person, phoneNumber: address.phoneNumber },
        company: { contactDetails: { phoneNumber: {} } },
      },
      orderDetails: { amount, currency, reference },
      paymentDetails: detailsOf(payment),
      summary: Object.fromEntries(Object.entries(amounts).filter(([, one]) => one > 0)),
      charges: payment.charges.map(chargeOf),
      refunds: payment.refunds.map(refundOf),
    },
  };
};

/** What is told of a call, or of a hand in the portal, that took effect; of a refund first that it began. */
export const EVENTS = {
  capture: ["payment.charge.created.v2"],
  cancel: ["payment.cancel.created"],
  refund: ["payment.refund.initiated.v2", "payment.refund.completed"],
} as const;
export const BEGUN = EVENTS.refund.slice(0, 1);
/** What is told of a refund that ends; nobody is told of one that waits, was given up or ran out. */
export const TURNS: Partial<Record<NetsRefund["state"], string>> = {
  Completed: "payment.refund.completed",
  Failed: "payment.refund.failed",
};

/** What a webhook is about, beside its payment. */
export interface NetsSubject {
  id: string;
  amount: number;
  items?: NetsItem[];
  /** The charge that a refund is of; null: the payment as a whole. */
  chargeId?: string | null;
  /** When it was done. */
  at?: string;
}

const FAILED = {
  error: { code: "911", message: "Error occurred", source: "Internal" },
  reconciliationReference: "made-up",
};
const { postalCode: postcode, phoneNumber: _, ...rest } = address;
const webhookAddress = { ...rest, postcode };

/** By event: what its webhook says of a payment. */
const subjects: Record<string, (payment: NetsBookEntry, about: NetsSubject) => object> = {
  "payment.checkout.completed": ({ order }) => ({
    order: {
      amount: { amount: order.amount, currency: order.currency },
      reference: order.reference,
      orderItems: order.items,
    },
    consumer: {
      ...person,
      billingAddress: webhookAddress,
      shippingAddress: webhookAddress,
      country: address.country,
      ip: "192.0.2.1",
      phoneNumber: address.phoneNumber,
    },
  }),
  "payment.reservation.created.v2": ({ paymentType }) => ({ paymentMethod: paymentType, paymentType }),
  "payment.charge.created.v2": ({ paymentType }, { id, items }) => ({
    chargeId: id,
    orderItems: items,
    paymentMethod: paymentType,
    paymentType,
  }),
  "payment.charge.failed": (_, { id, items }) => ({ ...FAILED, chargeId: id, orderItems: items }),
  "payment.reservation.failed": (_, { items }) => ({ error: FAILED.error, orderItems: items }),
  "payment.refund.initiated.v2": ({ charges, created }, { id, items, chargeId, at }) => ({
    refundId: id,
    chargeId: chargeId ?? charges[0]?.chargeId,
    paymentActionId: id,
    executed: at ?? created,
    reconciliationReference: FAILED.reconciliationReference,
    orderItems: items,
  }),
  "payment.refund.completed": (_, { id }) => ({ refundId: id }),
  "payment.refund.failed": (_, { id }) => ({ ...FAILED, refundId: id }),
  "payment.cancel.created": (_, { id, items }) => ({ cancelId: id, orderItems: items }),
  "payment.cancel.failed": (_, { id, items }) => ({ error: FAILED.error, cancelId: id, orderItems: items }),
};
export const dataOf = (event: string, payment: NetsBookEntry, about: NetsSubject): object => {
  const { amount, items = [itemOf(amount)] } = about;
  return {
    ...subjects[event]?.(payment, { ...about, items }),
    ...(event === "payment.checkout.completed" ? {} : { amount: { amount, currency: payment.order.currency } }),
  };
};
