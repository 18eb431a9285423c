/** docs/evidence/mutation.md adds up, and speaks of code that is still there. */
import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { root } from "../root.js";
import { faultsOf, type Mutant, pageOf, type Reason, survivorsOf } from "./page.js";

const read = (path: string): string => readFileSync(new URL(path, root), "utf8");

describe("docs/evidence/mutation.md", () => {
  const page = read("docs/evidence/mutation.md");
  const reasons: Reason[] = JSON.parse(read("test/mutation/survivors.json"));
  const rows = [...page.matchAll(/^\| (\S+) \| (\d+) \| (\d+) \| (\d+) \| (\d+) \| (\S+) %? ?\|$/gm)].map(
    ([, name = "", ...figures]) => ({ name: name.replaceAll("`", ""), figures: figures.map(Number) }),
  );
  const files = rows.slice(0, -1);
  const all = rows.at(-1);
  /** A whole run takes hours, so the page may be of an older commit, and says what changed after it. */
  const changes = page.split("## Changed since")[1]?.split("\n## ")[0] ?? "";
  const [changed = "", left = ""] = changes.split("Gone since");
  const namedIn = (text: string) => [...text.matchAll(/`([\w/.-]+\.ts)`/g)].map(([, file = ""]) => file);
  const since = namedIn(changed);
  const gone = namedIn(left);
  const told = [...page.matchAll(/^\| `([\w/.-]+):\d+` \| .* \| (.+) \|$/gm)].map(([, file, because]) => ({
    file,
    because,
  }));

  test("adds up, to at least nine in ten", () => {
    for (const { figures } of rows) {
      const [mutants = 0, noticed = 0, late = 0, survived = 0, score] = figures;
      expect(noticed + late + survived).toBe(mutants);
      expect(score).toBe(Number(((100 * (noticed + late)) / mutants).toFixed(1)));
    }
    expect(all?.name).toBe("all");
    expect(all?.figures.slice(0, 4)).toEqual(
      [0, 1, 2, 3].map((i) => files.reduce((sum, f) => sum + (f.figures[i] ?? 0), 0)),
    );
    expect(all?.figures[4]).toBeGreaterThanOrEqual(90);
  });

  test("has a row for every file that decides, or says that it came since", () => {
    const decide = ["machines", "src/core"].flatMap((folder) =>
      readdirSync(new URL(folder, root), { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".ts"))
        .map((name) => `${folder}/${name}`),
    );
    // These hold types and nothing else: there is nothing to change in them.
    const types = ["machines/flow.ts", "machines/meta.ts", "src/core/record.ts"];
    const rowsOf = files.map(({ name }) => name);
    const missing = decide.filter((file) => !types.includes(file) && !rowsOf.includes(file));
    expect(missing.filter((file) => !since.includes(file))).toEqual([]);
    expect([...rowsOf, ...since].filter((file) => !decide.includes(file) && !gone.includes(file))).toEqual([]);
    expect(gone.filter((file) => decide.includes(file))).toEqual([]);
  });

  test("names and explains every survivor", () => {
    const counts = Object.fromEntries(files.map(({ name, figures }) => [name, figures[3]]));
    for (const { name } of files) expect(told.filter(({ file }) => file === name).length, name).toBe(counts[name]);
    expect(told.filter(({ because = "" }) => because.trim().length < 20)).toEqual([]);
    expect(reasons.length).toBeGreaterThan(0);
  });

  test("speaks of code that is still there", () => {
    const unchanged = reasons.filter(({ file }) => !since.includes(file) && !gone.includes(file));
    const missing = unchanged.filter(
      ({ file, code }) => !read(file).replace(/\s+/g, " ").includes(code.replace("…", "")),
    );
    expect(missing).toEqual([]);
  });
});

describe("the page of a run", () => {
  const mutant = (status: string, column: number, replacement = "x"): Mutant => ({
    mutatorName: "m",
    replacement,
    status,
    location: { start: { line: 2, column }, end: { line: 3, column: 2 } },
  });
  const report = {
    files: {
      "machines/a.ts": {
        source: "one\nif (b\n)\nthree",
        mutants: [mutant("Killed", 1), mutant("Timeout", 2), mutant("Survived", 4)],
      },
      "src/core/b.ts": { source: "one\na\n|", mutants: [mutant("NoCoverage", 1), mutant("Ignored", 1)] },
    },
  };
  const [first, second] = survivorsOf(report);

  test("finds the survivors and their code, on one line", () => {
    expect([first, second]).toEqual([
      { file: "machines/a.ts", line: 2, code: "(b )", becomes: "x" },
      { file: "src/core/b.ts", line: 2, code: "a |", becomes: "x" },
    ]);
  });

  test("wants a reason for each of them, and no other", () => {
    const reasons = [{ file: "machines/a.ts", code: "(b )", becomes: "x", because: "so" }];
    expect(faultsOf(survivorsOf(report), reasons)).toEqual([expect.stringMatching(/^line 2: .*"code":"a \|"/)]);
    const stale = { ...(reasons[0] as Reason), becomes: "y" };
    expect(faultsOf(survivorsOf(report).slice(0, 1), [...reasons, stale])).toEqual([
      expect.stringMatching(/^survives no more/),
    ]);
  });

  test("counts what did not end in time as noticed, and what nobody asked about as not", () => {
    const page = pageOf(report, [], "abc");
    expect(page).toContain("| `machines/a.ts` | 3 | 1 | 1 | 1 | 66.7 % |\n| `src/core/b.ts` | 1 | 0 | 0 | 1 | 0.0 % |");
    expect(page).toContain("| all | 4 | 1 | 1 | 2 | 50.0 % |");
    expect(page).toContain("| `src/core/b.ts:2` | `a \\|` | `x` |  |");
  });
});
