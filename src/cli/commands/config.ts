/** `config`: checks the configuration, and shows what is in effect. */
import type { Command } from "commander";
import { thrownText } from "../../ports/thrown.js";
import { load, shown } from "../config/load.js";
import { withoutEffect } from "../config/no-effect.js";
import { exitCodes, wrongUsage } from "../lib/ending.js";
import { checkDriver } from "../lib/stores.js";
import { complain, say, sayJson } from "../lib/terminal.js";

export const addConfig = (program: Command): void => {
  program
    .command("config")
    .description("check the configuration and the driver of its store, and show what is in effect, without the secrets")
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
      const { file, checked, config } = await load(options.config);
      await checkDriver(config.store).catch((error: unknown) => {
        throw wrongUsage(`${file}: store: ${thrownText(error)}`);
      });
      complain(withoutEffect(config.settings).map((note) => `note: ${note}`));
      if (!options.json) say(`${file} is valid. Effective configuration:`);
      sayJson(shown(checked));
    });
};
