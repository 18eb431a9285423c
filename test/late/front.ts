/** A front between a gateway and its bank that loses the answer to a call, and passes the call on later or never. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { headersOf, textOf } from "../../src/testing/contracts/gateway/front.js";
import { write } from "../../src/testing/doubles/resurs/http.js";
import { type BankOperation, type FrontedBank, frontAnswer } from "../../src/testing/index.js";
import type { VirtualClock } from "../../src/testing/virtual-clock.js";

/** How the answer is lost: a front that gave up, a connection that breaks, nothing at all, a front without its bank. */
export type Loss = "504" | "drop" | "silence" | "404" | "refused repeat";

export interface Plan {
  operation: BankOperation;
  /** What the request carries in its address or body; the first such one is lost. */
  about: string;
  loss: Loss;
  /** Seconds after which the bank gets what was lost; null = never. */
  after: number | null;
}

export interface LateFront {
  url: string;
  plan(plan: Plan): void;
  /** Requests that get no answer before their caller hangs up. */
  held(): number;
  /** How many of the plans have met their call. */
  met(): number;
  /** While it is set no planned call is answered. */
  gate: Promise<void> | null;
  close(): Promise<void>;
}

/** @param refusal how this bank says no to a call that it does not allow */
export const lateFront = async (
  bank: FrontedBank,
  clock: VirtualClock,
  refusal: () => Response,
): Promise<LateFront> => {
  const plans: Plan[] = [];
  const refusals: Plan[] = [];
  let held = 0;
  let met = 0;
  const front: LateFront = {
    url: "",
    plan: (plan) => void plans.push(plan),
    held: () => held,
    met: () => met,
    gate: null,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };

  const passedOn = (request: IncomingMessage, body: string): Promise<Response> => {
    const { method = "GET" } = request;
    const init = { method, headers: headersOf(request), ...(method === "GET" ? {} : { body }) };
    return bank.answer(new Request(new URL(request.url ?? "/", front.url), init));
  };
  const relay = async (response: ServerResponse, reply: Response): Promise<void> => {
    const type = reply.headers.get("content-type");
    if (type !== null) response.setHeader("content-type", type);
    response.writeHead(reply.status).end(await reply.text());
  };
  const lose = async ({ loss, after }: Plan, request: IncomingMessage, response: ServerResponse, body: string) => {
    if (after === 0) await passedOn(request, body);
    else if (after !== null) void clock.sleep(after * 1000).then(() => passedOn(request, body));
    await front.gate;
    switch (loss) {
      case "drop":
        return void response.destroy();
      case "silence":
        if (response.destroyed) return;
        held += 1;
        await new Promise((resolve) => response.once("close", resolve));
        held -= 1;
        return;
      default:
        return write(response, frontAnswer({ status: loss === "404" ? 404 : 504 }));
    }
  };
  const taken = (from: Plan[], operation: BankOperation | null, text: string): Plan | null => {
    const at = from.findIndex((plan) => plan.operation === operation && text.includes(plan.about));
    return at < 0 ? null : (from.splice(at, 1)[0] ?? null);
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const body = await textOf(request);
    const { method = "GET", url: path = "/" } = request;
    const operation = bank.operationOf({ method, path, body });
    const text = `${path} ${body}`;
    const repeated = taken(refusals, operation, text);
    if (repeated !== null) return relay(response, refusal());
    const plan = taken(plans, operation, text);
    if (plan === null) return relay(response, await passedOn(request, body));
    met += 1;
    if (plan.loss === "refused repeat") refusals.push(plan);
    return lose(plan, request, response, body);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return front;
};
