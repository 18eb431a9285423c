/** Stands between a client and a double, and keeps what they say. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { elementIn, kept, type Step } from "./exchange.js";

const CONNECTION = ["connection", "content-length", "expect", "host", "keep-alive", "transfer-encoding"];

export interface Recorder {
  url: string;
  steps: Step[];
  /** What the next steps are about. */
  about(name: string): void;
  /** What a hand did, or what was heard. */
  noted(asks: string, body?: unknown): void;
  close(): Promise<void>;
}

export const recorderBefore = async (url: string): Promise<Recorder> => {
  const steps: Step[] = [];
  let about = "";
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += String(part);
    const { method = "GET", url: path = "/" } = request;
    const headers = Object.entries(request.headers).filter(([name]) => !CONNECTION.includes(name));
    const reply = await fetch(`${url}${path}`, {
      method,
      headers: headers as [string, string][],
      redirect: "manual",
      ...(method === "GET" ? {} : { body }),
    });
    const text = await reply.text();
    const service = /\/ws\/V4\/(\w+)$/.exec(path)?.[1];
    const asks = service && method === "POST" ? `SOAP ${service} ${elementIn(body)?.name}` : `${method} ${path}`;
    steps.push({ case: about, asks, body: kept(body, url), status: reply.status, answer: kept(text, url) });
    const type = reply.headers.get("content-type");
    response.writeHead(reply.status, type === null ? {} : { "content-type": type }).end(text);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    steps,
    about: (name) => {
      about = name;
    },
    noted: (asks, body = null) => void steps.push({ case: about, asks, body, status: null, answer: null }),
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
};
