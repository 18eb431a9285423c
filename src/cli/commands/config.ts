/** `config`: checks the configuration, and shows what is in effect. */
import type { Command } from "commander";
import { systemClock } from "../../ports/clock.js";
import { thrownText } from "../../ports/thrown.js";
import { load, shown } from "../config/load.js";
import { withoutEffect } from "../config/no-effect.js";
import type { Ready } from "../config/schema.js";
import { exitCodes, wrongUsage } from "../lib/ending.js";
import { type CheckFinding, failWhereWrong, sayFindings } from "../lib/findings.js";
import { checkDriver } from "../lib/stores.js";
import { complain, say, sayJson } from "../lib/terminal.js";

const check = async (config: Ready, asJson: boolean): Promise<void> => {
  const { checkBanks } = await import("../lib/check-banks.js");
  const { checkStore } = await import("../lib/check-store.js");
  const { gatewaysOf } = await import("../lib/gateways.js");
  const [store, banks] = await Promise.all([
    checkStore(config.store),
    checkBanks(gatewaysOf(config, systemClock()), config),
  ]);
  if (asJson) sayJson({ store, banks });
  else {
    const longest = Math.max("store".length, ...banks.map(({ gateway }) => gateway.length));
    sayFindings([["store", store], ...banks.map((one): [string, CheckFinding] => [one.gateway, one])], longest + 2);
  }
  failWhereWrong([store, ...banks]);
};

export const addConfig = (program: Command): void => {
  program
    .command("config")
    .description("check the configuration and the driver of its store, and show what is in effect, without the secrets")
    .option("--config <file>", "the configuration (default: order-status.config.ts, .mts, .js or .mjs here)")
    .option(
      "--check",
      "looks at the store and asks the banks, too: whether they take key and store, and which payment methods there are",
    )
    .option("--json", "the configuration alone; with --check what was found")
    .addHelpText(
      "after",
      `
Secrets are shown as [secret]; each has to be set, in the environment or in .env beside the file.

Examples:
  $ order-status config
  $ order-status config --check
  $ order-status config --config shops/se.config.ts --json
${exitCodes("serve could not start with it, or a bank does not take it")}`,
    )
    .action(async (options: { config?: string; check?: true; json?: true }) => {
      const { file, checked, config } = await load(options.config);
      await checkDriver(config.store).catch((error: unknown) => {
        throw wrongUsage(`${file}: store: ${thrownText(error)}`);
      });
      complain(withoutEffect(config.settings).map((note) => `note: ${note}`));
      if (options.check) return check(config, options.json ?? false);
      if (!options.json) say(`${file} is valid. Effective configuration:`);
      sayJson(shown(checked));
    });
};
