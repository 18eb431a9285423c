#!/usr/bin/env node
/** The command line: one file per command, one exit code per kind of end. */
import { createRequire } from "node:module";
import { Command } from "commander";
import { withoutPasswords } from "../ports/passwords.js";
import { visibleLines } from "../ports/visible.js";
import { endOf, endQuietlyWithReader, endSoon, exitCodes, wrongUsage } from "./lib/ending.js";
import { nearest } from "./lib/nearest.js";
import { complain } from "./lib/terminal.js";

const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };

const program = new Command("order-status")
  .description("Keeps the status of each order correct, and explains it.")
  .version(version)
  .exitOverride()
  // Its messages repeat what was typed.
  .configureOutput({ outputError: (text, write) => write(visibleLines(withoutPasswords(text))) })
  .showHelpAfterError("(order-status help <command> shows how it is used)")
  .addHelpText(
    "after",
    `
Examples:
  $ order-status demo                        an hour of a web shop in a few seconds
  $ order-status scenarios bugs/*.json       order lives as regression tests
  $ order-status simulate --lives 20000      thousands of lives with everything going wrong
  $ order-status why 1001 --store orders.db  why an order is where it is
${exitCodes("something was refused or failed, as data")}`,
  );

// A command's modules are loaded when it is the one that was typed; all of them for the help.
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  demo: async () => (await import("./commands/demo.js")).addDemo,
  init: async () => (await import("./commands/init.js")).addInit,
  config: async () => (await import("./commands/config.js")).addConfig,
  serve: async () => (await import("./commands/serve.js")).addServe,
  inspect: async () => (await import("./commands/inspect.js")).addInspect,
  orders: async () => (await import("./commands/orders.js")).addOrders,
  show: async () => (await import("./commands/show.js")).addShow,
  why: async () => (await import("./commands/why.js")).addWhy,
  decide: async () => (await import("./commands/decide.js")).addDecide,
  send: async () => (await import("./commands/send.js")).addSend,
  can: async () => (await import("./commands/can.js")).addCan,
  reconcile: async () => (await import("./commands/reconcile.js")).addReconcile,
  "dead-letters": async () => (await import("./commands/dead-letters.js")).addDeadLetters,
  subscriptions: async () => (await import("./commands/subscriptions.js")).addSubscriptions,
  repair: async () => (await import("./commands/repair.js")).addRepair,
  apply: async () => (await import("./commands/apply.js")).addApply,
  prune: async () => (await import("./commands/prune.js")).addPrune,
  backup: async () => (await import("./commands/backup.js")).addBackup,
  migrate: async () => (await import("./commands/migrate.js")).addMigrate,
  scenarios: async () => (await import("./commands/scenarios.js")).addScenarios,
  simulate: async () => (await import("./commands/simulate.js")).addSimulate,
  draw: async () => (await import("./commands/draw.js")).addDraw,
  woo: async () => (await import("./commands/woo.js")).addWoo,
};
const [, , typed = "", asked] = process.argv;
const needed = Object.hasOwn(commands, typed) ? [typed] : typed === "--version" ? [] : Object.keys(commands);
for (const name of needed) (await commands[name]?.())?.(program);

endQuietlyWithReader();
// Node's own words would name the process and a flag of Node's.
process.removeAllListeners("warning");
process.on("warning", ({ message }) => complain(`order-status: warning: ${message}`));
// commander shows the whole help for a command that is none.
const checkHelp = (): void => {
  const known = ["help", ...Object.keys(commands)];
  if (typed !== "help" || asked === undefined || asked.startsWith("-") || known.includes(asked)) return;
  const near = nearest(asked, known);
  throw wrongUsage(
    `unknown command "${asked}"; ${near === null ? "order-status --help lists them" : `did you mean ${near}?`}`,
  );
};

try {
  checkHelp();
  await program.parseAsync(typed === "help" && asked === "help" ? [...process.argv.slice(0, 2), "help"] : process.argv);
} catch (error) {
  process.exitCode = endOf(error);
  endSoon();
}
