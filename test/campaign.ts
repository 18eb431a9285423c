/** What the long runs have in common (`npm run campaign <name>`): their options, their progress, and how they end. */
import { Command } from "commander";
import { Bar } from "../src/cli/lib/bar.js";
import { exits } from "../src/cli/lib/ending.js";

/** @param examples what is written after `--`; the first is shown first */
export const campaign = (name: string, says: string, examples: string[]): Command =>
  new Command(`npm run campaign ${name} --`)
    .description(says)
    .usage("[options]")
    .option("--json", "one JSON object instead of the lines")
    .allowExcessArguments(false)
    .exitOverride(({ exitCode }) => process.exit(exitCode === 0 ? exits.done : exits.usage))
    .addHelpText(
      "after",
      `
Examples:
${examples.map((options) => `  $ npm run campaign ${name} -- ${options}`).join("\n")}

Exit codes:
  0  every law held
  1  unexpected trouble
  2  wrong usage
  3  a law was broken`,
    );

/** On stderr, apart from what is told at the end; where nobody looks, a line now and then. */
export const progress = (what: string, total: number): { to(done: number): void; end(): void } => {
  const format = `{bar} {value} of {total} ${what}, {left} left`;
  const bar = new Bar(format, { clears: true, elsewhereMs: 10_000 });
  bar.start(total, 0);
  return { to: (done) => bar.update(done), end: () => bar.stop() };
};

/** Ctrl-C ends a run early, and what was done so far is told. */
export const untilStopped = (): AbortSignal => {
  const stop = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stop.abort());
  return stop.signal;
};

/** @param breaches of a law; more than none make the exit code */
export const tell = ({ json }: { json?: true }, figures: unknown, lines: string[], breaches: number): void => {
  process.stdout.write(`${json ? JSON.stringify(figures) : lines.join("\n")}\n`);
  if (breaches > 0) process.exitCode = exits.refused;
};
