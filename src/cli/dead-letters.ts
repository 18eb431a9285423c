/** `dead-letters`: what was given up after all its attempts, and another try. */
import type { Command } from "commander";
import type { DeadLetter } from "../ports/runtime.js";
import { Ends, exitCodes, exits } from "./ending.js";
import { ask, type RemoteOptions, remoteOptions } from "./remote.js";
import { moment, say, sayJson, table } from "./terminal.js";

interface Options extends RemoteOptions {
  revive?: true;
  json?: true;
}

type Told = DeadLetter & { revived: boolean };

/** As many of each kind as the engine tells of at once. */
const MOST = 500;

const revived = async (options: Options, { orderId, id }: DeadLetter): Promise<boolean> => {
  const path = `/orders/${encodeURIComponent(orderId)}/revive`;
  return (await ask(options, path, { method: "POST", body: { id } })).ok;
};

const run = async (ids: string[], options: Options): Promise<void> => {
  const response = await ask(options, `/dead-letters?limit=${MOST}`);
  if (!response.ok) throw new Ends(exits.trouble, `${options.url} answered ${response.status}`);
  const all = ((await response.json()) as { deadLetters: DeadLetter[] }).deadLetters;
  const missing = ids.filter((id) => !all.some((one) => one.id === id || one.orderId === id));
  const chosen = ids.length === 0 ? all : all.filter(({ id, orderId }) => ids.includes(id) || ids.includes(orderId));
  const told: Told[] = [];
  for (const one of chosen) {
    // Orders may have events of one name, such as the first: reviving one of them revives the others.
    const already =
      one.kind === "event" && told.some(({ kind, id, revived }) => kind === "event" && id === one.id && revived);
    told.push({ ...one, revived: options.revive === true && (already || (await revived(options, one))) });
  }
  if (options.json) sayJson({ deadLetters: told, missing });
  else report(told, missing);
  if (missing.length > 0 || (options.revive && told.some((one) => !one.revived))) process.exitCode = exits.refused;
};

const report = (told: Told[], missing: string[]): void => {
  const rows = told.map((one) => [
    one.orderId,
    one.id,
    one.type,
    moment(one.since),
    String(one.attempts),
    `${one.revived ? "tried again now; was: " : ""}${one.error}`,
  ]);
  if (rows.length > 0) say(table(["order", "id", "what", "since", "attempts", "error"], rows));
  else if (missing.length === 0) say("Nothing was given up.");
  for (const id of missing) say(`There is no dead letter ${id}, and none of an order of that name.`);
};

export const addDeadLetters = (program: Command): void => {
  remoteOptions(program.command("dead-letters"))
    .argument("[ids...]", "of effects, events or orders (left out: all)")
    .description("list what was given up after all its attempts, and try it again")
    .option("--revive", "try them again at once, as if for the first time")
    .option("--json", "as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status dead-letters
  $ order-status dead-letters 1001 --revive      all of order 1001, once the cause is gone
  $ order-status dead-letters --revive           all of them
${exitCodes("one of them is not there, or could not be revived")}`,
    )
    .action(run);
};
