/** The matrix of lost answers as a table of docs/evidence/guarantees.md. */
import { type CallName, type Cell, callNames, delays, losses, row } from "./matrix.js";

const OPEN = "<!-- late: written by npm run record late -->";
const CLOSE = "<!-- /late -->";

export const everyRow = async (told: (call: CallName) => void = () => {}): Promise<Cell[][]> => {
  const rows: Cell[][] = [];
  for (const call of callNames) {
    for (const loss of losses) for (const killed of [false, true]) rows.push(await row(call, loss, killed));
    told(call);
  }
  return rows;
};

/** By how much the bank's books show too much, as a flag of the order says it; null = no flag does. */
export const flaggedExcess = ({ flags }: Cell): number | null =>
  flags.find(({ flag, amount }) => flag.endsWith("-twice") && amount !== undefined)?.amount ?? null;

/** The flag of an order whose payment was cancelled in full: all that it should hold is gone. */
export const isFlaggedAsGone = ({ flags }: Cell): boolean =>
  flags.some(({ flag }) => flag === "discrepancy:payment-cancelled-order-active");

const major = (minor: number): string => (minor / 100).toFixed(2);

/** `1` = took effect once; `0` = never, and the click was refused; with a flag, where one says by how much too much. */
const wordOf = (cell: Cell): string => {
  const excess = flaggedExcess(cell);
  if (excess !== null) return `${cell.times}, flag ${major(excess)}`;
  return isFlaggedAsGone(cell) ? `${cell.times}, flag` : String(cell.times);
};

export const tableOf = (rows: Cell[][]): string => {
  const cells = rows.flat();
  const head = ["call", "answer lost by", ...delays.map((after) => (after === null ? "never" : `${after} s`))];
  const lines = callNames.flatMap((call) =>
    losses.map((loss) => {
      const words = delays.map((after) => {
        const here = cells.filter((c) => c.call === call && c.loss === loss && c.after === after);
        return [...new Set(here.map(wordOf))].join(" / ");
      });
      return `| ${[call, loss, ...words].join(" | ")} |`;
    }),
  );
  return [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...lines].join("\n");
};

const block = new RegExp(`${OPEN}[\\s\\S]*${CLOSE}`);

/** The page with the table put in. */
export const withTable = (page: string, rows: Cell[][]): string => {
  if (!block.test(page)) throw new Error(`${OPEN} is not on the page`);
  return page.replace(block, `${OPEN}\n\n${tableOf(rows)}\n\n${CLOSE}`);
};
