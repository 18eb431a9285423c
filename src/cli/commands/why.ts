/** `why`: why an order is where it is, in a few plain lines. */
import { type Command, Option } from "commander";
import { formatDistanceStrict } from "date-fns/formatDistanceStrict";
import { enUS } from "date-fns/locale/en-US";
import { sv } from "date-fns/locale/sv";
import { linesOf, type Tongue, tongues, type Why } from "../../core/why.js";
import { exitCodes } from "../lib/ending.js";
import { CONFIG, type LookFlags, lookOptions, whyIs } from "../lib/look.js";
import { say, sayJson } from "../lib/terminal.js";

const LATE_MS = 60_000;

/** Of what should have happened by itself more than a minute ago; null = nothing should. */
export const overdueSaid = ({ at }: Pick<Why["next"], "at">, now: number, tongue: Tongue): string | null => {
  if (at === null || now - Date.parse(at) <= LATE_MS) return null;
  const late = formatDistanceStrict(now, at, { locale: tongue === "en" ? enUS : sv, roundingMethod: "floor" });
  return tongue === "en" ? `Overdue by ${late}. Is an engine running?` : `Försenat med ${late}. Är motorn igång?`;
};

export const addWhy = (program: Command): void => {
  lookOptions(program.command("why"))
    .description("explain an order's status: why, what happens next, and what to do")
    .argument("<order>", "the order's id")
    .option(CONFIG, "with --store: the shop's configuration; what its settings refuse is not offered")
    .addOption(new Option("--language <language>", "of the sentences").choices(tongues).default("en"))
    .option("--json", "the facts, and each with its sentence in both languages, as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status why 1001
  $ order-status why 1001 --store orders.db --config order-status.config.ts
  $ order-status why 1001 --language sv
${exitCodes("there is no such order")}`,
    )
    .action(async (id: string, options: LookFlags & { config?: string; language: Tongue }) => {
      const told = await whyIs(id, options);
      if (options.json) return sayJson(told);
      const lines = linesOf(told, options.language);
      // An engine that answers runs. The last line is what to do.
      const overdue = options.store === undefined ? null : overdueSaid(told.next, Date.now(), options.language);
      say(overdue === null ? lines : lines.toSpliced(-1, 0, overdue));
    });
};
