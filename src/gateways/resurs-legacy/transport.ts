/** The ways to the older services: SOAP 1.1 for shop and after-shop, JSON for the hosted page and the checkout. */
import { z } from "zod";
import { asking, type SendRequest } from "../../http-client/exchange.js";
import { type Clock, systemClock } from "../../ports/clock.js";
import { type Called, failureOf, faultFailure, jsonFailure, unexpected } from "./failure.js";
import { ECommerceError } from "./schema.js";
import { readXml, writeXml } from "./xml.js";

export interface LegacyOptions {
  /** Where the SOAP services are: `https://ecommerce.resurs.com/ws/V4`, or `https://test.resurs.com/ecommerce-test/ws/V4`. */
  baseUrl: string;
  userName: string;
  password: string;
  /** Default: the computer's own. */
  clock?: Clock | undefined;
  timeoutMs?: number | undefined;
  fetch?: typeof globalThis.fetch | undefined;
  name?: string | undefined;
}

const SHOP = {
  service: "SimplifiedShopFlowService",
  namespace: "http://ecommerce.resurs.com/v4/msg/simplifiedshopflow",
};
const AFTER_SHOP = { service: "AfterShopFlowService", namespace: "http://ecommerce.resurs.com/v4/msg/aftershopflow" };

const OPERATIONS = {
  bookPayment: SHOP,
  bookSignedPayment: SHOP,
  getPaymentMethods: SHOP,
  getPayment: AFTER_SHOP,
  finalizePayment: AFTER_SHOP,
  annulPayment: AFTER_SHOP,
  creditPayment: AFTER_SHOP,
};
export type SoapOperation = keyof typeof OPERATIONS;

/** The documents answer bookSignedPayment with the element of bookPayment. */
const answerNames = (operation: SoapOperation): string[] => [
  `${operation}Response`,
  ...(operation === "bookSignedPayment" ? ["bookPaymentResponse"] : []),
];

const Envelope = z.looseObject({ Envelope: z.looseObject({ Body: z.record(z.string(), z.unknown()) }) });
/** The documents' samples call the detail by its type; their tables call it by the exception. */
const Fault = z.looseObject({
  detail: z.union([
    z.looseObject({ ECommerceError }).transform((detail) => detail.ECommerceError),
    z.looseObject({ ECommerceErrorException: ECommerceError }).transform((detail) => detail.ECommerceErrorException),
  ]),
});

export type Soap = (operation: SoapOperation, content: object) => Promise<Called>;

const askFrom = (options: LegacyOptions, baseUrl: string): SendRequest =>
  asking({
    baseUrl,
    clock: options.clock ?? systemClock(),
    timeoutMs: options.timeoutMs ?? 30_000,
    fetch: options.fetch ?? globalThis.fetch,
  });

const authorization = ({ userName, password }: LegacyOptions): string =>
  `Basic ${Buffer.from(`${userName}:${password}`, "utf8").toString("base64")}`;

export const soapOf = (options: LegacyOptions): Soap => {
  const ask = askFrom(options, options.baseUrl);
  return async (operation, content) => {
    const { service, namespace } = OPERATIONS[operation];
    const exchange = await ask(service, {
      method: "POST",
      headers: {
        accept: "text/xml",
        authorization: authorization(options),
        "content-type": "text/xml; charset=utf-8",
        soapaction: '""',
      },
      body: writeXml({
        "soapenv:Envelope": {
          "@_xmlns:soapenv": "http://schemas.xmlsoap.org/soap/envelope/",
          "@_xmlns:msg": namespace,
          "soapenv:Body": { [`msg:${operation}`]: content },
        },
      }),
    });
    const told = exchange.kind === "answer" && typeof exchange.body === "string" ? readXml(exchange.body) : null;
    const body = Envelope.safeParse(told).data?.Envelope.Body;
    const error = Fault.safeParse(body?.Fault).data?.detail;
    if (error) return { kind: "failed", failure: faultFailure(error), code: error.errorTypeId };
    if (exchange.kind !== "answer" || exchange.status < 200 || exchange.status >= 300) {
      return { kind: "failed", failure: failureOf(exchange, false), code: null };
    }
    const name = answerNames(operation).find((one) => body !== undefined && Object.hasOwn(body, one));
    return name === undefined
      ? { kind: "failed", failure: unexpected(operation), code: null }
      : { kind: "done", body: body?.[name] };
  };
};

export type Json = (method: "POST" | "PUT", path: string, body: object) => Promise<Called>;

export const jsonOf = (options: LegacyOptions, baseUrl: string): Json => {
  const ask = askFrom(options, baseUrl);
  return async (method, path, body) => {
    const exchange = await ask(path, {
      method,
      headers: {
        accept: "application/json",
        authorization: authorization(options),
        "content-type": "application/json",
      },
      body: JSON.stringify(body),
    });
    return exchange.kind === "answer" && exchange.status >= 200 && exchange.status < 300
      ? { kind: "done", body: exchange.body }
      : jsonFailure(exchange);
  };
};
