/** `draw`: a machine as a picture or as data. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Command, Option } from "commander";
import { machinesOf, registry } from "../../../machines/index.js";
import { draw, type Format, formats } from "../../statechart/draw.js";
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

export const addDraw = (program: Command): void => {
  program
    .command("draw")
    .description("draw a state machine")
    .argument("[machine]", `${Object.keys(machines).join(", ")}, or all`, "order")
    .addOption(new Option("--format <format>", "the output format").choices(formats).default("mermaid"))
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
${exitCodes()}`,
    )
    .action(async (name: string, given: { format: Format; out?: string; json?: true }) => {
      const format = given.json ? "json" : given.format;
      if (name !== "all") {
        const machine = machineNamed(name);
        if (given.out !== undefined) checkOut(given.out);
        const picture = await draw(machine, format);
        return given.out === undefined ? write(picture) : writeFile(given.out, picture);
      }
      if (given.out === undefined) throw wrongUsage("draw all writes several files; add --out and a directory");
      await mkdir(given.out, { recursive: true });
      for (const [id, machine] of Object.entries(machines)) {
        const file = join(given.out, `${id}.${endings[format]}`);
        await writeFile(file, await draw(machine, format));
        say(file);
      }
    });
};
