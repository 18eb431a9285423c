/** What was said between a client and a bank's double, as it is kept: a line of JSON for each step. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { readXml } from "../../src/gateways/resurs-legacy/xml.js";

/** The double's own address, in whatever was kept. */
export const BANK = "http://bank.test";

const Step = z.strictObject({
  /** Of the client: what it was about. */
  case: z.string(),
  /** `POST /v2/payments`; `HAND /sign <id>`: the customer; `POST <event or callback>` without a status: what came to the shop. */
  asks: z.string(),
  /** JSON, the text of anything else, or null: none. */
  body: z.unknown(),
  /** Null: nobody was asked. */
  status: z.number().nullable(),
  answer: z.unknown(),
});
export type Step = z.infer<typeof Step>;

export const TOKEN = "POST /oauth2/token";

/** Resurs's PHP client, Nexi's PHP SDK, Nets's plugin for WooCommerce, PHP's SoapClient with the bank's WSDL. */
export const clients = ["ecom", "nexi", "plugin", "soap"] as const;
export type Client = (typeof clients)[number];

export const pathOfRecording = (client: Client): URL =>
  new URL(`../../../test/wire/recorded/${client}.jsonl`, import.meta.url);

export const stepsOf = (client: Client): Step[] =>
  readFileSync(pathOfRecording(client), "utf8")
    .trim()
    .split("\n")
    .map((line) => Step.parse(JSON.parse(line)));

export const kept = (text: string, url: string): unknown => {
  const own = text.replaceAll(url, BANK);
  if (own === "") return null;
  try {
    return JSON.parse(own);
  } catch {
    return own;
  }
};

/** A client that fetches a token for each call is kept doing so once. */
export const asLines = (steps: Step[]): string => {
  const token = steps.find(({ asks }) => asks === TOKEN);
  const worth = steps.filter((step) => step.asks !== TOKEN || step === token);
  const said = worth.map((step) =>
    JSON.stringify(step)
      // Nobody listens where the shop was.
      .replaceAll(/http:\/\/127\.0\.0\.1:\d+/g, "http://127.0.0.1:9")
      // It is charged again whenever it is said again.
      .replaceAll(/"endDate":"\d{4}/g, '"endDate":"2099'),
  );
  return `${said.join("\n")}\n`;
};

/** The element of a SOAP message; null: there is none. */
export const elementIn = (message: unknown): { name: string; content: unknown } | null => {
  const read = typeof message === "string" ? readXml(message) : null;
  const body = (read as { Envelope?: { Body?: object } } | null)?.Envelope?.Body;
  const [name, content] = Object.entries(body ?? {})[0] ?? [];
  return name === undefined ? null : { name, content };
};
