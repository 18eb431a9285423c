/** `reconcile`: asks the bank about orders in doubt, and corrects what no callback did. */
import type { Command } from "commander";
import type { Reconciled } from "../../ports/runtime.js";
import { thrownText } from "../../ports/thrown.js";
import { Bar } from "../lib/bar.js";
import { Ends, exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { numberIn, sinceWhen } from "../lib/options.js";
import { ask, type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { say, sayJson, table } from "../lib/terminal.js";
import { notTaken } from "../lib/verdict.js";

interface Options extends RemoteOptions {
  since?: string;
  apply?: true;
  dryRun?: true;
  perSecond: number;
  freshMinutes: number;
  json?: true;
}

async function* linesOf(response: Response): AsyncGenerator<string> {
  let rest = "";
  const decoder = new TextDecoder();
  for await (const part of response.body as unknown as AsyncIterable<Uint8Array>) {
    const lines = (rest + decoder.decode(part, { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
  if (rest !== "") yield rest;
}

type ReconcileLine = Reconciled | { skipped: number } | { error: { message: string } };

interface Read {
  skipped: number;
  /** Why the run did not come to its end; null = it did. */
  broken: string | null;
}

/** Reads one line per order, and what the last line says. */
const readInto = async (all: Reconciled[], response: Response, told: () => void): Promise<Read> => {
  let skipped = 0;
  try {
    for await (const line of linesOf(response)) {
      const one = JSON.parse(line) as ReconcileLine;
      if ("error" in one) return { skipped, broken: one.error.message };
      if ("skipped" in one) skipped = one.skipped;
      else all.push(one);
      told();
    }
    return { skipped, broken: null };
  } catch (error) {
    return { skipped, broken: `the connection broke (${thrownText(error)})` };
  }
};

const run = async (options: Options): Promise<void> => {
  if (options.apply && options.dryRun) throw wrongUsage("--apply and --dry-run exclude each other");
  const query = new URLSearchParams({
    apply: String(options.apply === true),
    perSecond: String(options.perSecond),
    freshMinutes: String(options.freshMinutes),
    ...(options.since === undefined ? {} : { since: sinceWhen(options.since).toISOString() }),
  });
  const response = await ask(options, `/orders/reconcile?${query}`, { method: "POST", body: {} });
  if (!response.ok) throw await notTaken(response);
  const bar = new Bar("{value} orders checked · {moved} corrected", { silent: options.json });
  bar.start(0, 0, { moved: 0 });
  const all: Reconciled[] = [];
  const { skipped, broken } = await readInto(all, response, () =>
    bar.update(all.length, { moved: all.filter((one) => one.outcome === "moved").length }),
  );
  bar.stop();
  const count = (outcome: Reconciled["outcome"]) => all.filter((one) => one.outcome === outcome).length;
  const summary = {
    moved: count("moved"),
    explained: count("explained"),
    unread: count("unread"),
    skipped,
    applied: options.apply === true,
  };
  if (options.json) sayJson({ ...summary, orders: all });
  else report(all, summary, options.freshMinutes);
  if (broken !== null) {
    throw new Ends(exits.trouble, `the reconciliation broke off after ${all.length} orders: ${broken}; run it again`);
  }
  if (summary.unread > 0) process.exitCode = exits.refused;
};

interface Summary {
  moved: number;
  unread: number;
  skipped: number;
  applied: boolean;
}

const checkedSaid = (all: Reconciled[], { moved, unread, applied }: Summary): string => {
  const explained = all.filter((one) => one.outcome === "explained");
  const review = explained.filter(({ flags }) => flags.length > 0).length;
  const checked = all.length - unread;
  if (checked === 0) return "Checked 0.";
  const parts = [
    `${explained.length - review} correct`,
    ...(review === 0 ? [] : [`${review} ${review === 1 ? "needs" : "need"} review (above)`]),
    `${moved} ${applied ? "corrected" : "to correct"}`,
  ];
  return `Checked ${checked}: ${parts.join(", ")}.`;
};

const skippedSaid = (skipped: number, freshMinutes: number): string =>
  skipped === 0 ? "" : ` ${skipped} skipped: read in the last ${freshMinutes} minutes (--fresh-minutes 0 reads them).`;

const report = (all: Reconciled[], summary: Summary, freshMinutes: number): void => {
  const told = all.filter((one) => one.outcome !== "explained" || one.flags.length > 0 || one.before === "pending");
  if (told.length > 0) {
    say(
      table(
        ["order", "was", summary.applied ? "is" : "would be", "why", "flags"],
        told.map((o) => [o.orderId, o.before, o.after, o.why, o.flags.join(", ")]),
      ),
    );
    say();
  }
  say(checkedSaid(all, summary) + skippedSaid(summary.skipped, freshMinutes));
  const { moved, unread, applied } = summary;
  if (unread > 0)
    say(`${unread} could not be checked: the bank or the shop did not answer, or the order cannot be read.`);
  if (!applied && moved > 0) say("Nothing was changed. Run it again with --apply to correct them.");
};

export const addReconcile = (program: Command): void => {
  remoteOptions(program.command("reconcile"))
    .description("ask the bank about every order in doubt, within a rate limit")
    .option("--since <time>", "only orders changed since then: 7d, 12h, 30m or a date")
    .option("--dry-run", "change nothing, and show how each order would change (the default without --apply)")
    .option("--apply", "correct them")
    .option("--per-second <n>", "readings a second at most", numberIn(1, 1000), 50)
    .option(
      "--fresh-minutes <n>",
      "skip orders whose payment was read this recently; a killed run continues where it stopped",
      numberIn(0, 1440),
      15,
    )
    .option("--json", "every order as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status reconcile --since 7d             what is wrong; changes nothing
  $ order-status reconcile --since 7d --apply     correct it
${exitCodes("some orders could not be checked")}`,
    )
    .action(run);
};
