/** `backup` and `restore`: a store put away while it is used, and brought back. */
import { statSync } from "node:fs";
import { type Command, Option } from "commander";
import { withoutPassword } from "../../ports/passwords.js";
import { backUp, draftOf, restore } from "../../stores/sqlite/copy.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, exits, refused, wrongUsage } from "../lib/ending.js";
import { checkOut } from "../lib/out-file.js";
import { checkThere, isNoStore, isPostgres, storeOption, withStore } from "../lib/stores.js";
import { say, sayJson } from "../lib/terminal.js";

interface Options {
  store: string;
  to: string;
  from?: string;
  json?: boolean;
  allowDamaged?: boolean;
}

const sizeOf = (file: string): number => statSync(file, { throwIfNoEntry: false })?.size ?? 0;

/** Shows how the copy grows, and says what stands in the way. */
const copying = async <T>(from: string, to: string, json: boolean, copy: () => Promise<T>): Promise<T> => {
  const bar = new Bar("[{bar}] {percentage} %", { silent: json });
  bar.start(sizeOf(from), 0);
  const looking = setInterval(() => bar.update(sizeOf(draftOf(to))), 200);
  try {
    return await copy();
  } catch (error) {
    throw isNoStore(error) ? refused(error.message) : error;
  } finally {
    clearInterval(looking);
    bar.stop();
  }
};

const SHOWN = 20;

const runBackup = async ({ store, to, json = false, allowDamaged = false }: Options): Promise<void> => {
  if (isPostgres(store)) {
    throw wrongUsage(
      `PostgreSQL has its own: pg_dump --format=custom --schema=order_status --file=${to} ${withoutPassword(store)}`,
    );
  }
  checkThere(store);
  checkOut(to);
  const { at, damaged } = await copying(store, to, json, () => backUp(store, to, { allowDamaged }));
  const bytes = sizeOf(at);
  if (damaged.length > 0 && !allowDamaged) process.exitCode = exits.trouble;
  if (json) return sayJson({ store, to: at, bytes, damaged });
  say(`${store} is ${damaged.length > 0 && !allowDamaged ? "copied to" : "backed up in"} ${at} (${bytes} bytes).`);
  if (damaged.length === 0) return;
  say("Not every row of it can be read:");
  for (const { what } of damaged.slice(0, SHOWN)) say(what);
  if (damaged.length > SHOWN) say(`and ${damaged.length - SHOWN} more, or yet more; --json names the first hundred`);
  if (!allowDamaged) say("Repair them (order-status repair) and back up again, or take it as it is: --allow-damaged");
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
    checkThere(from);
    checkOut(store);
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
    .description("copy a SQLite store while the engine runs")
    .addOption(storeOption())
    .requiredOption("--to <file>", "where the copy goes; a file that exists is left alone")
    .option("--allow-damaged", "take a copy with rows that cannot be read for a backup")
    .option("--json", "the outcome as JSON")
    .addHelpText(
      "after",
      `
The copy is checked before it gets its name, every row of it, so a file of that name is whole. One with rows that
cannot be read is called as asked with .damaged behind it, and the command ends with 1.

Examples:
  $ order-status backup --store orders.db --to backup.db
  $ pg_dump --format=custom --schema=order_status --file=backup.dump postgres://shop@db.internal/shop
${exitCodes("what is there is no store of ours, or the file exists")}`,
    )
    .action(runBackup);
  program
    .command("restore")
    .description("restore a backup, so that no call to the bank is made twice")
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
${exitCodes("what is there is no store of ours, or the file exists")}`,
    )
    .action(runRestore);
};
