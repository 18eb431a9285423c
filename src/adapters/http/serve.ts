/** A Node server around the app, for those who have none. */
import { serve } from "@hono/node-server";

export interface Served {
  url: string;
  /** Takes no more requests; those under way get this long to end (default: none). */
  close(graceMs?: number): Promise<void>;
}

/** Listens; port 0 picks a free one. */
export const listen = (
  fetch: (request: Request) => Response | Promise<Response>,
  { port = 0, hostname = "127.0.0.1" }: { port?: number; hostname?: string } = {},
): Promise<Served> =>
  new Promise((resolve, reject) => {
    const server = serve({ fetch, port, hostname }, (info) => {
      resolve({
        url: `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${info.port}`,
        close: (graceMs = 0) =>
          new Promise((done) => {
            const cut = () => "closeAllConnections" in server && server.closeAllConnections();
            const late = graceMs > 0 ? setTimeout(cut, graceMs) : null;
            server.close(() => {
              if (late !== null) clearTimeout(late);
              done();
            });
            if (late === null) cut();
            else if ("closeIdleConnections" in server) server.closeIdleConnections();
          }),
      });
    });
    server.on("error", reject);
  });
