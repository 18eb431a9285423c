/** `dead-letters`: what was given up after all its attempts, and another try. */
import type { Command } from "commander";
import type { DeadLetter } from "../../ports/runtime.js";
import { Bar } from "../lib/bar.js";
import { Ends, exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { ask, type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { moment, say, sayJson, table } from "../lib/terminal.js";

interface Options extends RemoteOptions {
  revive?: true;
  all?: true;
  json?: true;
}

type DeadLetterLine = DeadLetter & { revived: boolean };

const PAGE = 500;
/** Each is a commit of its own: several under way keep the disk busy, and leave the engine room for its work. */
const AT_ONCE = 8;
/** Of those that were revived, so many are shown. */
const SHOWN = 20;
/** Where no terminal shows a bar, a line says how far it is, this often. */
const TELL_MS = 5000;

const pageOf = async (options: Options, after: string | null) => {
  const query = new URLSearchParams({ limit: String(PAGE), ...(after === null ? {} : { after }) });
  const response = await ask(options, `/dead-letters?${query}`);
  if (!response.ok) throw new Ends(exits.trouble, `${options.url} answered ${response.status}`);
  return (await response.json()) as { deadLetters: DeadLetter[]; next?: string | null };
};

/** All of them, a page at a time. */
const allOf = async (options: Options): Promise<DeadLetter[]> => {
  const all: DeadLetter[] = [];
  for (let after: string | null = null; ; ) {
    const { deadLetters, next = null } = await pageOf(options, after);
    all.push(...deadLetters);
    if (next === null || deadLetters.length === 0) return all;
    after = next;
  }
};

const reviveOne = async (options: Options, { orderId, id }: DeadLetter): Promise<boolean> => {
  const path = `/orders/${encodeURIComponent(orderId)}/revive`;
  return (await ask(options, path, { method: "POST", body: { id } })).ok;
};

/** @throws Ends that says how many were revived before the engine was lost */
const reviveAll = async (chosen: DeadLetter[], options: Options): Promise<DeadLetterLine[]> => {
  const told: DeadLetterLine[] = chosen.map((one) => ({ ...one, revived: false }));
  const bar = new Bar("{bar} revived {value} of {total}", { elsewhereMs: TELL_MS });
  bar.start(told.length, 0);
  const waiting = told.values();
  let done = 0;
  const work = async (): Promise<void> => {
    for (const one of waiting) {
      one.revived = await reviveOne(options, one);
      if (one.revived) done += 1;
      bar.update(done);
    }
  };
  try {
    await Promise.all(Array.from({ length: AT_ONCE }, work));
  } catch (error) {
    const sofar = `revived ${done} of ${told.length} before that; run it again`;
    throw error instanceof Ends ? new Ends(error.code, error.message, [sofar]) : error;
  } finally {
    bar.stop();
  }
  return told;
};

const run = async (ids: string[], options: Options): Promise<void> => {
  if (options.all && ids.length > 0) throw wrongUsage("name some, or use --all, not both");
  const all = await allOf(options);
  const names = new Set(all.flatMap(({ id, orderId }) => [id, orderId]));
  const missing = ids.filter((id) => !names.has(id));
  const asked = new Set(ids);
  const chosen = ids.length === 0 ? all : all.filter(({ id, orderId }) => asked.has(id) || asked.has(orderId));
  const told = options.revive
    ? await reviveAll(chosen, options)
    : chosen.map((one): DeadLetterLine => ({ ...one, revived: false }));
  const revived = told.filter((one) => one.revived).length;
  if (options.json)
    sayJson({ deadLetters: told.map(({ place: _, ...one }) => one), missing, revived, of: told.length });
  else report(told, missing, options.revive === true);
  if (missing.length > 0 || (options.revive && revived < told.length)) process.exitCode = exits.refused;
};

const report = (told: DeadLetterLine[], missing: string[], revive: boolean): void => {
  // Those that were not revived come first: they are what a person has to look at.
  const shown = revive ? [...told].sort((a, b) => Number(a.revived) - Number(b.revived)).slice(0, SHOWN) : told;
  const rows = shown.map((one) => [
    one.orderId,
    one.id,
    one.type,
    moment(one.since),
    String(one.attempts),
    `${one.revived ? "tried again now; was: " : revive ? "was gone by then: " : ""}${one.error}`,
  ]);
  if (rows.length > 0) say(table(["order", "id", "what", "since", "attempts", "error"], rows));
  else if (missing.length === 0) say("No failed calls.");
  if (shown.length < told.length) say(`and ${told.length - shown.length} more; --json names them all`);
  if (revive && told.length > 0) say(`revived ${told.filter((one) => one.revived).length} of ${told.length}`);
  for (const id of missing) say(`No failed call ${id}, and none of an order with that number.`);
};

export const addDeadLetters = (program: Command): void => {
  remoteOptions(program.command("dead-letters"))
    .argument("[ids...]", "of effects, events or orders (default: all)")
    .description("list calls that failed for good, and try them again")
    .option("--revive", "try them again at once, with all attempts")
    .option("--all", "all of them (the same as naming none)")
    .option("--json", "the list, and how many of how many were revived, as JSON")
    .addHelpText(
      "after",
      `
With --revive the count comes last, "revived 34774 of 34774"; progress goes to stderr.

Examples:
  $ order-status dead-letters
  $ order-status dead-letters 1001 --revive      all of order 1001, once the cause is gone
  $ order-status dead-letters --revive --all     all of them
${exitCodes("one of them is not there, or could not be revived")}`,
    )
    .action(run);
};
