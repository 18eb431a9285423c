/** `send`: one event to one order, as a merchant or a job would, and what became of it. */
import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import type { HistoryEntry } from "../../core/record.js";
import { movedFor, resultSaid } from "../../core/why/result.js";
import type { Preview, Receipt } from "../../ports/runtime.js";
import { type TypedEvent, wordsInHelp } from "../lib/command-words.js";
import { eventTyped } from "../lib/currency.js";
import { exitCodes, exits, refused } from "../lib/ending.js";
import { ask, type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";
import { askAbout, eventNotTaken, orderAt, ownIn, reasonSaid, recordedSaid, sayVerdict } from "../lib/verdict.js";

interface Options extends RemoteOptions {
  dryRun?: true;
  id?: string;
  json?: true;
}

/** What is looked through for the readings around the call. */
const LAST_STEPS = 100;

/** Of what moved: the amount, where it can be told, and the status. */
const moved = async (
  { eventId, from, to }: Receipt,
  event: TypedEvent,
  options: Options,
  path: string,
): Promise<string> => {
  const seen = await orderAt(options, path);
  const after = Math.max(0, (seen?.version ?? 0) - LAST_STEPS);
  const response = seen === null ? null : await ask(options, `${path}/history?after=${after}`).catch(() => null);
  const { entries } = response?.ok ? ((await response.json()) as { entries: HistoryEntry[] }) : { entries: [] };
  const status = to ?? seen?.facts.order.status;
  if (status === undefined) return "Done.";
  const money = movedFor(entries, eventId);
  return resultSaid({ from, to: status, ...ownIn(event) }, { money, currency: seen?.facts.order.currency ?? "" }).en;
};

const inWords = async (
  receipt: Receipt,
  event: TypedEvent,
  recorded: string | null,
  options: Options,
  path: string,
): Promise<string> => {
  const before = receipt.repeated ? " (Sent before, under this id: nothing was done again.)" : "";
  if (receipt.outcome === "moved") return (await moved(receipt, event, options, path)) + before;
  const words = { refused: "Refused.", deferred: "Waiting.", ignored: "No change." };
  return `${words[receipt.outcome]} ${reasonSaid(receipt.reason, recorded)}${before}`;
};

const run = async (id: string, words: string[], options: Options): Promise<void> => {
  const path = `/orders/${encodeURIComponent(id)}`;
  const event = await eventTyped(words, options, path);
  const recorded = options.dryRun || options.json ? null : await recordedSaid(event, options, path);
  const response = await askAbout(event, options, `${path}/${options.dryRun ? "can" : "events"}`, {
    // What is sent again because nobody heard the answer is one event.
    "idempotency-key": options.id ?? randomUUID(),
  });
  if (response.status === 404) throw refused(`there is no order ${id} at ${options.url}`);
  if (![200, 202, 409].includes(response.status)) throw await eventNotTaken(response, event);
  if (options.dryRun) return sayVerdict((await response.json()) as Preview, event, options, path);
  const receipt = (await response.json()) as Receipt;
  if (options.json) sayJson(receipt);
  else say(await inWords(receipt, event, recorded, options, path));
  if (receipt.outcome === "refused") process.exitCode = exits.refused;
};

export const addSend = (program: Command): void => {
  remoteOptions(program.command("send"))
    .argument("<order>", "the order's id")
    .argument("<event...>", "what is to happen, in words or as JSON")
    .description("send one event to one order, and report the outcome")
    .option("--dry-run", "change nothing, and show the outcome")
    .option("--id <id>", "the event's id: sent again under the same id, nothing happens twice")
    .option("--json", "the receipt as JSON")
    .addHelpText(
      "after",
      `${wordsInHelp}

Examples:
  $ order-status send 1001 completed
  $ order-status send 1001 refund 50.00 --id refund-17
  $ order-status send 1001 release --dry-run
  $ order-status send 1001 attach 5a1f… nets-easy
  $ order-status send 1001 '{"type":"order.seen","status":"cancelled"}'
${exitCodes("the order refused it, or there is no such order")}`,
    )
    .action(run);
};
