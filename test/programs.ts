/** The programs that tests start as processes. */
import { pathToFileURL } from "node:url";

const root = new URL("../../", import.meta.url);

/** Each of them is started by many tests. */
export const programs = [
  "src/cli/main",
  "test/beside/campaign",
  "test/crash/campaign",
  "test/crash/node",
  "test/engine/child",
  "test/fuzz/campaign",
  "test/lanes/campaign",
  "test/lanes/node",
  "test/money/campaign",
  "test/nodes/campaign",
  "test/nodes/node",
  "test/runtimes/postgres-node",
  "test/runtimes/sqlite-node",
  "test/siege/campaign",
  "test/woo/campaign",
] as const;
export type Program = (typeof programs)[number];

/** Where the tests' own build of them lies, all of each in one file; it is made anew for each run. */
export const FOLDER = "dist/programs";
export const BUNDLED = "ORDER_STATUS_TEST_PROGRAMS";

/** What each SQLite store starts, and the module that looks for it beside itself. */
export const WORKER = "src/stores/sqlite/worker";
const STARTS_WORKER = "src/stores/sqlite/thread";
/** Where the module of that name, without its ending, says that it stands: from there it finds what it starts. */
export const standsIn = (name: string): string => (name === STARTS_WORKER ? FOLDER : "dist");

/**
 * In a test run the program in one file, which begins in half the time; else, as in a campaign, the built one with all
 * its modules. What is shipped is started by `test/package.test.ts` and by the README's own commands.
 */
export const program = (name: Program): URL =>
  process.env[BUNDLED] === undefined
    ? new URL(`dist/${name}.js`, root)
    : new URL(`${name}.js`, pathToFileURL(`${process.env[BUNDLED]}/`));
