/** `draw`: a machine as a picture or as data. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { machinesOf, registry } from "../../../machines/index.js";
import { declaredStatuses, type Statuses } from "../../../machines/statuses.js";
import { thrownText } from "../../ports/thrown.js";
import { draw, type Format, formats } from "../../statechart/draw.js";
import { loadChecked } from "../config/load.js";
import { exitCodes, wrongUsage } from "../lib/ending.js";
import { checkOut } from "../lib/out-file.js";
import { say, write } from "../lib/terminal.js";

const machines = machinesOf(registry);
const endings: Record<Format, string> = { mermaid: "mmd", svg: "svg", dot: "dot", json: "json", stately: "js" };

const machineNamed = (name: string) => {
  const machine = machines[name];
  if (machine === undefined) {
    throw wrongUsage(`there is no machine "${name}"; name one of ${Object.keys(machines).join(", ")}, or all`);
  }
  return machine;
};

interface Options {
  format: Format;
  status?: string[];
  config?: string;
  out?: string;
  json?: true;
}

/** @throws wrong usage, for one that cannot be declared so */
const statusesOf = async ({ status = [], config }: Options): Promise<Statuses> => {
  const typed = status.map((pair) => {
    const [own = "", parent = ""] = pair.split("=", 2);
    return [own, parent];
  });
  const known = config === undefined ? {} : (await loadChecked(config)).statuses;
  try {
    return declaredStatuses({ ...known, ...Object.fromEntries(typed) });
  } catch (error) {
    throw wrongUsage(thrownText(error));
  }
};

export const addDraw = (program: Command): void => {
  program
    .command("draw")
    .description("draw a state machine")
    .argument("[machine]", `${Object.keys(machines).join(", ")}, or all`, "order")
    .addOption(new Option("--format <format>", "the output format").choices(formats).default("mermaid"))
    .option(
      "--status <own=parent...>",
      "statuses of the shop's own, such as picking=processing, inside of their parents",
    )
    .option("--config <file>", "the configuration that says which there are")
    .option("--out <file>", "write to a file; with `all` to a directory")
    .option("--json", "the same as --format json")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status draw
  $ order-status draw payment --format svg --out payment.svg
  $ order-status draw all --format svg --out pictures/
  $ order-status draw order --format stately   # to paste into Stately's editor
  $ order-status draw order --status picking=processing delivered=completed
${exitCodes()}`,
    )
    .action(async (name: string, given: Options) => {
      const format = given.json ? "json" : given.format;
      const statuses = await statusesOf(given);
      if (name !== "all") {
        const machine = machineNamed(name);
        if (given.out !== undefined) checkOut(given.out);
        const picture = await draw(machine, format, statuses);
        return given.out === undefined ? write(picture) : writeFile(given.out, picture);
      }
      if (given.out === undefined) throw wrongUsage("draw all writes several files; add --out and a directory");
      await mkdir(given.out, { recursive: true });
      for (const [id, machine] of Object.entries(machines)) {
        const file = join(given.out, `${id}.${endings[format]}`);
        await writeFile(file, await draw(machine, format, statuses));
        say(file);
      }
    });
};
