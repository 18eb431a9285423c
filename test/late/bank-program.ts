/**
 * A bank that speaks the Merchant API and books late, as a program of its own: `node bank-program.js <seed> <longest s>`.
 * It shares nothing with the engine or with the double. On `GET /books` it tells everything it has booked.
 */
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

type Op = "capture" | "cancel" | "refund" | "order";

interface Booked {
  op: Op;
  key: string | null;
  /** Öre. */
  amount: number;
  at: number;
  /** Milliseconds after the call arrived. */
  after: number;
}

interface Payment {
  id: string;
  total: number;
  authorized: number;
  captured: number;
  canceled: number;
  refunded: number;
  log: Booked[];
  refused: number;
}

interface Body {
  transactionId?: string;
  orderLines?: { totalAmountIncludingVat: number }[];
}

const [seed = 1, longest = 45] = process.argv.slice(2).map(Number);
const payments = new Map<string, Payment>();
const met: Record<string, number> = {};
let state = (seed * 2_654_435_761) % 4_294_967_296;
/** Numerical Recipes' linear congruential generator: as good as a bank's network deserves. */
const luck = (): number => {
  state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
  return state / 4_294_967_296;
};
const count = (what: string): void => {
  met[what] = (met[what] ?? 0) + 1;
};

const send = (response: ServerResponse, status: number, body: unknown): void => {
  if (!response.destroyed) response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
};
const page = (response: ServerResponse, status: number, words: string): void => {
  const html = `<html><head><title>${status} ${words}</title></head><body><h1>${status} ${words}</h1></body></html>`;
  response.writeHead(status, { "content-type": "text/html" }).end(html);
};
const problem = (code: string, message: string) => ({ traceId: `${Math.floor(luck() * 1e9)}`, code, message });

const shown = (p: Payment) => ({
  id: p.id,
  status: "ACCEPTED",
  application: { approvedCreditLimit: (p.total * 2) / 100 },
  order: {
    totalOrderAmount: p.total / 100,
    authorizedAmount: p.authorized / 100,
    capturedAmount: p.captured / 100,
    canceledAmount: p.canceled / 100,
    refundedAmount: p.refunded / 100,
    possibleActions: [
      ...(p.authorized > 0 ? ["CAPTURE", "PARTIAL_CAPTURE"] : []),
      ...(p.authorized > 0 && p.captured === 0 ? ["CANCEL", "PARTIAL_CANCEL"] : []),
      ...(p.captured > p.refunded ? ["REFUND", "PARTIAL_REFUND"] : []),
    ].map((action) => ({ action })),
    actionLog: p.log.map(({ op, key, amount, at }) => ({
      type: op.toUpperCase(),
      transactionId: key,
      amount: amount / 100,
      created: new Date(at).toISOString(),
    })),
  },
});

/** Books the call, or says why not. */
const book = (p: Payment, op: Op, body: Body, arrived: number): string | null => {
  const named = body.orderLines?.reduce((sum, line) => sum + Math.round(line.totalAmountIncludingVat * 100), 0);
  const all = { capture: p.authorized, cancel: p.authorized, refund: p.captured - p.refunded, order: 0 }[op];
  const amount = named ?? all;
  const enough = op === "order" ? p.authorized + p.captured + amount <= 2 * p.total : amount <= all;
  if (amount <= 0 || !enough || (op === "cancel" && p.captured > 0)) {
    p.refused += 1;
    return `${op} of ${amount} is not possible`;
  }
  if (op === "capture") Object.assign(p, { authorized: p.authorized - amount, captured: p.captured + amount });
  if (op === "cancel") Object.assign(p, { authorized: p.authorized - amount, canceled: p.canceled + amount });
  if (op === "refund") p.refunded += amount;
  if (op === "order") p.authorized += amount;
  const at = Date.now();
  p.log.push({ op, key: body.transactionId ?? null, amount, at, after: at - arrived });
  return null;
};

/** Late more often soon than long after. */
const delay = (): number => longest * 1000 * luck() ** 2;

const change = (response: ServerResponse, p: Payment, op: Op, body: Body): void => {
  const arrived = Date.now();
  const roll = luck();
  const later = () => void setTimeout(() => book(p, op, body, arrived), delay());
  if (roll < 0.12) {
    count("504, booked late");
    later();
    return page(response, 504, "Gateway Time-out");
  }
  if (roll < 0.2) {
    count("dropped, booked late");
    later();
    return void response.destroy();
  }
  if (roll < 0.24) {
    count("silence, booked late");
    return later();
  }
  if (roll < 0.28) {
    count("404 of the front, booked late");
    later();
    return page(response, 404, "Not Found");
  }
  if (roll < 0.33) {
    count("504, never booked");
    return page(response, 504, "Gateway Time-out");
  }
  if (roll < 0.37) {
    count("dropped, booked at once");
    book(p, op, body, arrived);
    return void response.destroy();
  }
  const why = book(p, op, body, arrived);
  if (why !== null) {
    count("refused");
    return send(response, 400, problem("BAD_REQUEST", why));
  }
  count("at once");
  send(response, 200, shown(p));
};

const server = createServer(async (request, response) => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const text = Buffer.concat(parts).toString("utf8");
  const { pathname } = new URL(request.url ?? "/", "http://bank");
  if (pathname === "/books") return send(response, 200, { payments: [...payments.values()], met });
  if (pathname === "/oauth2/token") return send(response, 200, { access_token: "a-token", expires_in: 3600 });
  const [, id, rest] = /^\/v2\/payments\/([\w-]+)\/?(.*)$/.exec(pathname) ?? [];
  if (id === undefined) return page(response, 404, "Not Found");
  if (request.method === "PUT") {
    const { total } = JSON.parse(text) as { total: number };
    payments.set(id, { id, total, authorized: total, captured: 0, canceled: 0, refunded: 0, log: [], refused: 0 });
    return send(response, 200, {});
  }
  if (request.method === "GET" && luck() < 0.03) {
    count("reading, 404 of the front");
    return page(response, 404, "Not Found");
  }
  if (request.method === "GET" && luck() < 0.03) {
    count("reading, 502");
    return page(response, 502, "Bad Gateway");
  }
  const payment = payments.get(id);
  if (payment === undefined) return send(response, 404, problem("NOT_FOUND", `There is no payment ${id}`));
  if (request.method === "GET" && rest === "") return send(response, 200, shown(payment));
  if (request.method === "GET") return send(response, 200, { completed: true });
  const op = rest as Op;
  if (!["capture", "cancel", "refund", "order"].includes(op)) return page(response, 404, "Not Found");
  change(response, payment, op, JSON.parse(text || "{}") as Body);
});
server.listen(0, "127.0.0.1", () => {
  process.stdout.write(`http://127.0.0.1:${(server.address() as AddressInfo).port}\n`);
});
