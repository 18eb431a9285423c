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
  orders: "cannot be mended here: restore a backup, or --forget the order and have the shop place it anew",
  listed: "is written anew from the record",
  history: "is emptied; the order does not need it, and its number stays",
  outbox: "goes; a reading or a status is asked for again, a call that moves money is looked up at the bank",
  timers: "is set anew from the record",
  inbox: "is tried again where the event itself is whole; else it goes, and reconcile asks the bank what it was about",
  damaged: "goes; what it stood for is made anew from the record",
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
  if (rows.length === 0) return say("No row is set aside.");
  say(shown(rows));
  say("Their orders rest, all others go on. What can be done for one of them: order-status repair ORDER");
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
    const why = record ? `its record ${becomes.orders}` : "what is lost cannot be made anew; restore a backup";
    return say(`Order ${orderId} still rests: ${why}. Nothing was taken out.`);
  }
  if (taken.length === 0) return say(`There was nothing to repair of order ${orderId}.`);
  if (forget) return say(`Order ${orderId} is forgotten. Have the shop place it anew.`);
  say(`Order ${orderId} goes on; a running engine takes it up within five minutes. What the bank says of it:`);
  say("order-status reconcile --since 30d --fresh-minutes 0 --apply");
};

const run = async (orderId: string | undefined, options: Options): Promise<void> => {
  if (orderId === undefined) {
    if (options.apply || options.forget)
      throw wrongUsage("say which order; without one all that are set aside are listed");
    return listAll(options);
  }
  return options.apply ? apply(orderId, options) : dryRun(orderId, options);
};

export const addRepair = (program: Command): void => {
  program
    .command("repair")
    .argument("[order]", "its id (default: lists every row that is set aside)")
    .description("show rows that cannot be read, and let their order go on without them; works beside a running engine")
    .addOption(storeOption())
    .option("--apply", "take them out; each is printed as it was")
    .option("--forget", "with --apply: take out everything of the order, so that the shop can place it anew")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
An order rests while one of its rows cannot be read. What its record still says is made anew from it. A record that
cannot be read comes back from a backup alone.

Examples:
  $ order-status repair --store orders.db
  $ order-status repair 1001 --store orders.db
  $ order-status repair 1001 --store orders.db --apply --json > 1001.json
${exitCodes("rows are damaged: they were only shown, or could not be mended")}`,
    )
    .action(run);
};
