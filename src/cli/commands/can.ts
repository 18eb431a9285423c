/** `can`: the answer and the reason before the click. Changes nothing. */
import type { Command } from "commander";
import { merchantEventFor } from "../../../machines/events.js";
import { reasonInWords } from "../../../machines/reasons.js";
import type { Preview } from "../../runtime/embedded/receipt.js";
import { exitCodes, exits, refused, wrongUsage } from "../lib/ending.js";
import { ask, type RemoteOptions, remoteOptions } from "../lib/remote.js";
import { say, sayJson } from "../lib/terminal.js";

const eventIn = (text: string): unknown => {
  const type = merchantEventFor[text as keyof typeof merchantEventFor];
  if (type !== undefined) return { type };
  try {
    return JSON.parse(text);
  } catch {
    throw wrongUsage(`"${text}" is no status (${Object.keys(merchantEventFor).join(", ")}) and no event as JSON`);
  }
};

const run = async (id: string, what: string, options: RemoteOptions & { json?: true }): Promise<void> => {
  const response = await ask(options, `/orders/${encodeURIComponent(id)}/can`, { method: "POST", body: eventIn(what) });
  if (response.status === 404) throw refused(`there is no order ${id} there`);
  if (!response.ok) throw wrongUsage(`the engine does not take this event: ${await response.text()}`);
  const verdict = (await response.json()) as Preview;
  if (options.json) sayJson(verdict);
  else if (verdict.allowed)
    say(`yes: the order goes to ${verdict.to}${verdict.rule === null ? "" : ` (${verdict.rule})`}`);
  else say(`no: ${reasonInWords(verdict.reason)} (${verdict.reason})`);
  if (!verdict.allowed) process.exitCode = exits.refused;
};

export const addCan = (program: Command): void => {
  remoteOptions(program.command("can"))
    .argument("<order>", "the order's id")
    .argument("<status|event>", "a status a merchant would pick, or an event as JSON")
    .description("say whether the order would take it, and why not; the payment is taken as it was last read")
    .option("--json", "the whole verdict as JSON")
    .addHelpText(
      "after",
      `
Examples:
  $ order-status can 1001 completed
  $ order-status can 1001 '{"type":"merchant.refundedAmount","amount":25000}'
${exitCodes("the order would refuse it, or would stay as it is")}`,
    )
    .action(run);
};
