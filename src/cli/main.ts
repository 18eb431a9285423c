#!/usr/bin/env node
/** The command line: one file per command, one exit code per kind of end. */
import { createRequire } from "node:module";
import { Command } from "commander";
import { withoutPasswords } from "../ports/passwords.js";
import { visibleLines } from "../ports/visible.js";
import { addApply } from "./apply.js";
import { addBackup } from "./backup.js";
import { addCan } from "./can.js";
import { addConfig } from "./config.js";
import { addDeadLetters } from "./dead-letters.js";
import { addDecide } from "./decide.js";
import { addDemo } from "./demo.js";
import { addDraw } from "./draw.js";
import { endOf, endQuietlyWithReader, endSoon, exitCodes } from "./ending.js";
import { addInit } from "./init.js";
import { addInspect } from "./inspect.js";
import { addMigrate } from "./migrate.js";
import { addPrune } from "./prune.js";
import { addReconcile } from "./reconcile.js";
import { addRepair } from "./repair.js";
import { addScenarios } from "./scenarios.js";
import { addServe } from "./serve.js";
import { addShow } from "./show.js";
import { addSimulate } from "./simulate.js";
import { complain } from "./terminal.js";
import { addWhy } from "./why.js";
import { addWoo } from "./woo.js";

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

for (const add of [
  addDemo,
  addInit,
  addConfig,
  addServe,
  addInspect,
  addShow,
  addWhy,
  addDecide,
  addCan,
  addReconcile,
  addDeadLetters,
  addRepair,
  addApply,
  addPrune,
  addBackup,
  addMigrate,
  addScenarios,
  addSimulate,
  addDraw,
  addWoo,
])
  add(program);

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
