/** Every message that is known: what our adapters and the doubles say now, and what other people's clients said. */
import { faultsIn, operationAt, type WireFault, type WireOperation } from "../../src/testing/doubles/wire/fields.js";
import { type Api, apis } from "./apis.js";
import { clients, elementIn, type Step, stepsOf } from "./exchange.js";
import { otherMessages } from "./others.js";
import { ourLives } from "./ours.js";

export interface Message {
  api: Api;
  operation: WireOperation;
  part: "request" | "answer";
  /** Who asked. */
  by: "ours" | "theirs";
  content: unknown;
  /** Elements of XML. */
  xml: boolean;
}

/** The form of a request for a token, and what a SOAP message holds. */
const contentOf = (message: unknown): { content: unknown; xml: boolean } => {
  const element = elementIn(message);
  if (element !== null) return { content: element.content, xml: true };
  const isForm = typeof message === "string" && message.includes("grant_type=");
  return { content: isForm ? Object.fromEntries(new URLSearchParams(message)) : message, xml: false };
};

/** The bank's own error in a fault. */
const errorIn = (content: unknown): unknown =>
  (content as { detail?: { ECommerceError?: unknown } } | null)?.detail?.ECommerceError;

const messagesIn = (step: Step, by: Message["by"]): Message[] => {
  const { asks, body, status, answer } = step;
  const found = apis.flatMap((api) => {
    const operation = operationAt(api.operations, asks.replace(/\?.*$/, ""));
    return operation === undefined ? [] : [{ api, operation }];
  });
  const [known] = found;
  if (known === undefined) {
    if (asks.startsWith("HAND ")) return [];
    throw new Error(`nothing is published of ${asks}`);
  }
  const { api } = known;
  const named = (name: string): WireOperation => {
    const operation = api.operations.find((one) => one.name === name);
    if (operation === undefined) throw new Error(`${api.page} has no ${name}`);
    return operation;
  };
  const request: Message = { ...known, part: "request", by, ...contentOf(body) };
  const told = { ...known, part: "answer" as const, by, ...contentOf(answer) };
  // PHP's way to say nothing.
  const isEmpty = body === null || (Array.isArray(body) && body.length === 0);
  const requests = known.operation.request === null && isEmpty ? [] : [request];
  if (status === null || answer === null) return requests;
  if (status < 400) return [...requests, told];
  const fault = errorIn(told.content);
  if (fault !== undefined) return [...requests, { ...told, operation: named("fault"), content: fault }];
  const isByField = typeof answer === "object" && answer !== null && "errors" in answer;
  return [...requests, { ...told, operation: named(isByField ? "validation error" : "error") }];
};

export const everyMessage = async (): Promise<Message[]> => [
  ...(await ourLives()).flatMap((step) => messagesIn(step, "ours")),
  // What is refused for how it is written is no message.
  ...[...(await otherMessages()), ...clients.flatMap(stepsOf)].flatMap((step) =>
    messagesIn(step, "theirs").filter(({ part }) => part === "answer" || step.status !== 400),
  ),
];

/** What the published schema has against it. */
export const against = (message: Message, content = message.content): WireFault[] =>
  faultsIn(content ?? {}, message.operation[message.part] ?? [], { strict: true, xml: message.xml });
