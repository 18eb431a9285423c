/** docs/evidence/mutation.md, out of the report of a run and the reasons that were written by hand. */

export interface Mutant {
  mutatorName: string;
  replacement: string;
  status: string;
  location: { start: Place; end: Place };
}
interface Place {
  /** Counted from 1. */
  line: number;
  column: number;
}

/** As https://github.com/stryker-mutator/mutation-testing-elements has it, as far as it is used here. */
export interface Report {
  files: Record<string, { source: string; mutants: Mutant[] }>;
}

/** Why nobody can notice a mutant, by the code that it changes and what it makes of it. */
export interface Reason {
  file: string;
  code: string;
  becomes: string;
  because: string;
}

export interface Survivor extends Omit<Reason, "because"> {
  line: number;
}

const inOneLine = (code: string): string => code.replace(/\s+/g, " ").trim();

/** Long code is known by its beginning. */
const LONGEST = 100;
const short = (code: string): string => (code.length > LONGEST ? `${code.slice(0, LONGEST)}…` : code);

const codeAt = (source: string, { start, end }: Mutant["location"]): string => {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  lines[lines.length - 1] = (lines.at(-1) ?? "").slice(0, end.column - 1);
  lines[0] = (lines[0] ?? "").slice(start.column - 1);
  return lines.join("\n");
};

const survived = ({ status }: Mutant): boolean => status === "Survived" || status === "NoCoverage";
const timedOut = ({ status }: Mutant): boolean => status === "Timeout";

export const survivorsOf = ({ files }: Report): Survivor[] =>
  Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.filter(survived).map(({ location, replacement }) => ({
      file,
      line: location.start.line,
      code: short(inOneLine(codeAt(source, location))),
      becomes: short(inOneLine(replacement)),
    })),
  );

const isOf =
  ({ file, code, becomes }: Omit<Survivor, "line">) =>
  (other: Omit<Survivor, "line">): boolean =>
    other.file === file && other.code === code && other.becomes === becomes;

/** What has to be put right before the page is written: survivors nobody explains, and explanations of none. */
export const faultsOf = (survivors: Survivor[], reasons: Reason[]): string[] => [
  ...survivors
    .filter((one) => !reasons.some(isOf(one)))
    .map(({ line, ...one }) => `line ${line}: ${JSON.stringify({ ...one, because: "" })}`),
  ...reasons.filter((one) => !survivors.some(isOf(one))).map((one) => `survives no more: ${JSON.stringify(one)}`),
];

const percent = (part: number, whole: number): string => (whole === 0 ? "-" : `${((100 * part) / whole).toFixed(1)} %`);
const cell = (code: string): string => `\`${code.replaceAll("|", "\\|").replaceAll("`", "'")}\``;

const row = (name: string, mutants: Mutant[]): string => {
  const late = mutants.filter(timedOut).length;
  const lived = mutants.filter(survived).length;
  const found = mutants.length - lived;
  return `| ${name} | ${mutants.length} | ${found - late} | ${late} | ${lived} | ${percent(found, mutants.length)} |`;
};

export const pageOf = ({ files }: Report, reasons: Reason[], commit: string): string => {
  const counted = Object.entries(files)
    .map(([file, { mutants }]) => [file, mutants.filter(({ status }) => status !== "Ignored")] as const)
    .filter(([, mutants]) => mutants.length > 0)
    .sort(([a], [b]) => a.localeCompare(b));
  const survivors = survivorsOf({ files }).sort((a, b) => a.file.localeCompare(b.file) || a.line - b.line);
  return `# Mutation testing

[Stryker](https://stryker-mutator.io) changes the code that decides, \`machines/\` and \`src/core/\`, one place at a time:
a comparison is turned round, a text emptied, a branch of a machine taken out. Every such mutant that no test notices
is a test that is missing, code that does nothing, or the same decision said in other words.

\`\`\`
npm run record mutation    # the first run takes an hour or more, later ones what has changed since; each writes this page
\`\`\`

Every mutator is on and nothing in the two folders is left out. The tests that a mutant has to get past are those of
\`test/mutation/killers.ts\`: tables and sentences about single decisions, which take seconds. The simulator, the
scenarios and the recorded plugins are not asked. Neither are three tests that would notice a mutant without looking at what it
does: the hash of the machines' structure, the pages written from the machines, and the words found by reading the sources.
A mutant that keeps the tests from ending in time counts as noticed. A run that is below 90 % fails; so does one with a
survivor that \`test/mutation/survivors.json\` does not explain. Figures gather over runs: a mutant that was noticed is
run again when its code changes or \`killers.ts\` does, and a survivor when a test is added.

## The score

At commit \`${commit}\`:

| file | mutants | noticed | not in time | survived | score |
|---|---:|---:|---:|---:|---:|
${counted.map(([file, mutants]) => row(`\`${file}\``, mutants)).join("\n")}
${row(
  "all",
  counted.flatMap(([, mutants]) => mutants),
)}

## The survivors

| where | code | becomes | why nobody notices |
|---|---|---|---|
${survivors
  .map((one) => {
    const { because } = reasons.find(isOf(one)) ?? { because: "" };
    return `| \`${one.file}:${one.line}\` | ${cell(one.code)} | ${cell(one.becomes)} | ${because} |`;
  })
  .join("\n")}
`;
};
