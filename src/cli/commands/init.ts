/** `init`: five questions, and a commented configuration. */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { createInterface } from "node:readline/promises";
import { parseEnv } from "node:util";
import type { Command } from "commander";
import { thrownText } from "../../ports/thrown.js";
import { type Answers, configText, environmentText, sampleOf, variablesOf } from "../config/init-file.js";
import { FILES } from "../config/load.js";
import { GatewayName } from "../config/schema.js";
import { exitCodes, refused, wrongUsage } from "../lib/ending.js";
import { warnIfOthersRead, writePrivate } from "../lib/private-file.js";
import { checkDriver } from "../lib/stores.js";
import { complain, say, sayJson } from "../lib/terminal.js";

interface Options {
  config?: string;
  yes?: true;
  force?: true;
  json?: true;
}

interface Question {
  asks: string;
  otherwise: string;
  /** What is wrong with the answer; null = nothing. */
  wrong(answer: string): string | null;
}

const isAddress = (text: string): boolean => URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
const address = (text: string): string | null =>
  isAddress(text) ? null : `"${text}" is not an address; write it with https://, such as https://shop.example`;
const words = (text: string): string[] => text.split(",").map((word) => word.trim());

const NO_PROXY = "none";
const ways = GatewayName.options.join(", ");
const questions: Record<keyof Answers, Question> = {
  shopUrl: { asks: "Where is your WooCommerce shop?", otherwise: "https://shop.example", wrong: address },
  gateways: {
    asks: `How do its customers pay? One or more of ${ways}, separated by commas`,
    otherwise: "resurs-mapi",
    wrong: (text) => {
      const unknown = words(text).find((word) => !GatewayName.safeParse(word).success);
      return unknown === undefined ? null : `"${unknown}" is none of ${ways}`;
    },
  },
  store: {
    asks: "Where should orders be stored, sqlite or postgres?",
    otherwise: "sqlite",
    wrong: (text) => (text === "sqlite" || text === "postgres" ? null : `write sqlite or postgres, not "${text}"`),
  },
  publicUrl: {
    asks: "What is the public address of this engine, for the bank and the customers?",
    otherwise: "http://127.0.0.1:8080",
    wrong: address,
  },
  sourceHeader: {
    asks: "Which header of your proxy has the client's address, such as x-real-ip? (none = no proxy)",
    otherwise: NO_PROXY,
    wrong: (text) => (/^[\w-]+$/.test(text) ? null : `"${text}" is not the name of a header; write one, or none`),
  },
};

/** Asks on stderr, so that stdout has the result alone; answers may as well come out of a file. */
const asked = async (yes: boolean): Promise<Answers> => {
  const said: Record<string, string> = {};
  const lines = createInterface({
    input: process.stdin,
    output: process.stderr,
    terminal: process.stdin.isTTY === true,
  });
  const answers = lines[Symbol.asyncIterator]();
  try {
    for (const [name, { asks, otherwise, wrong }] of Object.entries(questions)) {
      if (yes) said[name] = otherwise;
      while (said[name] === undefined) {
        process.stderr.write(`${asks} [${otherwise}] `);
        const { done, value } = await answers.next();
        if (done)
          throw wrongUsage("not all questions were answered; nothing was written. --yes takes the answers in brackets");
        const answer = value.trim() || otherwise;
        const fault = wrong(answer);
        if (fault === null) said[name] = answer;
        else complain(fault);
      }
    }
  } finally {
    lines.close();
  }
  const { shopUrl = "", gateways = "", store, publicUrl = "", sourceHeader = NO_PROXY } = said;
  return {
    shopUrl,
    gateways: words(gateways).map((word) => GatewayName.parse(word)),
    store: store === "postgres" ? "postgres" : "sqlite",
    publicUrl,
    ...(sourceHeader !== NO_PROXY && { sourceHeader }),
  };
};

const FROM_THE_PLUGIN = ["ORDER_STATUS_WOO_KEY", "ORDER_STATUS_WOO_SECRET"];

/** What is missing here for the store, with the command that brings it; null = nothing. */
const missingFor = ({ store }: Answers): Promise<string | null> =>
  checkDriver(store === "postgres" ? "postgres://" : "orders.db").then(() => null, thrownText);

const run = async (options: Options): Promise<void> => {
  const file = resolve(options.config ?? FILES[0] ?? "");
  const there =
    options.config === undefined ? FILES.find((name) => existsSync(name)) : existsSync(file) ? file : undefined;
  if (there !== undefined && !options.force) {
    throw refused(`${there} is there already and is left as it is; --force overwrites it, --config writes another`);
  }
  const answers = await asked(options.yes === true);
  const sample = sampleOf(answers);
  await writePrivate(file, configText(sample));
  const variables = variablesOf(sample);
  const beside = join(dirname(file), ".env");
  // It may hold secrets that are nowhere else, so not even --force overwrites it.
  const isNew = !existsSync(beside);
  if (isNew) await writePrivate(beside, environmentText(variables), "wx");
  else warnIfOthersRead(beside);
  const has = { ...parseEnv(await readFile(beside, "utf8")), ...process.env };
  const toFill = variables.filter((name) => !has[name]);
  const command = options.config === undefined ? "order-status serve" : `order-status serve --config ${options.config}`;
  if (options.json) return sayJson({ config: file, environment: beside, toFill, next: command });
  const name = (path: string) => relative(process.cwd(), path) || path;
  say(`Wrote ${name(file)}${isNew ? ` and ${name(beside)}` : `; ${name(beside)} was there and is left as it is`}.`);
  const own = toFill.filter((one) => !FROM_THE_PLUGIN.includes(one));
  if (own.length > 0) say(`Set in ${name(beside)}, or in the environment: ${own.join(", ")}`);
  if (own.length < toFill.length)
    say(`The plugin makes ${FROM_THE_PLUGIN.join(" and ")} in your shop: docs/woocommerce.md, step 4.`);
  const missing = await missingFor(answers);
  if (missing !== null) say(`For the store: ${missing}`);
  say(`Then run: npx ${command}`);
};

export const addInit = (program: Command): void => {
  program
    .command("init")
    .description("ask five questions and write a commented configuration, with the secrets' names in .env")
    .option("--yes", "ask nothing; take the answers in brackets")
    .option("--config <file>", "where to write it (order-status.config.ts)")
    .option("--force", "overwrite an existing file; .env is never overwritten")
    .option("--json", "what was written, as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status init
  $ order-status init --yes
  $ printf 'https://shop.example\\nnets-easy\\nsqlite\\nhttps://engine.example\\nx-real-ip\\n' | order-status init
${exitCodes("there is a configuration already")}`,
    )
    .action(run);
};
