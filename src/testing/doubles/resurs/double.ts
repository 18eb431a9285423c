/**
 * A bank to test against: Resurs's Merchant API as a real HTTP server on this computer, with books, faults,
 * test persons and callbacks, in the time of the clock it is given.
 */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { type Clock, systemClock } from "../../../ports/clock.js";
import { bankServer } from "../bank-server.js";
import { requestFaults, saidOf } from "../wire/fields.js";
import { merchantApi } from "../wire/merchant-api.js";
import { accountsOf, answered, type ResursAccount } from "./accounts.js";
import { asideOf, isAside, unsoldAt } from "./aside.js";
import {
  ACTIONS,
  amountOf,
  type BankLine,
  booksAfter,
  inMajor,
  lineOf,
  type MoneyCall,
  major,
  minor,
  objection,
  type ResursBooks,
} from "./books.js";
import type { RecordedCall, ResursDouble } from "./controls.js";
import { deliveriesOf } from "./deliveries.js";
import { heard, stopped } from "./faults.js";
import { type Aside, type HttpAnswer, type HttpCall, type HttpOperation, operationOf, received } from "./http.js";
import { newPayment } from "./orders.js";
import { ACCEPTED_PERSON } from "./persons.js";
import { personFor, signOutcomeIn, signPage } from "./sign-page.js";

export type { SeriesEntry } from "./accounts.js";
export type { RecordedCall, ResursDouble } from "./controls.js";

const TOKEN_LIFE_S = 3599;
/** The bank's documents ask for a form; its own client sends JSON. */
const TokenRequest = z.looseObject({
  grant_type: z.literal("client_credentials"),
  client_id: z.string().min(1),
  client_secret: z.string().min(1),
  scope: z.string().default(""),
});
const SCOPES = ["merchant-api", "mock-merchant-api"];

const CALLBACK_STATUS: Record<string, string> = { ACCEPTED: "AUTHORIZED", FROZEN: "FROZEN", REJECTED: "REJECTED" };

