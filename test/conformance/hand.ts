/** Whoever is no client: the customer by GET, and the shop that callbacks are posted to. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** @param hear what comes to the shop is told to it */
export const handServer = async (
  does: Record<string, (id: string) => unknown>,
  hear: (path: string, body: string) => void,
) => {
  const heard: { path: string; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://hand");
    const answer = (value: unknown) => response.end(JSON.stringify(value ?? null));
    if (request.method === "POST") {
      let body = "";
      for await (const part of request) body += String(part);
      heard.push({ path: pathname, body });
      hear(pathname, body);
      // Nets takes nothing but 200 for heard.
      response.statusCode = pathname === "/nets" || pathname.startsWith("/wc-api/") ? 200 : 202;
      return response.end();
    }
    if (pathname === "/heard") return answer(heard);
    try {
      return answer(does[pathname]?.(searchParams.get("id") ?? ""));
    } catch (error) {
      response.statusCode = 500;
      return answer(String(error));
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
    },
  };
};
