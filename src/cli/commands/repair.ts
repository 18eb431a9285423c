/** `repair`: rows that cannot be read, what they hold, and how their order goes on without them. */
import type { Command } from "commander";
import type { DamagedRow } from "../../ports/store.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { storeOption, withStore } from "../lib/stores.js";
import { cut, say, sayJson, table } from "../lib/terminal.js";

interface Options {
  store: string;
  apply?: boolean;
  forget?: boolean;
  json?: true;
}

const becomes: Record<DamagedRow["table"], string> = {
  orders: "cannot be repaired here: restore a backup, or --forget the order and let the shop place it again",
  listed: "is rewritten from the record",
  history: "is emptied; the order does not need it, and its number stays",
  outbox: "goes; a reading or a status is asked for again, a call that moves money is looked up at the bank",
  timers: "is set again from the record",
  inbox: "is tried again where the event itself is whole; else it goes, and reconcile asks the bank what it was about",
  damaged: "is removed; what it stood for is rebuilt from the record",
};

const shown = (rows: DamagedRow[]): string[] =>
  table(
    ["order", "table", "id", "what is wrong"],
    rows.map((row) => [cut(row.orderId, 40), row.table, cut(row.id, 40), row.what]),
  );

const listAll = async ({ store: place, json }: Options): Promise<void> => {
  const rows = await withStore(place, { readOnly: true }, (store) => store.damaged(Number.MAX_SAFE_INTEGER));
  if (rows.length > 0) process.exitCode = exits.refused;
  if (json) return sayJson({ damaged: rows });
  if (rows.length === 0) return say("No damaged rows.");
  say(shown(rows));
  say("These orders are parked; all others continue. See what can be done with: order-status repair ORDER");
};

const dryRun = async (orderId: string, { store: place, json, forget }: Options): Promise<void> => {
  const rows = await withStore(place, { readOnly: true }, (store) => store.examine(orderId));
  if (rows.length > 0) process.exitCode = exits.refused;
  if (json) return sayJson({ orderId, damaged: rows });
  if (rows.length === 0) return say(`Every row of order ${orderId} can be read.`);
  say(shown(rows));
  for (const one of new Set(rows.map(({ table: of }) => of))) say(`${one.padEnd(8)} ${becomes[one]}`);
  const will = forget ? "Everything of the order would be taken out" : "So it would be";
  say(`${will} with --apply, which prints each row as it was; keep what it prints. Nothing was changed.`);
};

const apply = async (orderId: string, { store: place, json, forget = false }: Options): Promise<void> => {
  const { taken, left } = await withStore(place, { beside: true }, (store) => store.repair(orderId, { forget }));
  if (left.length > 0) process.exitCode = exits.refused;
  if (json) return sayJson({ orderId, taken, left });
  for (const row of taken) say(JSON.stringify(row));
  if (left.length > 0) {
    say(shown(left));
    const record = left.some((row) => row.table === "orders");
    const why = record ? `its record ${becomes.orders}` : "what is lost cannot be rebuilt; restore a backup";
    return say(`Order ${orderId} still rests: ${why}. Nothing was taken out.`);
  }
  if (taken.length === 0) return say(`There was nothing to repair of order ${orderId}.`);
  if (forget) return say(`Order ${orderId} is forgotten. Let the shop place it again.`);
  say(`Order ${orderId} continues; a running engine picks it up within five minutes. See what the bank says:`);
  say("order-status reconcile --since 30d --fresh-minutes 0 --apply");
};

const run = async (orderId: string | undefined, options: Options): Promise<void> => {
  if (orderId === undefined) {
    if (options.apply || options.forget) throw wrongUsage("name the order; without one, all damaged rows are listed");
    return listAll(options);
  }
  return options.apply ? apply(orderId, options) : dryRun(orderId, options);
};

export const addRepair = (program: Command): void => {
  program
    .command("repair")
    .argument("[order]", "its id (default: list all damaged rows)")
    .description("show damaged rows, and let their order continue without them; works beside a running engine")
    .addOption(storeOption())
    .option("--apply", "take them out; each is printed as it was")
    .option("--forget", "with --apply: take out everything of the order, so that the shop can place it again")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
An order is parked while one of its rows cannot be read. Rows that follow from its record are rebuilt from it. A record
that cannot be read can only be restored from a backup.

Examples:
  $ order-status repair --store orders.db
  $ order-status repair 1001 --store orders.db
  $ order-status repair 1001 --store orders.db --apply --json > 1001.json
${exitCodes("rows are damaged: they were only shown, or could not be repaired")}`,
    )
    .action(run);
};
