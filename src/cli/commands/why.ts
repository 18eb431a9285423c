/** `why`: why an order is where it is, in a few plain lines. */
import { type Command, Option } from "commander";
import { linesOf, type Tongue, tongues } from "../../core/why.js";
import { exitCodes } from "../lib/ending.js";
import { type LookFlags, lookOption, whyIs } from "../lib/look.js";
import { remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";

export const addWhy = (program: Command): void => {
  remoteOptions(program.command("why"))
    .description("explain an order's status: why, what happens next, and what to do")
    .argument("<order>", "the order's id")
    .addOption(lookOption())
    .addOption(new Option("--language <language>", "of the sentences").choices(tongues).default("en"))
    .option("--json", "the facts, and each with its sentence in both languages, as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status why 1001
  $ order-status why 1001 --store orders.db
  $ order-status why 1001 --language sv
${exitCodes("there is no such order")}`,
    )
    .action(async (id: string, options: LookFlags & { language: Tongue }) => {
      const told = await whyIs(id, options);
      if (options.json) sayJson(told);
      else say(linesOf(told, options.language));
    });
};