export const resursDouble = async (options: {
  /** Default: the computer's own. */
  clock?: Clock;
  port?: number;
  /** false: the bank does whatever it is asked, possible or not. */
  strict?: boolean;
  /** The only key that it takes, with its one store and that store's methods; left out: any key, store and method. */
  account?: { clientId: string; clientSecret: string };
  /** How many it lists before its own. */ otherStores?: number;
}): Promise<ResursDouble> => {
  const { clock = systemClock(), strict = true, account: own } = options;
  const end = new AbortController();
  const given = new Map<string, number>();
  const calls: RecordedCall[] = [];
  const reads: ResursDouble["reads"] = [];
  const creates: unknown[] = [];
  const deliveries = deliveriesOf(clock, end.signal);
  let tokens = 0;
  let next: { governmentId: string; callbacks: boolean } | null = null;

  const accounts = accountsOf(clock, end.signal, ({ id, customer }, status) => {
    const told = customer?.charges && status === "ACCEPTED" ? "CAPTURED" : CALLBACK_STATUS[status];
    if (told && customer?.callbackUrl) void deliveries.send(customer.callbackUrl, { paymentId: id, status: told });
  });

  const no = (status: number, code: string, message: string): HttpAnswer => ({
    status,
    body: { traceId: randomUUID(), code, message, timestamp: new Date(clock.now()).toISOString() },
  });

  const admitted = (call: HttpCall): boolean => (given.get(call.bearer ?? "") ?? 0) > clock.now();

  const token = (call: HttpCall): HttpAnswer => {
    const asked = TokenRequest.safeParse(call.json ?? Object.fromEntries(new URLSearchParams(call.text))).data;
    const isOwn = !own || (asked?.client_id === own.clientId && asked.client_secret === own.clientSecret);
    if (asked === undefined || !isOwn) return { status: 401, body: { error: "invalid_client" } };
    if (!SCOPES.includes(asked.scope)) return { status: 400, body: { error: "invalid_scope" } };
    tokens += 1;
    const value = randomUUID();
    given.set(value, clock.now() + TOKEN_LIFE_S * 1000);
    return { status: 200, body: { access_token: value, token_type: "Bearer", expires_in: TOKEN_LIFE_S } };
  };

  const unadmitted = (): HttpAnswer => no(401, "UNAUTHORIZED", "The token is missing or no longer valid");

  const create = (call: HttpCall): HttpAnswer => {
    const asked = newPayment(call.json);
    if (!asked.ok) return no(400, "BAD_REQUEST", asked.message);
    const unsold = own ? unsoldAt(asked.shop) : null;
    if (unsold !== null) return no(400, "BAD_REQUEST", unsold);
    const person = next;
    next = null;
    const customer = {
      ...asked.customer,
      governmentId: person?.governmentId ?? asked.customer.governmentId ?? ACCEPTED_PERSON,
      ...(person?.callbacks === false ? { callbackUrl: null, managementUrl: null } : {}),
    };
    const account = accounts.create(customer, asked.lines, asked.minutes, asked.orderReference, asked.fields);
    const page = `${url}/sign/${account.id}`;
    if (account.payment) account.payment.fields.taskRedirectionUrls = { merchantUrl: page, customerUrl: page };
    return { status: 200, body: account.payment && answered(account.id, account.payment) };
  };

  const read = (op: "getPayment" | "getTaskStatuses", { id, payment }: ResursAccount): HttpAnswer => {
    if (!payment) return no(404, "NOT_FOUND", `There is no payment ${id}`);
    if (op === "getPayment") return { status: 200, body: answered(id, payment) };
    return payment.completed === null ? { status: 204 } : { status: 200, body: { completed: payment.completed } };
  };

  /** Changes the books, or says why not. */
  const execute = (op: MoneyCall, account: ResursAccount, call: HttpCall, lines: BankLine[] | null): HttpAnswer => {
    const { id, payment } = account;
    if (!payment) return no(404, "NOT_FOUND", `There is no payment ${id}`);
    if (!payment.books) return no(400, "BAD_REQUEST", "The payment has no order");
    const why = strict ? objection(payment.books, payment.status, op, lines) : null;
    if (why) return no(400, "BAD_REQUEST", why);
    act(op, account, payment.books, lines, {
      transactionId: call.field("transactionId"),
      creator: call.field("creator"),
    });
    return { status: 200, body: answered(id, payment) };
  };

  /** Writes it into the books, and tells whoever is to hear of it. */
  const act = (
    op: MoneyCall,
    { id, payment, customer }: ResursAccount,
    books: ResursBooks,
    lines: BankLine[] | null,
    by: { transactionId?: string | undefined; creator?: string | undefined },
  ): void => {
    if (payment === null) return;
    const actionId = randomUUID();
    payment.books = booksAfter(books, op, { lines, actionId, created: new Date(clock.now()).toISOString(), ...by });
    const url = customer?.managementUrl;
    if (url) void deliveries.send(url, { paymentId: id, action: ACTIONS[op], actionId });
  };

  const portal: ResursDouble["portal"] = (paymentId, op, amount) => {
    const account = accounts.at(paymentId);
    const { payment } = account;
    const lines = amount === undefined ? null : [lineOf(op, minor(amount))];
    const why = payment?.books ? objection(payment.books, payment.status, op, lines) : "there is no such payment";
    if (!payment?.books || why !== null) throw new Error(`${op} of ${paymentId} in the portal: ${why}`);
    act(op, account, payment.books, lines, { creator: "portal" });
  };

  /** null = no answer, ever. */
  const paymentCall = (
    op: Exclude<HttpOperation, Aside | "token" | "createPayment">,
    id: string,
    call: HttpCall,
  ): HttpAnswer | null => {
    const account = accounts.at(id);
    const fault = admitted(call) ? accounts.faultFor(account, op) : null;
    const unheard = stopped(fault);
    if (unheard !== undefined) return unheard;
    const refused = (): HttpAnswer | null => {
      if (!admitted(call)) return unadmitted();
      if (fault?.kind === "not-exist") return no(404, fault.code, `There is no payment ${id}`);
      if (fault?.kind !== "http") return null;
      const headers = fault.retryAfter === null ? undefined : { "retry-after": String(fault.retryAfter) };
      return { ...no(fault.status, "FAULT", `Fault of the scenario: ${fault.status}`), headers };
    };
    if (op === "getPayment" || op === "getTaskStatuses") {
      reads.push({ op, paymentId: id, at: clock.now() });
      return heard(fault, refused() ?? read(op, account));
    }
    const { lines } = call;
    const books = account.payment?.books;
    const amount = books ? major(amountOf(books, op, lines)) : 0;
    const refusal = refused();
    const answer = refusal ?? execute(op, account, call, lines);
    calls.push({
      op,
      paymentId: id,
      amount,
      ...(lines && {
        lines: lines.map((line) => ({
          sku: line.reference ?? line.description ?? "",
          quantity: line.quantity ?? 1,
          total: line.totalAmountIncludingVat,
        })),
      }),
      at: clock.now(),
      key: call.field("transactionId") ?? null,
      applied: answer.status === 200,
      answer: String(heard(fault, answer)?.status ?? "lost"),
    });
    return heard(fault, answer);
  };

  const sign = (paymentId: string): { status: string; redirectUrl: string | null } => {
    const account = accounts.at(paymentId);
    accounts.sign(account);
    const status = account.payment?.status ?? "";
    const { customer } = account;
    return { status, redirectUrl: (status === "REJECTED" ? customer?.failUrl : customer?.successUrl) ?? null };
  };

  const aside = asideOf(accounts, no, { ...options, ownOnly: own !== undefined });

  /** Where the customer goes from the bank's page; or the page. */
  const pageOf = (id: string, call: HttpCall): HttpAnswer | string | null => {
    const { customer, payment } = accounts.at(id);
    if (!customer) return no(404, "NOT_FOUND", "Nobody was sent to this page");
    if (call.method === "GET") {
      const order = payment?.orderFields.orderReference;
      const amount = major(payment?.books?.total ?? 0).toFixed(2);
      return signPage(
        typeof order === "string" ? order : null,
        amount,
        payment?.status === "TASK_REDIRECTION_REQUIRED",
      );
    }
    const outcome = signOutcomeIn(call.text);
    if (outcome === "leave") return customer.failUrl;
    customer.governmentId = personFor(outcome) ?? customer.governmentId;
    return sign(id).redirectUrl;
  };

  const answerTo = (
    operation: HttpOperation | "sign",
    id: string,
    call: HttpCall,
  ): HttpAnswer | null | Promise<HttpAnswer> => {
    if (operation === "token") return token(call);
    const faults = requestFaults(merchantApi, `${call.method} ${call.path}`, call.json);
    if (operation === "createPayment" && admitted(call)) creates.push(call.json);
    if (faults.length > 0) return admitted(call) ? no(400, "BAD_REQUEST", saidOf(faults)) : unadmitted();
    if (operation === "createPayment") return admitted(call) ? create(call) : unadmitted();
    if (isAside(operation)) return admitted(call) ? aside(operation, id, call) : unadmitted();
    if (operation !== "sign") return paymentCall(operation, id, call);
    const redirectUrl = pageOf(id, call);
    if (typeof redirectUrl === "object" && redirectUrl !== null) return redirectUrl;
    return redirectUrl ? { status: 303, headers: { location: redirectUrl } } : { status: 204 };
  };

  const { url, held, hold, delayNext, front, close } = await bankServer<HttpOperation | "sign">({
    clock,
    port: options.port,
    end,
    reply: async (request) => {
      const call = await received(request);
      const { operation, id } = operationOf(call);
      const answer = operation
        ? await answerTo(operation, id, call)
        : no(404, "NOT_FOUND", "There is no such endpoint");
      return { operation, answer };
    },
  });

  return {
    url,
    close,
    setSeries: accounts.setSeries,
    delayNext,
    front,
    hold,
    nextPerson: (governmentId, { callbacks = true } = {}) => {
      next = { governmentId, callbacks };
    },
    customerSigns: sign,
    deliver: async (paymentId, status) => {
      const to = accounts.at(paymentId).customer?.callbackUrl;
      if (to) await deliveries.send(to, { paymentId, status });
    },
    portal,
    forgetTokens: () => given.clear(),
    held,
    delivering: deliveries.underWay,
    books: (paymentId) => {
      const { books } = accounts.at(paymentId).payment ?? {};
      return books ? inMajor(books) : null;
    },
    calls,
    reads,
    creates,
    get tokens() {
      return tokens;
    },
    deliveries: deliveries.list,
  };
};
