/** A Node server around the app, for those who have none. */
import type { Server } from "node:http";
import { serve } from "@hono/node-server";
import { noteSocket } from "../ports/access.js";
import { HttpConnections } from "./connections.js";

export interface Served {
  url: string;
  /** Goes on, and closes each connection with its next answer. */
  drain(): void;
  /**
   * Takes no more connections. Those that are open get this long to end what is under way (default: none); one on which
   * nothing comes for a second is closed.
   */
  close(graceMs?: number): Promise<void>;
}

/** How often a server that stops looks for connections that have become idle. */
const IDLE_MS = 20;
/** A request may be on its way on an idle connection: it gets this long to arrive. */
const LINGER_MS = 1000;
/** Longer than the minute for which proxies keep an idle connection: who closes it first cuts what the other sends. */
const KEPT_MS = 65_000;

/** A head has as long as a body has. */
const HEAD_MS = 10_000;
/** Head and body of a request that nothing in the app reads: the last resort, behind the admission's own limit. */
const REQUEST_MS = 30_000;
/** How often Node looks for those whose time is over. */
const LOOK_MS = 2000;

/** Listens; port 0 picks a free one. Whoever sends his head or his body too slowly is cut off. */
export const listen = (
  fetch: (request: Request) => Response | Promise<Response>,
  { port = 0, hostname = "127.0.0.1" }: { port?: number; hostname?: string } = {},
): Promise<Served> =>
  new Promise((resolve, reject) => {
    const noted: Parameters<typeof serve>[0]["fetch"] = (request, { incoming }) => {
      noteSocket(request, incoming.socket.remoteAddress);
      return fetch(request);
    };
    const serverOptions = {
      headersTimeout: HEAD_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: LOOK_MS,
      keepAliveTimeout: KEPT_MS,
    };
    const server = serve({ fetch: noted, port, hostname, serverOptions }, (info) => {
      resolve({
        url: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${info.port}`,
        drain: () => connections.end(),
        close: (graceMs = 0) =>
          new Promise((done) => {
            connections.end();
            const late = setTimeout(() => connections.cut(), graceMs);
            const idle = setInterval(() => connections.closeIdle(Math.min(LINGER_MS, graceMs)), IDLE_MS);
            connections.refuse(() => {
              clearTimeout(late);
              clearInterval(idle);
              done();
            });
          }),
      });
    }) as Server;
    const connections = new HttpConnections(server);
    server.on("error", reject);
  });
