/** `prune`: of orders that ended long ago only the end stays. */
import type { Command } from "commander";
import { prune } from "../../runtime/maintenance/prune.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, wrongUsage } from "../lib/ending.js";
import { sinceWhen } from "../lib/options.js";
import { storeOption, withStore } from "../lib/stores.js";
import { moment, say, sayJson } from "../lib/terminal.js";

interface Options {
  store: string;
  olderThan: string;
  dryRun?: boolean;
  json?: true;
}

const run = async ({ store: place, olderThan, dryRun = false, json }: Options): Promise<void> => {
  const before = sinceWhen(olderThan).getTime();
  if (before > Date.now()) throw wrongUsage(`${moment(before)} is in the future; say how old a closed order must be`);
  const bar = new Bar("{value} entries of {orders} orders", { silent: json });
  const how = { readOnly: dryRun, beside: !dryRun };
  const { orders, entries } = await withStore(place, how, async (store) => {
    bar.start(0, 0, { orders: 0 });
    try {
      return await prune(store, before, {
        dryRun,
        told: (sofar) => bar.update(sofar.entries, { orders: sofar.orders }),
      });
    } finally {
      bar.stop();
    }
  });
  if (json) return sayJson({ orders, entries, before: new Date(before).toISOString(), dryRun });
  const what = `${entries} entries from the histories of ${orders} orders that ended before ${moment(before)}`;
  say(dryRun ? `It would take out ${what}. Nothing was changed.` : `Took out ${what}.`);
};

export const addPrune = (program: Command): void => {
  program
    .command("prune")
    .description("of orders closed long ago, keep only the last entry of their history; works beside a running engine")
    .addOption(storeOption())
    .requiredOption("--older-than <time>", "how long ago an order must have ended: 90d, 12w or a date")
    .option("--dry-run", "change nothing, and show what would be removed")
    .option("--json", "the totals as JSON")
    .addHelpText(
      "after",
      `
An order that carries a flag, is parked, or still has something waiting is left as it is. The ids of its events stay,
so that a repeated callback is still recognised, and its history keeps its numbering.

Examples:
  $ order-status prune --store orders.db --older-than 90d --dry-run
  $ order-status prune --store postgres://shop@db.internal/shop --older-than 52w
${exitCodes("what is there is no store of ours")}`,
    )
    .action(run);
};
