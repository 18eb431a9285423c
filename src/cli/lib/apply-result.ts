/** The result file of `apply`: CSV that a spreadsheet shows and does not obey, and that a later run reads back. */
import { readFile } from "node:fs/promises";
import { parse } from "csv-parse/sync";

/** The last two of a dry run; `depends` = an earlier row of the file would change the order first. */
export type Word = "done" | "no-op" | "refused" | "waiting" | "error" | "would-be-done" | "depends";
export interface ApplyLine {
  /** Of the file that was applied. */
  line: number;
  order_id: string;
  wanted: string;
  outcome: Word;
  status: string;
  reason: string;
  says: string;
}

const HEAD = ["line", "order_id", "wanted", "outcome", "status", "reason", "says"] as const;

/** A spreadsheet takes these for a formula, which may start programs and send the file away. Some skip blanks first. */
const FORMULA = /^[\t\r]|^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/;
const NUMBER = /^[+-]?\d+(\.\d+)?$/;

/** The apostrophe makes it a text. A cell that begins with one gets another, so that it reads back as it was. */
const asCell = (value: string | number): string | number =>
  typeof value === "string" && (value.startsWith("'") || (FORMULA.test(value) && !NUMBER.test(value)))
    ? `'${value}`
    : value;

const fromCell = (cell: string): string => cell.replace(/^'/, "");

/** RFC 4180, with a newline alone at the end of each row. */
const csvLine = (cells: readonly (string | number)[]): string => {
  const quoted = cells.map((cell) => (/[",\r\n]/.test(`${cell}`) ? `"${`${cell}`.replaceAll('"', '""')}"` : cell));
  return `${quoted.join(",")}\n`;
};

export const headLine = csvLine(HEAD);
export const lineOf = (result: ApplyLine): string => csvLine(HEAD.map((name) => asCell(result[name])));

type Cells = Record<(typeof HEAD)[number], string>;

/** All rows that are whole. A run that was killed leaves a torn one at the end, perhaps in the middle of a quoted cell. */
const rowsIn = (lines: string[]): Cells[] => {
  for (let end = lines.length; end > 0; end--) {
    try {
      return parse(lines.slice(0, end).join("\n"), { columns: true, skip_empty_lines: true, relax_column_count: true });
    } catch {}
  }
  return [];
};

const resultIn = (cells: Cells): ApplyLine => {
  const read = Object.fromEntries(Object.entries(cells).map(([name, cell]) => [name, fromCell(cell)]));
  return { ...(read as unknown as ApplyLine), line: Number(cells.line) };
};

/**
 * What an earlier, killed run has done of this very file; null = there is none.
 * @param lines where its rows are
 */
export const unfinished = async (
  part: string,
  hash: string,
  lines: number[],
): Promise<{ runId: string; done: ApplyLine[] } | null> => {
  const text = await readFile(part, "utf8").catch(() => null);
  const [head, ...rest] = text?.split("\n") ?? [];
  const [, runId, of] = /^# run (\S+) of (\S+)$/.exec(head ?? "") ?? [];
  if (text === null || runId === undefined || of !== hash) return null;
  // What does not end in a newline is done again.
  const done = rowsIn(rest.slice(0, -1)).map(resultIn);
  return { runId, done: done.filter(({ line }, i) => line === lines[i]) };
};
