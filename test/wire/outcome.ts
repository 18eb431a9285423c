/** What comes of an answer in our adapters, whatever they ask with: without a network. */
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursCheckout, resursHosted, resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import { writeXml } from "../../src/gateways/resurs-legacy/xml.js";
import type { Gateway } from "../../src/ports/gateway.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { type Field, operationAt, type WireOperation } from "../../src/testing/doubles/wire/fields.js";
import { VirtualClock } from "../../src/testing/index.js";
import type { Api } from "./apis.js";
import { elementIn } from "./exchange.js";
import type { Message } from "./messages.js";
import { NOW, newPayment, TOTAL } from "./ours.js";
import { sampleOf } from "./sample.js";

type Call = [what: string, ask: () => Promise<unknown> | undefined];

const MINUTE = 60_000;

const moneyCalls = (gateway: Gateway, paymentId: string): Call[] => [
  ["readPayment", () => gateway.readPayment(paymentId)],
  ["createPayment", () => gateway.createPayment(newPayment({ preferredId: paymentId }))],
  ["capture", () => gateway.capture({ paymentId, amount: TOTAL, key: "1001:5:0" })],
  ["cancel", () => gateway.cancel({ paymentId, amount: TOTAL, key: "1001:6:0" })],
  ["refund", () => gateway.refund({ paymentId, amount: TOTAL, lines: null, all: true, key: "1001:7:0" })],
  [
    "refund a part",
    () => gateway.refund({ paymentId, amount: 36_001, lines: null, all: false, refundedBefore: 0, key: "1001:8:0" }),
  ],
];

const merchantCalls = (fetch: typeof globalThis.fetch, clock: VirtualClock, paymentId: string): Call[] => {
  const store = { storeId: "b7f88ac4-baa7-493b-a0a7-d4e14f91f555" };
  const keys = { baseUrl: "https://bank.example", clientId: "shop", clientSecret: "secret" };
  const gateway = resursMapi({ ...keys, ...store, clock, fetch });
  const urls = { successUrl: "https://shop.example/s", failUrl: "https://shop.example/f" };
  return [
    ...moneyCalls(gateway, paymentId),
    ["findCreated", () => gateway.findCreated?.({ orderId: "order#1", attempt: "try-1", ...urls })],
    [
      "findCreated of a try that is on no page",
      () => gateway.findCreated?.({ orderId: "order#1", attempt: "-", ...urls }),
    ],
    ["stores", () => gateway.stores?.()],
    ["paymentMethods", () => gateway.paymentMethods?.()],
    [
      "later",
      async () => {
        clock.set(clock.now() + 10 * MINUTE);
        await gateway.readPayment(paymentId);
      },
    ],
  ];
};

const netsCalls = (fetch: typeof globalThis.fetch, clock: VirtualClock, paymentId: string): Call[] => {
  const gateway = netsEasy({ baseUrl: "https://bank.example", secretKey: "secret", clock, fetch });
  const checkout = {
    reference: "basket",
    checkoutUrl: "https://shop.example/c",
    callbackUrl: "https://shop.example/d",
  };
  const cart = { currency: "SEK", lines: [], total: TOTAL };
  return [
    ...moneyCalls(gateway, paymentId),
    ["openCheckout", () => gateway.openCheckout({ ...checkout, ...cart })],
    ["endPayment", () => gateway.endPayment?.({ paymentId })],
  ];
};

const olderCalls = (fetch: typeof globalThis.fetch, clock: VirtualClock, paymentId: string): Call[] => {
  const keys = { baseUrl: "https://bank.example/ws/V4", userName: "shop", password: "secret", clock, fetch };
  const simplified = resursSimplified({ ...keys, ...madeUpBooking });
  const hosted = resursHosted({ ...keys, hostedUrl: "https://bank.example" });
  const rco = resursCheckout({ ...keys, checkoutUrl: "https://bank.example" });
  const checkout = { ...newPayment(), preferredId: paymentId };
  return [
    ...moneyCalls(simplified, paymentId),
    ["bookSignedPayment", () => simplified.bookSignedPayment?.({ paymentId })],
    ["paymentMethodIds", () => simplified.paymentMethodIds?.()],
    ["hosted", () => hosted.createPayment(checkout)],
    ["openCheckout", () => rco.openCheckout(checkout)],
    ["updateReference", () => rco.updateReference({ from: paymentId, to: "order-7" })],
  ];
};

