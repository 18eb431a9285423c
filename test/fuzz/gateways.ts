/** What banks may answer: bytes in place of an answer, to every gateway and every call. */
import { Reading } from "../../machines/facts.js";
import { netsEasy } from "../../src/gateways/nets/easy.js";
import { resursMapi } from "../../src/gateways/resurs/mapi.js";
import { resursCheckout, resursHosted, resursSimplified } from "../../src/gateways/resurs-legacy/index.js";
import type { Clock } from "../../src/ports/clock.js";
import type { Gateway, GatewayAnswer, NewPayment } from "../../src/ports/gateway.js";
import { madeUpBooking } from "../../src/testing/doubles/resurs-legacy/customer.js";
import { lines, payment } from "../engine/place.js";
import { bytesOf, type Target } from "./target.js";

/** Nothing is ever late. */
const clock: Clock = {
  now: () => 1_800_000_000_000,
  sleep: (_, signal) => new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
};

const ID = "p-1";
const answer = (status: number, body: unknown) =>
  bytesOf(`${status}\n${typeof body === "string" ? body : JSON.stringify(body)}`);
const soap = (inside: string) =>
  `<?xml version="1.0"?><S:Envelope xmlns:S="http://schemas.xmlsoap.org/soap/envelope/"><S:Body>${inside}</S:Body></S:Envelope>`;
const legacyPayment = `<id>${ID}</id><totalAmount>1000.00</totalAmount><limit>1000.00</limit><paymentDiffs><type>AUTHORIZE</type><transactionId>t</transactionId><paymentSpec><totalAmount>1000.00</totalAmount></paymentSpec></paymentDiffs><fraud>false</fraud><frozen>false</frozen><status>DEBITABLE</status>`;
const netsPayment = {
  payment: {
    paymentId: ID,
    summary: { reservedAmount: 100_000, chargedAmount: 0, refundedAmount: 0, cancelledAmount: 0 },
    paymentDetails: { paymentType: "CARD", paymentMethod: "Visa" },
    orderDetails: { amount: 100_000, currency: "SEK", reference: "o1" },
  },
};

const corpus = [
  ...["ACCEPTED", "FROZEN", "INSPECTION", "REJECTED", "TASK_REDIRECTION_REQUIRED"].map((status) =>
    answer(200, payment(ID, status)),
  ),
  answer(201, {
    id: ID,
    status: "TASK_REDIRECTION_REQUIRED",
    taskRedirectionUrls: { customerUrl: "https://bank.test/x" },
  }),
  answer(200, { completed: true }),
  answer(204, ""),
  answer(400, { traceId: "t", code: "BAD_REQUEST", message: "no", timestamp: "now" }),
  answer(404, { code: 8, message: "no such payment" }),
  answer(429, ""),
  answer(500, "<html>broken</html>"),
  answer(200, netsPayment),
  answer(201, { chargeId: "c", invoice: null }),
  answer(201, { refundId: "r" }),
  answer(201, { paymentId: ID, hostedPaymentPageUrl: "https://nets.test/pay" }),
  answer(400, { errors: { amount: ["too much"] } }),
  answer(402, { message: "Overcharge", code: "1001", source: "internal" }),
  answer(200, soap(`<getPaymentResponse><return>${legacyPayment}</return></getPaymentResponse>`)),
  answer(200, soap(`<getPaymentResponse><payment>${legacyPayment}</payment></getPaymentResponse>`)),
  answer(200, soap("<finalizePaymentResponse/>")),
  answer(200, soap("<annulPaymentResponse/>")),
  answer(200, soap("<creditPaymentResponse/>")),
  answer(
    200,
    soap(
      `<bookPaymentResponse><bookPaymentResult><paymentId>${ID}</paymentId><bookPaymentStatus>SIGNING</bookPaymentStatus><signingUrl>https://bank.test/s</signingUrl></bookPaymentResult></bookPaymentResponse>`,
    ),
  ),
  answer(
    500,
    soap(
      "<S:Fault><faultcode>S:Server</faultcode><faultstring>x</faultstring><detail><ECommerceError><errorTypeId>8</errorTypeId><errorTypeDescription>REFERENCED_DATA_DONT_EXISTS</errorTypeDescription></ECommerceError></detail></S:Fault>",
    ),
  ),
  answer(200, { location: "https://bank.test/hosted" }),
  answer(200, {
    paymentSessionId: ID,
    iframe: "<iframe></iframe>",
    html: "<iframe></iframe>",
    script: "https://bank.test/x.js",
  }),
];

