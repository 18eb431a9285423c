/** What would become of an event, for a person or as JSON. */
import { reasonInWords } from "../../../machines/reasons.js";
import type { Preview } from "../../runtime/embedded/receipt.js";
import { exits } from "./ending.js";
import { say, sayJson } from "./terminal.js";

export const sayVerdict = (verdict: Preview, json: true | undefined): void => {
  if (json) sayJson(verdict);
  else if (verdict.allowed)
    say(`yes: the order goes to ${verdict.to}${verdict.rule === null ? "" : ` (${verdict.rule})`}`);
  else say(`no: ${reasonInWords(verdict.reason)} (${verdict.reason})`);
  if (!verdict.allowed) process.exitCode = exits.refused;
};
