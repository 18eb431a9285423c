/** What would become of an event, for a person or as JSON. */
import type { OrderStatus } from "../../../machines/facts.js";
import { reasonInWords } from "../../../machines/reasons.js";
import { previewSaid } from "../../core/why/result.js";
import type { Preview, ReceiptReason } from "../../ports/runtime.js";
import { type Ends, exits, wrongUsage } from "./ending.js";
import { ask, type RemoteOptions } from "./remote.js";
import { say, sayJson } from "./terminal.js";

/** What no decision says, but the mailbox. */
const ofMailbox = {
  parked: "The order is parked. See why with: order-status why ORDER",
  threw: "The event could not be processed, and is tried again.",
};

/** The sentence, and the code that scripts and docs know it by. */
export const reasonSaid = (reason: ReceiptReason): string =>
  `${reason === "parked" || reason === "threw" ? ofMailbox[reason] : reasonInWords(reason)} (${reason})`;

/** An order as the API has it. Whoever may not read it gets the answer without amounts. */
interface OrderSeen {
  version: number;
  facts: { order: { status: OrderStatus; currency: string } };
}
export const orderAt = async (options: RemoteOptions, path: string): Promise<OrderSeen | null> => {
  const response = await ask(options, path).catch(() => null);
  return response?.ok ? ((await response.json()) as OrderSeen) : null;
};

/** @param path of the order */
export const sayVerdict = async (
  verdict: Preview,
  options: RemoteOptions & { json?: true },
  path: string,
): Promise<void> => {
  const { allowed, to, effects, reason } = verdict;
  if (!allowed) process.exitCode = exits.refused;
  if (options.json) return sayJson(verdict);
  if (!allowed) return say(`No. ${reasonSaid(reason)}`);
  const seen = await orderAt(options, path);
  const { status: from, currency } = seen?.facts.order ?? { status: null, currency: "" };
  say(`Yes. ${previewSaid({ from, to }, effects, currency).en}`);
};

/** What is wrong with a request, as the engine says it, in one line. */
export const notTaken = async (response: Response, what = "event"): Promise<Ends> => {
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { issues?: { path: string; message: string }[]; message?: string };
  };
  const issues = (error?.issues ?? []).map(({ path, message }) => `${path}: ${message}`);
  const why = issues.length > 0 ? issues.join("; ") : (error?.message ?? String(response.status));
  return wrongUsage(`the engine rejected this ${what}: ${why}`);
};
