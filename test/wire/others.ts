/** What is published and our adapters have no use for: whole messages, personal details made up. */
import { writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import { madeUpCustomer } from "../../src/testing/doubles/resurs-legacy/customer.js";
import {
  type LegacyDouble,
  legacyDouble,
  type NetsDouble,
  netsDouble,
  type ResursDouble,
  resursDouble,
  VirtualClock,
} from "../../src/testing/index.js";
import { type Step, TOKEN } from "./exchange.js";
import { NOW } from "./ours.js";
import { recorderBefore } from "./recorder.js";

type Json = Record<string, unknown>;

const asking =
  (url: string, headers: Record<string, string>) => async (method: string, path: string, body?: unknown) => {
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    return (text.startsWith("{") ? JSON.parse(text) : {}) as Json;
  };

type As = (headers: Record<string, string>) => ReturnType<typeof asking>;
/** All that is said to the bank in a life and answered, in order. */
const recorded = async <Bank extends { url: string; close(): Promise<void> }>(
  bank: Bank,
  life: (bank: Bank, as: As) => Promise<void>,
): Promise<Step[]> => {
  const between = await recorderBefore(bank.url);
  await life(bank, (headers) => asking(between.url, headers));
  await Promise.all([between.close(), bank.close()]);
  return between.steps;
};

const urls = { failUrl: "https://shop.example/f", successUrl: "https://shop.example/s" };
const lines = [{ description: "Tea", quantity: 1, quantityUnit: "pcs", vatRate: 25, totalAmountIncludingVat: 500 }];

const merchant = async (bank: ResursDouble, as: As): Promise<void> => {
  const body = "grant_type=client_credentials&client_id=shop&client_secret=secret&scope=merchant-api";
  const given = await as({})("POST", TOKEN.slice("POST ".length), body);
  const ask = as({ authorization: `Bearer ${given.access_token}` });
  const { id } = await ask("POST", "/v2/payments", {
    storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555",
    paymentMethodId: "7d63eb50-94b4-4238-8c0d-22d095bfe46b",
    order: { orderReference: "order12345", orderLines: lines },
    application: { requestedCreditLimit: 500 },
    customer: {
      customerType: "NATURAL",
      contactPerson: "Testa Testsson",
      governmentId: "198305147715",
      email: "testa@example.com",
      mobilePhone: "0701234567",
      deliveryAddress: {
        fullName: "Testa Testsson",
        firstName: "Testa",
        lastName: "Testsson",
        addressRow1: "Testgatan 1",
        addressRow2: "2 tr",
        postalArea: "Teststad",
        postalCode: "12345",
        countryCode: "SE",
      },
      deviceInfo: { ip: "192.0.2.1", userAgent: "Test browser 1.2" },
    },
    metadata: { creator: "a platform" },
    options: {
      initiatedOnCustomersDevice: true,
      deliverLinks: false,
      handleFrozenPayments: true,
      handleManualInspection: false,
      automaticCapture: false,
      redirectionUrls: { customer: urls, coApplicant: urls, merchant: urls },
      timeToLiveInMinutes: 120,
    },
  });
  bank.customerSigns(String(id));
  const more = { orderLines: lines, creator: "shop", transactionId: "t-1" };
  await ask("POST", `/v2/payments/${id}/capture`, { ...more, invoiceId: "i-1" });
  await ask("POST", `/v2/payments/${id}/refund`, { ...more, transactionId: "t-2", refundNoteId: "r-1" });
  const { order } = (await ask("GET", `/v2/payments/${id}`)) as { order: { actionLog: { actionId: string }[] } };
  await ask("GET", `/v2/payments/${id}/actions/${order.actionLog.at(-1)?.actionId}`);
  await ask("PUT", `/v2/payments/${id}/metadata`, { creator: "shop", custom: [{ key: "a", value: "b" }] });
  await ask("GET", "/v2/payments/00000000-0000-4000-8000-000000000000");
};

const item = {
  reference: "tea",
  name: "Tea",
  quantity: 1,
  unit: "pcs",
  unitPrice: 500,
  taxRate: 0,
  taxAmount: 0,
  grossTotalAmount: 500,
  netTotalAmount: 500,
};

const home = {
  addressLine1: "Testgatan 1",
  addressLine2: "2 tr",
  postalCode: "12345",
  city: "Teststad",
  country: "SWE",
};

const notifications = {
  webHooks: [
    {
      eventName: "payment.charge.created.v2",
      url: "https://127.0.0.1:9/nets",
      authorization: "Abcdefgh12345678",
      headers: [{ name: "x", value: "y" }],
    },
  ],
};

/** Begun by a payment, given another card, and charged again: alone and among others. */
const subscriptions = async (bank: NetsDouble, as: As): Promise<void> => {
  const ask = as({ authorization: "secret" });
  const order = { items: [item], amount: 500, currency: "SEK", reference: "1001" };
  const checkout = { termsUrl: "https://shop.example/t" };
  const paid = async (more: Json): Promise<Json> => {
    const { paymentId } = await ask("POST", "/v1/payments", { order, checkout, ...more });
    bank.customerPays(String(paymentId));
    return (await ask("GET", `/v1/payments/${paymentId}`)).payment as Json;
  };
  const begun = await paid({ subscription: { endDate: "2031-11-20T12:00", interval: 0 } });
  const { id: subscriptionId } = begun.subscription as Json;
  await paid({ subscription: { subscriptionId } });
  const open = await paid({ unscheduledSubscription: { create: true } });
  const { unscheduledSubscriptionId } = open.unscheduledSubscription as Json;
  await paid({ unscheduledSubscription: { unscheduledSubscriptionId } });
  const charge = { order, notifications };
  await ask("POST", `/v1/subscriptions/${subscriptionId}/charges`, charge);
  await ask("POST", `/v1/unscheduledsubscriptions/${unscheduledSubscriptionId}/charges`, charge);
  bank.importSubscription("ticket-7", "subscription");
  const many = [
    { subscriptionId, order },
    ...["ticket-7", "ticket-8"].map((externalReference) => ({ externalReference, order })),
  ];
  const bulk = { externalBulkChargeId: "december", notifications, subscriptions: many };
  const { bulkId } = await ask("POST", "/v1/subscriptions/charges", bulk);
  await ask("GET", `/v1/subscriptions/charges/${bulkId}`);
};

const nets = async (bank: NetsDouble, as: As): Promise<void> => {
  const ask = as({ authorization: "secret" });
  const { paymentId: id } = await ask("POST", "/v1/payments", {
    order: { items: [item], amount: 500, currency: "SEK", reference: "1001", shipping: { costSpecified: true } },
    checkout: {
      integrationType: "HostedPaymentPage",
      returnUrl: "https://shop.example/r",
      cancelUrl: "https://shop.example/c",
      termsUrl: "https://shop.example/t",
      merchantTermsUrl: "https://shop.example/m",
      charge: false,
      merchantHandlesConsumerData: true,
      publicDevice: true,
      countryCode: "SWE",
      consumer: {
        email: "testa@example.com",
        reference: "7",
        shippingAddress: home,
        billingAddress: home,
        phoneNumber: { prefix: "+46", number: "701234567" },
        privatePerson: { firstName: "Testa", lastName: "Testsson" },
        company: { name: "Testbolaget", contact: { firstName: "Testa", lastName: "Testsson" } },
      },
      consumerType: { default: "B2C", supportedTypes: ["B2C", "B2B"] },
      shipping: {
        countries: [{ countryCode: "SWE" }],
        merchantHandlesShippingCost: false,
        enableBillingAddress: true,
      },
      appearance: {
        displayOptions: { showMerchantName: true, showOrderSummary: true },
        textOptions: { completePaymentButtonText: "subscribe" },
      },
      shippingCountries: [{ countryCode: "SWE" }],
    },
    notifications,
    merchantNumber: "100000",
    subscription: { endDate: "2031-11-20T12:00", interval: 0 },
    unscheduledSubscription: { create: false },
    paymentMethodsConfiguration: [{ name: "Card", enabled: true }],
    paymentMethods: [{ name: "easyinvoice", fee: item }],
    myReference: "mine",
  });
  await ask("PUT", `/v1/payments/${id}/orderitems`, {
    amount: 500,
    items: [item],
    shipping: { costSpecified: true },
    paymentMethods: [{ name: "easyinvoice", fee: item }],
    currency: "SEK",
    reference: "1002",
  });
  await ask("PUT", `/v1/payments/${id}/myreference`, { myReference: "mine" });
  bank.customerPays(String(id));
  const more = {
    myReference: "mine",
    orderItems: [{ ...item, grossTotalAmount: 200, netTotalAmount: 200, unitPrice: 200 }],
  };
  const charge = {
    ...more,
    amount: 200,
    shipping: { trackingNumber: "7", provider: "Post" },
    paymentMethodReference: "r",
  };
  const { chargeId } = await ask("POST", `/v1/payments/${id}/charges`, charge);
  await ask("GET", `/v1/charges/${chargeId}`);
  const part = [{ ...item, grossTotalAmount: 100, netTotalAmount: 100, unitPrice: 100 }];
  const refund = { myReference: "mine", amount: 100, orderItems: part };
  const { refundId } = await ask("POST", `/v1/charges/${chargeId}/refunds`, refund);
  await ask("POST", `/v1/payments/${id}/refunds`, refund);
  await ask("GET", `/v1/refunds/${refundId}`);
  await ask("GET", `/v1/payments/${id}`);
  await ask("POST", `/v1/payments/${id}/cancels`, { amount: "all" }).catch(() => {});
};

const older = async (bank: LegacyDouble, as: As): Promise<void> => {
  const ask = as({ authorization: `Basic ${btoa("shop:secret")}` });
  const line = {
    artNo: "T",
    description: "Tea",
    quantity: 1,
    unitMeasure: "pcs",
    unitAmountWithoutVat: 400,
    vatPct: 25,
  };
  const place = {
    firstName: "Testa",
    lastName: "Testsson",
    addressRow1: "Testgatan 1",
    addressRow2: "2 tr",
    postalArea: "Teststad",
    postalCode: "12345",
  };
  await ask("POST", "/back-channel", {
    paymentData: { preferredId: "order-2" },
    orderData: {
      orderLines: [{ ...line, totalVatAmount: 100, totalAmount: 500 }],
      totalAmount: 500,
      totalVatAmount: 100,
    },
    customer: { ...madeUpCustomer, address: { ...place, country: "SE", countryCode: "SE" } },
    successUrl: "https://shop.example/s",
    failUrl: "https://shop.example/f",
  });
  const path = "/checkout/payments/order-1";
  const cart = { orderLines: [{ ...line, totalAmountWithVat: 500, totalVatAmount: 100, type: "ORDER_LINE" }] };
  await ask("POST", path, {
    ...cart,
    metaData: [{ key: "CustomerId", value: "7" }],
    customer: {
      governmentId: madeUpCustomer.governmentId,
      email: madeUpCustomer.email,
      mobile: "0701234567",
      deliveryAddress: { ...place, fullName: "Testa Testsson", countryCode: "SE" },
    },
    successUrl: "https://shop.example/s",
    backUrl: "https://shop.example/b",
    shopUrl: "https://shop.example",
  });
  await ask("PUT", path, cart);
  await ask("GET", path);
  bank.customerPays("order-1");
  await ask("GET", path);
  await ask("PUT", path, cart);
  const some = { language: "sv", customerType: "NATURAL", purchaseAmount: "500.00" };
  const message = { "s:Envelope": { "s:Body": { getPaymentMethods: some } } };
  await ask("POST", "/ws/V4/SimplifiedShopFlowService", writeXml(message));
};

export const otherMessages = async (): Promise<Step[]> => {
  const clock = () => ({ clock: new VirtualClock(NOW) });
  const all = [
    recorded(await resursDouble(clock()), merchant),
    recorded(await netsDouble(clock()), nets),
    recorded(await netsDouble(clock()), subscriptions),
    recorded(await legacyDouble(clock()), older),
  ];
  return (await Promise.all(all)).flat();
};
