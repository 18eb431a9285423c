/** `backup` and `restore`: a store put away while it is used, and brought back. */
import { statSync } from "node:fs";
import { SingleBar } from "cli-progress";
import { type Command, Option } from "commander";
import { backUp, draftOf, restore } from "../adapters/sqlite/copy.js";
import { withoutPassword } from "../ports/passwords.js";
import { StoreError } from "../ports/store.js";
import { exitCodes, refused, wrongUsage } from "./ending.js";
import { isPostgres, storeOption, withStore } from "./stores.js";
import { say, sayJson } from "./terminal.js";

interface Options {
  store: string;
  to: string;
  from?: string;
  json?: boolean;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Shows how the copy grows, and says what stands in the way. */
const copying = async (from: string, to: string, json: boolean, copy: () => Promise<void>): Promise<void> => {
  const bar = new SingleBar({ format: "[{bar}] {percentage} %", stream: process.stderr, noTTYOutput: false });
  const shows = process.stderr.isTTY === true && !json;
  if (shows) bar.start(sizeOf(from), 0);
  const looking = setInterval(() => shows && bar.update(sizeOf(draftOf(to))), 200);
  try {
    await copy();
  } catch (error) {
    throw error instanceof StoreError && error.code === "not-ours" ? refused(error.message) : error;
  } finally {
    clearInterval(looking);
    if (shows) bar.stop();
  }
};

const runBackup = async ({ store, to, json = false }: Options): Promise<void> => {
  if (isPostgres(store)) {
    throw wrongUsage(
      `PostgreSQL has its own: pg_dump --format=custom --schema=order_status --file=${to} ${withoutPassword(store)}`,
    );
  }
  await copying(store, to, json, () => backUp(store, to));
  const bytes = sizeOf(to);
  if (json) sayJson({ store, to, bytes });
  else say(`${store} is backed up in ${to} (${bytes} bytes).`);
};

const runRestore = async ({ store, from, json = false }: Options): Promise<void> => {
  if (isPostgres(store)) {
    if (from !== undefined) {
      throw wrongUsage(
        `bring the dump back with PostgreSQL's own pg_restore --dbname=${withoutPassword(store)} ${from}, then say restore without --from`,
      );
    }
    await withStore(store, {}, (restored) => restored.restored());
  } else {
    if (from === undefined) throw wrongUsage("say with --from which backup to restore");
    await copying(from, store, json, () => restore(from, store));
  }
  if (json) return sayJson({ store: withoutPassword(store), from: from ?? null });
  say([
    `${withoutPassword(store)} is ready. Calls that waited are looked up at the bank before any is made.`,
    "Start the engine, then put right what happened since the backup: order-status reconcile --apply",
  ]);
};

export const addBackup = (program: Command): void => {
  program
    .command("backup")
    .description("copy a SQLite store while the engine goes on")
    .addOption(storeOption())
    .requiredOption("--to <file>", "where the copy goes; a file that exists is left alone")
    .option("--json", "the outcome as JSON")
    .addHelpText(
      "after",
      `
The copy is checked before it gets its name, so a file of that name is whole.

Examples:
  $ order-status backup --store orders.db --to backup.db
  $ pg_dump --format=custom --schema=order_status --file=backup.dump postgres://shop@db.internal/shop
${exitCodes("there is no store of ours at that place, or the file exists")}`,
    )
    .action(runBackup);
  program
    .command("restore")
    .description("bring a backup back, so that no call to the bank is made twice")
    .addOption(storeOption())
    .addOption(new Option("--from <file>", "the backup of a SQLite store"))
    .option("--json", "the outcome as JSON")
    .addHelpText(
      "after",
      `
Stop every engine first. A call that waited in the backup may have been made since: after this it counts as one whose
answer was lost, and the payment is read before anything is sent.

Examples:
  $ order-status restore --store orders.db --from backup.db
  $ pg_restore --dbname=postgres://shop@db.internal/shop backup.dump
  $ order-status restore --store postgres://shop@db.internal/shop
${exitCodes("there is no store of ours at that place, or the file exists")}`,
    )
    .action(runRestore);
};
