/** Requests over real sockets, with whatever headers a stranger would send. */
import { request } from "node:http";
import { networkInterfaces } from "node:os";

export interface Knock {
  method?: string;
  body?: string;
  headers?: Record<string, string>;
}

/** `fetch` does not let one choose the Host header; strangers do. */
export const knock = (url: string, { method = "GET", body, headers = {} }: Knock = {}) =>
  new Promise<{ status: number; text: string }>((resolve, reject) => {
    const sent = request(url, { method, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part) => {
        text += part;
      });
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
    });
    sent.on("error", reject);
    sent.end(body);
  });

/** An address of this computer that is not loopback: who comes by it is taken for somebody from elsewhere. null = there is none. */
export const otherAddress = (): string | null =>
  Object.values(networkInterfaces())
    .flatMap((all) => all ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal)?.address ?? null;