const newPayment: NewPayment = {
  orderId: "o1",
  total: 100_000,
  currency: "SEK",
  lines,
  linkLifetimeMinutes: 120,
  successUrl: "https://shop.test/s",
  failUrl: "https://shop.test/f",
  callbackUrl: "https://shop.test/c",
  preferredId: ID,
};
const kinds = new Set(["ok", "refused", "retry", "unknown"]);
const call = { paymentId: ID, amount: 100_000, key: "o1:1:0" };

const wrongWith = (what: string, given: GatewayAnswer): string | null => {
  if (!kinds.has(given.kind)) return `${what}: ${JSON.stringify(given)} is no answer`;
  if (given.kind !== "ok")
    return given.detail.length > 1000 ? `${what}: a detail of ${given.detail.length} characters` : null;
  if (given.reading === null) return null;
  const read = Reading.safeParse(given.reading);
  if (!read.success) return `${what}: no reading: ${read.error.message.slice(0, 200)}`;
  return read.data.paymentId === ID ? null : `${what}: the reading is of ${read.data.paymentId}`;
};

export const gatewaysTarget = (): Target => {
  let said: { status: number; body: Uint8Array } = { status: 200, body: new Uint8Array() };
  const fetch = async (url: string | URL | Request): Promise<Response> => {
    if (String(url).endsWith("/oauth2/token")) return Response.json({ access_token: "token", expires_in: 3599 });
    const { status, body } = said;
    return new Response(status === 204 || status === 304 || status === 205 ? null : Buffer.from(body), { status });
  };
  const way = { baseUrl: "https://bank.test", clock, fetch };
  const user = { userName: "u", password: "p" };
  const gateways: Gateway[] = [
    resursMapi({ ...way, clientId: "c", clientSecret: "s", storeId: "s", paymentMethodId: "m" }),
    netsEasy({ ...way, secretKey: "secret" }),
    resursSimplified({ ...way, ...user, ...madeUpBooking }),
    resursHosted({ ...way, ...user, hostedUrl: "https://bank.test/hosted" }),
    resursCheckout({ ...way, ...user, checkoutUrl: "https://bank.test/rco" }),
  ];
  let turn = 0;
  return {
    name: "gateways",
    share: 20,
    corpus,
    async fuzz(bytes) {
      const end = bytes.indexOf(10);
      const status = Number(Buffer.from(bytes.subarray(0, end < 0 ? 3 : end)).toString("latin1"));
      said = {
        status: Number.isInteger(status) && status >= 200 && status <= 599 ? status : 200,
        body: bytes.subarray(end + 1),
      };
      turn += 1;
      const gateway = gateways[turn % gateways.length] as Gateway;
      const read = wrongWith(`${gateway.name} read`, await gateway.readPayment(ID));
      if (read !== null) return read;
      const ops = [
        ["capture", () => gateway.capture(call)],
        ["cancel", () => gateway.cancel(call)],
        ["refund", () => gateway.refund({ ...call, lines: null, all: true })],
        ["addOrderLines", () => gateway.addOrderLines({ ...call, lines })],
        [
          "book",
          () => gateway.bookSignedPayment?.({ paymentId: ID }) ?? Promise.resolve({ kind: "ok", reading: null }),
        ],
      ] as const;
      const [name, act] = ops[Math.floor(turn / gateways.length) % ops.length] as (typeof ops)[number];
      const done = wrongWith(`${gateway.name} ${name}`, (await act()) as GatewayAnswer);
      if (done !== null) return done;
      const created = await gateway.createPayment(newPayment);
      if (created.kind === "ok")
        return /^https?:\/\//i.test(created.redirectUrl) || created.redirectUrl === ""
          ? null
          : `${gateway.name} leads to ${created.redirectUrl}`;
      return created.kind === "failed" ? null : `${gateway.name}: ${JSON.stringify(created)} is no answer`;
    },
  };
};
