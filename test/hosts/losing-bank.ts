/** Between a shop's server and its bank: when told to, it loses answers, and what it passes on arrives late or never. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout } from "node:timers/promises";
import { forwardTo, headersOf, textOf } from "../../src/testing/contracts/gateway/front.js";
import { Chance } from "../../src/testing/simulator/chance.js";

/** When the bank gets what was asked of it: at once, so many milliseconds later, or never. */
type Passed = "at once" | "late" | "never";
interface Loss {
  answer: "504" | "dropped";
  passed: Passed;
}

const LOSSES: Loss[] = [
  { answer: "504", passed: "at once" },
  { answer: "dropped", passed: "at once" },
  { answer: "504", passed: "late" },
  { answer: "dropped", passed: "late" },
  { answer: "504", passed: "never" },
];
const LATEST_MS = 8_000;
/** Of the calls that change something, and of the readings. */
const LOST = 0.25;
const UNREAD = 0.03;

export interface LosingBank {
  url: string;
  /** From now on it loses; the seed says what. */
  loses(seed: number): void;
  /** How often each happened. */
  readonly lost: Record<string, number>;
  /** The bank reports a payment of which it has said nothing so far, or says it once more. */
  reports(paymentId: string): Promise<void>;
  close(): Promise<void>;
}

interface Created {
  options?: { callbacks?: { authorization?: { url?: string } } };
}

export const losingBank = async (bankUrl: string): Promise<LosingBank> => {
  const bank = forwardTo(bankUrl);
  let chance: Chance | null = null;
  const lost: Record<string, number> = {};
  /** Where the bank is to report each payment, by its id. */
  const callbacks = new Map<string, string>();
  const met = new Set<string>();

  const passOn = async (request: IncomingMessage, body: string): Promise<Response> => {
    const { method = "GET", url = "/" } = request;
    const init = { method, headers: headersOf(request), ...(method === "GET" ? {} : { body }) };
    const answer = await bank(new Request(new URL(url, bankUrl), init));
    if (url === "/v2/payments" && answer.ok) {
      const to = (JSON.parse(body) as Created).options?.callbacks?.authorization?.url;
      const { id } = (await answer.clone().json()) as { id: string };
      if (to) callbacks.set(id, to);
    }
    return answer;
  };

  /** A call is lost once at most, so that a life has an end. */
  const lossOf = ({ method, url = "/" }: IncomingMessage, body: string): Loss | null => {
    if (chance === null || url.includes("oauth2")) return null;
    if (method === "GET") return chance.happens(UNREAD) ? { answer: "504", passed: "never" } : null;
    const call = `${url} ${body}`;
    if (met.has(call) || !chance.happens(LOST)) return null;
    met.add(call);
    return chance.one(LOSSES);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const loss = lossOf(request, body);
    if (loss === null) {
      const answer = await passOn(request, body);
      const type = answer.headers.get("content-type") ?? "application/json";
      response.writeHead(answer.status, { "content-type": type }).end(await answer.text());
      return;
    }
    const what = `${request.method === "GET" ? "reading" : "call"}: ${loss.answer}, passed on ${loss.passed}`;
    lost[what] = (lost[what] ?? 0) + 1;
    if (loss.passed === "at once") await passOn(request, body);
    if (loss.passed === "late") {
      const ms = chance?.between(500, LATEST_MS);
      void setTimeout(ms, undefined, { ref: false })
        .then(() => passOn(request, body))
        .catch(() => undefined);
    }
    if (loss.answer === "dropped") response.destroy();
    else response.writeHead(504, { "content-type": "text/html" }).end("<html><h1>504 Gateway Time-out</h1></html>");
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loses: (seed) => {
      chance = new Chance(seed);
    },
    lost,
    async reports(paymentId) {
      const to = callbacks.get(paymentId);
      const said = { paymentId, status: "AUTHORIZED", created: new Date().toISOString() };
      const headers = { "content-type": "application/json" };
      if (to !== undefined) await fetch(to, { method: "POST", headers, body: JSON.stringify(said) });
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
