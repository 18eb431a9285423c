/** `woo doctor`: whether a shop and its engine are set up for each other; `woo rehearse` beside it. */
import { existsSync } from "node:fs";
import { type Command, Option } from "commander";
import { systemClock } from "../../ports/clock.js";
import { type DoctorOptions, wooDoctor } from "../../shops/woocommerce/doctor.js";
import { FILES, load } from "../config/load.js";
import { doctorOptions } from "../lib/doctor-options.js";
import { exitCodes, wrongUsage } from "../lib/ending.js";
import { failWhereWrong, sayFindings } from "../lib/findings.js";
import { wholeIn } from "../lib/options.js";
import { sayJson } from "../lib/terminal.js";
import { addRehearse } from "./woo-rehearse.js";

interface Options {
  config?: string;
  url?: string;
  key?: string;
  secret?: string;
  callback?: string;
  webhookSecret?: string;
  holdStock?: number;
  status?: string[];
  json?: true;
}

const addressOf = (text: string): URL => {
  try {
    const url = new URL(text);
    if (url.protocol === "http:" || url.protocol === "https:") return url;
  } catch {}
  throw wrongUsage(`"${text}" is not an address; give it with https://, such as https://shop.example`);
};

/** The longest name of a check, and a space. */
const NAMES = 11;

/** What the configuration here says of the shop; an option or a variable wins over it. */
const configured = async (file: string | undefined): Promise<Partial<DoctorOptions>> => {
  if (file === undefined && !FILES.some((name) => existsSync(name))) return {};
  return doctorOptions((await load(file)).config);
};

const run = async (options: Options): Promise<void> => {
  const { callback, webhookSecret, holdStock, status } = options;
  const known = await configured(options.config);
  const [url, key, secret] = [
    options.url ?? known.url,
    options.key ?? known.consumerKey,
    options.secret ?? known.consumerSecret,
  ];
  if (url === undefined) throw wrongUsage("where is the shop? Give --url, or --config with a configuration");
  addressOf(url);
  if (callback !== undefined) addressOf(callback);
  if (key === undefined || secret === undefined) {
    throw wrongUsage(
      "the doctor needs the shop's keys; set ORDER_STATUS_WOO_KEY and ORDER_STATUS_WOO_SECRET, from WooCommerce › Settings › Advanced › REST API",
    );
  }
  const findings = await wooDoctor({
    ...known,
    url,
    consumerKey: key,
    consumerSecret: secret,
    clock: systemClock(),
    callbackUrl: callback ?? known.callbackUrl ?? null,
    webhookSecret: webhookSecret ?? known.webhookSecret ?? null,
    holdStockMinutes: holdStock ?? known.holdStockMinutes ?? null,
    statuses: status ?? known.statuses ?? [],
  });
  if (options.json) sayJson({ findings });
  else
    sayFindings(
      findings.map((finding) => [finding.check, finding]),
      NAMES,
    );
  failWhereWrong(findings);
};

export const addWoo = (program: Command): void => {
  const woo = program.command("woo").description("check a real WooCommerce shop, and rehearse on one");
  addRehearse(woo);
  woo
    .command("doctor")
    .description("check keys, clock, decimals, hold-stock, webhook and callback, and print the fix for each")
    .option(
      "--config <file>",
      "the configuration (default: order-status.config.ts, .mts, .js or .mjs here, if there is one)",
    )
    .option("--url <url>", "where the shop is, such as https://shop.example (default: the configuration's)")
    .addOption(new Option("--key <key>", "consumer key, ck_…").env("ORDER_STATUS_WOO_KEY"))
    .addOption(new Option("--secret <secret>", "consumer secret, cs_…").env("ORDER_STATUS_WOO_SECRET"))
    .option("--callback <url>", "where the shop's webhooks go to, such as https://engine.example/shop/webhooks")
    .addOption(
      new Option("--webhook-secret <secret>", "what the webhook is signed with").env("ORDER_STATUS_WOO_WEBHOOK_SECRET"),
    )
    .option("--hold-stock <minutes>", "what the engine was told", wholeIn(1, 43_200))
    .option("--status <slug...>", "the shop's own statuses that the engine was told of")
    .option("--json", "the findings as JSON")
    .addHelpText(
      "after",
      `
Nothing is changed. The configuration and .env say where the shop is and with which keys; what is given here takes
precedence. The plugin in the shop is asked, too: it tries the engine and the webhook from its side. What an option holds can be seen by others on this computer, so secrets are better set in the
environment: ORDER_STATUS_WOO_KEY, ORDER_STATUS_WOO_SECRET, ORDER_STATUS_WOO_WEBHOOK_SECRET.

Examples:
  $ order-status woo doctor
  $ order-status woo doctor --url https://shop.example
  $ order-status woo doctor --url https://shop.example --callback https://engine.example/shop/webhooks --hold-stock 60
  $ order-status woo doctor --url https://shop.example --json
${exitCodes("something is wrong, and its fix is printed")}`,
    )
    .action(run);
};
