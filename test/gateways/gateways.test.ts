/** Both banks' adapters keep the gateway contract, over real HTTP, each against its double. */
import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Reading } from "../../machines/facts.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import {
  type ResursCheckoutOptions,
  type ResursHostedOptions,
  resursCheckout,
  resursHosted,
  resursSimplified,
} from "../../src/gateways/resurs-legacy/index.js";
import type { Gateway } from "../../src/index.js";
import { registrationAt } from "../../src/testing/doubles/resurs-legacy/callbacks.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { legacyDouble } from "../../src/testing/doubles/resurs-legacy/double.js";
import { faultOf } from "../../src/testing/doubles/resurs-legacy/http.js";
import {
  type BankOperation,
  type ContractBooks,
  forwardTo,
  type GatewayFixture,
  gatewayContract,
  netsDouble,
  type PaymentState,
  resursDouble,
} from "../../src/testing/index.js";
import { olderOperation, resursOperation } from "./operations.js";

const TIMEOUT_MS = 30_000;

/** Amounts by state, in minor units. */
const booksIn = (state: PaymentState, total: number, part: number): ContractBooks => {
  const none = { authorized: 0, captured: 0, canceled: 0, refunded: 0 };
  switch (state) {
    case "accepted":
      return { ...none, authorized: total };
    case "partlyCaptured":
      return { ...none, authorized: total - part, captured: part };
    case "captured":
      return { ...none, captured: total };
    case "partlyRefunded":
      return { ...none, captured: total, refunded: part };
    case "refunded":
      return { ...none, captured: total, refunded: total };
    case "cancelled":
      return { ...none, canceled: total };
    default:
      return none;
  }
};

/** The doubles tell their books in major units. */
const minorOf = (books: (ContractBooks & { total: number }) | null): ContractBooks | null =>
  books && {
    authorized: Math.round(books.authorized * 100),
    captured: Math.round(books.captured * 100),
    canceled: Math.round(books.canceled * 100),
    refunded: Math.round(books.refunded * 100),
  };

const majorOf = (amount: number | undefined) => (amount === undefined ? undefined : amount / 100);

const resursStatus: Partial<Record<PaymentState, string>> = {
  waiting: "TASK_REDIRECTION_REQUIRED",
  frozen: "FROZEN",
  rejected: "REJECTED",
};

const resurs: GatewayFixture = {
  can: {
    refundPart: true,
    addOrderLines: true,
    bookSignedPayment: false,
    findsCreated: true,
    expires: true,
    cancelRest: true,
    callsBack: true,
    keys: { sent: ["capture", "refund"], once: [], shown: ["capture", "refund"] },
  },
  async open({ clock, inFrontOf }) {
    const bank = await resursDouble({ clock });
    const baseUrl = await inFrontOf({ answer: forwardTo(bank.url), operationOf: resursOperation });
    const clientSecret = "resurs-client-secret";
    return {
      gateway: resursMapi({ baseUrl, clientId: "shop", clientSecret, clock, timeoutMs: TIMEOUT_MS }),
      timeoutMs: TIMEOUT_MS,
      secrets: [clientSecret],
      unknownId: randomUUID(),
      no: (status) => ({ status, body: JSON.stringify({ traceId: "t-1", code: "NO", message: "no" }) }),
      bring(state, total, part) {
        const id = randomUUID();
        const { authorized, captured, canceled, refunded } = booksIn(state, total, part);
        const status = resursStatus[state] ?? "ACCEPTED";
        const offers = [
          ...(authorized > 0 ? ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] : []),
          ...(captured > refunded ? ["REFUND", "PARTIAL_REFUND"] : []),
        ];
        const order = {
          totalOrderAmount: total / 100,
          authorizedAmount: authorized / 100,
          capturedAmount: captured / 100,
          canceledAmount: canceled / 100,
          refundedAmount: refunded / 100,
          possibleActions: offers,
        };
        const payment = { status, order, application: { approvedCreditLimit: total / 100 } };
        bank.setSeries(id, [{ from: 0, payment, taskStatus: { completed: state !== "waiting" } }]);
        return id;
      },
      portal: { pay: bank.customerSigns, hand: (id, op, amount) => bank.portal(id, op, majorOf(amount)) },
      books: (paymentId) => minorOf(bank.books(paymentId)),
      close: bank.close,
    };
  },
};

