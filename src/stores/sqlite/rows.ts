/** Each table's columns with their texts as bytes, and what reads its rows. */
import type { DamagedRow } from "../../ports/store.js";
import { EFFECT, ENTRY, ORDER, RECORD, TIMER, WAITING } from "./statements.js";
import * as wire from "./wire.js";

export type SqliteTable = "orders" | "history" | "outbox" | "timers" | "inbox";
/** Column → value; texts as the bytes that they are. */
export type Stored = Record<string, unknown>;

interface Shape {
  columns: string;
  /** How a row is found again, by its bytes. */
  key: string[];
  /** The column that names it. */
  name: string;
  /** Takes one row out; null = it stays in its place. */
  gone: string | null;
  /** Each throws where it cannot read the row. */
  readers: Partial<Record<DamagedRow["table"], (stored: Stored) => unknown>>;
}

const columnsOf = (texts: string, others: string, first = ""): string =>
  [first, ...texts.split(" ").map((name) => `CAST(${name} AS BLOB) AS ${name}`), ...others.split(" ")]
    .filter((one) => one !== "")
    .join(", ");

/** A whole number comes as a bigint, so that the greatest are not rounded; those that a double keeps become numbers. */
export const asNumber = (value: unknown): unknown =>
  typeof value === "bigint" && Number.isSafeInteger(Number(value)) ? Number(value) : value;
const plain = (value: unknown): unknown => (Buffer.isBuffer(value) ? value.toString() : asNumber(value));
/** As a statement would have read it. */
export const rowAs = (stored: Stored, names: string): unknown[] => names.split(", ").map((name) => plain(stored[name]));

export const tables = {
  orders: {
    columns: columnsOf(
      "order_id status state flags payment_id parked record",
      "version flagged in_doubt updated_at listed_sum sum",
      "rowid AS rowid",
    ),
    key: ["rowid"],
    name: "order_id",
    gone: null,
    readers: {
      orders: (stored) => wire.readRecord(String(plain(stored.order_id)), rowAs(stored, RECORD) as wire.RecordColumns),
      listed: (stored) => wire.readOrder(rowAs(stored, ORDER)),
    },
  },
  history: {
    columns: columnsOf("order_id event_id entry", "seq at sum", "rowid AS rowid"),
    key: ["rowid"],
    name: "seq",
    gone: "UPDATE history SET entry = ''",
    readers: {
      history: (stored) => (stored.entry as Buffer).length > 0 && wire.readEntry(rowAs(stored, ENTRY)),
    },
  },
  outbox: {
    columns: columnsOf(
      "order_id id lane worker error effect",
      "seq idx not_before attempts lease_until created_at dead sum kind",
    ),
    key: ["order_id", "seq", "idx"],
    name: "id",
    gone: "DELETE FROM outbox",
    readers: { outbox: (stored) => wire.readRanked(rowAs(stored, `${EFFECT}, kind`)) },
  },
  timers: {
    columns: columnsOf("order_id timer", "generation at sum"),
    key: ["order_id", "timer"],
    name: "timer",
    gone: "DELETE FROM timers",
    readers: { timers: (stored) => wire.readTimer(rowAs(stored, TIMER)) },
  },
  inbox: {
    columns: columnsOf("order_id event_id error envelope", "attempts not_before dead sum", "rowid AS rowid"),
    key: ["rowid"],
    name: "event_id",
    gone: "DELETE FROM inbox",
    readers: { inbox: (stored) => wire.readEvent(rowAs(stored, WAITING)) },
  },
} satisfies Record<SqliteTable, Shape>;
