/** A Node server around the app, for those who have none. */
import { serve } from "@hono/node-server";
import { noteSocket } from "../../ports/access.js";

export interface Served {
  url: string;
  /** Takes no more requests; those under way get this long to end (default: none). */
  close(graceMs?: number): Promise<void>;
}

const IDLE_MS = 20;

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
    const serverOptions = { headersTimeout: HEAD_MS, requestTimeout: REQUEST_MS, connectionsCheckingInterval: LOOK_MS };
    const server = serve({ fetch: noted, port, hostname, serverOptions }, (info) => {
      resolve({
        url: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${info.port}`,
        close: (graceMs = 0) =>
          new Promise((done) => {
            const cut = () => "closeAllConnections" in server && server.closeAllConnections();
            const late = graceMs > 0 ? setTimeout(cut, graceMs) : null;
            // A connection that a client keeps open after its last answer would hold us up for the whole time.
            const idle = setInterval(() => "closeIdleConnections" in server && server.closeIdleConnections(), IDLE_MS);
            server.close(() => {
              if (late !== null) clearTimeout(late);
              clearInterval(idle);
              done();
            });
            if (late === null) cut();
          }),
      });
    });
    server.on("error", reject);
  });
