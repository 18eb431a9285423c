/** What would become of an event, for a person or as JSON. */
import { OrderEvent } from "../../../machines/events.js";
import { OrderStatus } from "../../../machines/facts.js";
import { type FlagName, remedies } from "../../../machines/flags.js";
import { reasonInWords } from "../../../machines/reasons.js";
import { previewSaid } from "../../core/why/result.js";
import type { Preview, ReceiptReason } from "../../ports/runtime.js";
import { eventWords, type TypedEvent, unknownEvent } from "./command-words.js";
import { Ends, exits, wrongUsage } from "./ending.js";
import { nearest } from "./nearest.js";
import { ask, type RemoteOptions } from "./remote.js";
import { say, sayJson } from "./terminal.js";

/** What no decision says, but the mailbox. */
const ofMailbox = {
  parked: "The order is parked. See why with: order-status why ORDER",
  threw: "The event could not be processed, and is tried again.",
};

/** The sentence, and the code that scripts and docs know it by. @param recorded what is said of an event that is noted */
export const reasonSaid = (reason: ReceiptReason, recorded: string | null): string => {
  if (reason === "recorded" && recorded !== null) return `${recorded} (${reason})`;
  return `${reason === "parked" || reason === "threw" ? ofMailbox[reason] : reasonInWords(reason)} (${reason})`;
};

/** An order as the API has it. Whoever may not read it gets the answer without amounts. */
interface OrderSeen {
  version: number;
  facts: { order: { status: OrderStatus; child?: string; currency: string } };
  flags: { flag: FlagName; clearedAt: number | null }[];
}
export const orderAt = async (options: RemoteOptions, path: string): Promise<OrderSeen | null> => {
  const response = await ask(options, path).catch(() => null);
  return response?.ok ? ((await response.json()) as OrderSeen) : null;
};

/** Asked before the event is sent. @returns what is said in place of "Noted"; null = nothing else */
export const recordedSaid = async (
  { type }: TypedEvent,
  options: RemoteOptions,
  path: string,
): Promise<string | null> => {
  if (type !== "merchant.acknowledged") return null;
  const standing = (await orderAt(options, path))?.flags.filter(({ clearedAt }) => clearedAt === null);
  const isNothing = standing?.every(({ flag }) => !remedies[flag]?.includes(type)) ?? false;
  return isNothing ? "There is nothing to acknowledge." : null;
};

/** What would become of the order, in a sentence or two. */
export const previewIn = async (
  { to, effects }: Preview,
  event: TypedEvent,
  options: RemoteOptions,
  path: string,
): Promise<string> => {
  const seen = await orderAt(options, path);
  const { status: from, currency } = seen?.facts.order ?? { status: null, currency: "" };
  return previewSaid({ from, to, ...ownIn(event) }, effects, currency).en;
};

/** The status of the shop's own that was asked for. */
export const ownIn = ({ type, status }: TypedEvent): { child?: string } =>
  type === "merchant.asked" && typeof status === "string" && !OrderStatus.safeParse(status).success
    ? { child: status }
    : {};

/** What is noted, and settles what shop and bank disagree about. */
const settledSaid = async ({ flags }: Preview, options: RemoteOptions, path: string): Promise<string> => {
  const standing = (await orderAt(options, path))?.flags.filter(({ clearedAt }) => clearedAt === null) ?? [];
  const gone = standing.flatMap(({ flag }) => (flags.includes(flag) ? [] : [flag]));
  return `Noted, and the order is no longer flagged: ${gone.join(", ")}`;
};

/** Of a call that is not known to be lost: it may be on its way. */
const WAITS_FOR_BOOKS =
  "The call would not be sent again; the payment is read for as long as the bank may still book it, and then the order is free.";

const lowered = (text: string): string => text.slice(0, 1).toLowerCase() + text.slice(1);

/** @param path of the order */
export const sayVerdict = async (
  verdict: Preview,
  event: TypedEvent,
  options: RemoteOptions & { json?: true },
  path: string,
): Promise<void> => {
  // Whoever asks for a reading gets one where there is a payment, also if it would change nothing.
  const isReading =
    event.type === "reconcile.asked" && verdict.outcome === "ignored" && verdict.reason !== "no-payment";
  if (!verdict.allowed && !isReading) process.exitCode = exits.refused;
  if (options.json) return sayJson(verdict);
  if (isReading)
    return say(`Yes. The payment would be read; ${lowered(await previewIn(verdict, event, options, path))}`);
  if (!verdict.allowed) return say(`No. ${reasonSaid(verdict.reason, await recordedSaid(event, options, path))}`);
  if (event.type === "merchant.endedWait" && verdict.outcome === "ignored") return say(`Yes. ${WAITS_FOR_BOOKS}`);
  if (verdict.outcome === "ignored") return say(`Yes. ${await settledSaid(verdict, options, path)}`);
  say(`Yes. ${await previewIn(verdict, event, options, path)}`);
};

interface Issue {
  path: string;
  message: string;
}
const whyNotTaken = async (response: Response): Promise<{ issues: Issue[]; message: string }> => {
  const { error } = (await response.json().catch(() => ({}))) as { error?: { issues?: Issue[]; message?: string } };
  return { issues: error?.issues ?? [], message: error?.message ?? String(response.status) };
};
const rejected = (what: string, { issues, message }: Awaited<ReturnType<typeof whyNotTaken>>): Ends =>
  wrongUsage(
    `the engine rejected this ${what}: ${issues.length > 0 ? issues.map((one) => `${one.path}: ${one.message}`).join("; ") : message}`,
  );

/** What is wrong with a request, as the engine says it, in one line. */
export const notTaken = async (response: Response): Promise<Ends> => rejected("request", await whyNotTaken(response));

/** Of a word that is none of ours an engine says whether the shop has such a status; without one it is a wrong word. */
export const askAbout = (
  event: TypedEvent,
  options: RemoteOptions,
  path: string,
  headers: Record<string, string> = {},
): Promise<Response> =>
  ask(options, path, { method: "POST", body: event, headers }).catch((error: unknown) => {
    const { child } = ownIn(event);
    if (child === undefined || !(error instanceof Ends) || error.code !== exits.trouble) throw error;
    throw unknownEvent(child, `${eventWords()}; whether the shop has such a status cannot be asked: ${error.message}`);
  });

const types: string[] = OrderEvent.options.map(({ shape }) => shape.type.value);

/** The same of an event. An engine names all the types that it knows where it does not know one. */
export const eventNotTaken = async (response: Response, { type, status }: TypedEvent): Promise<Error> => {
  const why = await whyNotTaken(response);
  const [issue] = why.issues;
  if (type === "merchant.asked" && issue?.path === "status") return unknownEvent(String(status), issue.message);
  if (types.includes(type) || why.issues[0]?.path !== "type") return rejected("event", why);
  const near = nearest(type, types);
  return wrongUsage(
    `unknown event type ${type}; ${near === null ? "order-status help send lists the words" : `did you mean ${near}?`}`,
  );
};
