/**
 * A receiver of changes over HTTP, as Standard Webhooks has it (standard-webhooks 1.0.0): the headers `webhook-id`,
 * `webhook-timestamp` and `webhook-signature`, and a payload of `type`, `timestamp` and `data`. Given to
 * `engine.subscribe`, it is repeated until the receiver answers 2xx.
 */
import { createHash, createHmac } from "node:crypto";
import { z } from "zod";
import { OrderStatus } from "../../machines/facts.js";
import { wrongIn } from "../../machines/text.js";
import { asking } from "../http-client/exchange.js";
import { type ChangeHandler, type ChangeType, changeTypes, type OrderChange, Undelivered } from "../ports/changes.js";
import { type Clock, systemClock } from "../ports/clock.js";

export interface WebhookOptions {
  url: string;
  /** `whsec_` and 24 to 64 bytes in base64. While one is being changed, the new one first and the old one after it. */
  secret: string | string[];
  /** Which changes are sent. Default: all but `order.decided`. */
  types?: ChangeType[] | undefined;
  /** Only changes of orders that have one of these statuses now. Default: all. */
  statuses?: OrderChange["status"][] | undefined;
  /** How long the receiver may take to answer. Default 15 s. */
  timeoutMs?: number | undefined;
  clock?: Clock | undefined;
  fetch?: typeof globalThis.fetch | undefined;
}

/** What a receiver gets as JSON. */
export interface WebhookPayload {
  type: ChangeType;
  /** When it was decided, ISO 8601. */
  timestamp: string;
  data: OrderChange;
}

const PREFIX = "whsec_";
const [SHORTEST, LONGEST] = [24, 64];

/** What is wrong with a secret, without the secret; null = nothing. */
export const webhookSecretFault = (secret: unknown): string | null => {
  if (typeof secret !== "string") return "a webhook needs a secret";
  const key = secret.slice(PREFIX.length);
  const bytes = Buffer.from(key, "base64");
  const sound = secret.startsWith(PREFIX) && bytes.toString("base64").replace(/=+$/, "") === key.replace(/=+$/, "");
  if (sound && bytes.length >= SHORTEST && bytes.length <= LONGEST) return null;
  return `the secret of a webhook is "${PREFIX}" and ${SHORTEST} to ${LONGEST} bytes in base64; make one with: echo "${PREFIX}$(openssl rand -base64 32)"`;
};

/** @throws TypeError without the secret in it */
const keyOf = (secret: string): Buffer => {
  const fault = webhookSecretFault(secret);
  if (fault !== null) throw new TypeError(fault);
  return Buffer.from(secret.slice(PREFIX.length), "base64");
};

/** The same for every try and every replay. An order's id may hold what a header does not. */
const idOf = ({ id, at }: OrderChange): string =>
  `msg_${createHash("sha256").update(`${id} ${at}`).digest("base64url").slice(0, 32)}`;

/** @param timestamp seconds since the epoch */
export const signatureOf = (key: Buffer, id: string, timestamp: string, body: string): string =>
  `v1,${createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")}`;

/** @param at epoch ms */
const headersOf = (id: string, body: string, keys: Buffer[], at: number): Record<string, string> => {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = keys.map((key) => signatureOf(key, id, timestamp, body));
  return {
    "content-type": "application/json",
    "user-agent": "order-status-engine",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": signatures.join(" "),
  };
};

const GONE = 410;
const usual: ChangeType[] = ["order.placed", "order.status_changed", "order.flagged"];

/** @throws TypeError for an address that is not http(s) or names a user */
const addressOf = (url: string): URL => {
  if (!URL.canParse(url)) throw new TypeError("the address of a webhook is not a URL");
  const address = new URL(url);
  if (!/^https?:$/.test(address.protocol))
    throw new TypeError("the address of a webhook begins with https:// or http://");
  if (address.username !== "" || address.password !== "") {
    throw new TypeError("the address of a webhook names no user and no password: the signature proves who sends");
  }
  return address;
};

/** What JavaScript does not check, and a subscription would wait for in vain. */
const Choice = z.object({
  types: z.array(z.enum(changeTypes)).min(1).optional(),
  statuses: z.array(OrderStatus).min(1).optional(),
  timeoutMs: z
    .number()
    .int()
    .min(1)
    .max(10 * 60_000)
    .optional(),
});

/** @throws TypeError for an option that cannot be one */
export const webhook = (options: WebhookOptions): ChangeHandler => {
  const choice = Choice.safeParse(options);
  if (!choice.success) throw new TypeError(`webhook: ${wrongIn(choice.error)}`);
  const { types = usual, statuses, timeoutMs = 15_000 } = choice.data;
  const { clock = systemClock(), fetch = globalThis.fetch } = options;
  const { origin, pathname, search } = addressOf(options.url);
  const secrets = [options.secret].flat();
  if (secrets.length === 0) throw new TypeError("a webhook needs a secret");
  const keys = secrets.map(keyOf);
  const send = asking({ baseUrl: origin, clock, timeoutMs, fetch, secrets, longestAnswerBytes: 0 });
  const isWanted = ({ type, status }: OrderChange) =>
    types.includes(type) && (statuses === undefined || statuses.includes(status));
  return async (change, { signal }) => {
    if (!isWanted(change)) return;
    const { type, at } = change;
    const body = JSON.stringify({
      type,
      timestamp: new Date(at).toISOString(),
      data: change,
    } satisfies WebhookPayload);
    const headers = headersOf(idOf(change), body, keys, clock.now());
    const answer = await send(`${pathname.slice(1)}${search}`, { method: "POST", headers, body, signal });
    if (answer.kind !== "answer") throw new Undelivered(answer.detail);
    const { status, retryAfterMs } = answer;
    if (status >= 200 && status < 300) return;
    // The receiver says that it is no more: nothing is sent until somebody replays it.
    if (status === GONE) throw new Undelivered(`HTTP ${GONE}`, { final: true });
    throw new Undelivered(`HTTP ${status}`, retryAfterMs === null ? {} : { retryAfterMs });
  };
};
