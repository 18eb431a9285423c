/** Rows that were parked, as a store kept them; they may have been damaged since. */
import { quoted } from "../../machines/quoted.js";
import type { DamagedRow } from "./store.js";
import { visible } from "./visible.js";

const known = new Set<unknown>([
  "orders",
  "listed",
  "history",
  "outbox",
  "timers",
  "inbox",
] satisfies DamagedRow["table"][]);

const LONGEST = 500;

/** A reason, printable and fit to be stored: what it quotes of a damaged row may hold any character. */
export const reasonOf = (what: string): string => quoted(visible(what), LONGEST);

/** @param json the row as it was found */
export const keptRow = (orderId: string, table: string, id: string, what: string, json: string): DamagedRow => {
  let row: unknown;
  try {
    row = JSON.parse(json);
  } catch {
    row = null;
  }
  if (known.has(table) && typeof row === "object" && row !== null && !Array.isArray(row)) {
    return { orderId, table: table as DamagedRow["table"], id, what: reasonOf(what), row: row as DamagedRow["row"] };
  }
  const why = `a row of order ${orderId} that was parked is damaged: it is not the JSON of a row of a table`;
  return { orderId, table: "damaged", id, what: reasonOf(why), row: { tbl: table, id, what, row: json } };
};
