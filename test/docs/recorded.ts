/** The chapter on the recorded plugins, made from the table that the replay of the rows is held against. */
import { differences, outside, tallies } from "../oracle/differences.js";
import { codesInWords } from "./sentences/documents.js";

const row = (cells: (string | number)[]): string => `| ${cells.join(" | ")} |`;
const sum = (counts: Record<string, number>): number => Object.values(counts).reduce((all, count) => all + count, 0);

export const recordedChapter =
  (): string => `Resurs's plugin 1.0.53 and the Nets plugin 2.14.6 were recorded on WooCommerce 11.0.1. \`test/oracle.test.ts\` puts each
row to \`order-status decide\` and compares the status in the end, every call that moves money, and whether somebody was
refused or a callback held; where money has to be asked for first, the end is where the bank's yes leads, or what the row
says that the bank answered. The rules before a change of status name no status to start from, so each is asked from every
open one; that completed, cancelled and refunded are ends, which the plugin never looks at, is not counted there. A row
that is neither the same nor under one of these names fails the test. "Facts" are the sheets drawn from the code of the
plugins and of WooCommerce; B1 to B15 are the bugs that were seen in the code of Resurs's plugin.

${row(["file", "rows", "the same", "different", "nothing to decide"])}
${row(["---", "---", "---", "---", "---"])}
${Object.entries(tallies)
  .map(([file, tally]) => row([`\`${file}\``, tally.rows, tally.same, tally.different, tally.outside]))
  .join("\n")}

Nothing to decide:

${outside.map(({ why, rows }) => `- ${sum(rows)} rows: ${why}.`).join("\n")}

${row(["difference", "the plugin", "the engine", "why", "rows"])}
${row(["---", "---", "---", "---", "---"])}
${differences
  .map(({ name, plugin, engine, why, rows, option }) =>
    row([
      `\`${name}\``,
      plugin,
      option === undefined ? engine : `${engine}; as the plugin with ${option.named}`,
      codesInWords(why),
      sum(rows),
    ]),
  )
  .join("\n")}`;
