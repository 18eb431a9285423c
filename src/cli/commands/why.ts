/** `why`: why an order is where it is, in at most five lines. */
import type { Command } from "commander";
import { exitCodes } from "../lib/ending.js";
import { type LookFlags, whyIs } from "../lib/look.js";
import { remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";

export const addWhy = (program: Command): void => {
  remoteOptions(program.command("why"))
    .description("why an order is where it is, what comes next and what to do, in at most five lines")
    .argument("<order>", "the order's id")
    .option("--db <file>", "look into this file instead; works beside a running engine")
    .option("--json", "the lines as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status why 1001
  $ order-status why 1001 --db orders.db
${exitCodes("there is no such order")}`,
    )
    .action(async (id: string, options: LookFlags) => {
      const lines = await whyIs(id, options);
      if (options.json) sayJson({ orderId: id, lines });
      else say(lines);
    });
};
