/** `can`: the answer and the reason before the click. Changes nothing. */
import type { Command } from "commander";
import type { Preview } from "../../ports/runtime.js";
import { wordsInHelp } from "../lib/command-words.js";
import { eventTyped } from "../lib/currency.js";
import { exitCodes, refused } from "../lib/ending.js";
import { type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { askAbout, eventNotTaken, sayVerdict } from "../lib/verdict.js";

const run = async (id: string, words: string[], options: RemoteOptions & { json?: true }): Promise<void> => {
  const path = `/orders/${encodeURIComponent(id)}`;
  const body = await eventTyped(words, options, path);
  const response = await askAbout(body, options, `${path}/can`);
  if (response.status === 404) throw refused(`there is no order ${id} at ${options.url}`);
  if (!response.ok) throw await eventNotTaken(response, body);
  await sayVerdict((await response.json()) as Preview, body, options, path);
};

export const addCan = (program: Command): void => {
  remoteOptions(program.command("can"))
    .argument("<order>", "the order's id")
    .argument("<event...>", "what is to happen, in words or as JSON")
    .description("say whether an event would be accepted, and if not, why; based on the last reading of the payment")
    .option("--json", "the whole verdict as JSON")
    .addHelpText(
      "after",
      `${wordsInHelp}

Examples:
  $ order-status can 1001 completed
  $ order-status can 1001 refund 250.00
${exitCodes("the order would refuse it, or would stay as it is")}`,
    )
    .action(run);
};
