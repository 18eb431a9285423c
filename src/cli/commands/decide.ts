/** `decide`: JSON Lines in, JSON Lines out, one for one and in order. Nothing is stored and nobody is asked. */
import type { Command } from "commander";
import { Settings } from "../../../machines/settings.js";
import { thrownText } from "../../ports/thrown.js";
import { visibleJson } from "../../ports/visible.js";
import { decideLine } from "../lib/decide-line.js";
import { exitCodes, exits, wrongUsage } from "../lib/ending.js";
import { BadLine } from "../lib/line-words.js";
import { linesIn } from "../lib/lines.js";
import { write } from "../lib/terminal.js";

const readSettings = (text: string): Record<string, unknown> => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw wrongUsage(`--settings is not JSON; try --settings '{"cooldownSeconds":60}'`);
  }
  const read = Settings.safeParse(json);
  if (read.success) return json as Record<string, unknown>;
  const wrong = read.error.issues.map(({ path, message }) => [path.join("."), message].filter(Boolean).join(": "));
  throw wrongUsage(`--settings: ${wrong.join("; ")}; there are ${Object.keys(Settings.shape).join(", ")}`);
};

const failed = (error: unknown, line: number) => {
  const message = thrownText(error);
  return { error: { message, ...(error instanceof BadLine ? { issues: error.issues } : {}), line } };
};

export const addDecide = (program: Command): void => {
  program
    .command("decide")
    .description("decide events without storing anything: JSON Lines on stdin, one decision per line")
    .option("--settings <json>", "settings of the shop; a line may carry its own")
    .option("--json", "changes nothing: the answers are always JSON Lines")
    .addHelpText(
      "after",
      `
A line is {order, payment, taskStatus, event, settings?, now?, id?} in a scenario's words, amounts in major units.
All of order but its status may be left out. payment: null = the bank knows no such payment, "unavailable" = it does
not answer. The answer has until where a callback is held, and expires where the customer's link runs out.

More that a line may say:
  netsPayment  a payment at Nets instead of payment, as Nets answers it, in minor units
  earlier      [{at?, ...event}]: what happened before, from the status that order gives; at (default: order.updatedAt)
  follow       "confirmed", "refused" or "unknown": plays on to the end, with that as the bank's answer to every call and
               a held callback released when its time comes; the answer has end: {outcome, to, reason, rule, at, effects}

Examples:
  $ echo '{"order":{"status":"pending"},"payment":{"status":"ACCEPTED","order":{"totalOrderAmount":100,
    "authorizedAmount":100,"possibleActions":["CAPTURE","CANCEL"]}},"event":{"type":"customer.return","page":"success"}}' \\
    | tr -d '\\n' | order-status decide
  $ echo '{"order":{"status":"processing"},"netsPayment":{"summary":{"reservedAmount":79900}},
    "event":{"type":"admin.setStatus","to":"completed"},"follow":"refused"}' | tr -d '\\n' | order-status decide
  $ order-status decide --settings '{"cooldownSeconds":0}' < lines.jsonl > answers.jsonl
${exitCodes("at least one line could not be decided; its answer is {error}")}`,
    )
    .action(async (options: { settings?: string }) => {
      const settings = options.settings === undefined ? {} : readSettings(options.settings);
      let number = 0;
      for await (const lines of linesIn(process.stdin)) {
        let answers = "";
        for (const line of lines) {
          number += 1;
          let answer: unknown;
          try {
            answer = decideLine(JSON.parse(line), settings, Date.now);
          } catch (error) {
            answer = failed(error, number);
            process.exitCode = exits.refused;
          }
          answers += `${visibleJson(answer)}\n`;
        }
        await write(answers);
      }
    });
};