const netsOperations: Record<string, BankOperation> = { charges: "capture", cancels: "cancel", refunds: "refund" };

const refundStates = { pending: "Pending", completed: "Completed", failed: "Failed" } as const;

const netsOperation = ({ method, path }: { method: string; path: string }): BankOperation | null => {
  if (method === "GET") return "readPayment";
  if (path === "/v1/payments") return "createPayment";
  return netsOperations[path.split("/").at(-1) ?? ""] ?? null;
};

const nets: GatewayFixture = {
  can: {
    refundPart: true,
    addOrderLines: false,
    bookSignedPayment: false,
    expires: true,
    tellsCurrency: true,
    cancelRest: true,
    callsBack: true,
    refundsLater: true,
    // Nets decides while the customer waits: it freezes nothing afterwards.
    lacks: ["frozen"],
    keys: { sent: ["capture", "refund"], once: ["capture", "refund"], shown: [] },
  },
  async open({ clock, inFrontOf }) {
    const bank = await netsDouble({ clock });
    const baseUrl = await inFrontOf({ answer: forwardTo(bank.url), operationOf: netsOperation });
    const secretKey = "nets-secret-key";
    const authorization = "netsWebhookSecret";
    const newId = () => randomUUID().replaceAll("-", "");
    return {
      gateway: netsEasy({ baseUrl, secretKey, clock, timeoutMs: TIMEOUT_MS, webhook: { authorization } }),
      timeoutMs: TIMEOUT_MS,
      secrets: [secretKey, authorization],
      unknownId: newId(),
      no: (status) => ({ status, body: JSON.stringify({ code: "1001", message: "no", source: "Internal" }) }),
      alsoNo: [402, 500].map((status) => ({
        status,
        body: JSON.stringify({ code: "1005", message: "no", source: "internal" }),
      })),
      bring(state, total, part) {
        const id = newId();
        const { captured, canceled, refunded } = booksIn(state, total, part);
        const reserved = state === "waiting" || state === "rejected" ? 0 : total;
        const summary = {
          reservedAmount: reserved,
          chargedAmount: captured,
          cancelledAmount: canceled,
          refundedAmount: refunded,
        };
        const ended = state === "rejected" ? { terminated: new Date(clock.now()).toISOString() } : {};
        bank.setSeries(id, [{ from: 0, netsPayment: { summary, orderDetails: { amount: total }, ...ended } }]);
        return id;
      },
      portal: {
        pay: (paymentId) => bank.customerPays(paymentId),
        hand: (id, op, amount) => bank.portal(id, op, majorOf(amount)),
      },
      refundTurns: (id, into) => bank.refundTurns(id, refundStates[into]),
      books: (paymentId) => minorOf(bank.books(paymentId)),
      close: bank.close,
    };
  },
};

/** Its payment begins in the bank's frame: opened first, and then told to the order. */
const framed = (options: ResursCheckoutOptions): Gateway => {
  const rco = resursCheckout(options);
  return {
    ...rco,
    async createPayment(payment) {
      const preferredId = randomUUID();
      const opened = await rco.openCheckout({ ...payment, preferredId });
      return opened.kind === "failed" ? opened : rco.createPayment({ ...payment, preferredId });
    },
  };
};

