/** `woo rehearse`: the plugin, the shop and the engine with the bank's double, on a staging shop. */
import type { Command } from "commander";
import { wooDoctor } from "../../shops/woocommerce/doctor.js";
import { load } from "../config/load.js";
import { doctorOptions } from "../lib/doctor-options.js";
import { Ends, exitCodes, exits, refused, wrongUsage } from "../lib/ending.js";
import { wholeIn } from "../lib/options.js";
import { complain, paint, say, sayJson } from "../lib/terminal.js";

interface Options {
  config?: string;
  url: string;
  port?: number;
  host?: string;
  customers: number;
  only?: string;
  json?: true;
}

const originOf = (text: string): string => {
  if (!URL.canParse(text)) throw wrongUsage(`"${text}" is not an address; give it with https://`);
  return new URL(text).href.replace(/\/+$/, "");
};

const run = async ({ url, port, host, customers: rounds, only, json, ...options }: Options): Promise<void> => {
  const { file, config } = await load(options.config);
  if (originOf(url) !== originOf(config.shop.url)) {
    throw wrongUsage(`${file} is for ${config.shop.url}; give a configuration of the staging shop with --config`);
  }
  const { openStage } = await import("../lib/rehearsal/stage.js");
  const { rehearse } = await import("../lib/rehearsal/rehearse.js");
  const at = { port: port ?? config.http.port, host: host ?? config.http.host };
  const stage = await openStage(config, at);
  try {
    const amiss = (await wooDoctor(doctorOptions(config))).filter(({ verdict }) => verdict === "wrong");
    if (amiss.length > 0) {
      const says = amiss.map(({ check, says, fix }) => `  ${check}: ${says}; fix: ${fix}`);
      throw new Ends(exits.refused, "the shop is not set up for a rehearsal; nothing was made there:", says);
    }
    const { outcomes, left } = await rehearse(stage, { rounds, ...(only === undefined ? {} : { only }) }, (one) => {
      if (json) return;
      say(`${one.broken.length === 0 ? paint("green", "✓") : paint("red", "✗")} ${one.name} (${one.seconds} s)`);
      say(one.broken.map((says) => `    ${says}`));
    });
    const broken = outcomes.reduce((sum, one) => sum + one.broken.length, 0);
    if (json) sayJson({ outcomes, broken, left });
    else {
      const held = outcomes.filter((one) => one.broken.length === 0).length;
      say(`${held} of ${outcomes.length} held. Orders and product were taken out of the shop again.`);
    }
    if (left.length > 0) complain(`still in the shop, take it out by hand: ${left.join(", ")}`);
    if (outcomes.length === 0) throw wrongUsage(`no act has "${only}" in its name`);
    if (broken > 0) throw refused("the shop did not let the engine do everything");
  } finally {
    await stage.close();
  }
};

export const addRehearse = (woo: Command): void => {
  woo
    .command("rehearse")
    .description("live every door and race on a staging shop, with a test bank, and say what went against a rule")
    .requiredOption("--url <url>", "the staging shop; it has to be the configuration's, so that no other shop is meant")
    .option("--config <file>", "the configuration (default: order-status.config.ts, .mts, .js or .mjs here)")
    .option("--port <number>", "the port to listen on (default: the configuration's)", wholeIn(0, 65_535))
    .option("--host <address>", "the address to listen on (default: the configuration's)")
    .option("--customers <n>", "how many customers pay in the race", wholeIn(1, 10_000), 3)
    .option("--only <words>", "acts with these words in their name")
    .option("--json", "what came of it, as JSON")
    .addHelpText(
      "after",
      `
It takes the engine's place: stop the engine of the staging shop, and start this with the same configuration. The bank is a
double on this computer, and nothing is kept. It makes a hidden product and about twenty-five orders in the shop, and
deletes them at the end; the shop sends its e-mails about them, to its own address and to rehearsal@example.com. What a
person does on the admin pages is not rehearsed: it passes through the same filter of the plugin as REST does.

Examples:
  $ order-status woo rehearse --url https://staging.shop.example
  $ order-status woo rehearse --url https://staging.shop.example --customers 50 --only race
  $ order-status woo rehearse --url https://staging.shop.example --config staging.config.ts --json
${exitCodes("something went against a rule, or the shop is not set up; it is printed")}`,
    )
    .action(run);
};
