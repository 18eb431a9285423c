/** A Node server around the app, for those who have none. */
import { serve } from "@hono/node-server";

export interface Served {
  url: string;
  close(): Promise<void>;
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
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ("closeAllConnections" in server) server.closeAllConnections();
          }),
      });
    });
    server.on("error", reject);
  });
