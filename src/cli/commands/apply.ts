/** `apply`: the status changes of an ERP's file, one outcome per row. A run that was killed goes on where it was. */
import { createHash, randomUUID } from "node:crypto";
import { readFile, rm } from "node:fs/promises";
import type { Command } from "commander";
import { type ApplyLine, headLine, lineOf, unfinished, type Word } from "../lib/apply-result.js";
import { execute, lookAhead } from "../lib/apply-row.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { type ErpRow, rowsIn } from "../lib/erp-file.js";
import { wholeIn } from "../lib/options.js";
import { checkOut } from "../lib/out-file.js";
import { appendPrivate, writePrivate } from "../lib/private-file.js";
import { type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";

interface Options extends RemoteOptions {
  out?: string;
  dryRun?: true;
  json?: true;
  atOnce: number;
}

const textOf = async (file: string): Promise<string> => {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    throw wrongUsage(error.code === "EISDIR" ? `${file} is a folder; name a CSV file` : `there is no file ${file}`);
  });
  if (text.trim() === "")
    throw wrongUsage(`${file} is empty; its first line names the columns order_id and status, and each other an order`);
  return text;
};

const summaryOf = (results: ApplyLine[], dryRun: boolean, out: string) => {
  const count = (word: Word) => results.filter((r) => r.outcome === word).length;
  return {
    dryRun,
    rows: results.length,
    done: count("done"),
    ...(dryRun ? { wouldBeDone: count("would-be-done"), depends: count("depends") } : {}),
    noop: count("no-op"),
    refused: count("refused"),
    waiting: count("waiting"),
    errors: count("error"),
    out,
  };
};

const report = ({ done, wouldBeDone, depends, noop, refused, waiting, errors, out }: ReturnType<typeof summaryOf>) => {
  const first =
    wouldBeDone === undefined
      ? `${done} done`
      : `Dry run: ${wouldBeDone} would be done, ${depends} ${depends === 1 ? "depends" : "depend"} on an earlier row`;
  say(`${first}, ${noop} no-op, ${refused} refused, ${waiting} waiting, ${errors} wrong; written to ${out}`);
};

const run = async (file: string, options: Options): Promise<void> => {
  const text = await textOf(file);
  const rows = rowsIn(text);
  if (rows.length === 0) throw wrongUsage(`${file} has no rows after its first line`);
  const out = options.out ?? `${file.replace(/\.csv$/i, "")}.result.csv`;
  checkOut(out);
  const dryRun = options.dryRun === true;
  // A look ahead leaves what a real run has done so far as it is.
  const part = dryRun ? `${out}.dry-run.part` : `${out}.part`;
  // What one engine was told, another has not heard.
  const hash = createHash("sha256").update(`${options.url}\n${text}`).digest("hex").slice(0, 16);
  const lines = rows.map(({ line }) => line);
  const before = dryRun ? null : await unfinished(part, hash, lines);
  const runId = before?.runId ?? randomUUID();
  const results = before?.done ?? [];
  await writePrivate(part, `# run ${runId} of ${hash}\n${headLine}${results.map(lineOf).join("")}`);
  const bar = new Bar("{bar} {percentage}% · {value}/{total} rows · {left}", { silent: options.json });
  bar.start(rows.length, results.length);
  const changed = new Map<string, number>();
  const act = (row: ErpRow) =>
    dryRun ? lookAhead(row, changed, options) : execute(row, `apply-${runId}-line-${row.line}`, options);
  const group = options.atOnce;
  for (let i = results.length; i < rows.length; i += group) {
    const done = await Promise.all(sameOrderAfterEachOther(rows.slice(i, i + group), act));
    results.push(...done);
    await appendPrivate(part, done.map(lineOf).join(""));
    bar.update(results.length);
  }
  bar.stop();
  await writePrivate(out, headLine + results.map(lineOf).join(""));
  await rm(part);
  const summary = summaryOf(results, dryRun, out);
  if (options.json) sayJson({ ...summary, results });
  else report(summary);
  if (summary.refused + summary.waiting + summary.errors > 0) process.exitCode = exits.refused;
};

/** Rows of one order keep the order of the file. */
const sameOrderAfterEachOther = (rows: ErpRow[], act: (row: ErpRow) => Promise<ApplyLine>): Promise<ApplyLine>[] => {
  const last = new Map<string, Promise<unknown>>();
  return rows.map((row) => {
    const mine = (last.get(row.orderId) ?? Promise.resolve()).then(() => act(row));
    last.set(row.orderId, mine);
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
A killed run continues where it stopped, with the same result file and the same --url. Running the same file again changes nothing.

A file:
  order_id;status;amount
  1001;completed;
  1002;refunded;1 299,00

Examples:
  $ order-status apply erp.csv --dry-run
  $ order-status apply erp.csv --out erp.result.csv
${exitCodes("some rows were refused, wait or are wrong")}`,
    )
    .action(run);
};
