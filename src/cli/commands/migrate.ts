/** `migrate --check`: whether today's machines know every stored order, before they are deployed. */
import type { Command } from "commander";
import { registry } from "../../../machines/index.js";
import { withoutPassword } from "../../ports/passwords.js";
import { checkMigration, type MigrationCheck } from "../../runtime/maintenance/migration-check.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { storeOption, withStore } from "../lib/stores.js";
import { say, sayJson, table } from "../lib/terminal.js";

interface Options {
  store: string;
  check?: true;
  json?: true;
}

const SHOWN = 20;

const report = ({ orders, versions, unknown, damaged }: MigrationCheck, place: string): void => {
  say(`${orders} orders in ${place}; these machines are ${registry.id}, version ${registry.version}`);
  if (versions.length > 0) {
    const rows = versions.map((v) => [v.machine, v.version, v.orders, v.current, v.migrate, v.unknown].map(String));
    say(["", ...table(["machines", "version", "orders", "as they are", "to migrate", "unknown"], rows)]);
  }
  if (damaged.length > 0)
    say(["", `${damaged.length} more cannot be read and rest as they are: order-status repair names their rows`]);
  if (unknown.length === 0) return say(["", "All readable orders are known: none would be parked."]);
  const rows = unknown.slice(0, SHOWN).map(({ orderId, reason }) => [orderId, reason]);
  say(["", ...table(["order", "would be parked, because it was"], rows)]);
  if (unknown.length > SHOWN) say(`and ${unknown.length - SHOWN} more; --json names them all`);
  say([
    "",
    "Deploy a version that knows them, or add a migration; until then their events wait, and all others continue.",
  ]);
};

const run = async ({ store: place, check, json }: Options): Promise<void> => {
  if (!check)
    throw wrongUsage(
      "orders are migrated one by one, when something next happens to them; use --check to see whether all of them can be",
    );
  await withStore(place, { readOnly: true }, async (store) => {
    const bar = new Bar("{bar} {value}/{total} orders", { silent: json });
    bar.start((await store.counts()).orders, 0);
    const checked = await checkMigration(store, registry, (orders) => bar.update(orders));
    bar.stop();
    if (json) sayJson({ machine: registry.id, version: registry.version, ...checked });
    else report(checked, withoutPassword(place));
    if (checked.unknown.length + checked.damaged.length > 0) process.exitCode = exits.refused;
  });
};

export const addMigrate = (program: Command): void => {
  program
    .command("migrate")
    .description(
      "check whether this version knows every stored order: per version, how many are read, migrated or parked",
    )
    .option("--check", "look at every order and change nothing; works beside a running engine")
    .addOption(storeOption())
    .option("--json", "the figures, and every order that would be parked, as JSON")
    .addHelpText(
      "after",
      `
An order is migrated with its next event. An order without a migration is parked; all others continue.

Examples:
  $ order-status migrate --check --store orders.db
  $ order-status migrate --check --store postgres://shop@db/orders --json   before a deployment
${exitCodes("some orders are unknown and would be parked, or cannot be read")}`,
    )
    .action(run);
};