const callsOf = { "merchant-api": merchantCalls, "nets-easy": netsCalls, "older-flows": olderCalls };

/** Whose payment it is about; undefined: it does not say. */
const idIn = (content: unknown): string | undefined => {
  const {
    id,
    payment,
    return: returned,
  } = content as {
    id?: string;
    payment?: { paymentId?: string };
    return?: { id?: string; paymentId?: string };
  };
  return returned?.id ?? returned?.paymentId ?? payment?.paymentId ?? id;
};

/** What an error is answered with, by its name. */
const STATUS: Record<string, number> = { error: 402, "validation error": 400, fault: 500 };

export interface Answered {
  api: Api;
  /** The table that the answer is of. */
  fields: readonly Field[];
  /** The first operation that has it. */
  name: string;
  /** What was heard of the other operations. */
  heard: Message[];
  /** What the payment is when it is read. */
  scene: unknown;
}

const inEnvelope = (content: object): string => writeXml({ "s:Envelope": { "s:Body": content } });

const xmlOf = ({ name }: WireOperation, content: unknown): string =>
  inEnvelope({ [name === "bookSignedPayment" ? "bookPaymentResponse" : `${name}Response`]: content as object });

const faultOf = (content: unknown): string => inEnvelope({ Fault: { detail: { ECommerceError: content as object } } });

/** The answer with this content wherever its shape stands in it. */
const withInside = (answer: unknown, fields: readonly Field[], shape: readonly Field[], content: unknown): unknown => {
  if (typeof answer !== "object" || answer === null) return answer;
  const inside = fields.flatMap(({ name, kind, list }): [string, unknown][] => {
    const value = (answer as Record<string, unknown>)[name];
    if (kind.of !== "group" || value === undefined) return [];
    if (kind.fields === shape) return [[name, list === null ? content : [content]]];
    return list === null ? [[name, withInside(value, kind.fields, shape, content)]] : [];
  });
  return { ...answer, ...Object.fromEntries(inside) };
};

/** The operation's answer with this content, or with the first that was heard. */
const answerTo = (operation: WireOperation, answered: Answered, content: unknown): Response => {
  const { fields, name, heard, scene } = answered;
  const isXml = operation.asks.startsWith("SOAP ");
  if (name === "fault" && isXml) return new Response(faultOf(content), { status: 500 });
  const refused = STATUS[name];
  if (refused !== undefined && !isXml && operation.name !== "token") return Response.json(content, { status: refused });
  const first = heard.find((one) => one.operation === operation && one.part === "answer");
  const due = operation.answer ?? [];
  const usual = operation.name === "getPayment" ? scene : (first?.content ?? sampleOf(due, isXml));
  const own = operation.answer === fields ? content : withInside(usual, due, fields, content);
  if (isXml) return new Response(xmlOf(operation, own), { headers: { "content-type": "text/xml" } });
  return operation.answer === null ? new Response(null, { status: 204 }) : Response.json(own);
};

/** What our adapters make of it: what they answer, and what they go on to ask. */
export const outcomeOf = async (answered: Answered, content: unknown, base = content): Promise<string> => {
  const { api } = answered;
  const clock = new VirtualClock(NOW);
  const asked: string[] = [];
  const fetch = async (input: Parameters<typeof globalThis.fetch>[0], init?: RequestInit): Promise<Response> => {
    const { pathname } = new URL(String(input));
    const element = elementIn(init?.body);
    const asks =
      element === null ? `${init?.method} ${pathname}` : `SOAP ${pathname.split("/").at(-1)} ${element.name}`;
    const { authorization } = (init?.headers ?? {}) as Record<string, string>;
    asked.push(`${asks} ${authorization}`);
    const operation = operationAt(api.operations, asks);
    if (operation === undefined) throw new Error(`nobody answers ${asks}`);
    return answerTo(operation, answered, content);
  };
  const paymentId = idIn(base) ?? idIn(answered.scene) ?? "order-7";
  const told: unknown[] = [];
  for (const [what, ask] of callsOf[api.page as keyof typeof callsOf](fetch, clock, paymentId)) {
    told.push([what, await ask()]);
  }
  // Made anew each time, and nothing of the answer.
  return JSON.stringify([told, asked], (key, value) =>
    key === "apiDataId" || key === "orderSigningPayload" ? 0 : value,
  );
};