const older = (
  gatewayTo: (options: ResursHostedOptions & ResursCheckoutOptions) => Gateway,
  books: boolean,
): GatewayFixture => ({
  can: {
    refundPart: true,
    addOrderLines: false,
    bookSignedPayment: books,
    cancelRest: true,
    callsBack: true,
    // Before it is booked there is no payment at all, and after that the bank rejects by annulling it.
    lacks: ["waiting", "rejected"],
    keys: {
      sent: ["capture", "refund"],
      spelled: (key) => key.replaceAll(":", "/"),
      once: [],
      shown: ["capture", "refund"],
    },
  },
  async open({ clock, inFrontOf }) {
    const bank = await legacyDouble({ clock });
    const baseUrl = await inFrontOf({
      answer: forwardTo(bank.url),
      operationOf: olderOperation,
    });
    const password = "legacy-password";
    for (const kind of ["UPDATE", "ANNULMENT"] as const) {
      bank.register(kind, registrationAt(`${baseUrl}/called-back`, kind, null));
    }
    const through = (address: string) => address.replace(bank.url, baseUrl);
    return {
      gateway: gatewayTo({
        baseUrl: through(bank.addresses.baseUrl),
        hostedUrl: through(bank.addresses.hostedUrl),
        checkoutUrl: through(bank.addresses.checkoutUrl),
        userName: "shop",
        password,
        clock,
        timeoutMs: TIMEOUT_MS,
      }),
      timeoutMs: TIMEOUT_MS,
      secrets: [password],
      unknownId: randomUUID(),
      // A fault comes with HTTP 500, whatever it is about.
      no: () => {
        const { status, body, headers } = faultOf("21", "no");
        return { status, body: String(body), headers };
      },
      bring(state, total, part) {
        const id = randomUUID();
        if (state !== "waiting") bank.expectPayment(id, total / 100);
        if (state === "waiting" || state === "signed") return id;
        const { authorized, captured, canceled, refunded } = booksIn(state, total, part);
        const order = {
          totalOrderAmount: total / 100,
          authorizedAmount: authorized / 100,
          capturedAmount: captured / 100,
          canceledAmount: canceled / 100,
          refundedAmount: refunded / 100,
          possibleActions: [
            ...(authorized > 0 ? ["CAPTURE", "PARTIAL_CAPTURE", "CANCEL", "PARTIAL_CANCEL"] : []),
            ...(captured > refunded ? ["REFUND", "PARTIAL_REFUND"] : []),
          ],
        };
        bank.setSeries(id, [{ from: 0, payment: { status: state === "frozen" ? "FROZEN" : "ACCEPTED", order } }]);
        return id;
      },
      portal: {
        pay: (paymentId) => (books ? undefined : bank.customerPays(paymentId)),
        hand: (id, op, amount) => bank.portal(id, op, majorOf(amount)),
      },
      books: (paymentId) => minorOf(bank.books(paymentId)),
      close: bank.close,
    };
  },
});

describe.each([
  ["Resurs's Merchant API", resurs],
  ["Nets Easy", nets],
  ["Resurs's simplified flow", older((options) => resursSimplified({ ...options, ...madeUpBooking }), true)],
  ["Resurs's hosted flow", older(resursHosted, false)],
  ["Resurs Checkout", older(framed, false)],
])("%s", (_, fixture) => {
  for (const { title, run } of gatewayContract(fixture)) test(title, run);
});

describe("a gateway is found out that", () => {
  const EXPIRES = "A payment that nobody paid while its link was good reads as ended, with nothing reserved.";
  const CURRENCY = "A reading says in which currency the payment is.";
  const REST = "What is left after a part was captured is let go, with lines that add up or without any.";
  const HANDS = "What a hand does in the bank's portal is called back about, and the reading then shows it.";
  const reading =
    (change: Partial<Reading>) =>
    (right: Gateway): Gateway => ({
      ...right,
      async readPayment(paymentId) {
        const answer = await right.readPayment(paymentId);
        return answer.kind === "ok" ? { ...answer, reading: { ...answer.reading, ...change } } : answer;
      },
    });
  const wrong: [string, (right: Gateway) => Gateway, string[]][] = [
    ["is right", (right) => right, []],
    ["says no currency", reading({ currency: null }), [CURRENCY]],
    ["never sees a payment end", reading({ status: "TASK_REDIRECTION_REQUIRED" }), [EXPIRES]],
    ["lets nothing go", (right) => ({ ...right, cancel: async () => ({ kind: "ok", reading: null }) }), [REST]],
    [
      "does not say where to call back",
      (right) => ({
        ...right,
        createPayment: (payment) => right.createPayment({ ...payment, callbackUrl: "http://127.0.0.1:9/" }),
      }),
      [HANDS],
    ],
  ];
  test.each(wrong)("%s", async (_, change, due) => {
    const open: GatewayFixture["open"] = async (opening) => {
      const opened = await nets.open(opening);
      return { ...opened, gateway: change(opened.gateway) };
    };
    const broken: string[] = [];
    for (const { title, run } of gatewayContract({ ...nets, open })) {
      if (![EXPIRES, CURRENCY, REST, HANDS].includes(title)) continue;
      await run().catch(() => broken.push(title));
    }
    expect(broken).toEqual(due);
  });
});
