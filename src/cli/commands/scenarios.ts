/** `scenarios`: whole order lives as data, lived through the real engine and held against what they expect. */
import type { Command } from "commander";
import { visible } from "../../ports/visible.js";
import type { Difference } from "../../testing/scenario/format.js";
import type { OpenStage } from "../../testing/scenario/stage.js";
import { Bar } from "../lib/bar.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { type Candidate, candidatesIn } from "../lib/scenario-files.js";
import { postgresGround } from "../lib/stores.js";
import { paint, say, sayJson } from "../lib/terminal.js";

interface Options {
  area?: string[];
  id?: string[];
  strict?: true;
  store?: string;
  json?: true;
}

interface ReportLine {
  id: string;
  ok: boolean;
  differences: Difference[];
  unchecked: string[];
}

interface ScenariosReport {
  passed: number;
  failed: number;
  unsupported: { id: string; reason: string }[];
  results: ReportLine[];
}

const names = (text: string): string[] => text.split(",").map((name) => name.trim());

const chosen = (all: Candidate[], { area, id }: Options): Candidate[] => {
  const some = all.filter((c) => (area?.includes(c.area) ?? true) && (id?.includes(c.id) ?? true));
  if (some.length > 0) return some;
  if (all.length === 0) throw wrongUsage("the files hold no scenario");
  const areas = [...new Set(all.map((c) => c.area))].sort().join(", ");
  throw wrongUsage(`no scenario has that area and id; the areas here are ${areas}`);
};

const live = async (
  { id, read }: Candidate,
  stage?: OpenStage,
): Promise<ReportLine & { unsupported: string | null }> => {
  const bare = { id, ok: false, unchecked: [], unsupported: null };
  if ("differences" in read) return { ...bare, differences: read.differences };
  const { runScenario } = await import("../../testing/scenario/run.js");
  try {
    const { ok, differences, unchecked, unsupported } = (await runScenario(read.scenario, stage)).result;
    return { id, ok, differences, unchecked, unsupported };
  } catch (error) {
    // One scenario that cannot be lived must not keep the others from it.
    return { ...bare, differences: [{ expect: "events", want: "to be lived", got: (error as Error).message }] };
  }
};

const stageAt = async (place: string | undefined): Promise<OpenStage | undefined> => {
  if (place === undefined) return undefined;
  const ground = postgresGround(place);
  return (await import("../../testing/scenario/stage.js")).engineStage(ground);
};

const run = async (candidates: Candidate[], strict: boolean, stage?: OpenStage): Promise<ScenariosReport> => {
  const report: ScenariosReport = { passed: 0, failed: 0, unsupported: [], results: [] };
  const bar = new Bar("{value}/{total} {id}", { clears: true });
  bar.start(candidates.length, 0, { id: "" });
  for (const [i, one] of candidates.entries()) {
    bar.update(i, { id: visible(one.id) });
    const { unsupported, ...result } = await live(one, stage);
    if (unsupported !== null) report.unsupported.push({ id: one.id, reason: unsupported });
    if (unsupported !== null && !strict) continue;
    if (unsupported !== null) result.differences = [{ expect: "scenario", want: "supported", got: unsupported }];
    report.results.push(result);
    report[result.ok ? "passed" : "failed"] += 1;
  }
  bar.stop();
  return report;
};

const tell = ({ passed, failed, unsupported, results }: ScenariosReport): void => {
  for (const { id, differences } of results.filter((r) => !r.ok)) {
    say(paint("red", `failed  ${id}`));
    for (const { expect, want, got } of differences) {
      say([`  ${expect}`, `    want ${JSON.stringify(want)}`, `    got  ${JSON.stringify(got)}`]);
    }
  }
  for (const { id, unchecked } of results) {
    // `checks` is prose for a reader.
    const overlooked = unchecked.filter((name) => name !== "checks");
    if (overlooked.length > 0) say(`not checked  ${id}: nothing looks at ${overlooked.join(", ")}`);
  }
  for (const { id, reason } of unsupported) say(paint("yellow", `not supported  ${id}: ${reason}`));
  const line = `${passed} passed, ${failed} failed, ${unsupported.length} not supported`;
  say(paint(failed > 0 ? "red" : "green", line));
};

export const addScenarios = (program: Command): void => {
  program
    .command("scenarios")
    .description("play whole order lives and report where they differ from what was expected")
    .argument("<file...>", "JSON array, one object, or one object a line; - = stdin")
    .option("--area <names>", "only these areas, separated by commas", names)
    .option("--id <ids>", "only these ids, separated by commas", names)
    .option("--store <place>", "postgres://…: every life in a schema of its own, dropped at its end (default: SQLite)")
    .option("--strict", "what is not supported counts as failed")
    .option("--json", "the results as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status scenarios scenarios.json
  $ order-status scenarios scenarios.json --area cooldown,refund
  $ order-status scenarios bug-4711.json --json
  $ order-status scenarios scenarios.json --store postgres://test@127.0.0.1/test
${exitCodes("a scenario failed, or one that was asked for by name is not supported")}`,
    )
    .action(async (files: string[], options: Options) => {
      const all = (await Promise.all(files.map(candidatesIn))).flat();
      const report = await run(chosen(all, options), options.strict ?? false, await stageAt(options.store));
      if (options.json) sayJson(report);
      else tell(report);
      const asked = options.area !== undefined || options.id !== undefined || options.strict;
      if (report.failed > 0 || (asked && report.unsupported.length > 0)) process.exitCode = exits.refused;
    });
};
