/** The page of a run of mutation tests: every survivor has its reason, and every reason a survivor. */
import { describe, expect, test } from "vitest";
import { faultsOf, type Mutant, pageOf, type Reason, survivorsOf } from "./page.js";

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
