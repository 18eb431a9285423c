/** A bank that books after the answer was lost: over sockets, every call, every loss, every delay, killed or not. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { isWhole } from "../exhaustive/whole.js";
import type { Loss } from "./front.js";
import { type CallName, type Cell, callNames, losses, row } from "./matrix.js";
import { flaggedExcess, isFlaggedAsGone, withTable } from "./table.js";

/** The settle window of the gateways: nothing that the bank books within it is taken for lost. */
const SETTLE_SECONDS = 600;

/** The call was refused here and booked after all, when nobody waited for it any more: the order says what is amiss. */
const isToldWhenRefused = (cell: Cell): boolean => {
  if (cell.call.startsWith("refund")) return flaggedExcess(cell) === cell.one;
  if (cell.call.startsWith("cancel")) return isFlaggedAsGone(cell);
  // Captured or reserved is what the shop wanted: the next click finds it done.
  return true;
};

const isRight = (cell: Cell): boolean => {
  const { times, excess, outcome, after, atRest } = cell;
  if (!atRest) return false;
  const within = after !== null && after < SETTLE_SECONDS;
  if (outcome === "refused") return times === 0 || (!within && times === 1 && isToldWhenRefused(cell));
  if (times === 1) return flaggedExcess(cell) === null;
  if (within || excess === 0) return false;
  // Twice, the cancellation took the new lines with it.
  return cell.call === "cancel before new lines" ? isFlaggedAsGone(cell) : flaggedExcess(cell) === excess;
};

const page = readFileSync(new URL("../../../docs/evidence/guarantees.md", import.meta.url), "utf8");
/** The page has a slash where an order whose process was killed ends in another way. */
const isTwofold = (call: CallName, loss: Loss): boolean =>
  new RegExp(`^\\| ${call} \\| ${loss} \\|.*/`, "m").test(page);
/** Every call with every loss, by turns killed and not; both of each with `npm run campaign exhaustive`. */
const lossesOf = (call: CallName) =>
  losses.flatMap((loss, i) =>
    [false, true]
      .filter((killed) => isWhole || isTwofold(call, loss) || killed === ((callNames.indexOf(call) + i) % 2 === 0))
      .map((killed) => ({ loss, killed })),
  );

describe.each(callNames)("%s", (call) => {
  test.each(lossesOf(call))(
    "answer lost by $loss, killed meanwhile: $killed: at most once, or flagged with what is too much",
    async ({ loss, killed }) => {
      const cells = await row(call, loss, killed);
      rows.push(cells);
      expect(cells.filter((cell) => !isRight(cell))).toEqual([]);
    },
  );
});

const rows: Cell[][] = [];
test("docs/evidence/guarantees.md shows what came out", () => {
  expect(withTable(page, rows)).toBe(page);
});
