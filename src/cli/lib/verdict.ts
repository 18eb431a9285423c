/** What would become of an event, for a person or as JSON. */
import { reasonInWords } from "../../../machines/reasons.js";
import type { Preview } from "../../runtime/embedded/receipt.js";
import { type Ends, exits, wrongUsage } from "./ending.js";
import { say, sayJson } from "./terminal.js";

export const sayVerdict = (verdict: Preview, json: true | undefined): void => {
  if (json) sayJson(verdict);
  else if (verdict.allowed)
    say(`yes: the order goes to ${verdict.to}${verdict.rule === null ? "" : ` (${verdict.rule})`}`);
  else say(`no: ${reasonInWords(verdict.reason)} (${verdict.reason})`);
  if (!verdict.allowed) process.exitCode = exits.refused;
};

/** What is wrong with a request, as the engine says it, in one line. */
export const notTaken = async (response: Response, what = "event"): Promise<Ends> => {
  const { error } = (await response.json().catch(() => ({}))) as {
    error?: { issues?: { path: string; message: string }[]; message?: string };
  };
  const issues = (error?.issues ?? []).map(({ path, message }) => `${path}: ${message}`);
  const why = issues.length > 0 ? issues.join("; ") : (error?.message ?? String(response.status));
  return wrongUsage(`the engine does not take this ${what}: ${why}`);
};
