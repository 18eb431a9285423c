/** `send`: one event to one order, as a merchant or a job would, and what became of it. */
import { randomUUID } from "node:crypto";
import type { Command } from "commander";
import { reasonInWords } from "../../../machines/reasons.js";
import type { Receipt } from "../../runtime/embedded/receipt.js";
import { eventIn, wordsInHelp } from "../lib/command-words.js";
import { exitCodes, exits, refused } from "../lib/ending.js";
import { ask, type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";
import { notTaken, sayVerdict } from "../lib/verdict.js";

interface Options extends RemoteOptions {
  dryRun?: true;
  id?: string;
  json?: true;
}

const inWords = ({ outcome, reason, rule, from, to, repeated }: Receipt): string => {
  const before = repeated ? " (sent before, under this id)" : "";
  if (outcome === "moved") {
    const moved = from === to ? `the order stays ${to}` : `${from} → ${to}`;
    return `done: ${moved}${rule === null ? "" : ` (${rule})`}${before}`;
  }
  const says = reason === null ? "" : `${reasonInWords(reason)} (${reason})`;
  const words = { refused: "refused", deferred: "waits", ignored: "nothing changed" };
  return `${words[outcome]}: ${says}${before}`;
};

const run = async (id: string, words: string[], options: Options): Promise<void> => {
  const event = eventIn(words);
  const path = `/orders/${encodeURIComponent(id)}`;
  const response = await ask(options, `${path}/${options.dryRun ? "can" : "events"}`, {
    method: "POST",
    body: event,
    // What is sent again because nobody heard the answer is one event.
    headers: { "idempotency-key": options.id ?? randomUUID() },
  });
  if (response.status === 404) throw refused(`there is no order ${id} there`);
  if (![200, 202, 409].includes(response.status)) throw await notTaken(response);
  if (options.dryRun) return sayVerdict(await response.json(), options.json);
  const receipt = (await response.json()) as Receipt;
  if (options.json) sayJson(receipt);
  else say(inWords(receipt));
  if (receipt.outcome === "refused") process.exitCode = exits.refused;
};

export const addSend = (program: Command): void => {
  remoteOptions(program.command("send"))
    .argument("<order>", "the order's id")
    .argument("<event...>", "what is to happen, in words or as JSON")
    .description("send one event to one order, and say what became of it")
    .option("--dry-run", "change nothing, and say what would become of it")
    .option("--id <id>", "the event's id for life: sent again under it, nothing happens twice")
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
