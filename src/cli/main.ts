#!/usr/bin/env node
/** The command line: one file per command, one exit code per kind of end. */
import { createRequire } from "node:module";
import { Command } from "commander";
import { withoutPasswords } from "../ports/passwords.js";
import { visibleLines } from "../ports/visible.js";
import { endOf, endQuietlyWithReader, endSoon, exitCodes } from "./ending.js";
import { complain } from "./terminal.js";

const { version } = createRequire(import.meta.url)("../../../package.json") as { version: string };

const program = new Command("order-status")
  .description("Decides the status of an order once and right, and says why.")
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
  $ order-status why 1001 --db orders.db     why an order is where it is
${exitCodes("something was refused or failed, as data")}`,
  );

// A command's modules are loaded when it is the one that was typed; all of them for the help.
const commands: Record<string, () => Promise<(program: Command) => void>> = {
  demo: async () => (await import("./demo.js")).addDemo,
  init: async () => (await import("./init.js")).addInit,
  config: async () => (await import("./config.js")).addConfig,
  serve: async () => (await import("./serve.js")).addServe,
  inspect: async () => (await import("./inspect.js")).addInspect,
  show: async () => (await import("./show.js")).addShow,
  why: async () => (await import("./why.js")).addWhy,
  decide: async () => (await import("./decide.js")).addDecide,
  can: async () => (await import("./can.js")).addCan,
  reconcile: async () => (await import("./reconcile.js")).addReconcile,
  "dead-letters": async () => (await import("./dead-letters.js")).addDeadLetters,
  repair: async () => (await import("./repair.js")).addRepair,
  apply: async () => (await import("./apply.js")).addApply,
  prune: async () => (await import("./prune.js")).addPrune,
  backup: async () => (await import("./backup.js")).addBackup,
  migrate: async () => (await import("./migrate.js")).addMigrate,
  scenarios: async () => (await import("./scenarios.js")).addScenarios,
  simulate: async () => (await import("./simulate.js")).addSimulate,
  draw: async () => (await import("./draw.js")).addDraw,
  woo: async () => (await import("./woo.js")).addWoo,
};
const [, , typed = ""] = process.argv;
const needed = Object.hasOwn(commands, typed) ? [typed] : typed === "--version" ? [] : Object.keys(commands);
for (const name of needed) (await commands[name]?.())?.(program);

endQuietlyWithReader();
// Node's own words would name the process and a flag of Node's.
process.removeAllListeners("warning");
process.on("warning", ({ message }) => complain(`order-status: warning: ${message}`));
try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = endOf(error);
  endSoon();
}
