/** A real HTTP server before a bank that lets everything through, or loses, garbles and holds back what it is told to. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** What a request asks the bank for. `signIn` fetches a token. */
export type BankOperation =
  | "readPayment"
  | "capture"
  | "cancel"
  | "refund"
  | "addOrderLines"
  | "createPayment"
  | "bookSignedPayment"
  | "signIn";

export interface FrontedBank {
  /** Answers as the bank would: a function of one's own, or `forwardTo` a double's address. */
  answer(request: Request): Promise<Response>;
  /** Null = nothing that the contract has a word for. */
  operationOf(request: { method: string; path: string; body: string }): BankOperation | null;
}

export type Trouble =
  /** No answer, ever; `after`: the bank has carried the request out. */
  | { kind: "silence"; after: boolean }
  /** The connection ends without an answer. */
  | { kind: "broken"; after: boolean }
  | { kind: "answer"; after: boolean; status: number; headers?: Record<string, string>; body: string }
  /** The bank's own answer, changed on its way. */
  | { kind: "rewritten"; by(text: string): string }
  /** The answer begins and never ends; nothing more comes. */
  | { kind: "unfinished" }
  /** The answer goes on for as long as it is read. */
  | { kind: "endless" }
  /** An answer that repeats everything it was sent, as error pages do. */
  | { kind: "echo"; status: number }
  | { kind: "redirect"; status: number };

export interface ObservedRequest {
  operation: BankOperation | null;
  headers: IncomingMessage["headers"];
  /** Address, headers and body. */
  text: string;
}

export interface Front {
  url: string;
  /** From now on every request of this kind meets the trouble; null = no more. */
  trouble(operation: BankOperation, trouble: Trouble | null): void;
  /** Requests that are kept waiting right now. */
  held(): number;
  seen: ObservedRequest[];
  /** Address and body of what the bank called back with. */
  calledBack: string[];
  /** Requests that came because somebody followed a redirect. */
  readonly strayed: number;
  /** Endless answers that were read to `MOST_POURED`. */
  readonly drained: number;
  /** From now on nobody listens: a connection is refused. */
  shut(): Promise<void>;
}

/** Nobody should read this much of an answer about one payment. */
const MOST_POURED = 64_000_000;
const ELSEWHERE = "/elsewhere";
/** What comes there is a callback. */
export const CALLED_BACK = "/called-back";

export const textOf = async (request: IncomingMessage): Promise<string> => {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts).toString("utf8");
};

/** Headers that belong to one connection and not to the message. */
const OF_THE_CONNECTION = ["connection", "content-length", "expect", "host", "keep-alive", "transfer-encoding"];

export const headersOf = (request: IncomingMessage): [string, string][] =>
  Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
    value === undefined || OF_THE_CONNECTION.includes(name) ? [] : [[name, String(value)]],
  );

/** Answers with what a server at this address answers. */
export const forwardTo =
  (url: string): FrontedBank["answer"] =>
  async (request) => {
    const { pathname, search } = new URL(request.url);
    const { method, headers } = request;
    const body = method === "GET" ? undefined : await request.text();
    return fetch(`${url}${pathname}${search}`, { method, headers, body, redirect: "manual" });
  };

const pour = (response: ServerResponse): Promise<boolean> =>
  new Promise((resolve) => {
    const part = Buffer.alloc(65_536, "7");
    let poured = 0;
    response.once("close", () => resolve(poured >= MOST_POURED));
    const more = (): void => {
      while (poured < MOST_POURED) {
        poured += part.length;
        if (!response.write(part)) return void response.once("drain", more);
      }
      response.end('"');
    };
    response.writeHead(200, { "content-type": "application/json" });
    response.write('"');
    more();
  });

export const frontOf = async (bank: FrontedBank): Promise<Front & { close(): Promise<void> }> => {
  const troubles = new Map<BankOperation, Trouble>();
  const seen: ObservedRequest[] = [];
  const calledBack: string[] = [];
  let held = 0;
  let strayed = 0;
  let drained = 0;

  const asked = async (request: IncomingMessage, body: string): Promise<{ reply: Response; text: string }> => {
    const { method = "GET" } = request;
    const reply = await bank.answer(
      new Request(new URL(request.url ?? "/", url), {
        method,
        headers: headersOf(request),
        ...(method === "GET" || method === "HEAD" ? {} : { body }),
      }),
    );
    return { reply, text: await reply.text() };
  };

  const relay = (response: ServerResponse, { reply, text }: { reply: Response; text: string }): void => {
    for (const name of ["content-type", "retry-after", "location"]) {
      const value = reply.headers.get(name);
      if (value !== null) response.setHeader(name, value);
    }
    response.writeHead(reply.status).end(text);
  };

  const hold = async (response: ServerResponse): Promise<void> => {
    held += 1;
    await new Promise((resolve) => response.once("close", resolve));
    held -= 1;
  };

  const meet = async (
    trouble: Trouble,
    request: IncomingMessage,
    response: ServerResponse,
    sent: ObservedRequest,
    body: string,
  ) => {
    const json = { "content-type": "application/json" };
    if ("after" in trouble && trouble.after) await asked(request, body);
    switch (trouble.kind) {
      case "silence":
        return hold(response);
      case "broken":
        return void response.destroy();
      case "answer":
        return void response.writeHead(trouble.status, trouble.headers ?? json).end(trouble.body);
      case "rewritten": {
        const { reply, text } = await asked(request, body);
        return relay(response, { reply, text: trouble.by(text) });
      }
      case "unfinished":
        response.writeHead(200, json).write('{"');
        return hold(response);
      case "endless":
        if (await pour(response)) drained += 1;
        return;
      case "echo": {
        const { text } = sent;
        // Under every name that a bank may have for the words of an error.
        const words = {
          code: "ECHO",
          message: text,
          description: text,
          detail: text,
          error: text,
          errors: { a: [text] },
        };
        const more = { userErrorMessage: text, error_description: text, title: text, reason: text };
        return void response.writeHead(trouble.status, json).end(JSON.stringify({ ...words, ...more }));
      }
      case "redirect":
        return void response.writeHead(trouble.status, { location: `${url}${ELSEWHERE}` }).end();
    }
  };

  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    // A connection that is used again would hide that nobody listens any more.
    response.setHeader("connection", "close");
    const body = await textOf(request);
    const { method = "GET", url: path = "/", headers } = request;
    if (path.startsWith(ELSEWHERE)) {
      strayed += 1;
      return void response.writeHead(200, { "content-type": "application/json" }).end("{}");
    }
    if (path.startsWith(CALLED_BACK)) {
      calledBack.push(`${path} ${body}`);
      return void response.writeHead(200).end();
    }
    const operation = bank.operationOf({ method, path, body });
    const sent: ObservedRequest = {
      operation,
      headers,
      text: `${method} ${path}\n${JSON.stringify(headers)}\n${body}`,
    };
    seen.push(sent);
    const trouble = operation === null ? undefined : troubles.get(operation);
    if (trouble === undefined) relay(response, await asked(request, body));
    else await meet(trouble, request, response, sent, body);
  };

  const server = createServer((request, response) => {
    handle(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const shut = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });

  return {
    url,
    trouble: (operation, trouble) => void (trouble ? troubles.set(operation, trouble) : troubles.delete(operation)),
    held: () => held,
    seen,
    calledBack,
    get strayed() {
      return strayed;
    },
    get drained() {
      return drained;
    },
    shut,
    close: shut,
  };
};
