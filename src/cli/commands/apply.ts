/** `apply`: the status changes of an ERP's file, one outcome per row. A run that was killed goes on where it was. */
import { createHash, randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import type { Command } from "commander";
import { reasonInWords } from "../../../machines/reasons.js";
import type { Preview, Receipt } from "../../runtime/embedded/receipt.js";
import { type ApplyLine, headLine, lineOf, unfinished, type Word } from "../lib/apply-result.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { type ErpRow, rowsIn } from "../lib/erp-file.js";
import { wholeIn } from "../lib/options.js";
import { appendPrivate, writePrivate } from "../lib/private-file.js";
import { ask, type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";

interface Options extends RemoteOptions {
  out?: string;
  dryRun?: true;
  json?: true;
  atOnce: number;
}

const TRIES = 20;

const wordFor = (outcome: string, final: boolean): Word =>
  !final ? "waiting" : outcome === "moved" ? "done" : outcome === "refused" ? "refused" : "no-op";

/** One row, carried out once however often it is sent: its key names the run and the row. */
const execute = async (
  { orderId: order_id, wanted, asks }: ErpRow,
  row: number,
  runId: string,
  options: Options,
): Promise<ApplyLine> => {
  const bare = { row, order_id, wanted, status: "", reason: "", says: "" };
  if ("wrong" in asks) return { ...bare, outcome: "error", says: asks.wrong };
  const { event } = asks;
  const path = `/orders/${encodeURIComponent(order_id)}`;
  if (options.dryRun) {
    const response = await ask(options, `${path}/can`, { method: "POST", body: event });
    if (!response.ok) return { ...bare, outcome: "error", says: `there is no order ${order_id}` };
    const { allowed, outcome, reason, to } = (await response.json()) as Preview;
    return {
      ...bare,
      outcome: allowed ? "done" : wordFor(outcome, true),
      status: to ?? "",
      reason: reason ?? "",
      says: reasonInWords(reason ?? ""),
    };
  }
  for (let tries = 1; ; tries++) {
    const response = await ask(options, `${path}/events`, {
      method: "POST",
      body: event,
      headers: { "idempotency-key": `apply-${runId}-${row}` },
    });
    if (response.status === 404) return { ...bare, outcome: "error", says: `there is no order ${order_id}` };
    if (response.status !== 200 && response.status !== 202 && response.status !== 409) {
      return { ...bare, outcome: "error", says: `the engine answered ${response.status}` };
    }
    const { outcome, reason, to, final } = (await response.json()) as Receipt;
    if (!final && tries < TRIES) continue;
    const why = reason ?? "";
    return { ...bare, outcome: wordFor(outcome, final), status: to ?? "", reason: why, says: reasonInWords(why) };
  }
};

const run = async (file: string, options: Options): Promise<void> => {
  const text = await readFile(file, "utf8").catch(() => {
    throw wrongUsage(`there is no file ${file}`);
  });
  const rows = rowsIn(text);
  const out = options.out ?? `${file.replace(/\.csv$/i, "")}.result.csv`;
  const part = `${out}.part`;
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
  const before = options.dryRun ? null : await unfinished(part, hash);
  const runId = before?.runId ?? randomUUID();
  const results = before?.done ?? [];
  await writePrivate(part, `# run ${runId} of ${hash}\n${headLine}${results.map(lineOf).join("")}`);
  const bar = new Bar("{bar} {percentage}% · {value}/{total} rows · {left}", { silent: options.json });
  bar.start(rows.length, results.length);
  const group = options.atOnce;
  for (let i = results.length; i < rows.length; i += group) {
    const some = rows.slice(i, i + group);
    const done = await Promise.all(
      sameOrderAfterEachOther(some, i, (wanted, row) => execute(wanted, row, runId, options)),
    );
    results.push(...done);
    await appendPrivate(part, done.map(lineOf).join(""));
    bar.update(results.length);
  }
  bar.stop();
  await writePrivate(out, headLine + results.map(lineOf).join(""));
  await rm(part);
  const count = (word: Word) => results.filter((r) => r.outcome === word).length;
  const summary = {
    rows: results.length,
    done: count("done"),
    noop: count("no-op"),
    refused: count("refused"),
    waiting: count("waiting"),
    errors: count("error"),
    out,
  };
  if (options.json) sayJson({ ...summary, results });
  else
    say(
      `${summary.done} done, ${summary.noop} no-op, ${summary.refused} refused, ${summary.waiting} waiting, ${summary.errors} wrong; written to ${out}`,
    );
  if (summary.refused + summary.waiting + summary.errors > 0) process.exitCode = exits.refused;
};

/** Rows of one order keep the order of the file. */
const sameOrderAfterEachOther = (
  some: ErpRow[],
  from: number,
  act: (wanted: ErpRow, row: number) => Promise<ApplyLine>,
): Promise<ApplyLine>[] => {
  const last = new Map<string, Promise<unknown>>();
  return some.map((wanted, i) => {
    const key = wanted.orderId;
    const mine = (last.get(key) ?? Promise.resolve()).then(() => act(wanted, from + i + 1));
    last.set(key, mine);
    return mine;
  });
};

export const addApply = (program: Command): void => {
  remoteOptions(program.command("apply"))
    .argument("<file.csv>", "columns order_id, status and, for refunded, amount; comma, semicolon or tab")
    .description("set statuses from an ERP's file; every row gets its outcome and reason in a result file")
    .option("--out <file>", "the result file (default: FILE.result.csv)")
    .option("--dry-run", "change nothing, and write what would happen to each row")
    .option("--at-once <n>", "rows in progress at once", wholeIn(1, 1000), 32)
    .option("--json", "summary and results as JSON")
    .addHelpText(
      "after",
      `
A killed run continues where it stopped, with the same result file. Running the same file again changes nothing.

Examples:
  $ order-status apply erp.csv --dry-run
  $ order-status apply erp.csv --out erp.result.csv
${exitCodes("some rows were refused, wait or are wrong")}`,
    )
    .action(run);
};
