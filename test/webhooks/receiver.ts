/** A receiver of webhooks that checks each as the specification says, with none of our code. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { WebhookPayload } from "../../src/webhooks/webhook.js";

export type Verify = (body: string, headers: Record<string, string>, secret: string) => unknown;

/** standard-webhooks 1.0.0, "Verifying webhook authenticity". */
export const verify: Verify = (body, headers, secret) => {
  const { "webhook-id": id = "", "webhook-timestamp": timestamp = "", "webhook-signature": signatures = "" } = headers;
  const age = Date.now() / 1000 - Number(timestamp);
  if (!(Math.abs(age) < 300)) throw new Error(`the timestamp ${timestamp} is ${age} s old`);
  const key = Buffer.from(secret.replace(/^whsec_/, ""), "base64");
  const wanted = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest();
  const matches = signatures.split(" ").some((one) => {
    const [version, signature = ""] = one.split(",");
    const given = Buffer.from(signature, "base64");
    return version === "v1" && given.length === wanted.length && timingSafeEqual(given, wanted);
  });
  if (!matches) throw new Error("no signature matches");
  return JSON.parse(body);
};

export interface Received extends WebhookPayload {
  webhookId: string;
  path: string;
}

/** `lost`: it is taken, and the connection ends before anybody hears so. */
export type Answer = number | "lost" | { status: number; headers: Record<string, string> };

export interface ReceiverOptions {
  secret: string;
  /** What it answers to the nth request, 0 first; left out: 204. */
  answers?: (n: number, received: Received) => Answer | Promise<Answer>;
  check?: Verify;
}

/** Keeps what it took with 2xx, and all that came. */
export const receiver = async ({ secret, answers = () => 204, check = verify }: ReceiverOptions) => {
  const [taken, came, faults]: [Received[], Received[], string[]] = [[], [], []];
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const part of request.setEncoding("utf8")) body += part;
    try {
      const headers = request.headers as Record<string, string>;
      const payload = check(body, headers, secret) as WebhookPayload;
      const received = { ...payload, webhookId: headers["webhook-id"] ?? "", path: request.url ?? "" };
      const answer = await answers(came.push(received) - 1, received);
      if (answer === "lost") {
        taken.push(received);
        response.destroy();
        return;
      }
      const { status, headers: more } = typeof answer === "number" ? { status: answer, headers: {} } : answer;
      if (status < 300) taken.push(received);
      response.writeHead(status, more).end();
    } catch (error) {
      faults.push((error as Error).message);
      response.writeHead(400).end();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = () => {
    server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hooks?for=erp`,
    taken,
    came,
    faults,
    close,
  };
};
