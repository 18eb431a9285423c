/** What is written to a person: colours and widths where there is a terminal, plain text elsewhere. */
import { styleText } from "node:util";

type Style = Parameters<typeof styleText>[0];

const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

export const paint = (style: Style, text: string): string => (coloured ? styleText(style, text) : text);

export const width = (): number => process.stdout.columns ?? 120;

export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, Math.max(0, length - 1))}…`;

export const say = (text = ""): void => void process.stdout.write(`${text}\n`);

export const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

/** Waits where the reader is slower than we are. */
export const write = async (text: string): Promise<void> => {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
};

/** Columns as wide as their widest cell; the last one is cut where the terminal ends. */
export const table = (head: string[], rows: string[][]): string => {
  const all = [head, ...rows];
  const widths = head.map((_, i) => Math.max(...all.map((row) => row[i]?.length ?? 0)));
  const before = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, 0);
  const last = Math.max(20, width() - before);
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cut(cell, last) : cell.padEnd(widths[i] ?? 0))).join("  ");
  return [paint("bold", line(head)), ...rows.map(line)].join("\n");
};

/** ISO without milliseconds, which nobody reads. */
export const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
