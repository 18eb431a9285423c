/** What every bank's double stands behind: a real HTTP server on this computer that can answer late, or never. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../../ports/clock.js";
import { type FrontPage, frontAnswer } from "./front-page.js";
import { type HttpAnswer, write } from "./resurs/http.js";

export interface BankServer<Operation> {
  url: string;
  /** The next answer to the operation is worked out at once and sent `ms` later. */
  delayNext(operation: Operation, ms: number): void;
  /** Answers to the operation are worked out at once and kept back until the returned function is called. */
  hold(operation: Operation): () => void;
  /** From now on whatever stands before the bank answers everything; null = it lets everything through again. */
  front(page: FrontPage | null): void;
  /** Requests that are kept waiting right now: until the client hangs up, for `delayNext`, or by `hold`. */
  held(): number;
  close(): Promise<void>;
}

/** @param end aborted by `close`: nothing of this bank goes on after that */
export const bankServer = async <Operation>(options: {
  clock: Clock;
  port: number | undefined;
  end: AbortController;
  /** What was asked for, and the answer: worked out at once; null = no answer, ever. */
  reply(request: IncomingMessage): Promise<{ operation: Operation | null; answer: HttpAnswer | null }>;
}): Promise<BankServer<Operation>> => {
  const { clock, end, reply } = options;
  const delays = new Map<Operation, number[]>();
  const holds = new Map<Operation, Promise<void>>();
  let before: FrontPage | null = null;
  let held = 0;

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    const page = before;
    if (page !== null) {
      if (page.passedOn) await reply(request);
      return write(response, frontAnswer(page));
    }
    const { operation, answer } = await reply(request);
    const delay = operation === null ? undefined : delays.get(operation)?.shift();
    const hold = operation === null ? undefined : holds.get(operation);
    if (answer && delay === undefined && hold === undefined) return write(response, answer);
    if (gone.signal.aborted) return;
    held += 1;
    try {
      await hold;
      if (!answer) await new Promise((resolve) => gone.signal.addEventListener("abort", resolve, { once: true }));
      else if (delay !== undefined) await clock.sleep(delay, AbortSignal.any([end.signal, gone.signal]));
    } finally {
      held -= 1;
    }
    if (answer) write(response, answer);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    delayNext: (operation, ms) => void delays.set(operation, [...(delays.get(operation) ?? []), ms]),
    hold: (operation) => {
      let release = () => {};
      holds.set(operation, new Promise((resolve) => (release = resolve)));
      return () => {
        holds.delete(operation);
        release();
      };
    },
    front: (page) => {
      before = page;
    },
    held: () => held,
    close: () =>
      new Promise((resolve) => {
        end.abort();
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
