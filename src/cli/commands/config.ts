/** `config`: checks the configuration, and shows what is in effect. */
import type { Command } from "commander";
import { load, shown } from "../config/load.js";
import { exitCodes } from "../lib/ending.js";
import { say, sayJson } from "../lib/terminal.js";

export const addConfig = (program: Command): void => {
  program
    .command("config")
    .description("checks the configuration and shows what is in effect, defaults included, without the secrets")
    .option("--config <file>", "the configuration (default: order-status.config.ts, .mts, .js or .mjs here)")
    .option("--json", "the configuration alone")
    .addHelpText(
      "after",
      `
Secrets are shown as [secret]; each has to be set, in the environment or in .env beside the file.

Examples:
  $ order-status config
  $ order-status config --config shops/se.config.ts --json
${exitCodes("there is no configuration")}`,
    )
    .action(async (options: { config?: string; json?: true }) => {
      const { file, checked } = await load(options.config);
      if (!options.json) say(`${file} is valid. Effective configuration:`);
      sayJson(shown(checked));
    });
};
