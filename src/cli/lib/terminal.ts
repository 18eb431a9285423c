/**
 * What is written to a person: colours and widths where there is a terminal, plain text elsewhere. Every command prints
 * through here, because what it prints may come from a bank, a customer's browser or a shop: `say` and `complain` make
 * control characters visible, so a text from outside can neither colour, move nor forge a line.
 */
import { randomUUID } from "node:crypto";
import { styleText } from "node:util";
import { shortened } from "../../../machines/text.js";
import { withoutPasswords } from "../../ports/passwords.js";
import { visible, visibleJson } from "../../ports/visible.js";

type Style = "bold" | "dim" | "red" | "green" | "yellow";

const coloured = process.stdout.isTTY === true && !process.env.NO_COLOR;

/** Stands around what `paint` marks. Nobody outside knows it, so nobody else colours. */
const MARK = randomUUID();

/** Marks a text, which `say` colours on a terminal. Its length is another one then: measure and cut before. */
export const paint = (style: Style, text: string): string =>
  coloured ? `${MARK}${style} ${visible(text)}${MARK}` : text;

const drawn = (line: string): string =>
  line
    .split(MARK)
    .map((part, i) => {
      if (i % 2 === 0) return visible(part);
      const end = part.indexOf(" ");
      return styleText(part.slice(0, end) as Style, part.slice(end + 1));
    })
    .join("");

/** Where no terminal is, nothing has to fit: a program reads it, or a file keeps it. */
export const width = (): number => (process.stdout.isTTY ? process.stdout.columns : Number.POSITIVE_INFINITY);

/** Not longer than `length`, and no half of a surrogate pair at the end. */
export const cut = (text: string, length: number): string =>
  text.length <= length ? text : `${shortened(text, Math.max(0, length - 1))}…`;

/** Each is one line: a newline inside is shown as `\x0a`. */
export const say = (lines: string | string[] = ""): void =>
  void process.stdout.write(
    [lines]
      .flat()
      .map((line) => `${drawn(line)}\n`)
      .join(""),
  );

/** The same on stderr. What went wrong may name an address with its password in it. */
export const complain = (lines: string | string[]): void =>
  void process.stderr.write(
    [lines]
      .flat()
      .map(
        (line) => `${visible(withoutPasswords(line))}
`,
      )
      .join(""),
  );

export const sayJson = (value: unknown, indent?: number): void =>
  void process.stdout.write(`${visibleJson(value, indent ?? 2)}\n`);

/** As it is. Waits where the reader is slower than we are. */
export const write = async (text: string): Promise<void> => {
  if (process.stdout.write(text)) return;
  await new Promise<void>((resolve) => process.stdout.once("drain", resolve));
};

/** Lines with columns as wide as their widest cell; the last one is cut where the terminal ends. */
export const table = (head: string[], rows: string[][]): string[] => {
  const body = rows.map((row) => row.map(visible));
  // No spread of all rows: more than some 100,000 arguments overflow the stack.
  const widths = head.map((name, i) => body.reduce((most, row) => Math.max(most, row[i]?.length ?? 0), name.length));
  const before = widths.slice(0, -1).reduce((sum, w) => sum + w + 2, 0);
  const last = Math.max(20, width() - before);
  const line = (row: string[]): string =>
    row.map((cell, i) => (i === row.length - 1 ? cut(cell, last) : cell.padEnd(widths[i] ?? 0))).join("  ");
  return [paint("bold", line(head)), ...body.map(line)];
};

/** ISO without milliseconds, which nobody reads. */
export const moment = (ms: number): string => new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
